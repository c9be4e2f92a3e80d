"""
How far back is ``1y2m3d4h``? Spans of the calendar, written and measured as restic does.

A month is a month, whatever its length: one month before 31 March is "31 February", which is
3 March. Days go by the clock on the wall, hours by the clock that never turns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_PART = re.compile(r"([0-9]+)([ymdh])")
_UNITS = {"y": "years", "m": "months", "d": "days", "h": "hours"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """So many years, months, days and hours; of nothing, where all are 0."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether it reaches nowhere."""
        return not any(self._amounts().values())

    def __str__(self) -> str:
        """Return it as restic writes it: the longest first, without what is 0."""
        return "".join(f"{amount}{unit}" for unit, amount in self._amounts().items() if amount)

    def in_words(self) -> str:
        """Return it as in ``1 year and 6 months``."""
        said = [
            f"{amount} {_UNITS[unit].removesuffix('s') if amount == 1 else _UNITS[unit]}"
            for unit, amount in self._amounts().items()
            if amount
        ]
        return " and ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else "nothing"

    def before(self, moment: datetime, *, zone: tzinfo) -> datetime | None:
        """
        Return the instant so long before another, by the calendar of a zone.

        None where that is before all time.
        """
        try:
            local = moment.astimezone(zone)
            months = (local.year - self.years) * 12 + local.month - 1 - self.months
            first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
            # A day the month does not have runs over into the next one.
            day = first + timedelta(days=local.day - 1 - self.days)
            wall = day.replace(
                hour=local.hour,
                minute=local.minute,
                second=local.second,
                microsecond=local.microsecond,
            )
            return _instant_of(wall, zone) - timedelta(hours=self.hours)
        except (ValueError, OverflowError):
            return None

    def _amounts(self) -> dict[str, int]:
        return {"y": self.years, "m": self.months, "d": self.days, "h": self.hours}


def parse_span(text: str) -> Span:
    """
    Turn ``1y2m3d4h`` into a span, in any order; m is months. Nothing is a span of nothing.

    :raises ValueError: it is not a span.
    """
    stripped = text.strip()
    if not re.fullmatch(f"(?:{_PART.pattern})*", stripped):
        raise ValueError("must be a span of years, months, days and hours such as 1y6m7d12h")
    # Of a unit that comes twice, restic takes the last.
    return Span(**{_UNITS[unit]: int(amount) for amount, unit in _PART.findall(stripped)})


def _instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """
    Return the instant at which a zone's clocks show what is given as if it were UTC.

    Of an hour that comes twice or never, the one Go's time package takes: it looks up what holds
    at that time in UTC, then once more at what comes out.
    """
    guess = wall - _offset(wall, zone)
    return wall - _offset(guess, zone)


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
