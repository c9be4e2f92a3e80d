"""How does exp write its file?

The file is lines of JSON after the header real ones begin with: a definition, its rows, and at the
end a line that says so.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.oracle import dumpfile, faults, jobs, tables
from lab.oracle.legacy import GivenUpError, Run
from lab.oracle.messages import ora
from lab.oracle.selection import Unit, identifier, query_for, split_name, units_of
from lab.oracle.submit import RefusedError, flashback

if TYPE_CHECKING:
    from typing import BinaryIO

    from lab.oracle.model import Table

HEADER = b"EXPORT:V19.00.00\n"
END = b'{"end":true}\n'
_BEFORE = (
    *(". exporting pre-schema procedural objects and actions",),
    *(". exporting foreign function library names for user {} ",),
    *(". exporting PUBLIC type synonyms", ". exporting private type synonyms"),
    *(". exporting object type definitions for user {} ",),
)
_MIDDLE = (
    *(". exporting database links", ". exporting sequence numbers"),
    *(". exporting cluster definitions",),
)
_AFTER = (
    *(". exporting synonyms", ". exporting views", ". exporting stored procedures"),
    *(". exporting operators", ". exporting referential integrity constraints"),
    *(". exporting triggers", ". exporting indextypes", ". exporting materialized views"),
    *(". exporting refresh groups and children", ". exporting dimensions"),
    *(". exporting post-schema procedural objects and actions", ". exporting statistics"),
)


def export(run: Run) -> None:
    """Export what was asked for. Raise GivenUpError."""
    run.characters("Export done")
    request = run.request
    owners = [identifier(name) for name in request.many("owner")]
    names = [split_name(name, owner=run.session.user) for name in request.many("tables")]
    if not names and not owners:
        owners = [run.session.user]
    try:
        instant = flashback(run.connection, request)
    except RefusedError:
        raise GivenUpError("EXP-00008: ORACLE error 8180 encountered", ora("en", 8180)) from None
    path = Path(request.one("file") or "expdat.dmp")
    path = path if path.suffix else path.with_suffix(".dmp")
    try:
        file = path.open("wb")
    except OSError:
        raise GivenUpError(f"EXP-00028: failed to open {path} for write") from None
    schemas = ",".join(owners) or ",".join(sorted({owner for owner, _, _ in names}))
    note = jobs.record(run.connection, tool="exp", owner=run.session.user, job="", schemas=schemas)
    with file:
        file.write(HEADER)
        writer = _Writer(run, file, instant)
        if names:
            writer.tables(names)
        else:
            writer.users(owners)
        file.write(END)
    outcome = "warnings" if run.warned else "success"
    jobs.record_end(run.connection, note, outcome=outcome)


class _Writer:
    def __init__(self, run: Run, file: BinaryIO, instant: int | None) -> None:
        self.run, self.file, self.instant = run, file, instant
        self.path = "Direct" if run.request.yes("direct") else "Conventional"
        self.spanish = run.language == "es"
        # BUFFER holds the rows of one fetch, but for the direct path; a row is taken for 100 bytes.
        buffer = 0 if self.path == "Direct" else int(run.request.one("buffer") or 0)
        self.fetched = max(1, buffer // 100) if buffer else 100

    def tables(self, names: list[tuple[str, str, str | None]]) -> None:
        """Export tables by name."""
        self.run.say("", f"About to export specified tables via {self.path} Path ...")
        current = self.run.session.user
        for owner, name, partition in names:
            table = tables.find_table(self.run.connection, owner, name)
            if owner != current:
                self.run.say(f"Current user changed to {owner}")
                current = owner
            if table is None:
                self.run.warn(f"EXP-00011: {owner}.{name} does not exist")
                continue
            self.table(table, only={(owner, name): [partition]} if partition else {})

    def users(self, owners: list[str]) -> None:
        """Export whole schemas."""
        self.run.say("", "About to export specified users ...")
        for owner in owners:
            known = "SELECT 1 FROM lab_users WHERE username = ? AND oracle_maintained = 'N'"
            there = self.run.connection.execute(known, (owner,)).fetchone()
            if not there or self.run.session.root:
                raise GivenUpError(f"EXP-00010: {owner} is not a valid username")
        for owner in owners:
            self.run.say(*(line.format(owner) for line in _BEFORE))
            self.run.say(f"About to export {owner}'s objects ...", *_MIDDLE)
            self.run.say(f". about to export {owner}'s tables via {self.path} Path ...")
            for table in tables.tables_of(self.run.connection, owner):
                self.table(table, only={})
            self.run.say(*_AFTER)

    def table(self, table: Table, *, only: dict[tuple[str, str], list[str]]) -> None:
        """Export one table, partition by partition."""
        self.file.write(json.dumps({"table": json.loads(table.to_json())}).encode() + b"\n")
        word = ". . exportando la tabla" if self.spanish else ". . exporting table"
        self.run.say(f"{word}{table.name:>31}", end="")
        if table.partitions:
            self.run.say("")
        for unit in units_of([table], only=only):
            if unit.partition:
                word = ". . exportando la partición" if self.spanish else ". . exporting partition"
                self.run.say(f"{word}{unit.partition.name:>31}", end="")
            self._unit(unit)

    def _unit(self, unit: Unit) -> None:
        table, run = unit.table, self.run
        where = faults.Place("exp", table.owner, table.name)
        self.file.flush()
        while faults.find(run.home, "hang", at=where, use=False):
            time.sleep(0.2)
        fault = faults.find(run.home, "ora-01555", "ora-01466", "slow", at=where)
        try:
            tables.raise_ordered(fault)
            cursor = tables.select_rows(
                *(run.connection, table),
                partition=unit.partition,
                as_of_ms=self.instant,
                condition=query_for(run.request.many("query"), table),
            )
        except (tables.UndoGoneError, tables.DefinitionChangedError) as error:
            code = 1555 if isinstance(error, tables.UndoGoneError) else 1466
            run.warn("", f"EXP-00056: ORACLE error {code} encountered", ora(run.language, code))
            return
        pace = fault.rows_per_second if fault else faults.pace(run.home)
        count = 0
        while batch := cursor.fetchmany(self.fetched):
            self.file.write(b'{"rows":' + dumpfile.encode_rows(batch) + b"}\n")
            count += len(batch)
            if pace:
                self.file.flush()
                time.sleep(len(batch) / pace)
        run.say(f"{count:>11} " + ("filas exportadas" if self.spanish else "rows exported"))
