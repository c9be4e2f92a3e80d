"""
Which backups stay and which go, and why?

The rules mean what they mean in ``restic forget``: a bucket keeps its newest backup, the oldest
backup is kept while a rule has counts left, and -1 keeps all. Only good backups (complete and
verified) fill buckets; age is the instant the data show, never a file's time or name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle_backup.errors import RetentionRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

KEEP_ALL = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """
    How much to keep: a count per rule, -1 for all, 0 for the rule being off.

    :param within: everything this much younger than the newest good backup.
    """

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    within: timedelta | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it would keep nothing."""
        counts = (self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly)
        return not any(counts) and (self.within is None or self.within <= timedelta())

    def in_words(self) -> str:
        """Return it as a sentence's end, as in ``the last 7 and 12 monthly``."""
        last = "all" if self.last == KEEP_ALL else "the last {}"
        names = {"last": last, "yearly": "{} yearly", "monthly": "{} monthly"}
        names |= {"weekly": "{} weekly", "daily": "{} daily", "hourly": "{} hourly"}
        parts = [
            names[rule].format("all" if count == KEEP_ALL else count)
            for rule in ("last", "hourly", "daily", "weekly", "monthly", "yearly")
            if (count := getattr(self, rule))
        ]
        if self.within:
            parts.append(f"all within {self.within.total_seconds() / 86400:g} days")
        return ", ".join(parts) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """
    What retention has to know of a backup.

    :param name: how it is called in the plan, and by whoever carries the plan out.
    :param snapshot_time: the instant its data show, with a time zone.
    :param good: complete and verified.
    """

    name: str
    snapshot_time: datetime
    good: bool = True
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A backup, and why it stays or goes."""

    backup: Backup
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPlan:
    """What stays and what goes, each newest first."""

    keep: tuple[Decision, ...]
    remove: tuple[Decision, ...]

    def lines(self) -> tuple[str, ...]:
        """Return the plan for a log: a line per backup, with its reasons."""
        return tuple(
            f"{verb:<6} {decision.backup.name}  "
            f"data of {decision.backup.snapshot_time:%Y-%m-%d %H:%M:%S%z}  "
            f"({'; '.join(decision.reasons)})"
            for verb, decisions in (("keep", self.keep), ("remove", self.remove))
            for decision in decisions
        )


@dataclass(slots=True)
class _Bucket:
    count: int
    reason: str
    key: Callable[[datetime, int], Hashable]
    last: Hashable = field(default=None)

    def takes(self, moment: datetime, *, position: int, is_oldest: bool) -> str | None:
        """Return the reason for which the bucket takes a backup, or None; count it if so."""
        if self.count == 0:
            return None
        key = self.key(moment, position)
        same = key == self.last
        if same and not is_oldest:
            return None
        self.last = key
        if self.count != KEEP_ALL:
            self.count -= 1
        # The oldest is kept while there are counts left: it makes the history as long as asked.
        return f"oldest {self.reason}" if same else self.reason


def plan_retention(
    backups: Sequence[Backup], *, policy: RetentionPolicy, zone: str = "UTC"
) -> RetentionPlan:
    """
    Given all backups of a schema, return which stay and which go.

    Backups that are not good stay until a newer good one exists; then they go like the oldest.
    Raise RetentionRefusedError for an empty policy and for a plan that `check_plan` refuses.
    """
    if policy.is_empty:
        raise RetentionRefusedError(
            "The retention policy is empty, which would remove every backup.",
            hint="Set at least one rule, such as keep_last: 7.",
        )
    if len({one.name for one in backups}) < len(backups):
        raise RetentionRefusedError(
            "A backup is listed twice, so it could stay and go at once. Nothing was removed.",
            hint="Look at the store's folder, then clear the task.",
        )
    newest_first = sorted(backups, key=_age, reverse=True)
    good = [one for one in newest_first if one.good]
    reasons = _reasons(good, policy=policy, zone=zone)
    keep: list[Decision] = []
    remove: list[Decision] = []
    for backup in newest_first:
        why = list(reasons.get(backup.name, ()))
        if backup.pinned:
            why.append("pinned")
        if not backup.good and not (good and _instant(backup) < _instant(good[0])):
            why.append("not a good backup, but no newer good one exists")
        if why:
            keep.append(Decision(backup=backup, reasons=tuple(why)))
        else:
            text = (
                "no rule keeps it" if backup.good else "not a good backup, a newer good one exists"
            )
            remove.append(Decision(backup=backup, reasons=(text,)))
    plan = RetentionPlan(keep=tuple(keep), remove=tuple(remove))
    check_plan(plan)
    return plan


def _reasons(
    good: Sequence[Backup], *, policy: RetentionPolicy, zone: str
) -> dict[str, tuple[str, ...]]:
    local = ZoneInfo(zone)
    buckets = _buckets(policy)
    reasons: dict[str, tuple[str, ...]] = {}
    for position, backup in enumerate(good):
        moment = _instant(backup).astimezone(local)
        why = [
            reason
            for bucket in buckets
            if (
                reason := bucket.takes(
                    moment, position=position, is_oldest=position == len(good) - 1
                )
            )
        ]
        if policy.within and _instant(good[0]) - _instant(backup) < policy.within:
            why.append(f"within {policy.within.total_seconds() / 86400:g} days of the newest")
        if why:
            reasons[backup.name] = tuple(why)
    return reasons


def _buckets(policy: RetentionPolicy) -> tuple[_Bucket, ...]:
    return (
        _Bucket(policy.last, "last", lambda _, position: position),
        _Bucket(policy.hourly, "hourly", lambda at, _: (at.date(), at.hour)),
        _Bucket(policy.daily, "daily", lambda at, _: at.date()),
        _Bucket(policy.weekly, "weekly", lambda at, _: at.isocalendar()[:2]),
        _Bucket(policy.monthly, "monthly", lambda at, _: (at.year, at.month)),
        _Bucket(policy.yearly, "yearly", lambda at, _: at.year),
    )


def check_plan(plan: RetentionPlan) -> None:
    """
    Hold the rules of the house on a finished plan, whoever wrote it.

    Raise RetentionRefusedError where it removes a pinned backup or the newest good one.
    """
    for decision in plan.remove:
        if decision.backup.pinned:
            raise RetentionRefusedError(
                f"The plan would remove {decision.backup.name}, which is pinned.",
                hint="Nothing was removed. Mend the retention rules.",
            )
    kept = max((_instant(one.backup) for one in plan.keep if one.backup.good), default=None)
    removed = [one.backup for one in plan.remove if one.backup.good]
    for backup in removed:
        if kept is None or _instant(backup) > kept:
            raise RetentionRefusedError(
                f"The plan would remove {backup.name}, and keep no complete and verified backup "
                "as new.",
                hint="Nothing was removed. Run the backup once more, or mend the retention rules.",
            )


def _instant(backup: Backup) -> datetime:
    # Python compares two instants of one zone by the clock on the wall, which an hour each autumn
    # goes twice.
    return backup.snapshot_time.astimezone(UTC)


def _age(backup: Backup) -> tuple[datetime, str]:
    # Two of one instant show the same data: the name only makes the choice the same each time.
    return _instant(backup), backup.name
