"""How far is it, how fast, and how long will it take? One line at most each interval."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from oracle_backup.domain.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.adapters.archive.model import Progress


class ProgressLines:
    """
    A progress callback that passes on a line now and then.

    :param emit: takes the line, such as ``log.info``.
    :param verb: what is being done: "Archived", "Read back".
    :param clock: seconds, only going forward.
    """

    def __init__(
        self,
        emit: Callable[[str], object],
        *,
        verb: str = "Archived",
        interval_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit = emit
        self._verb = verb
        self._interval_seconds = interval_seconds
        self._clock = clock
        # The first line comes after one interval: short work needs none.
        self._last = clock()

    def __call__(self, progress: Progress) -> None:
        now = self._clock()
        if now - self._last >= self._interval_seconds:
            self._last = now
            self._emit(render_progress(progress, verb=self._verb))


def render_progress(progress: Progress, *, verb: str = "Archived") -> str:
    """Given how far a stream is, return the line for it."""
    done, total, seconds = progress.bytes_read, progress.total_bytes, progress.seconds
    percent = f" ({100 * done // total} %)" if total else ""
    line = f"{verb} {format_bytes(done)} of {format_bytes(total)}{percent}"
    if seconds > 0:
        line += f", {done / seconds / 1e6:.1f} MB/s"
    if progress.bytes_written and done > progress.bytes_written:
        line += f", packed {done / progress.bytes_written:.1f}:1"
    if 0 < done < total and seconds > 0:
        line += f", about {render_duration((total - done) * seconds / done)} left"
    return line + "."


def render_duration(seconds: float) -> str:
    """Given seconds, return them as a person would say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
