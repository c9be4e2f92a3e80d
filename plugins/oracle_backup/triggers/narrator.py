"""How does a waiting export tell the task's log how far it is?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from oracle_backup.domain.log import LogFollower

_PROGRESS_EVERY_SECONDS = 60.0


class Narrator:
    """
    Turns what the tool prints into lines of the task's log.

    :param log: where the lines go.
    :param follower: counts tables, rows and errors.
    :param stall_after: seconds without output after which a warning is said, once each time.
    """

    def __init__(self, log: Any, *, follower: LogFollower, stall_after: float) -> None:
        self._log = log
        self._follower = follower
        self._stall_after = stall_after
        self._begun = self._last_output = self._last_progress = time.monotonic()
        self._partial = b""
        self._stalled = False
        self._waiting = False

    def tell(self, output: bytes) -> None:
        """Say the finished lines of what was printed since last time, and the progress."""
        now = time.monotonic()
        if output:
            self._last_output, self._stalled = now, False
            *lines, self._partial = (self._partial + output).split(b"\n")
            for line in lines:
                self._say(line)
            self._warn_if_waiting(self._follower.feed(output))
        elif now - self._last_output > self._stall_after and not self._stalled:
            self._stalled = True
            self._log.warning(
                "The export has printed nothing for %s. Look for a lock, a full disk or a full "
                "tablespace in the database.",
                format_seconds(now - self._last_output),
            )
        if now - self._last_progress >= _PROGRESS_EVERY_SECONDS:
            self._last_progress = now
            self.progress()

    def finish(self) -> None:
        """Say what is left of a last line without an end, and the progress."""
        if self._partial:
            self._say(self._partial)
            self._partial = b""
        self.progress()

    def progress(self) -> None:
        """Say how far the export is."""
        done = self._follower.feed(b"")
        self._log.info(
            "Exporting for %s: %d tables, %d rows, %s%s.",
            format_seconds(time.monotonic() - self._begun),
            done.tables_done,
            done.rows,
            format_bytes(done.size_bytes),
            f", {done.errors} error(s)" if done.errors else "",
        )

    def _say(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self._log.info("[oracle] %s", text)

    def _warn_if_waiting(self, progress: Any) -> None:
        if progress.resumable_wait and not self._waiting:
            self._log.warning(
                "The export waits in the database for space (ORA-39171): see DBA_RESUMABLE. It "
                "goes on when space is added, and gives up after the resumable timeout."
            )
        self._waiting = bool(progress.resumable_wait)
