"""Which tables, partitions and rows does a Data Pump job work on?"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.oracle.model import Partition, Table


@dataclass(frozen=True, slots=True)
class Unit:
    """A table, or a partition of one: what gets a row line of its own."""

    table: Table
    partition: Partition | None

    @property
    def name(self) -> str:
        """The name as in the log."""
        name = f'"{self.table.owner}"."{self.table.name}"'
        return f'{name}:"{self.partition.name}"' if self.partition else name


def units_of(tables: list[Table], *, only: dict[tuple[str, str], list[str]]) -> list[Unit]:
    """Return the units of tables; `only` names the partitions asked for, if not all."""
    return [
        Unit(table, partition)
        for table in tables
        for partition in table.partitions or (None,)
        if partition is None
        or partition.name in only.get((table.owner, table.name), [partition.name])
    ]


def identifier(text: str) -> str:
    """Return a name as the dictionary has it: upper case, unless it is in double quotes."""
    text = text.strip()
    return text[1:-1] if text.startswith('"') and text.endswith('"') else text.upper()


def split_name(text: str, *, owner: str) -> tuple[str, str, str | None]:
    """Return owner, table and partition of ``[owner.]table[:partition]``."""
    pieces = re.findall(r'"[^"]*"|[^".:]+|[.:]', text)
    partition = identifier(pieces[-1]) if len(pieces) > 2 and pieces[-2] == ":" else None
    names = [identifier(piece) for piece in pieces if piece not in ".:"]
    if partition:
        names.pop()
    return (names[0], names[1], partition) if len(names) > 1 else (owner, names[0], partition)


def passes(kind: str, name: str, *, include: list[str], exclude: list[str]) -> bool:
    """Return whether INCLUDE and EXCLUDE let an object of this kind and name through.

    Each is ``KIND`` or ``KIND:"expression"``, as in ``TABLE:"IN ('A','B')"``.
    """
    if any(_matches(rule, kind, name) for rule in exclude):
        return False
    return not include or any(_matches(rule, kind, name) for rule in include)


def _matches(rule: str, kind: str, name: str) -> bool:
    ruled, _, expression = rule.partition(":")
    if ruled.strip().upper() != kind:
        return False
    expression = expression.strip().strip('"')
    if not expression:
        return True
    # The expressions are SQL conditions without their left side; SQLite knows the common ones.
    checker = sqlite3.connect(":memory:")
    try:
        checker.execute("PRAGMA case_sensitive_like = ON")
        return checker.execute(f"SELECT 1 WHERE ? {expression}", (name,)).fetchone() is not None
    finally:
        checker.close()


def query_for(queries: list[str], table: Table) -> str | None:
    """Return the condition QUERY sets for a table: ``[[owner.]table:]where ...``."""
    for query in queries:
        target, clause = _split_query(query)
        if target is None or split_name(target, owner=table.owner)[:2] == (table.owner, table.name):
            return re.sub(r"^\s*where\s+", "", clause.strip().strip('"'), flags=re.IGNORECASE)
    return None


def _split_query(query: str) -> tuple[str | None, str]:
    found: Any = re.match(r'((?:"[^"]*"|[\w$#.])+):\s*(.*)$', query, re.DOTALL)
    return (found[1], found[2]) if found else (None, query)
