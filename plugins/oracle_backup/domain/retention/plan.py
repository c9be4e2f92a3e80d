"""
Which real backups stay and which go?

The rules are restic's; what is added makes a plan safe. Only good backups (complete and verified)
fill buckets; age is the instant the data show, never a file's time or name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle_backup.domain.retention.policy import KEEP_ALL
from oracle_backup.domain.retention.rules import apply_rules
from oracle_backup.errors import RetentionRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from oracle_backup.domain.retention.policy import RetentionPolicy

UNREAD_STAYS = timedelta(days=7)
"""For a run beside this one, or one whose reading back failed and is cleared after a weekend."""
_NOTHING_REMOVED = "Nothing was removed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """
    What retention has to know of a backup.

    :param name: how it is called in the plan, and by whoever carries the plan out.
    :param snapshot_time: the instant its data show, with a time zone.
    :param good: complete and verified.
    :param unread_since: when its export ended, where nobody has read its archive back yet.
    """

    name: str
    snapshot_time: datetime
    good: bool = True
    pinned: bool = False
    unread_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A backup, and why it stays or goes."""

    backup: Backup
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPlan:
    """
    What stays and what goes, each newest first.

    :param later: what no rule keeps either, and a later run removes: too many for one.
    """

    keep: tuple[Decision, ...]
    remove: tuple[Decision, ...]
    later: tuple[Decision, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the plan for a log: a line per backup, with its reasons."""
        return tuple(
            f"{verb:<6} {decision.backup.name}  "
            f"data of {decision.backup.snapshot_time:%Y-%m-%d %H:%M:%S%z}  "
            f"({'; '.join(decision.reasons)})"
            for verb, decisions in (
                ("keep", self.keep),
                ("later", self.later),
                ("remove", self.remove),
            )
            for decision in decisions
        )


def plan_retention(
    backups: Sequence[Backup],
    *,
    policy: RetentionPolicy,
    now: datetime,
    zone: str = "UTC",
    expected_age: timedelta | None = None,
    max_delete: int = KEEP_ALL,
) -> RetentionPlan:
    """
    Given all backups of a schema, return which stay and which go.

    Backups dated in the future stay, and take no place from the others. Backups that are not good
    stay until a newer good one exists; then they go like the oldest, but for those that their own
    run may still be about to read back. Of what would go, the oldest go first.

    :param now: the clock's time.
    :param zone: in which days, weeks and months begin.
    :param expected_age: how old the newest good backup may be; None for any age.
    :param max_delete: how many may go at once, -1 for all.

    Raise RetentionRefusedError for an empty policy, for a plan that `check_plan` refuses, and for
    one that removes more than half while the newest good backup is older than expected.
    """
    if policy.is_empty:
        raise RetentionRefusedError(
            "The retention policy is empty, which would remove every backup.",
            hint="Set at least one rule, such as keep_last: 7.",
        )
    if len({one.name for one in backups}) < len(backups):
        raise RetentionRefusedError(
            f"A backup is listed twice, so it could stay and go at once. {_NOTHING_REMOVED}",
            hint="Look at the store's folder, then clear the task.",
        )
    newest_first = sorted(backups, key=_age, reverse=True)
    good = [one for one in newest_first if one.good and _instant(one) < now]
    kept = {
        one.name: why
        for one, why in zip(
            good,
            apply_rules(
                [one.snapshot_time for one in good], policy=policy, zone=ZoneInfo(zone), now=now
            ),
            strict=True,
        )
    }
    keep: list[Decision] = []
    doomed: list[Decision] = []
    for backup in newest_first:
        why = (*kept.get(backup.name, ()), *_beyond_the_rules(backup, good, now=now))
        if not why and good and backup == good[0]:
            # Where clocks are put back, an hour before an instant can be that instant: see Span.
            why = ("the newest good backup",)
        if why:
            keep.append(Decision(backup=backup, reasons=why))
        else:
            doomed.append(Decision(backup=backup, reasons=(_why_it_goes(backup),)))
    if expected_age is not None and good and now - _instant(good[0]) > expected_age:
        _refuse_large(keep, doomed, newest=good[0])
    at_once = len(doomed) if max_delete == KEEP_ALL else max(max_delete, 0)
    first = max(len(doomed) - at_once, 0)
    plan = RetentionPlan(
        keep=tuple(keep), remove=tuple(doomed[first:]), later=tuple(doomed[:first])
    )
    check_plan(plan)
    return plan


def _beyond_the_rules(backup: Backup, good: Sequence[Backup], *, now: datetime) -> Iterator[str]:
    """Yield why a backup stays that no rule need keep."""
    if backup.pinned:
        yield "pinned"
    if _instant(backup) >= now:
        yield "dated in the future, so it counts for no rule"
    elif not backup.good and not (good and _instant(backup) < _instant(good[0])):
        yield "not a good backup, but no newer good one exists"
    elif backup.unread_since is not None and now - backup.unread_since < UNREAD_STAYS:
        yield "not read back yet, and young enough for its run to do so"


def _why_it_goes(backup: Backup) -> str:
    return "no rule keeps it" if backup.good else "not a good backup, a newer good one exists"


def _refuse_large(keep: Sequence[Decision], doomed: Sequence[Decision], *, newest: Backup) -> None:
    """Refuse to remove more than half of the backups, or of the good ones."""
    for what, kept, going in (
        ("backups", len(keep), len(doomed)),
        ("good backups", _count_good(keep), _count_good(doomed)),
    ):
        if going > kept:
            raise RetentionRefusedError(
                f"The plan would remove {going} of {kept + going} {what}, though the newest good "
                f"one is of {newest.snapshot_time:%Y-%m-%d %H:%M %z}, older than expected. "
                f"{_NOTHING_REMOVED}",
                hint="See why no newer backup is there and whether this machine's clock is right, "
                "or widen the retention rules.",
            )


def _count_good(decisions: Iterable[Decision]) -> int:
    return sum(one.backup.good for one in decisions)


def check_plan(plan: RetentionPlan) -> None:
    """
    Hold the rules of the house on a finished plan, whoever wrote it.

    Raise RetentionRefusedError where it removes a pinned backup, or anything while it keeps no
    complete and verified backup as new as the newest of these.
    """
    going = [one.backup for one in (*plan.later, *plan.remove)]
    for backup in going:
        if backup.pinned:
            raise RetentionRefusedError(
                f"The plan would remove {backup.name}, which is pinned. {_NOTHING_REMOVED}",
                hint="Mend the retention rules.",
            )
    kept = max((_instant(one.backup) for one in plan.keep if one.backup.good), default=None)
    for backup in going:
        if kept is None or (backup.good and _instant(backup) > kept):
            raise RetentionRefusedError(
                f"The plan would remove {backup.name}, and keep no complete and verified backup "
                f"as new. {_NOTHING_REMOVED}",
                hint="Run the backup once more, or mend the retention rules.",
            )


def _instant(backup: Backup) -> datetime:
    # Python compares two instants of one zone by the clock on the wall, which an hour each autumn
    # goes twice.
    return backup.snapshot_time.astimezone(UTC)


def _age(backup: Backup) -> tuple[datetime, str]:
    # Two of one instant show the same data: the name only makes the choice the same each time.
    return _instant(backup), backup.name
