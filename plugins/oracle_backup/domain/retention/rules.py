"""
What do the rules keep of a history? As ``restic forget`` does, and no more than that.

Nothing here knows what is safe: see `plan_retention` for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from oracle_backup.domain.retention.policy import KEEP_ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime, tzinfo

    from oracle_backup.domain.retention.policy import RetentionPolicy
    from oracle_backup.domain.retention.span import Span


def apply_rules(
    times: Sequence[datetime], *, policy: RetentionPolicy, zone: tzinfo, now: datetime
) -> list[tuple[str, ...]]:
    """
    Given instants, newest first, return for each the reasons to keep it: none, and it goes.

    :param zone: in which hours, days, weeks, months and years begin.
    :param now: what is younger is not the newest that spans are measured from.
    """
    # Python compares two instants of one zone by the clock on the wall, which an hour each autumn
    # goes twice; with one in UTC it compares them rightly.
    present = now.astimezone(UTC)
    newest = next((time for time in times if time < present), None)
    rules = _rules(policy, newest=newest, zone=zone)
    return [
        tuple(
            reason
            for rule in rules
            if (reason := rule.takes(time, position=nr, is_oldest=nr == len(times) - 1))
        )
        for nr, time in enumerate(times)
    ]


@dataclass(slots=True)
class _Rule:
    """
    One rule, while a history goes by, newest first.

    :param words: what restic calls what it keeps.
    :param key: tells one bucket from the next.
    :param count: how many buckets it still fills, -1 for all.
    :param after: only what is younger; None for everything.
    """

    words: str
    key: Callable[[datetime, int], Hashable]
    count: int = KEEP_ALL
    after: datetime | None = None
    bucket: Hashable = None

    def takes(self, time: datetime, *, position: int, is_oldest: bool) -> str | None:
        """Return the reason to keep this one, or None; count it if so."""
        if self.count == 0 or not (self.after is None or time > self.after):
            return None
        key = self.key(time, position)
        same = key == self.bucket
        # The oldest is kept while there are counts left: it makes the history as long as asked.
        if same and not is_oldest:
            return None
        self.bucket = key
        if self.count != KEEP_ALL:
            self.count -= 1
        return f"oldest {self.words}" if same else self.words


def _rules(policy: RetentionPolicy, *, newest: datetime | None, zone: tzinfo) -> tuple[_Rule, ...]:
    def each(_: datetime, position: int) -> Hashable:
        return position

    def key_of(form: Callable[[datetime], Hashable]) -> Callable[[datetime, int], Hashable]:
        return lambda time, _: form(_on_the_wall(time, zone))

    def within(words: str, span: Span | None, key: Callable[[datetime, int], Hashable]) -> _Rule:
        if span is None or span.is_nothing:
            return _Rule("", key, count=0)
        # With nothing that is not in the future, there is nothing to measure from: all are kept.
        after = None if newest is None else span.before(newest, zone=zone)
        return _Rule(f"{words} {span}", key, after=after)

    hour = key_of(lambda at: (at.date(), at.hour))
    day = key_of(lambda at: at.date())
    week = key_of(lambda at: at.isocalendar()[:2])
    month = key_of(lambda at: (at.year, at.month))
    year = key_of(lambda at: at.year)
    return (
        within("within", policy.within, each),
        _Rule("last snapshot", each, count=policy.last),
        _Rule("hourly snapshot", hour, count=policy.hourly),
        _Rule("daily snapshot", day, count=policy.daily),
        _Rule("weekly snapshot", week, count=policy.weekly),
        _Rule("monthly snapshot", month, count=policy.monthly),
        _Rule("yearly snapshot", year, count=policy.yearly),
        within("hourly within", policy.within_hourly, hour),
        within("daily within", policy.within_daily, day),
        within("weekly within", policy.within_weekly, week),
        within("monthly within", policy.within_monthly, month),
        within("yearly within", policy.within_yearly, year),
    )


def _on_the_wall(time: datetime, zone: tzinfo) -> datetime:
    try:
        return time.astimezone(zone)
    except OverflowError:
        # At either end of the calendar, where another zone may have left it.
        return time.astimezone(UTC)
