"""What does a person at a terminal see of long work?"""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from oracle_backup.adapters.archive.progress import render_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_backup.adapters.archive.model import Progress

_BAR_SIGNS: Final = 24
_INTERVAL_SECONDS: Final = 0.2
_BACK_AND_CLEAR: Final = "\r\x1b[K"


class ProgressBar:
    """
    A progress callback that draws one line over and over.

    :param columns: how wide the terminal is.
    :param clock: seconds, only going forward.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        verb: str,
        columns: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._verb = verb
        self._columns = columns
        self._clock = clock
        self._next = clock()

    def __call__(self, progress: Progress) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + _INTERVAL_SECONDS
            line = render_bar(progress, verb=self._verb)
            # A line that wraps could not be drawn over.
            self._stream.write(_BACK_AND_CLEAR + line[: self._columns - 1])
            self._stream.flush()

    def close(self) -> None:
        """Leave an empty line to whatever is said next."""
        self._stream.write(_BACK_AND_CLEAR)
        self._stream.flush()


def render_bar(progress: Progress, *, verb: str) -> str:
    """Given how far something is, return the line for it."""
    share = progress.bytes_read / progress.total_bytes if progress.total_bytes else 0.0
    filled = round(_BAR_SIGNS * min(1.0, share))
    bar = "#" * filled + "-" * (_BAR_SIGNS - filled)
    return f"[{bar}] {render_progress(progress, verb=verb)}"


@contextmanager
def progress_bar(stream: TextIO, *, verb: str) -> Iterator[ProgressBar | None]:
    """Give a bar while ``stream`` is a terminal, and nothing where it is a file or a pipe."""
    if not stream.isatty():
        yield None
        return
    bar = ProgressBar(stream, verb=verb, columns=shutil.get_terminal_size().columns)
    try:
        yield bar
    finally:
        bar.close()


@contextmanager
def status_line(stream: TextIO) -> Iterator[Callable[[str], None]]:
    """Give what draws one line over and over in a terminal, and does nothing elsewhere."""
    if not stream.isatty():
        yield lambda _: None
        return
    columns = shutil.get_terminal_size().columns

    def draw(line: str) -> None:
        stream.write(_BACK_AND_CLEAR + line[: columns - 1])
        stream.flush()

    try:
        yield draw
    finally:
        stream.write(_BACK_AND_CLEAR)
        stream.flush()
