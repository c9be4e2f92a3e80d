"""How long is "1d12h"? Durations as people write them in the config file."""

from __future__ import annotations

import re
from datetime import timedelta

WRITTEN = r"^([1-9][0-9]*w)?([1-9][0-9]*d)?([1-9][0-9]*h)?([1-9][0-9]*m)?([1-9][0-9]*s)?$"
"""Weeks, days, hours, minutes, seconds: each at most once, the longest first."""

LONGEST = timedelta(days=36_525)

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}


def parse_duration(text: str) -> timedelta:
    """
    Turn ``1d12h`` into a timedelta.

    :raises ValueError: it is not a duration, is nothing, or is more than a century.
    """
    if not text or not re.fullmatch(WRITTEN, text):
        raise ValueError("must be a duration such as 90m, 6h, 1d12h or 2w")
    total = timedelta()
    for amount, unit in re.findall(r"([0-9]+)([wdhms])", text):
        # Compared as whole numbers first: timedelta overflows on absurd ones.
        if int(amount) > LONGEST // _UNITS[unit]:
            raise ValueError("must be a duration of at most 100 years")
        total += int(amount) * _UNITS[unit]
    if total > LONGEST:
        raise ValueError("must be a duration of at most 100 years")
    return total


def render_duration(duration: timedelta) -> str:
    """Write a duration of whole seconds the way parse_duration reads it."""
    parts = []
    rest = duration
    for unit, length in _UNITS.items():
        # A week is shown only when nothing but weeks is left: "10d" reads better than "1w3d".
        if unit == "w" and rest % length:
            continue
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)
