"""Which system change number does the stand-in show at which instant?

The number only grows with time, ten a second from the day the instance was made, so that either
can be had from the other.
"""

from __future__ import annotations

FIRST_SCN = 2_500_000
_MS_PER_SCN = 100
MAPPED_MS = 5 * 86_400_000
"""How long the instance can tell the number of an instant: Oracle keeps some five days."""


def scn_at(milliseconds: int, *, created_ms: int) -> int:
    """Return the SCN at an instant (milliseconds since the epoch)."""
    return FIRST_SCN + (milliseconds - created_ms) // _MS_PER_SCN


def instant_of(scn: int, *, created_ms: int) -> int:
    """Return the instant, in milliseconds since the epoch, at which an SCN was reached."""
    return created_ms + (scn - FIRST_SCN) * _MS_PER_SCN
