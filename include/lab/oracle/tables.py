"""How are tables made, measured and read in the stand-in instance, also as of a past instant?

Every change of a row leaves its old image in ``OWNER.TABLE#undo`` (by triggers), so a flashback
export finds the rows as they were.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lab.oracle.instance import now_ms, setting
from lab.oracle.model import Partition, Table, quoted, table_from_json

if TYPE_CHECKING:
    import sqlite3

    from lab.oracle.faults import Fault

_NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


class UndoGoneError(Exception):
    """The rows as of that instant can no longer be had (ORA-01555)."""


class DefinitionChangedError(Exception):
    """The table was defined, or defined anew, after that instant (ORA-01466)."""


def find_table(connection: sqlite3.Connection, owner: str, name: str) -> Table | None:
    """Return a table's definition, None when there is no such table."""
    row = connection.execute(
        "SELECT definition FROM lab_tables WHERE owner = ? AND name = ?", (owner, name)
    ).fetchone()
    return table_from_json(row[0]) if row else None


def tables_of(connection: sqlite3.Connection, owner: str) -> list[Table]:
    """Return the tables of a schema in the order of their making; control tables are left out."""
    rows = connection.execute(
        "SELECT definition FROM lab_tables WHERE owner = ? AND NOT hidden ORDER BY rowid", (owner,)
    )
    return [table_from_json(row[0]) for row in rows]


def create_table(
    connection: sqlite3.Connection,
    table: Table,
    *,
    hidden: bool = False,
    defined_ms: int | None = None,
) -> None:
    """Create an empty table; `hidden` ones (a job's control table) are never exported."""
    connection.execute(table.sqlite_ddl())
    connection.execute(
        "INSERT INTO lab_tables VALUES (?, ?, ?, 0, 0, ?, ?, ?)",
        (
            *(table.owner, table.name, table.to_json()),
            *(time.strftime("%Y-%m-%d %H:%M:%S"), defined_ms or now_ms(), int(hidden)),
        ),
    )


def drop_table(connection: sqlite3.Connection, owner: str, name: str) -> None:
    """Drop a table with its rows and history."""
    where, values = "owner = ? AND {} = ?", (owner, name)
    table = find_table(connection, owner, name)
    if table is not None:
        connection.execute(f"DROP TABLE IF EXISTS {table.rows_in}")
        connection.execute(f"DROP TABLE IF EXISTS {quoted(_history_name(table))}")
    connection.execute("DELETE FROM lab_tables WHERE " + where.format("name"), values)
    connection.execute("DELETE FROM lab_segments WHERE " + where.format("segment"), values)


def measure(connection: sqlite3.Connection, table: Table) -> None:
    """Note how many rows and bytes a table has, as gathering statistics would."""
    # 5 bytes a row and 2 a column stand for row headers; segments grow by 64 KB extents.
    length = " + ".join(f"coalesce(length({name}), 0)" for name in table.column_list.split(", "))
    sizing = f"SELECT count(*), coalesce(sum({length} + {5 + 2 * len(table.columns)}), 0)"
    connection.execute(
        "DELETE FROM lab_segments WHERE owner = ? AND segment = ?", (table.owner, table.name)
    )
    rows = size = 0
    for partition in table.partitions or (None,):
        condition, values = table.partition_filter(partition) if partition else ("1", ())
        source = f"{sizing} FROM {table.rows_in} WHERE {condition}"
        part_rows, part_bytes = connection.execute(source, values).fetchone()
        rows, size = rows + part_rows, size + part_bytes
        if part_rows:  # without a row there is no segment: creation is deferred
            name, kind = (partition.name, "TABLE PARTITION") if partition else (None, "TABLE")
            connection.execute(
                "INSERT INTO lab_segments VALUES (?, ?, ?, ?, ?, ?)",
                (
                    table.owner,
                    table.name,
                    name,
                    kind,
                    table.tablespace,
                    -(-part_bytes // 65536) * 65536,
                ),
            )
    connection.execute(
        "UPDATE lab_tables SET num_rows = ?, bytes = ? WHERE owner = ? AND name = ?",
        (rows, size, table.owner, table.name),
    )


def keep_history(connection: sqlite3.Connection, table: Table) -> None:
    """Keep the old image of every row that changes from now on."""
    undo, columns = quoted(_history_name(table)), table.column_list
    connection.execute(f"CREATE TABLE {undo} (at_ms INTEGER, rid INTEGER, op TEXT, {columns})")
    connection.execute(f"CREATE INDEX {quoted(_history_name(table) + '_ix')} ON {undo} (rid)")
    old = ", ".join(f"OLD.{quoted(column.name)}" for column in table.columns)
    nothing = ", ".join("NULL" for _ in table.columns)
    for event, rid, image in (
        ("INSERT", "NEW.rowid", nothing),
        ("UPDATE", "OLD.rowid", old),
        ("DELETE", "OLD.rowid", old),
    ):
        name = quoted(f"{table.owner}.{table.name}#{event}")
        connection.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table.rows_in} BEGIN"
            f" INSERT INTO {undo} VALUES ({_NOW_MS}, {rid}, '{event}', {image}); END"
        )


def select_rows(
    connection: sqlite3.Connection,
    table: Table,
    *,
    partition: Partition | None = None,
    as_of_ms: int | None = None,
    condition: str | None = None,
) -> sqlite3.Cursor:
    """Return a cursor over the rows of a table or partition, as of an instant when one is given.

    `condition` is one more SQL condition on them. Raise UndoGoneError, DefinitionChangedError.
    """
    chosen, bounds = table.partition_filter(partition) if partition else ("1", ())
    values: tuple[int | str, ...] = bounds
    columns, source = table.column_list, table.rows_in
    if as_of_ms is not None:
        source, more = _as_of(connection, table, as_of_ms)
        values = (*more, *bounds)
    where = f"{chosen} AND ({condition})" if condition else chosen
    return connection.execute(f"SELECT {columns} FROM {source} WHERE {where}", values)


def raise_ordered(fault: Fault | None) -> None:
    """Raise what a fault orders for the reading of a table."""
    if fault and fault.name == "ora-01555":
        raise UndoGoneError
    if fault and fault.name == "ora-01466":
        raise DefinitionChangedError


def _as_of(
    connection: sqlite3.Connection, table: Table, instant_ms: int
) -> tuple[str, tuple[int, ...]]:
    (defined_ms,) = connection.execute(
        "SELECT ddl_ms FROM lab_tables WHERE owner = ? AND name = ?", (table.owner, table.name)
    ).fetchone()
    if defined_ms > instant_ms:
        raise DefinitionChangedError
    undo = quoted(_history_name(table))
    changed = connection.execute(
        f"SELECT 1 FROM {undo} WHERE at_ms > ? LIMIT 1", (instant_ms,)
    ).fetchone()
    if not changed:
        return table.rows_in, ()
    if now_ms() - instant_ms > int(setting(connection, "tuned_undoretention")) * 1000:
        raise UndoGoneError
    columns = table.column_list
    source = (
        f"(SELECT {columns} FROM {table.rows_in}"
        f" WHERE rowid NOT IN (SELECT rid FROM {undo} WHERE at_ms > ?)"
        f" UNION ALL SELECT {columns} FROM {undo} u WHERE op <> 'INSERT' AND u.rowid ="
        f" (SELECT min(v.rowid) FROM {undo} v WHERE v.rid = u.rid AND v.at_ms > ?))"
    )
    return source, (instant_ms, instant_ms)


def _history_name(table: Table) -> str:
    return f"{table.owner}.{table.name}#undo"
