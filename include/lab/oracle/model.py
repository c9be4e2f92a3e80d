"""What a table of the stand-in instance is made of, and how its DDL reads in Oracle and in SQLite.

Rows lie in one SQLite table per Oracle table, named ``OWNER.TABLE`` (quote it). DATE and TIMESTAMP
are ISO text, RAW is a blob, everything else is what SQLite makes of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any


def quoted(name: str) -> str:
    """Return the name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def row_table(owner: str, name: str) -> str:
    """Return the quoted name of the SQLite table that holds the rows of an Oracle table."""
    return quoted(f"{owner}.{name}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column, with its type as Oracle spells it."""

    name: str
    type: str
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Partition:
    """A range partition: the values below `below`, down to the partition before it."""

    name: str
    below: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns, key and partitions."""

    owner: str
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[tuple[str, str, str], ...] = ()
    comment: str = ""
    tablespace: str = "USERS"
    partition_by: str | None = None
    partitions: tuple[Partition, ...] = field(default=())

    @property
    def rows_in(self) -> str:
        """The quoted SQLite table with the rows."""
        return row_table(self.owner, self.name)

    @property
    def column_list(self) -> str:
        """The quoted columns, for a SELECT or an INSERT."""
        return ", ".join(quoted(column.name) for column in self.columns)

    def moved_to(self, *, owner: str, name: str, tablespace: str) -> Table:
        """Return this table as REMAP_SCHEMA, REMAP_TABLE and REMAP_TABLESPACE would have it."""
        return replace(self, owner=owner, name=name, tablespace=tablespace)

    def sqlite_ddl(self) -> str:
        """Return the CREATE TABLE for SQLite; the declared types stay Oracle's."""
        parts = [
            f"{quoted(c.name)} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in self.columns
        ]
        if self.primary_key:
            parts.append(f"PRIMARY KEY ({', '.join(map(quoted, self.primary_key))})")
        return f"CREATE TABLE {self.rows_in} ({', '.join(parts)})"

    def oracle_ddl(self) -> str:
        """Return the CREATE TABLE as an SQLFILE shows it."""
        parts = [
            f'\t"{c.name}" {c.type}{"" if c.nullable else " NOT NULL ENABLE"}' for c in self.columns
        ]
        text = f'CREATE TABLE "{self.owner}"."{self.name}" \n   (' + ", \n".join(parts) + "\n   )"
        text += f' \n  TABLESPACE "{self.tablespace}"'
        if self.partition_by:
            ranges = ", \n".join(
                f' PARTITION "{p.name}"  VALUES LESS THAN ({_bound(p.below)})'
                for p in self.partitions
            )
            text += f' \n  PARTITION BY RANGE ("{self.partition_by}") \n ({ranges} )'
        return text + " ;"

    def partition_filter(self, partition: Partition) -> tuple[str, tuple[str, ...]]:
        """Return the WHERE clause, and its values, that picks the rows of a partition."""
        if self.partition_by is None:
            return "1", ()
        key, clauses, values = quoted(self.partition_by), [], []
        index = self.partitions.index(partition)
        if index:
            clauses.append(f"{key} >= ?")
            values.append(str(self.partitions[index - 1].below))
        if partition.below is not None:
            clauses.append(f"{key} < ?")
            values.append(partition.below)
        return " AND ".join(clauses) or "1", tuple(values)

    def to_json(self) -> str:
        """Return the definition as the dictionary and the dump files keep it."""
        return json.dumps(
            {
                "owner": self.owner,
                "name": self.name,
                "columns": [[c.name, c.type, c.nullable] for c in self.columns],
                "primary_key": self.primary_key,
                "foreign_keys": self.foreign_keys,
                "comment": self.comment,
                "tablespace": self.tablespace,
                "partition_by": self.partition_by,
                "partitions": [[p.name, p.below] for p in self.partitions],
            },
            ensure_ascii=False,
        )


def table_from_json(text: str) -> Table:
    """Return the table a definition describes."""
    data: dict[str, Any] = json.loads(text)
    data["columns"] = tuple(Column(*column) for column in data["columns"])
    data["partitions"] = tuple(Partition(*partition) for partition in data["partitions"])
    data["primary_key"] = tuple(data["primary_key"])
    data["foreign_keys"] = tuple(tuple(key) for key in data["foreign_keys"])
    return Table(**data)


def _bound(below: str | None) -> str:
    if below is None:
        return "MAXVALUE"
    return f"TO_DATE(' {below}', 'SYYYY-MM-DD HH24:MI:SS', 'NLS_CALENDAR=GREGORIAN')"
