"""
Does this backup look like the one before it?

A table that vanished or lost most of its rows may be right, and may be the first sign of a
disaster that a green backup would carry into every copy. It is said, and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from oracle_backup.domain.manifest import Manifest

MOST_NAMES = 10
"""Tables named in one warning; the rest is only counted."""
FEWEST_ROWS = 100
"""A table smaller than this may shrink without a word."""
SIZE_FACTOR = 3
DURATION_FACTOR = 3
SHORTEST_SECONDS = 600
"""An export that takes less may take three times as long without a word."""


def compare_backups(
    previous: Manifest, current: Manifest, *, rows_drop_percent: int
) -> tuple[str, ...]:
    """
    Given the newest good backup and the one just made, return what differs oddly, in words.

    :param rows_drop_percent: rows that a table must lose before it is named, in per cent.
    """
    before, after = _rows_by_table(previous), _rows_by_table(current)
    since = f"since the backup of {previous.snapshot_time:%Y-%m-%d %H:%M} UTC"
    warnings = []
    if gone := sorted(set(before) - set(after)):
        warnings.append(f"Tables that are no longer there {since}: {_listed(gone)}.")
    shrunken = [
        f"{table} ({before[table]:,} to {after[table]:,} rows)"
        for table in sorted(set(before) & set(after))
        if before[table] >= FEWEST_ROWS
        and after[table] <= before[table] * (100 - rows_drop_percent) / 100
    ]
    if shrunken:
        warnings.append(
            f"Tables that lost {rows_drop_percent} % or more of their rows {since}: "
            f"{_listed(shrunken)}."
        )
    return (*warnings, *_figures(previous, current, since=since))


def _figures(previous: Manifest, current: Manifest, *, since: str) -> list[str]:
    warnings = []
    size_before, size_after = _dump_bytes(previous), _dump_bytes(current)
    if size_after * SIZE_FACTOR < size_before or size_before * SIZE_FACTOR < size_after:
        warnings.append(
            f"The dump set's size changed from {size_before:,} to {size_after:,} bytes {since}."
        )
    took_before, took_after = _duration(previous), _duration(current)
    seconds = took_after.total_seconds()
    if seconds > SHORTEST_SECONDS and seconds > took_before.total_seconds() * DURATION_FACTOR:
        warnings.append(
            f"The export took {round(seconds / 60)} minutes, and "
            f"{round(took_before.total_seconds() / 60)} {since}."
        )
    return warnings


def _rows_by_table(manifest: Manifest) -> Counter[str]:
    rows: Counter[str] = Counter()
    for table in manifest.tables:
        # Partitions of a table are added up: they come and go.
        rows[str(table["table"])] += int(table["rows"])
    return rows


def _dump_bytes(manifest: Manifest) -> int:
    return sum(member.size_bytes for member in manifest.archive.members)


def _duration(manifest: Manifest) -> timedelta:
    return manifest.export_ended - manifest.export_started


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
