"""Which look at a waiting export is worth waking its task for?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from oracle_backup.adapters.remote_job.scripts import JobState
from oracle_backup.triggers.stillness import Stillness

if TYPE_CHECKING:
    from oracle_backup.adapters.remote_job.scripts import JobStatus, Source

BEGIN_SECONDS = 60.0
"""A job that was started may take so long on a busy host until its runner is seen."""


class JobWatch:
    """
    Judges one look after the other.

    :param deadline: instant at which the job is to be stopped.
    :param source: ``log`` once the tool is gone and only the server's log is left to follow.
    :param told_quiet: whether the task knows that nothing moves.
    :param quiet_seconds: for how long nothing had moved when this begins.
    :param stall_after: seconds without a move after which the task is told.
    :param look_every: seconds between two wakings of a task that follows the log.
    :param now: the clock, in seconds.
    """

    def __init__(
        self,
        *,
        deadline: datetime,
        source: Source,
        told_quiet: bool,
        quiet_seconds: float,
        stall_after: float,
        look_every: float,
        now: float,
    ) -> None:
        self._deadline = deadline
        self._follows_log = source == "log"
        self._told_quiet = told_quiet
        self._look_every = look_every
        self._begun = now
        self._stillness = Stillness(stall_after=stall_after, quiet_seconds=quiet_seconds, now=now)

    def quiet_seconds(self, *, now: float) -> float:
        """Return for how long nothing has moved."""
        return self._stillness.seconds(now=now)

    def judge(self, status: JobStatus, *, waits: bool, saw_end: bool, now: float) -> str | None:
        """
        Given a look, return the status of the event to send, or None to go on waiting.

        :param waits: whether the last thing the job said is that it waits for space.
        :param saw_end: whether the log's end line is among what this look has brought.
        """
        moved = self._stillness.moved(status, now=now)
        # Of a job whose log is followed the tool is gone, in whatever way, and that is known.
        if status.state is JobState.ENDED and not self._follows_log:
            return "ended"
        if self._is_lost(status, now=now):
            return "lost"
        if datetime.now(UTC) > self._deadline:
            return "overdue"
        if self._told_quiet:
            if moved:
                return "moving"
        elif self._stillness.is_stalled(waits=waits, now=now):
            return "quiet"
        if self._follows_log and (saw_end or now - self._begun >= self._look_every):
            return "look"
        return None

    def _is_lost(self, status: JobStatus, *, now: float) -> bool:
        if self._follows_log or status.state is JobState.RUNNING:
            return False
        begins = status.state in {JobState.CLAIMED, JobState.PREPARED} and status.stopped is None
        return not begins or now - self._begun > BEGIN_SECONDS
