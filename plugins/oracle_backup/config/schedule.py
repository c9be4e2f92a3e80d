"""Does a cron schedule fire, and does a time zone exist?"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from croniter import (  # type: ignore[import-untyped]
    CroniterBadDateError,
    CroniterError,
    croniter,
)

PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
"""The names Airflow knows; each stands for a cron string."""

# A fixed day to look ahead from: whether a schedule ever fires does not depend on today.
_FROM = datetime(2024, 1, 1, tzinfo=UTC)


def check_schedule(text: str) -> str:
    """
    Return the schedule if it is one that fires.

    Five fields only: Airflow runs six (seconds), but its own display of them is wrong.

    :raises ValueError: with what is wrong, in words that follow the option's name.
    """
    if text in PRESETS:
        return text
    fields = text.split()
    if text.startswith("@"):
        raise ValueError(f"must be one of {', '.join(PRESETS)}, or a cron string")
    if len(fields) != 5 or text != " ".join(fields):
        raise ValueError(
            "must be a cron string of five fields with single blanks between: "
            "minute, hour, day of month, month, day of week"
        )
    # H and R mean "any" to croniter: another time at each reading of the file.
    if any(re.match(r"[hr](\W|$)", field, re.IGNORECASE) for field in fields):
        raise ValueError("must be a cron string without H and R, which have no fixed time")
    try:
        croniter(text, _FROM).get_next(datetime)
    except CroniterBadDateError:
        raise ValueError("must be a cron string that fires; no date ever matches it") from None
    except CroniterError:
        raise ValueError("must be a valid cron string such as 0 2 * * *") from None
    return text


def check_timezone(name: str) -> str:
    """
    Return the name if there is such a time zone.

    :raises ValueError: there is none; names one that is spelt alike.
    """
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder of zones, not a name at all
        pass
    else:
        return name
    known = {zone.lower(): zone for zone in available_timezones()}
    alike = get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    if alike:
        raise ValueError(f'must be an IANA time zone; did you mean "{known[alike[0]]}"?')
    raise ValueError("must be an IANA time zone such as Europe/Madrid")
