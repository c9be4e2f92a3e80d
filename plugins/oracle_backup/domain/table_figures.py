"""Which of an export's tables does a report name: the biggest, and those with trouble?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.codes import facts_of, is_harmless

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from oracle_backup.domain.log.model import ExportLog

MOST_TABLES: Final = 10
"""Tables of each kind that are named."""
MOST_CAUSES: Final = 4

_SUBJECT: Final = re.compile(
    r"""
    # TABLE_DATA:"HR"."EMPLOYEES":"P1"."SP1" | "EMPLOYEES"
    (?:[A-Z][A-Z_ ]*:)? (?:"[^"]+"\.)? "([^"]+)" (?::"([^"]+)"(?:\."([^"]+)")?)?
    # HR.EMPLOYEES
    | [A-Z][\w$#]* \. ([A-Z][\w$#]*)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """A table with its partitions; its size is None where the tool prints none."""

    table: str
    rows: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubledTable:
    """
    A table that may lack rows.

    :param code: Oracle's, or empty where its line in the log has no count.
    :param causes: the codes below it.
    """

    table: str
    code: str = ""
    causes: tuple[str, ...] = ()


def biggest_tables(log: ExportLog, *, most: int = MOST_TABLES) -> tuple[TableSize, ...]:
    """Given an export's log, return its biggest tables, partitions added up."""
    rows: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for row in log.tables:
        rows[row.table] = rows.get(row.table, 0) + row.rows
        if row.size_bytes is not None:
            sizes[row.table] = sizes.get(row.table, 0) + row.size_bytes
    biggest = sorted(rows, key=lambda table: (-sizes.get(table, 0), -rows[table], table))
    return tuple(
        TableSize(table=table, rows=rows[table], size_bytes=sizes.get(table))
        for table in biggest[:most]
        if rows[table] or sizes.get(table)
    )


def troubled_tables(log: ExportLog, *, tolerate: Collection[str] = ()) -> tuple[TroubledTable, ...]:
    """Given an export's log, return the tables that may lack rows, each once."""
    found: dict[str, TroubledTable] = {}
    for one in _troubled(log, tolerate):
        found.setdefault(one.table, one)
    return tuple(found.values())


def telling_codes(log: ExportLog, *, tolerate: Collection[str] = ()) -> tuple[str, ...]:
    """
    Given an export's log, return the codes that say why it is not whole.

    Causes come first, as curing them cures what stands above. What only points at other messages
    is left out where these are known.
    """
    spoiled = [
        block
        for block in log.errors
        if block.code not in tolerate and not is_harmless(block.code, nested=block.nested)
    ]
    causes = [code for block in spoiled for code in block.nested]
    codes = tuple(dict.fromkeys([*causes, *(block.code for block in spoiled)]))
    return tuple(code for code in codes if not _points_elsewhere(code)) or codes


def tables_and_codes(log: ExportLog, *, tolerate: Collection[str] = ()) -> dict[str, Any]:
    """Given an export's log, return as JSON what the report tells of its tables and codes."""
    troubled = troubled_tables(log, tolerate=tolerate)
    return {
        "biggest": [
            {"table": one.table, "rows": one.rows, "size_bytes": one.size_bytes}
            for one in biggest_tables(log)
        ],
        "troubled": [
            {"table": one.table, "code": one.code, "causes": list(one.causes)}
            for one in troubled[:MOST_TABLES]
        ],
        "troubled_count": len(troubled),
        "telling_codes": list(telling_codes(log, tolerate=tolerate)[:MOST_TABLES]),
    }


def _troubled(log: ExportLog, tolerate: Collection[str]) -> Iterator[TroubledTable]:
    for block in log.errors:
        named = _SUBJECT.fullmatch(block.subject or "")
        if named is None or block.code in tolerate or not facts_of(block.code).loses_data:
            continue
        if is_harmless(block.code, nested=block.nested):
            continue
        causes = [code for code in block.nested if not _points_elsewhere(code)]
        yield TroubledTable(
            table=":".join(filter(None, named.groups())),
            code=block.code,
            causes=tuple(dict.fromkeys(causes))[:MOST_CAUSES],
        )
    for table in log.failed_tables:
        yield TroubledTable(table=table)


def _points_elsewhere(code: str) -> bool:
    """Return whether a code only says that another one tells more."""
    return facts_of(code).todo.startswith("See the ")
