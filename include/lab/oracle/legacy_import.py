"""How does imp bring back what exp wrote?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import dumpfile, tables
from lab.oracle.legacy import GivenUpError, Run
from lab.oracle.legacy_export import HEADER
from lab.oracle.model import Table, table_from_json
from lab.oracle.selection import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator


def load(run: Run) -> None:
    """Import what was asked for. Raise GivenUpError."""
    path = Path(run.request.one("file") or "expdat.dmp")
    try:
        lines = (path if path.suffix else path.with_suffix(".dmp")).read_bytes().splitlines(True)
    except OSError:
        raise GivenUpError(f"IMP-00002: failed to open {path} for read") from None
    if not lines or lines[0] != HEADER:
        raise GivenUpError("IMP-00010: not a valid export file, header failed verification")
    run.say("", "Export file created by EXPORT:V19.00.00 via conventional path")
    run.characters("import done")
    _Loader(run).load(_entries(run, lines[1:]))


def _entries(run: Run, lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            break
        if "end" in entry:
            return
        yield entry
    run.warn("IMP-00009: abnormal end of export file")


class _Loader:
    def __init__(self, run: Run) -> None:
        self.run = run
        request = run.request
        sources = [identifier(name) for name in request.many("fromuser")]
        targets = [identifier(name) for name in request.many("touser")]
        self.sources = set(sources)
        self.targets = dict(zip(sources, targets, strict=False))
        self.wanted = {identifier(name) for name in request.many("tables")}
        self.owner = ""

    def load(self, entries: Iterator[dict[str, Any]]) -> None:
        """Make and fill the tables, one after the other."""
        table: Table | None = None
        rows: list[list[Any]] = []
        for entry in entries:
            if "table" in entry:
                self._fill(table, rows)
                table, rows = self._make(table_from_json(json.dumps(entry["table"]))), []
            else:
                rows += dumpfile.decode_rows(json.dumps(entry["rows"]).encode())
        self._fill(table, rows)

    def _make(self, table: Table) -> Table | None:
        if (self.sources and table.owner not in self.sources) or (
            self.wanted and table.name not in self.wanted
        ):
            return None
        owner = self.targets.get(table.owner, table.owner)
        if owner != self.owner:
            self.run.say(f". importing {table.owner}'s objects into {owner}")
            self.owner = owner
        moved = table.moved_to(owner=owner, name=table.name, tablespace=table.tablespace)
        if self.run.request.yes("show"):
            self.run.say(f' "{moved.oracle_ddl()}"')
            return None
        known = "SELECT 1 FROM lab_users WHERE username = ?"
        if not self.run.connection.execute(known, (owner,)).fetchone():
            raise GivenUpError(
                "IMP-00003: ORACLE error 1435 encountered", "ORA-01435: user does not exist"
            )
        if tables.find_table(self.run.connection, owner, table.name) is None:
            tables.create_table(self.run.connection, moved)
            tables.keep_history(self.run.connection, moved)
        elif not self.run.request.yes("ignore"):
            self.run.warn(
                "IMP-00015: following statement failed because the object already exists:",
                f' "{moved.oracle_ddl().splitlines()[0]}"',
            )
            return None
        return moved

    def _fill(self, table: Table | None, rows: list[list[Any]]) -> None:
        if table is None:
            return
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.rows_in} ({table.column_list}) VALUES ({marks})"
        refused = 0
        self.run.connection.execute("BEGIN IMMEDIATE")
        for row in rows:
            try:
                self.run.connection.execute(insert, row)
            except sqlite3.IntegrityError:
                refused += 1
        self.run.connection.execute("COMMIT")
        tables.measure(self.run.connection, table)
        if refused:
            unique = f"ORA-00001: unique constraint ({table.owner}.{table.name}_PK) violated"
            self.run.warn("IMP-00019: row rejected due to ORACLE error 1", unique)
        spanish = self.run.language == "es"
        word = ". importando la tabla" if spanish else ". . importing table"
        count = len(rows) - refused
        quoted = f'"{table.name}"'
        end = "filas importadas" if spanish else "rows imported"
        self.run.say(f"{word}{quoted:>31}{count:>11} {end}")
