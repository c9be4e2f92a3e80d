"""Gives a table of the lab's database a past: a row more each day, and undo that remembers it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lab.oracle import instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.stage import Lab

TABLE = "REGIONS"
_ROWS, _UNDO = '"HR.REGIONS"', '"HR.REGIONS#undo"'
_FIRST_ID = 9000


class PastDays:
    """
    Days of the lab's database: each had one row more in HR.REGIONS than the one before.

    :param days: the instants at which backups were due, oldest first; the row of a day came an
        hour before.
    """

    def __init__(self, lab: Lab, days: list[datetime]) -> None:
        self.lab = lab
        self.days = days
        with self._open() as database:
            (self._before,) = database.execute(f"select count(*) from {_ROWS}").fetchone()

    def rows_at(self, day: datetime) -> int:
        """Return how many rows the table had when a day's backup was due."""
        return self._before + sum(one <= day for one in self.days)

    @property
    def rows_now(self) -> int:
        """Return how many rows the table has."""
        return self._before + len(self.days)

    def make(self) -> None:
        """Insert the rows, each as if it had come on its day."""
        with self._open() as database:
            for number, day in enumerate(self.days):
                row = _FIRST_ID + number
                at = int((day - timedelta(hours=1)).timestamp() * 1000)
                database.execute(f"insert into {_ROWS} values (?, 'Day')", (row,))
                database.execute(
                    f"update {_UNDO} set at_ms = ? where op = 'INSERT' and rid ="
                    f" (select rowid from {_ROWS} where region_id = ?)",
                    (at, row),
                )

    def forget(self) -> None:
        """Take the rows away again, and what undo knows of them."""
        with self._open() as database:
            database.execute(f"delete from {_ROWS} where region_id >= ?", (_FIRST_ID,))
            database.execute(f"delete from {_UNDO}")

    def keep_undo(self, age: timedelta) -> None:
        """Let undo reach back so far."""
        with self._open() as database:
            seconds = str(round(age.total_seconds()))
            instance.change_setting(database, "tuned_undoretention", seconds)

    @contextlib.contextmanager
    def _open(self) -> Iterator[object]:
        with contextlib.closing(instance.connect(self.lab.paths.oracle_home)) as database:
            yield database


def last_days(count: int, *, minute: int = 0) -> list[datetime]:
    """Return so many instants, a day apart, the last of them about 20 hours ago."""
    last = datetime.now(UTC).replace(minute=minute, second=0, microsecond=0) - timedelta(hours=20)
    return [last - timedelta(days=number) for number in reversed(range(count))]
