from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.missed import (
    MissedRun,
    Plan,
    decide,
    find_missed,
    reach_problem,
    runs_between,
)

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_missed(*, late: timedelta = HOUR, is_asked_for: bool = True) -> MissedRun:
    return MissedRun(moment=DUE, late=late, is_asked_for=is_asked_for)


def find(run_type: str, *, late: timedelta, limit: timedelta | None = 6 * HOUR) -> MissedRun | None:
    return find_missed(
        run_type=run_type, logical_date=DUE, run_after=DUE, now=DUE + late, late_limit=limit
    )


@pytest.mark.parametrize("late", [timedelta(0), HOUR, 6 * HOUR])
def test_scheduled_run_within_its_limit_is_in_time(late: timedelta) -> None:
    assert find("scheduled", late=late) is None


def test_scheduled_run_beyond_its_limit_was_missed() -> None:
    late = 6 * HOUR + timedelta(seconds=1)

    assert find("scheduled", late=late) == make_missed(late=late, is_asked_for=False)


def test_scheduled_run_without_a_limit_is_always_in_time() -> None:
    assert find("scheduled", late=timedelta(days=90), limit=None) is None


def test_backfill_is_for_a_time_that_was_asked_for_however_short_ago() -> None:
    assert find("backfill", late=timedelta(minutes=1), limit=None) == make_missed(
        late=timedelta(minutes=1)
    )


def test_run_started_by_hand_that_waited_long_is_in_time() -> None:
    """Nobody asked for a past time: its own time is when it was triggered."""
    assert find("manual", late=timedelta(days=2)) is None


def test_run_started_by_hand_without_a_date_is_in_time() -> None:
    assert (
        find_missed(
            run_type="manual",
            logical_date=None,
            run_after=DUE,
            now=DUE + 9 * HOUR,
            late_limit=6 * HOUR,
        )
        is None
    )


def test_run_started_by_hand_for_a_past_time_asks_for_that_time() -> None:
    triggered = DUE + timedelta(days=1)

    found = find_missed(
        run_type="manual", logical_date=DUE, run_after=triggered, now=triggered, late_limit=None
    )

    assert found == make_missed(late=timedelta(days=1))


def problem(
    *,
    late: timedelta = HOUR,
    reach: float | None = 7200,
    last: float | None = None,
    zone: str = "UTC",
    moment: datetime = DUE,
) -> str:
    missed = MissedRun(moment=moment, late=late, is_asked_for=True)
    return reach_problem(missed, reach_seconds=reach, last_duration_seconds=last, zone=zone)


def test_instant_within_undo_can_be_exported() -> None:
    assert problem(late=2 * HOUR, reach=7200) == ""


def test_instant_beyond_undo_can_not() -> None:
    assert problem(late=3 * HOUR, reach=7200) == (
        "undo reaches back 2 h 00 min 00 s, and that was 3 h 00 min ago"
    )


def test_undo_has_to_last_while_the_export_runs_too() -> None:
    assert problem(late=HOUR, reach=7200, last=2900) == ""
    assert problem(late=HOUR, reach=7200, last=3100).endswith("and the export takes its time")


def test_undo_that_is_not_told_reaches_nowhere() -> None:
    assert problem(reach=None) == "the database does not tell how far back its undo reaches"


def test_instant_before_a_change_of_the_clocks_is_not_faked() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert "clocks have changed" in problem(moment=before, zone="Europe/Madrid")
    assert problem(moment=before, zone="UTC") == ""
    assert problem(moment=before + HOUR, zone="Europe/Madrid") == ""


REACHED, TOO_FAR, COVERED = "", "undo is gone", "A backup has it"


@pytest.mark.parametrize(
    ("asked", "policy", "problem", "covered", "plan"),
    [
        (True, "skip", REACHED, "", Plan.AS_OF),
        (True, "now", REACHED, COVERED, Plan.AS_OF),
        (True, "skip", TOO_FAR, "", Plan.SKIP),
        (True, "now", TOO_FAR, "", Plan.NOW),
        (True, "now", TOO_FAR, COVERED, Plan.SKIP),
        (False, "skip", REACHED, "", Plan.SKIP),
        (False, "skip", TOO_FAR, "", Plan.SKIP),
        (False, "now", REACHED, "", Plan.AS_OF),
        (False, "now", TOO_FAR, "", Plan.NOW),
        (False, "now", TOO_FAR, COVERED, Plan.SKIP),
    ],
)
def test_missed_run_exports_its_own_time_or_now_once_or_nothing(
    asked: bool, policy: str, problem: str, covered: str, plan: Plan
) -> None:
    decision = decide(
        make_missed(is_asked_for=asked),
        policy=policy,
        as_of_problem=problem,
        covered_by=covered,
        zone="UTC",
    )

    assert decision.plan is plan
    assert "2026-11-23 02:00 UTC" in decision.reason
    if problem and (asked or policy == "now"):
        assert problem in decision.reason
    if plan is Plan.SKIP and policy == "now":
        assert covered in decision.reason


@given(
    late=st.timedeltas(timedelta(0), timedelta(days=9)),
    reach=st.none() | st.floats(0, 900_000),
    last=st.none() | st.floats(0, 90_000),
)
def test_nothing_is_exported_as_of_a_time_that_undo_does_not_reach(
    late: timedelta, reach: float | None, last: float | None
) -> None:
    if not problem(late=late, reach=reach, last=last):
        assert reach is not None
        assert reach >= late.total_seconds() + (last or 0)


def test_runs_between_two_steps_are_those_whose_backup_is_under_way() -> None:
    states = {
        "exporting": {"preflight": "success", "verify": None},
        "verifying": {"preflight": "success", "verify": "running"},
        "mine": {"preflight": "success", "verify": None},
        "done": {"preflight": "success", "verify": "success"},
        "failed": {"preflight": "success", "verify": "upstream_failed"},
        "asking": {"preflight": "running", "verify": None},
        "skipped": {"preflight": "skipped", "verify": "skipped"},
        "gone": {},
    }

    found = runs_between(
        states,
        begun="preflight",
        done="verify",
        own="mine",
        over=("success", "failed", "skipped", "upstream_failed"),
    )

    assert found == ["exporting", "verifying"]
