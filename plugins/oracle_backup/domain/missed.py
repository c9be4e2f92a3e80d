"""
What becomes of a run whose time has passed: one that was missed, and is made up for later?

It exports the data as of its own time where undo still reaches it. Where not, it exports nothing,
or the data of now, and that once for all missed runs. Its files keep the name of the time it was
due; its snapshot time is always that of the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from oracle_backup.domain.units import format_age, format_seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

_ASKED_FOR: Final = timedelta(minutes=10)
"""A person who triggers a run for a time so long before it means that time; clocks differ less."""
_MARGIN: Final = 1.2
"""An export as of the past may take this much longer than the last one: it reads undo."""


class Plan(StrEnum):
    """What a run exports."""

    AS_OF = "as_of"
    """The data of its own time."""
    NOW = "now"
    """The data of now, for all missed runs."""
    SKIP = "skip"
    """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedRun:
    """
    A run for a time that has passed.

    :param moment: when it was due.
    :param late: how long ago that was.
    :param is_asked_for: a person asked for this very time, by a backfill or in the trigger form.
    """

    moment: datetime
    late: timedelta
    is_asked_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, and why, in a sentence."""

    plan: Plan
    reason: str


def find_missed(
    *,
    run_type: str,
    logical_date: datetime | None,
    run_after: datetime,
    now: datetime,
    late_limit: timedelta | None,
) -> MissedRun | None:
    """
    Given a run, return how it was missed; None for one that is in time.

    :param run_type: Airflow's word: ``scheduled``, ``backfill``, ``manual`` and others.
    :param logical_date: the time it is for, where it is for one.
    :param run_after: when it could start at the earliest.
    :param late_limit: how late a scheduled run may start; None for however late.
    """
    moment = logical_date or run_after
    late = now - moment
    if run_type == "backfill":
        return MissedRun(moment=moment, late=late, is_asked_for=True)
    if run_type == "scheduled":
        if late_limit is None or late <= late_limit:
            return None
        return MissedRun(moment=moment, late=late, is_asked_for=False)
    if run_after - moment > _ASKED_FOR:
        return MissedRun(moment=moment, late=late, is_asked_for=True)
    return None


def reach_problem(
    missed: MissedRun,
    *,
    reach_seconds: float | None,
    last_duration_seconds: float | None,
    zone: str,
) -> str:
    """
    Say why the data can't be exported as of the run's time; nothing where they can.

    :param reach_seconds: how far back undo reaches; None where the database does not tell.
    :param last_duration_seconds: how long the last export took, for which undo has to last too.
    :param zone: the schema's, which the database's machine is taken to be in.
    """
    if reach_seconds is None:
        return "the database does not tell how far back its undo reaches"
    needed = missed.late.total_seconds() + (last_duration_seconds or 0) * _MARGIN
    if needed > reach_seconds:
        while_exporting = " and the export takes its time" if last_duration_seconds else ""
        return (
            f"undo reaches back {format_seconds(reach_seconds)}, and that was "
            f"{format_age(missed.late)} ago{while_exporting}"
        )
    if _clocks_changed(missed, zone):
        # Oracle finds an instant's change number by the wall clock of its machine.
        return "the clocks have changed since, so the instant would be an hour off"
    return ""


def decide(
    missed: MissedRun, *, policy: str, as_of_problem: str, covered_by: str, zone: str
) -> Decision:
    """
    Return what a missed run does.

    :param policy: ``skip`` or ``now``, for what can't be exported as of its time.
    :param as_of_problem: why it can't; nothing where it can.
    :param covered_by: what holds the data of a later time, or is about to: a backup, a run.
    """
    at = missed.moment.astimezone(ZoneInfo(zone)).strftime(f"%Y-%m-%d %H:%M {zone}")
    due = f"was due at {at}, {format_age(missed.late)} ago"
    if not missed.is_asked_for and policy == "skip":
        return Decision(
            plan=Plan.SKIP, reason=f"This run {due}: too late to start (start_late_limit)."
        )
    if not as_of_problem:
        return Decision(
            plan=Plan.AS_OF, reason=f"This run {due}. It exports the data as of that time."
        )
    why = f"This run {due}, and can't be exported as of that time: {as_of_problem}."
    if policy == "skip":
        return Decision(plan=Plan.SKIP, reason=f"{why} Nothing is exported (missed: skip).")
    if covered_by:
        return Decision(
            plan=Plan.SKIP, reason=f"{why} {covered_by}, so nothing more is exported (missed: now)."
        )
    return Decision(
        plan=Plan.NOW,
        reason=f"{why} It exports the data of now, for all missed runs (missed: now).",
    )


def runs_between(
    states: Mapping[str, Mapping[str, str | None]],
    *,
    begun: str,
    done: str,
    own: str,
    over: Collection[str],
) -> list[str]:
    """
    Return the runs that have one step behind them and another still before them.

    :param states: of the steps, by run and step.
    :param begun: the step that has to have succeeded.
    :param done: the step that must not be over.
    :param own: the run that asks; it is left out.
    :param over: the states of a step that is over for good.
    """
    return sorted(
        run_id
        for run_id, steps in states.items()
        if run_id != own and steps.get(begun) == "success" and steps.get(done) not in over
    )


def _clocks_changed(missed: MissedRun, zone: str) -> bool:
    then = missed.moment.astimezone(ZoneInfo(zone))
    return then.utcoffset() != (missed.moment + missed.late).astimezone(ZoneInfo(zone)).utcoffset()
