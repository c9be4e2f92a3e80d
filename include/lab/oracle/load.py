"""How does the server side of impdp bring a dump set back?"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import instance, jobs, tables
from lab.oracle.dumpfile import BadDumpError, DumpSet
from lab.oracle.messages import row_line
from lab.oracle.model import Table, table_from_json
from lab.oracle.selection import passes
from lab.oracle.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA_KINDS = ("USER", "SYSTEM_GRANT", "ROLE_GRANT", "DEFAULT_ROLE", "TABLESPACE_QUOTA")


class ImportWorker(Worker):
    """Makes the users and tables of a dump set and fills them; or only writes their DDL."""

    tool = "impdp"

    def work(self) -> None:
        """Load the set, or write the SQL file."""
        spec = self.spec
        dump = DumpSet(spec["paths"], key=spec["key"])
        self.control = dump.control
        if self.control["content"] == "DATA_ONLY":  # it has no definitions to make tables of
            spec["content"] = "DATA_ONLY"
        self._loaded: set[tuple[str, str]] = set(map(tuple, self.job.progress.get("loaded", [])))
        self.say(self.text("master", self.job.full_name), worker=1)
        self.say(self.text("starting", self.job.full_name, spec["command"]))
        chosen = self._choose_tables()
        users = self._choose_users()
        if not chosen and not users:
            self.report_error(self.ora(31655))
            return self.succeed()
        if spec["sqlfile"]:
            self._write_sql(users, chosen)
        else:
            ready = self._make_objects(users, chosen)
            if spec["content"] != "METADATA_ONLY" and self.control["content"] != "METADATA_ONLY":
                self._load_rows(dump, ready)
            if spec["content"] != "DATA_ONLY":
                self._processing("TABLE/CONSTRAINT/CONSTRAINT")
                self._processing("TABLE/CONSTRAINT/REF_CONSTRAINT")
        return self.succeed(keep_control=spec["keep_master"])

    def _choose_tables(self) -> dict[tuple[str, str], Table]:
        """Return the tables to work on by their name in the dump, as they are to be."""
        spec = self.spec
        found: dict[tuple[str, str], Table] = {}
        known = [table_from_json(text) for text in self.control["tables"]]
        owners = {table.owner for table in known} | set(self.control["schemas"])
        for schema in spec["schemas"]:
            if schema not in owners:
                self.report_error(self.ora(39165, schema))
        asked = {(owner, name) for owner, name, _ in spec["tables"]}
        # TABLES without an owner means the one schema of the dump as well as one's own.
        names = {name for owner, name in asked if owner == self.job.owner}
        for table in known:
            key = (table.owner, table.name)
            if spec["schemas"] and table.owner not in spec["schemas"]:
                continue
            if asked and key not in asked and table.name not in names:
                continue
            if passes("TABLE", table.name, include=spec["include"], exclude=spec["exclude"]):
                found[key] = self._moved(table)
        for owner, name in sorted(asked):
            if not any(key[1] == name for key in found):
                self.report_error(self.ora(39166, f"{owner}.{name}"))
        return found

    def _moved(self, table: Table) -> Table:
        return table.moved_to(
            owner=self.spec["schema_map"].get(table.owner, table.owner),
            name=self.spec["table_map"].get(table.name, table.name),
            tablespace=self.spec["tablespace_map"].get(table.tablespace, table.tablespace),
        )

    def _choose_users(self) -> list[str]:
        spec = self.spec
        if spec["tables"] or spec["include"] or "USER" in map(str.upper, spec["exclude"]):
            return []
        if spec["content"] == "DATA_ONLY" or self.control["content"] == "DATA_ONLY":
            return []
        return [
            user for user in self.control["users"] if user in spec["schemas"] or not spec["schemas"]
        ]

    def _processing(self, kind: str) -> None:
        mode = (
            "DATABASE_EXPORT/SCHEMA"
            if self.control["mode"] == "FULL"
            else self.control["mode"] + "_EXPORT"
        )
        self.say(self.text("processing", f"{mode}/{kind}"), worker=1)

    def _make_objects(
        self, users: list[str], chosen: dict[tuple[str, str], Table]
    ) -> dict[tuple[str, str], Table]:
        if users:
            self._processing("USER")
            for user in users:
                self._make_user(self.spec["schema_map"].get(user, user))
            for kind in _SCHEMA_KINDS[1:]:
                self._processing(kind)
            self._processing("PRE_SCHEMA/PROCACT_SCHEMA")
        if self.spec["content"] != "DATA_ONLY":
            self._processing("TABLE/TABLE")
        ready = {}
        for key, table in chosen.items():
            self.obey(between_units=True)
            if self._make_table(table):
                ready[key] = table
        return ready

    def _make_user(self, user: str) -> None:
        query = "SELECT 1 FROM lab_users WHERE username = ?"
        if self.connection.execute(query, (user,)).fetchone():
            self.report_error(self.ora(31684, f'USER:"{user}"'))
            return
        instance.add_user(self.connection, user)
        self.connection.executemany(
            "INSERT OR IGNORE INTO lab_roles VALUES (?, ?)", [(user, "CONNECT"), (user, "RESOURCE")]
        )

    def _make_table(self, table: Table) -> bool:
        """Make the table or prepare the one that is there; return whether rows may go in."""
        name = f'"{table.owner}"."{table.name}"'
        known = "SELECT 1 FROM lab_users WHERE username = ?"
        if not self.connection.execute(known, (table.owner,)).fetchone():
            ddl = table.oracle_ddl().splitlines()[0]
            self.report_error(
                f"ORA-39083: Object type TABLE:{name} failed to create with error:",
                f"ORA-01918: user '{table.owner}' does not exist",
                "Failing sql is:",
                ddl,
            )
            return False
        exists = tables.find_table(self.connection, table.owner, table.name) is not None
        content, action = self.spec["content"], self.spec["action"]
        action = action or ("APPEND" if content == "DATA_ONLY" else "SKIP")
        if not exists and content == "DATA_ONLY":
            self.report_error(
                self.ora(31693, name),
                "ORA-00942: table or view does not exist",
            )
            return False
        if exists and action == "SKIP":
            self.report_error(self.ora(39151, name))
            return False
        if exists and action == "TRUNCATE":
            self.connection.execute(f"DELETE FROM {table.rows_in}")
        if exists and action == "REPLACE":
            tables.drop_table(self.connection, table.owner, table.name)
        if not exists or action == "REPLACE":
            tables.create_table(self.connection, table)
        elif content != "DATA_ONLY":
            how = (
                "appended to existing table but" if action == "APPEND" else "loaded after truncate,"
            )
            self.say(
                f"Table {name} exists. Data will be {how} all dependent metadata will be skipped"
                f" due to table_exists_action of {action.lower()}"
            )
        return True

    def _load_rows(self, dump: DumpSet, ready: dict[tuple[str, str], Table]) -> None:
        self._processing("TABLE/TABLE_DATA")
        units = dump.units()
        try:
            for unit, batches in units:
                table = ready.get((unit["owner"], unit["table"]))
                if table is None or not self._wanted(unit):
                    for _ in batches:
                        pass
                    continue
                self.obey(between_units=True)
                self._load_unit(table, unit, batches)
        except BadDumpError as error:
            self._never_end(error)
        for table in set(ready.values()):
            tables.measure(self.connection, table)
            if not self._has_history(table):
                tables.keep_history(self.connection, table)

    def _wanted(self, unit: dict[str, Any]) -> bool:
        asked = [item for item in self.spec["tables"] if item[1] == unit["table"] and item[2]]
        return not asked or any(item[2] == unit["partition"] for item in asked)

    def _load_unit(
        self, table: Table, unit: dict[str, Any], batches: Iterator[list[list[Any]]]
    ) -> None:
        began, rows = time.monotonic(), 0
        partition = unit["partition"]
        name = f'"{table.owner}"."{table.name}"' + (f':"{partition}"' if partition else "")
        # The size shown is the one the export noted.
        size_bytes = next(
            known["bytes"]
            for known in self.control["units"]
            if all(known[key] == unit[key] for key in ("owner", "table", "partition"))
        )
        slow = self.stumble(table.owner, table.name)
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.rows_in} ({table.column_list}) VALUES ({marks})"
        # A row is in the table when its unit is committed, so that a kill leaves whole units.
        batch: list[list[Any]] = []
        collected: list[list[Any]] = []
        for batch in batches:
            collected += batch
            rows += len(batch)
            self.keep_pace(len(batch), slow=slow)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(insert, collected)
            self.connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            self.connection.execute("ROLLBACK")
            self.report_error(
                self.ora(31693, name),
                "ORA-29913: error in executing ODCIEXTTABLEFETCH callout",
                f"ORA-00001: unique constraint ({table.owner}.{table.name}_PK) violated",
            )
            return
        line = row_line(self.language, "imported", name, size_bytes=size_bytes, rows=rows)
        if self.spec["metrics"]:
            line += f" in {int(time.monotonic() - began)} seconds using direct_path"
        self.say(line, worker=1)

    def _never_end(self, error: BadDumpError) -> None:
        """Hang in state UNDEFINED, as Data Pump does over a dump damaged in its middle."""
        self.report_error(self.ora(39776, Path(error.path).name), self.ora(39376))
        jobs.change(self.connection, self.job.id, state="UNDEFINED")
        while True:
            self.wait(1)

    def _has_history(self, table: Table) -> bool:
        name = f"{table.owner}.{table.name}#undo"
        query = "SELECT 1 FROM sqlite_master WHERE name = ?"
        return self.connection.execute(query, (name,)).fetchone() is not None

    def _write_sql(self, users: list[str], chosen: dict[tuple[str, str], Table]) -> None:
        parts = ["-- CONNECT BACKUP"]
        if users:
            self._processing("USER")
            for user in users:
                name = self.spec["schema_map"].get(user, user)
                parts.append(
                    f'-- new object type path: SCHEMA_EXPORT/USER\nCREATE USER "{name}" '
                    "IDENTIFIED BY VALUES 'S:0000'\n      DEFAULT TABLESPACE \"USERS\"\n"
                    '      TEMPORARY TABLESPACE "TEMP";'
                )
        self._processing("TABLE/TABLE")
        parts.append("-- new object type path: SCHEMA_EXPORT/TABLE/TABLE")
        parts += [table.oracle_ddl() for table in chosen.values()]
        self._processing("TABLE/CONSTRAINT/CONSTRAINT")
        for table in chosen.values():
            if table.primary_key:
                key = ", ".join(f'"{column}"' for column in table.primary_key)
                parts.append(
                    f'ALTER TABLE "{table.owner}"."{table.name}" ADD CONSTRAINT '
                    f'"{table.name}_PK" PRIMARY KEY ({key}) ENABLE;'
                )
        file = Path(self.spec["sqlfile"])
        file.touch(mode=0o640)
        file.write_text("\n".join(parts) + "\n", encoding="utf-8")
