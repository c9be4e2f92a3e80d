"""How are sizes and durations written for people?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


def format_bytes(size: float) -> str:
    """Given a number of bytes, return it with a binary unit, as in ``3.1 GiB``."""
    if size < 1024:
        return f"{size:.0f} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TiB"


def format_seconds(seconds: float) -> str:
    """Given a duration in seconds, return it as in ``1 h 02 min 03 s``."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} min {whole % 60:02} s"
    if minutes:
        return f"{minutes} min {whole % 60:02} s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"


def format_age(age: timedelta) -> str:
    """Given how old something is, return it in two units at most, as in ``3 d 4 h``."""
    minutes = round(age.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    return f"{hours} h {minutes % 60:02} min" if hours else f"{minutes} min"
