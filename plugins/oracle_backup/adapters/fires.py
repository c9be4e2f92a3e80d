"""When does a schedule fire?"""

from __future__ import annotations

from datetime import datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FIRES: Final = 2_000
"""More than a day has minutes."""


def fires_between(
    cron: str, *, zone: str, after: datetime, until: datetime
) -> tuple[datetime, ...]:
    """
    Return when a schedule fires after one instant and until another, oldest first.

    :param cron: five fields.
    :param zone: whose clocks it goes by.
    """
    fires: Iterator[datetime] = croniter(cron, after.astimezone(ZoneInfo(zone))).all_next(datetime)
    return tuple(islice(takewhile(lambda fire: fire <= until, fires), MOST_FIRES))
