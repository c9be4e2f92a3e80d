"""How does the server side of expdp write a dump set?"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import dumpfile, faults, instance, tables
from lab.oracle.dumpfile import DumpWriter, NoSpaceError, Piece
from lab.oracle.encryption import Cipher
from lab.oracle.filenames import FileNames
from lab.oracle.messages import row_line, say, size
from lab.oracle.selection import Unit, passes, query_for, units_of
from lab.oracle.worker import FatalError, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.oracle.model import Table

_BATCH_ROWS = 100
_OBJECTS = (
    *("USER", "SYSTEM_GRANT", "ROLE_GRANT", "DEFAULT_ROLE", "TABLESPACE_QUOTA"),
    *("PRE_SCHEMA/PROCACT_SCHEMA", "TABLE/TABLE", "TABLE/COMMENT", "TABLE/INDEX/INDEX"),
    *("TABLE/CONSTRAINT/CONSTRAINT", "TABLE/CONSTRAINT/REF_CONSTRAINT"),
)
_STATISTICS = (
    "TABLE/INDEX/STATISTICS/INDEX_STATISTICS",
    "TABLE/STATISTICS/TABLE_STATISTICS",
    "STATISTICS/MARKER",
)


class ExportWorker(Worker):
    """Unloads tables into dump files, unit by unit, so that a stopped job can go on."""

    tool = "expdp"

    def work(self) -> None:
        """Write the whole set."""
        spec = self.spec
        self.pieces = [Piece(**piece) for piece in self.job.progress.get("pieces", spec["pieces"])]
        self.names = FileNames(spec["templates"], used=len(self.pieces))
        self.done: list[dict[str, Any]] = self.job.progress.get("done", [])
        self._bytes = 0
        if not self.job.progress.get("begun"):
            self.say(self.text("starting", self.job.full_name, spec["command"]))
            self._metrics_start()
        chosen = self._choose_tables()
        units = self._units(chosen)
        if not self.job.progress.get("begun"):
            self._announce(bool(units), chosen)
            self.save(begun=True)
        if not spec["estimate_only"]:
            self._unload(chosen, units)
        self._finish()

    def undo(self) -> None:
        """Remove the dump files."""
        for piece in getattr(self, "pieces", ()) or [
            Piece(**piece) for piece in self.spec["pieces"]
        ]:
            Path(piece.path).unlink(missing_ok=True)

    def _choose_tables(self) -> list[Table]:
        found: list[Table] = []
        for owner in self.spec["schemas"] if self.spec["mode"] != "TABLE" else ():
            known = self.connection.execute(
                "SELECT 1 FROM lab_users WHERE username = ? AND oracle_maintained = 'N'", (owner,)
            ).fetchone()
            if not known or self.spec["root"]:
                self._once(self.ora(39165, owner))
                continue
            found += tables.tables_of(self.connection, owner)
        for owner, name, _ in self.spec["tables"]:
            table = tables.find_table(self.connection, owner, name)
            if table is None or self.spec["root"]:
                self._once(self.ora(39166, f"{owner}.{name}"))
            elif table not in found:
                found.append(table)
        rules = {"include": self.spec["include"], "exclude": self.spec["exclude"]}
        chosen = [table for table in found if passes("TABLE", table.name, **rules)]
        if not chosen and not self._users():
            self._once(self.ora(31655))
        return chosen

    def _once(self, line: str) -> None:
        if not self.job.progress.get("begun"):
            self.report_error(line)

    def _users(self) -> list[str]:
        if self.spec["mode"] == "TABLE" or self.spec["include"] or self.spec["root"]:
            return []
        if self._leaves_out("USER"):
            return []
        rows = self.connection.execute("SELECT username FROM lab_users")
        return sorted({row[0] for row in rows} & set(self.spec["schemas"]))

    def _units(self, chosen: list[Table]) -> list[Unit]:
        if self.spec["content"] == "METADATA_ONLY" or self._leaves_out("TABLE/TABLE_DATA"):
            return []
        only: dict[tuple[str, str], list[str]] = {}
        for owner, name, partition in self.spec["tables"]:
            if partition:
                only.setdefault((owner, name), []).append(partition)
        sizes = {
            (owner, name, partition): length
            for owner, name, partition, length in self.connection.execute(
                "SELECT owner, segment, partition, bytes FROM lab_segments"
            )
        }
        found = units_of(chosen, only=only)
        # The largest first, as Data Pump does.
        return sorted(found, key=lambda unit: -sizes.get(_key(unit), 0))

    def _metrics_start(self) -> None:
        if self.spec["metrics"]:
            for worker in range(1, self.spec["parallel"] + 1):
                self.say("Startup took 0 seconds", worker=worker)

    def _announce(self, has_data: bool, chosen: list[Table]) -> None:
        mode = self.spec["mode"] + "_EXPORT"
        kinds = ["TABLE/TABLE_DATA"] if has_data else []
        if self.spec["content"] != "DATA_ONLY":
            kinds += _STATISTICS
            kinds += _OBJECTS if self._users() else [k for k in _OBJECTS if k.startswith("TABLE/")]
        if self.spec["mode"] == "FULL":
            mode = "DATABASE_EXPORT/SCHEMA"
        for index, kind in enumerate(kind for kind in kinds if not self._leaves_out(kind)):
            worker = index % self.spec["parallel"] + 1
            self.say(self.text("processing", f"{mode}/{kind}"), worker=worker)
            if self.spec["metrics"] and kind != "TABLE/TABLE_DATA":
                short = kind.rpartition("/")[2]
                count = len(chosen) if kind.startswith("TABLE/") else 1
                line = f"     Completed {count} {short} objects in 0 seconds"
                self.say(line, worker=worker)

    def _leaves_out(self, kind: str) -> bool:
        """Tell whether EXCLUDE names this kind of object, or one that it is a part of."""
        rules = [rule.upper() for rule in self.spec["exclude"] if ":" not in rule]
        paths = [re.sub(r"^\w+_EXPORT/", "", rule).strip() for rule in rules]
        return any(f"/{path}/" in f"/{kind}/" for path in paths)

    def _unload(self, chosen: list[Table], units: list[Unit]) -> None:
        self._expected = sum(
            row[0] for row in self.connection.execute("SELECT sum(bytes) FROM lab_segments")
        )
        streams = self._open_streams()
        finished = {(item["owner"], item["table"], item["partition"]) for item in self.done}
        for unit in units:
            if _key(unit) not in finished:
                self.obey(between_units=True)
                stream = min(streams, key=lambda candidate: candidate.written)
                self._unload_unit(unit, stream, streams.index(stream) + 1)
                self.save(done=self.done, pieces=self._marks(streams))
        self.obey(between_units=True)
        self._write_control(streams, chosen)

    def _open_streams(self) -> list[DumpWriter]:
        limit = self.spec["filesize"]
        # Without a template a worker beyond the files that are named has nothing to write to.
        count = min(self.spec["parallel"], self.names.capacity)
        streams = []
        for number in range(1, count + 1):
            writer = DumpWriter(
                facts=self._facts(),
                stream=number,
                next_file=self._next_file,
                limit=limit,
                compress=self.spec["compress"],
                cipher=Cipher(**self.spec["cipher"]) if self.spec["cipher"] else None,
            )
            own = [piece for piece in self.pieces if piece.stream == number]
            if own:
                writer.open(max(own, key=lambda piece: piece.order))
            streams.append(writer)
        return streams

    def _facts(self) -> dict[str, Any]:
        return {
            "guid": self.job.guid,
            "job": self.job.full_name,
            "version": self.spec["version"] or instance.VERSION_FULL,
            "charset": "AL32UTF8",
            "encryption": Cipher(**self.spec["cipher"]).facts() if self.spec["cipher"] else None,
        }

    def _next_file(self, stream: int, order: int) -> Piece | None:
        path = self.names.next()
        if path is None:
            return None
        try:
            dumpfile.create_file(path, replace=self.spec["reuse"])
        except FileExistsError:
            raise FatalError(
                *(self.ora(39001), self.ora(39000), self.ora(31641, path), self.ora(27038)),
                "Additional information: 1",
            ) from None
        piece = Piece(path, len(self.pieces) + 1, stream, order)
        self.pieces.append(piece)
        return piece

    def _unload_unit(self, unit: Unit, stream: DumpWriter, worker: int) -> None:
        table, began = unit.table, time.monotonic()
        self.save(current=[table.owner, table.name])
        line = row_line(self.language, "exported", unit.name, size_bytes=0, rows=0)
        fault = self.stumble(table.owner, table.name, line=line)
        if fault and fault.name == "ora-39095":
            raise FatalError(self.ora(39095, 217088))
        try:
            batches = self._batches(unit, fault)
        except tables.UndoGoneError:
            return self._skip(unit, 1555)
        except tables.DefinitionChangedError:
            return self._skip(unit, 1466)
        rows = size_bytes = 0
        owner, name, partition = _key(unit)
        try:
            stream.frame(b"UNIT", _json({"owner": owner, "table": name, "partition": partition}))
            for batch in batches:
                payload = dumpfile.encode_rows(batch)
                stream.frame(b"ROWS", payload)
                rows, size_bytes = rows + len(batch), size_bytes + len(payload)
                self.keep_pace(len(batch), slow=fault)
            stream.frame(b"UEND", _json({"rows": rows, "bytes": size_bytes}))
        except NoSpaceError as error:
            raise FatalError(self.ora(39095, error.wanted)) from None
        self._bytes += size_bytes
        self.progress(self._bytes, self._expected)
        facts = {"rows": rows, "bytes": size_bytes, "stream": worker}
        self.done.append({"owner": owner, "table": name, "partition": partition, **facts})
        line = row_line(self.language, "exported", unit.name, size_bytes=size_bytes, rows=rows)
        if self.spec["metrics"]:
            line += f" in {int(time.monotonic() - began)} seconds using {self.spec['access']}"
        self.say(line, worker=worker)
        return None

    def _batches(self, unit: Unit, fault: faults.Fault | None) -> Iterator[list[Any]]:
        tables.raise_ordered(fault)
        cursor = tables.select_rows(
            self.reading,
            unit.table,
            partition=unit.partition,
            as_of_ms=self.spec["as_of_ms"],
            condition=query_for(self.spec["query"], unit.table),
        )
        return iter(lambda: cursor.fetchmany(_BATCH_ROWS), [])

    def _skip(self, unit: Unit, code: int) -> None:
        self.report_error(self.ora(31693, unit.name), self.ora(2354), self.ora(code))

    def _marks(self, streams: list[DumpWriter]) -> list[dict[str, Any]]:
        for stream in streams:
            stream.mark()
        return [asdict(piece) for piece in self.pieces]

    def _write_control(self, streams: list[DumpWriter], chosen: list[Table]) -> None:
        for stream in streams[1:]:
            stream.close()
        control = {
            "mode": self.spec["mode"],
            "content": self.spec["content"],
            "schemas": self.spec["schemas"],
            "users": self._users(),
            "tables": [table.to_json() for table in chosen],
            "units": self.done,
            "as_of_ms": self.spec["as_of_ms"],
            "version": instance.VERSION_FULL,
        }
        try:
            streams[0].frame(b"CTRL", _json(control))
        except NoSpaceError as error:
            raise FatalError(self.ora(39095, error.wanted)) from None
        streams[0].close()
        dumpfile.seal(self.pieces, facts=self._facts(), checksum=self.spec["checksum"])

    def _finish(self) -> None:
        where = faults.Place(self.tool, self.schemas)
        if not self.spec["estimate_only"]:
            if self.spec["metrics"]:
                count, kind = len(self.done), "SCHEMA_EXPORT/TABLE/TABLE_DATA"
                self.say(f"     Completed {count} {kind} objects in 0 seconds", worker=1)
            self.say(self.text("master", self.job.full_name), worker=1)
            if self.spec["checksum"]:
                self.say(self.text("checksums"))
            self.say("*" * 78)
            self.say(self.text("files", f"{self.job.owner}.{self.job.name}"))
            for piece in self.pieces:
                self.say(f"  {piece.path}")
        else:
            total = sum(
                row[0] or 0
                for row in self.connection.execute("SELECT sum(bytes) FROM lab_segments")
            )
            self.say(say(self.language, "estimate_total", size(total)))
        if faults.find(self.home, "missing-dump", at=where):
            Path(self.pieces[0].path).unlink()
        if faults.find(self.home, "empty-dump", at=where):
            Path(self.pieces[0].path).write_bytes(b"")
        self.succeed(keep_control=self.spec["keep_master"])


def _key(unit: Unit) -> tuple[str, str, str | None]:
    partition = unit.partition.name if unit.partition else None
    return unit.table.owner, unit.table.name, partition


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
