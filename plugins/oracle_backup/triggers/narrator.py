"""How does a waiting export tell the task's log how far it is?"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.log.endings import read_job_end
from oracle_backup.domain.log.lines import without_prefix
from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from oracle_backup.adapters.remote_job.scripts import JobStatus
    from oracle_backup.domain.log import LogFollower

_PROGRESS_EVERY_SECONDS = 60.0


class Narrator:
    """
    Turns what an export says into lines of the task's log.

    :param log: where the lines go.
    :param follower: counts tables, rows and errors.
    """

    def __init__(self, log: Any, *, follower: LogFollower) -> None:
        self._log = log
        self._follower = follower
        self._last_progress = time.monotonic()
        self._partial = b""
        self._warned = False
        self._status: JobStatus | None = None
        self.saw_end = False
        """Whether the log's end line was in what was told last."""

    @property
    def waiting(self) -> str | None:
        """What the job said last, if that is that it waits for space."""
        return self._follower.progress().resumable_wait

    def recall(self, output: bytes) -> None:
        """Count what was said in an earlier wait, without saying it again."""
        self._split(output)
        self._follower.feed(output)
        self._warned = self.waiting is not None

    def tell(self, status: JobStatus) -> None:
        """Say the finished lines of what came since last time, and now and then the progress."""
        self._status, self.saw_end = status, False
        for line in self._split(status.output):
            self._say(line)
        self._follower.feed(status.output)
        self._warn_if_waiting()
        if time.monotonic() - self._last_progress >= _PROGRESS_EVERY_SECONDS:
            self.progress()

    def finish(self) -> None:
        """Say what is left of a last line without an end, and the progress."""
        if self._partial:
            self._say(self._partial)
            self._partial = b""
        self.progress()

    def progress(self) -> None:
        """Say how far the export is."""
        self._last_progress = time.monotonic()
        done = self._follower.progress()
        self._log.info(
            "Exporting%s: %d tables, %d rows, %s%s%s.",
            self._elapsed(),
            done.tables_done,
            done.rows,
            format_bytes(done.size_bytes),
            f", {done.errors} error(s)" if done.errors else "",
            self._on_disk(),
        )

    def _split(self, output: bytes) -> list[bytes]:
        *lines, self._partial = (self._partial + output).split(b"\n")
        return lines

    def _say(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self._log.info("[oracle] %s", text)
        if '"' in text and read_job_end(without_prefix(text)[0]):
            self.saw_end = True

    def _warn_if_waiting(self) -> None:
        waits = self.waiting is not None
        if waits and not self._warned:
            self._log.warning(
                "The export waits in the database for space (ORA-39171): see DBA_RESUMABLE. It "
                "goes on when space is added, and gives up after the resumable timeout."
            )
        self._warned = waits

    def _elapsed(self) -> str:
        """Return for how long the export runs, by the host's clock."""
        if self._status is None or not (self._status.started and self._status.now):
            return ""
        begun, now = (
            datetime.fromisoformat(text) for text in (self._status.started, self._status.now)
        )
        return f" for {format_seconds((now - begun).total_seconds())}"

    def _on_disk(self) -> str:
        """Return what lies on the host: while a large table says nothing, its file grows."""
        if self._status is None or self._status.dump_bytes is None:
            return ""
        written = f"; {format_bytes(self._status.dump_bytes)} of dump files on disk"
        if self._status.free_bytes is None:
            return written
        return f"{written}, {format_bytes(self._status.free_bytes)} free"
