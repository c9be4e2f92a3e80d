"""How fast may bytes travel to and from a store?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What may be sent at once after a rest, in seconds of the limit: short enough to be even.
_BURST_SECONDS = 0.25


class Bandwidth:
    """
    A token bucket: bytes beyond the limit wait.

    :param bytes_per_second: the limit; None for none.
    :param pause: sleeps.
    :param clock: seconds that only grow.
    """

    def __init__(
        self,
        bytes_per_second: int | None,
        *,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = bytes_per_second
        self._pause = pause
        self._clock = clock
        self._owed = 0.0
        self._since = clock()

    def take(self, count: int) -> None:
        """Wait until ``count`` more bytes may travel."""
        if self._rate is None:
            return
        now = self._clock()
        self._owed = max(0.0, self._owed - (now - self._since) * self._rate) + count
        self._since = now
        excess = self._owed - self._rate * _BURST_SECONDS
        if excess > 0:
            self._pause(excess / self._rate)
