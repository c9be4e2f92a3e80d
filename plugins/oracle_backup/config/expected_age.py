"""How old may a schema's newest backup be, and when is its first one due?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from oracle_backup.config.model import Options

PATIENCE = timedelta(hours=6)
"""How late a backup may be at least: its run may start late, and takes its time."""

_PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
# Whatever today is: how far apart fires are does not depend on it.
_FROM = datetime(2023, 12, 31, 23, 59, tzinfo=UTC)
_DAY_MINUTES = 24 * 60
_ENOUGH_FIRES = 62
_A_YEAR = timedelta(days=370)
_TWO_YEARS_DAYS = 2 * 366
_FOR_EVER = timedelta(days=40 * 366)


def expected_age(options: Options) -> timedelta | None:
    """
    Return how old the newest verified backup may be; None for a schema without a schedule.

    That is `max_age` where it is given. Else the longest time between two fires of the schedule,
    in the longest night of its zone, and on top the limit for late starts, at least six hours.
    """
    if options.max_age is not None:
        return options.max_age
    if options.schedule is None:
        return None
    between = longest_gap(options.schedule) + clock_setback(options.timezone)
    return between + _patience(options)


@cache
def clock_setback(zone: str) -> timedelta:
    """
    Given a time zone, return by how much its clocks are put back at most, within two years.

    So much longer than by the wall's clock is the time between two fires of that night: 25 hours
    for a schedule that fires each day.
    """
    clock = ZoneInfo(zone)
    days = [(_FROM + timedelta(days=day)).astimezone(clock) for day in range(_TWO_YEARS_DAYS)]
    offsets = [day.utcoffset() or timedelta() for day in days]
    return max((before - after for before, after in pairwise(offsets)), default=timedelta())


def cron_of(schedule: str) -> str:
    """Given a schedule, return it as five fields."""
    return _PRESETS.get(schedule, schedule)


def first_due(options: Options, *, added: datetime) -> datetime | None:
    """
    Given when a schema was added, return until when its first backup has time.

    That is until the first fire of its schedule, and on top the limit for late starts, at least
    six hours. None for a schema without a schedule.
    """
    if options.schedule is None:
        return None
    local = added.astimezone(ZoneInfo(options.timezone))
    fires = croniter(cron_of(options.schedule), local)
    due: datetime = fires.get_next(datetime)
    return due.astimezone(UTC) + _patience(options)


def _patience(options: Options) -> timedelta:
    return max(options.start_late_limit or PATIENCE, PATIENCE)


@cache
def longest_gap(schedule: str) -> timedelta:
    """
    Given a schedule that fires, return the longest time between two fires, by the wall's clock.

    Found by its days, and by the minutes of one of them: a schedule that fires each minute of one
    day in the year has too many fires to go through.
    """
    minute, hour, day, month, weekday = cron_of(schedule).split()
    minutes = _minutes_of_a_day(minute, hour)
    inside = max((later - earlier for earlier, later in pairwise(minutes)), default=0)
    overnight = (minutes[0] - minutes[-1]) + _DAY_MINUTES * _longest_days(day, month, weekday)
    return timedelta(minutes=max(inside, overnight))


def _minutes_of_a_day(minute: str, hour: str) -> list[int]:
    expanded, _ = croniter.expand(f"{minute} {hour} * * *")
    minutes, hours = (
        range(count) if field == ["*"] else field
        for field, count in zip(expanded[:2], (60, 24), strict=True)
    )
    return sorted(at_hour * 60 + at_minute for at_hour in hours for at_minute in minutes)


def _longest_days(day: str, month: str, weekday: str) -> int:
    """Return how many days at most lie between two days with fires."""
    if (day, month, weekday) == ("*", "*", "*"):
        return 1
    fires = croniter(f"0 0 {day} {month} {weekday}", _FROM)
    last = first = fires.get_next(datetime)
    longest = timedelta()
    seen = 0
    # A pattern of weekdays alone repeats soon; one of dates is seen in a year, or in many fires.
    enough = timedelta() if (day, month) == ("*", "*") else _A_YEAR
    while (seen < _ENOUGH_FIRES or last - first < enough) and last - first < _FOR_EVER:
        following = fires.get_next(datetime)
        longest = max(longest, following - last)
        last = following
        seen += 1
    return longest.days
