"""How far is the export, going by its log so far?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from oracle_backup.domain.log.reader import LogReader


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far an export is.

    :param tables_done: tables, partitions and sub-partitions with a row line.
    :param size_bytes: sum of what Data Pump printed; 0 for exp.
    :param current_object: last object type or table named.
    :param errors: errors so far that Oracle counts.
    :param resumable_wait: the message while the job waits for space (ORA-39171), else None.
    """

    tables_done: int
    rows: int
    size_bytes: int
    current_object: str | None
    errors: int
    resumable_wait: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the progress as JSON can hold it."""
        return asdict(self)


class LogFollower:
    """
    Follow a log while it is written.

    Feed what was appended, cut anywhere. It keeps no record of tables, so it may run for days.
    """

    def __init__(self) -> None:
        self._reader = LogReader(keep_tables=False)

    def feed(self, data: bytes | str) -> Progress:
        """Given what was appended to the log, return how far the export is now."""
        self._reader.feed(data.encode() if isinstance(data, str) else data)
        return self.progress()

    def progress(self) -> Progress:
        """Return how far the export is."""
        state = self._reader.state
        return Progress(
            tables_done=state.record.table_count,
            rows=state.record.row_count,
            size_bytes=state.record.size_bytes,
            current_object=state.current_object,
            errors=state.errors.counted,
            resumable_wait=state.resumable_wait,
        )
