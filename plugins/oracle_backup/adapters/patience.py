"""
How often is a broken link opened again?

What counts is how far it gets in between: a link that brings something each time is worth another
try, one that brings nothing is not. Both have a limit, so no task opens links for ever.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import paramiko

# Seconds before each try to open again. An sshd restart takes seconds, a router's a minute; what
# lasts longer is for the task's own retry.
PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 40.0)
# A link that breaks more often than every ten seconds, for ten minutes, is no link.
MOST_BREAKS = 60
WINDOW_SECONDS = 600.0
# Seconds without any byte after which a link counts as broken.
STALL_SECONDS = 60.0


class Patience:
    """
    Counts the breaks of one link.

    :param pause: sleeps; tests pass something quicker. What is given can't be woken by `stop`.
    """

    def __init__(self, pause: Callable[[float], object] | None = None) -> None:
        self._stopped = threading.Event()
        self._pause = pause or self._stopped.wait
        self._in_a_row = 0
        self._times: deque[float] = deque()

    def note_progress(self) -> None:
        """Note that something has come: the breaks in a row begin to count anew."""
        self._in_a_row = 0

    def next_pause(self) -> float | None:
        """Given one more break, return the seconds to wait; None when it is time to give up."""
        if self._stopped.is_set():
            return None
        now = time.monotonic()
        self._times.append(now)
        while self._times[0] < now - WINDOW_SECONDS:
            self._times.popleft()
        if self._in_a_row >= len(PAUSES_SECONDS) or len(self._times) > MOST_BREAKS:
            return None
        self._in_a_row += 1
        return PAUSES_SECONDS[self._in_a_row - 1]

    def wait(self, seconds: float) -> bool:
        """Wait; return whether another try is still wanted then."""
        self._pause(seconds)
        return not self._stopped.is_set()

    def stop(self) -> None:
        """Let whoever waits, in whichever thread, wait no longer: nobody wants another try."""
        self._stopped.set()


@contextmanager
def closed_after(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    """
    Close a connection whose server has not answered within ``seconds``.

    paramiko waits without limit for a server to accept a command or a subsystem; closing the
    connection from a second thread is what ends that wait, with an error.
    """
    timer = threading.Timer(seconds, transport.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
