"""Histories of backups as they may be: crowded, with gaps, twins, wrong clocks, turning clocks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from oracle_backup.domain.retention import KEEP_ALL, Backup, RetentionPolicy, Span

COUNTED = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
SPANNED = ("", "_hourly", "_daily", "_weekly", "_monthly", "_yearly")
WITHIN = tuple(f"within{rule}" for rule in SPANNED)
ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Antarctica/Troll",
)
_TOLD_IN = tuple(ZoneInfo(name) for name in ZONES)

TURNS = (
    datetime(2026, 10, 25, 0, tzinfo=UTC),  # Madrid goes back
    datetime(2026, 3, 29, 0, tzinfo=UTC),  # Madrid goes forth
    datetime(2026, 11, 1, 5, tzinfo=UTC),  # New York goes back
    datetime(2009, 11, 1, 2, 31, tzinfo=UTC),  # St John's went back, across midnight
    datetime(2011, 12, 30, 9, tzinfo=UTC),  # Apia left a day out
    datetime(2027, 1, 1, 0, tzinfo=UTC),  # a year ends inside an ISO week
    datetime(2024, 2, 29, 12, tzinfo=UTC),  # a leap day
    datetime(2028, 2, 29, 0, tzinfo=UTC),  # and its first hour
    datetime(2027, 3, 1, 0, tzinfo=UTC),  # where there is none
)
_AROUND = (-1500, -150, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 90, 150, 1440)
NEAR_TURNS = tuple(turn + timedelta(minutes=off) for turn in TURNS for off in _AROUND)
WRONG_CLOCKS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2099, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
NOWS = (
    datetime(2026, 11, 23, 3, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2028, 3, 1, tzinfo=UTC),
    datetime(2031, 1, 1, tzinfo=UTC),
    datetime(1990, 1, 1, tzinfo=UTC),  # a worker whose clock went back to nothing
)
_SPANS = (
    *(Span(hours=hours) for hours in (1, 5, 24, 1000)),
    *(Span(days=days) for days in (1, 2, 7, 30, 366)),
    *(Span(months=months) for months in (1, 2, 11, 13)),
    *(Span(years=years) for years in (1, 4, 9999)),
    Span(years=1, months=2, days=3, hours=4),
)
_COUNTS = (0, 0, 0, 1, 2, 3, 5, 40, KEEP_ALL)


@dataclass(frozen=True, slots=True)
class Story:
    """One history, with everything that a plan of it depends on, and a number to vary it by."""

    backups: list[Backup]
    policy: RetentionPolicy
    zone: str
    now: datetime
    number: int

    @property
    def chance(self) -> random.Random:
        return random.Random(self.number)


def some_instant(number: int, now: datetime) -> datetime:
    """Return a night of three years, an instant near a turn, one around now, or a wrong clock's."""
    if number < 1_000:
        return datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=number)
    if number < 2_000:
        return NEAR_TURNS[number % len(NEAR_TURNS)]
    if number < 2_600:
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number * 17)
    if number < 3_000:
        # A clock that is some minutes ahead or behind.
        return now + timedelta(minutes=number - 2_800)
    return WRONG_CLOCKS[number % len(WRONG_CLOCKS)]


def _backup(index: int, number: int, traits: int, now: datetime) -> Backup:
    at = some_instant(number, now)
    try:
        at = at.astimezone(_TOLD_IN[traits % len(_TOLD_IN)])
    except OverflowError:
        at = at.astimezone(UTC)
    good = traits % 4 != 3
    unread = not good and traits % 3 == 2
    # Names in another order than the listing.
    return Backup(
        name=f"b{index * 7 % 17:02}",
        snapshot_time=at,
        good=good,
        pinned=traits % 5 == 4,
        unread_since=now - timedelta(hours=traits) if unread else None,
    )


def _policy(counts: list[int], spans: list[Span | None]) -> RetentionPolicy:
    policy = RetentionPolicy(
        **dict(zip(COUNTED, counts, strict=True)), **dict(zip(WITHIN, spans, strict=True))
    )
    return RetentionPolicy(last=2) if policy.is_empty else policy


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Drawn piece by piece, so that a story that breaks a rule shrinks to its core."""
    now = draw(st.sampled_from(NOWS))
    drawn = draw(st.lists(st.tuples(st.integers(0, 3_100), st.integers(0, 255)), max_size=16))
    spans = st.none() | st.sampled_from(_SPANS)
    return Story(
        backups=[_backup(index, *one, now) for index, one in enumerate(drawn)],
        policy=_policy(
            [draw(st.sampled_from(_COUNTS)) for _ in COUNTED], [draw(spans) for _ in WITHIN]
        ),
        zone=draw(st.sampled_from(ZONES)),
        now=now,
        number=draw(st.integers(0, 10**6)),
    )


def story_of(number: int) -> Story:
    """Return the story of a number: several times as quick as drawing one."""
    chance = random.Random(number)
    now = chance.choice(NOWS)
    drawn: list[tuple[int, int]] = []
    for _ in range(chance.randrange(17)):
        one = (chance.randrange(3_101), chance.randrange(256))
        if drawn and chance.random() < 0.2:  # a twin, or one close by
            one = (drawn[-1][0] + chance.randrange(2), one[1])
        drawn.append(one)
    return Story(
        backups=[_backup(index, *one, now) for index, one in enumerate(drawn)],
        policy=_policy(
            [chance.choice(_COUNTS) for _ in COUNTED],
            [chance.choice((None, None, chance.choice(_SPANS))) for _ in WITHIN],
        ),
        zone=chance.choice(ZONES),
        now=now,
        number=number,
    )
