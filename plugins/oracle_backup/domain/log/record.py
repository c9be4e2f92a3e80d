"""Which tables has the log named so far?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oracle_backup.domain.log.model import TableRow
from oracle_backup.domain.log.rows import (
    SHORTEST_WITH_SECONDS,
    UNITS,
    ClassicRow,
    seconds_in,
    size_in_bytes,
)

if TYPE_CHECKING:
    import re

MOST_FAILED_TABLES: Final = 10_000
MOST_WORDINGS: Final = 100

_new_row = tuple.__new__


class TableRecord:
    """
    Gather rows.

    :param keep: whether to keep each row, or only their number and sums.
    """

    def __init__(self, *, keep: bool) -> None:
        self.rows: list[TableRow] = []
        self.table_count = 0
        self.row_count = 0
        self.size_bytes = 0
        self.current_table: str | None = None
        self.failed: list[str] = []
        # how Data Pump words its rows, for the language; rows differ in little else
        self.wordings: dict[str, None] = {}
        self.classic_owner: str | None = None
        self._keep = keep
        self._classic_table: str | None = None
        self._uncounted: str | None = None

    def add_match(self, found: re.Match[str]) -> None:
        """Take in a row of Data Pump."""
        # Written out for speed: this is what reading a long log consists of.
        word, owner, table, partition, subpartition, size, unit, rows, rest = found.groups()
        if (wording := word or rest) not in self.wordings and len(self.wordings) < MOST_WORDINGS:
            self.wordings[wording] = None
        count = int(rows)
        size_bytes = size_in_bytes(size, unit)
        seconds = seconds_in(rest) if len(rest) > SHORTEST_WITH_SECONDS else None
        if self._keep:
            row = (owner, table, partition, subpartition, count, size_bytes, seconds)
            self.rows.append(_new_row(TableRow, row))
        self.table_count += 1
        self.row_count += count
        self.size_bytes += size_bytes
        self.current_table = table

    def add_usual(self, found: list[tuple[str, ...]]) -> None:
        """Take in what :data:`USUAL_ROW` found."""
        rows = [
            (
                owner,
                table,
                partition or None,
                subpartition or None,
                int(count),
                int(float(size) * UNITS[unit] + 0.5),
                int(seconds) if seconds else None,
            )
            for owner, table, partition, subpartition, size, unit, count, seconds in found
        ]
        self.table_count += len(rows)
        self.row_count += sum([row[4] for row in rows])
        self.size_bytes += sum([row[5] for row in rows])
        self.current_table = rows[-1][1]
        if self._keep:
            self.rows += map(TableRow._make, rows)

    def add_classic(self, row: ClassicRow) -> None:
        """Take in a row of exp or imp with a count."""
        self._uncounted = None
        if row.kind == "table":
            self._classic_table = row.name
        if self._keep:
            self.rows.append(
                TableRow(
                    owner=self.classic_owner,
                    table=self._classic_table or row.name,
                    partition=row.name if row.kind == "partition" else None,
                    subpartition=row.name if row.kind == "subpartition" else None,
                    rows=row.rows,
                    size_bytes=None,
                    seconds=None,
                )
            )
        self.table_count += 1
        self.row_count += row.rows
        self.current_table = row.name

    def begin_classic(self, row: ClassicRow) -> None:
        """Take in a row of exp or imp without a count; partitions follow, an error, or nothing."""
        if row.kind == "table":
            self._classic_table = row.name
        self._uncounted = row.name

    def saw_error(self) -> None:
        """Say that an error follows: a table without a count has failed."""
        if self._uncounted is not None and len(self.failed) < MOST_FAILED_TABLES:
            self.failed.append(self._uncounted)
        self._uncounted = None
