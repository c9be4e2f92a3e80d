"""For how long has nothing of an export moved?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_backup.adapters.remote_job.scripts import JobStatus

_WAIT_SECONDS = 300.0
"""After this a job that said it waits for space is not about to go on by itself."""


class Stillness:
    """
    Compares looks at an export: what it said, its log and its dump files.

    :param stall_after: seconds without a move after which it counts as stalled.
    :param quiet_seconds: for how long nothing had moved when this begins.
    :param now: the clock, in seconds; so is each other `now`.
    """

    def __init__(self, *, stall_after: float, quiet_seconds: float, now: float) -> None:
        self._stall_after = stall_after
        self._last_move = now - quiet_seconds
        self._sizes: tuple[int | None, int | None] | None = None

    def moved(self, status: JobStatus, *, now: float) -> bool:
        """Given the next look, return whether something has moved since the one before."""
        sizes, before = (status.log_bytes, status.dump_bytes), self._sizes
        # A size that can't be told now and could before is no move.
        self._sizes = (
            sizes
            if before is None
            else tuple(old if new is None else new for new, old in zip(sizes, before, strict=True))
        )
        moved = bool(status.output) or (before is not None and self._sizes != before)
        if moved:
            self._last_move = now
        return moved

    def seconds(self, *, now: float) -> float:
        """Return for how long nothing has moved."""
        return now - self._last_move

    def is_stalled(self, *, waits: bool, now: float) -> bool:
        """
        Return whether that is too long.

        :param waits: whether the last thing the job said is that it waits for space.
        """
        limit = min(self._stall_after, _WAIT_SECONDS) if waits else self._stall_after
        return self.seconds(now=now) > limit
