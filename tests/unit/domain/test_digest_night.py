"""How a schema fared since the last digest."""

from datetime import timedelta
from typing import Any

import pytest

from oracle_backup.domain.digest.night import SchemaNight, State, judge_night
from oracle_backup.domain.digest.record import RunLog, RunRecord
from support.builders import DUE
from support.digests import make_bad_record, make_record

DAY = timedelta(days=1)


def log_of(*records: RunRecord) -> RunLog:
    log = RunLog()
    for record in records:
        log = log.told(record)
    return log


def judge(log: RunLog, **changes: Any) -> SchemaNight:
    values: dict[str, Any] = {"seen": 0, "due": (DUE,), "is_running": False}
    return judge_night(database="erp", schema="HR", log=log, **(values | changes))


@pytest.mark.parametrize("result", ["success", "warnings", "failed", "incomplete", "skipped"])
def test_schema_whose_run_has_reported_stands_as_the_run_does(result: str):
    night = judge(log_of(make_record(result=result)))

    assert night.state == result
    assert night.is_good == (result in {"success", "warnings"})
    assert night.is_trouble == (not night.is_good)
    assert night.due is None


def test_newest_of_several_runs_decides_and_all_are_kept():
    night = judge(
        log_of(make_bad_record(run_id="1"), make_record(run_id="2", moment=DUE + DAY)),
        due=(DUE, DUE + DAY),
    )

    assert night.state is State.SUCCESS
    assert [one.run_id for one in night.runs] == ["1", "2"]
    assert night.unreported == 0


def test_run_that_was_due_and_has_not_reported_is_missing():
    night = judge(log_of(make_record(moment=DUE - DAY)), seen=1)

    assert night.state is State.MISSING
    assert night.is_trouble
    assert (night.due, night.unreported, night.in_store) == (DUE, 0, None)
    assert night.newest_data == make_record().snapshot_time


def test_run_that_is_on_its_way_is_not_missing_yet():
    night = judge(RunLog(), is_running=True)

    assert (night.state, night.due, night.is_trouble) == (State.RUNNING, DUE, False)


def test_earlier_runs_that_never_reported_are_counted():
    due = (DUE - 3 * DAY, DUE - 2 * DAY, DUE - DAY, DUE)
    told = judge(log_of(make_record()), due=due)
    missing = judge(log_of(make_record(moment=DUE - 2 * DAY)), due=due)

    assert (told.state, told.unreported) == (State.SUCCESS, 3)
    assert (missing.state, missing.unreported) == (State.MISSING, 2)


def test_run_started_by_hand_stands_for_the_one_that_was_due():
    night = judge(log_of(make_record(moment=DUE + timedelta(hours=2))))

    assert night.state is State.SUCCESS


@pytest.mark.parametrize("due", [(), (DUE,)])
def test_what_was_told_is_not_told_again(due: tuple[Any, ...]):
    night = judge(log_of(make_record()), seen=1, due=due)

    assert (night.state, night.runs, night.newest) == (State.IDLE, (), None)
    assert not night.is_good
    assert not night.is_trouble


def test_backup_on_the_store_whose_run_never_reported_is_known():
    stored = DUE + timedelta(minutes=1)
    night = judge(RunLog(), stored=stored, is_paused=True)
    older = judge(RunLog(), stored=DUE - DAY)

    assert (night.in_store, night.newest_data, night.is_paused) == (stored, stored, True)
    assert (older.in_store, older.newest_data) == (None, DUE - DAY)


def test_age_is_that_of_the_newest_good_backup_however_old():
    night = judge(log_of(make_record(run_id="1"), make_bad_record(run_id="2")), seen=1)

    assert night.state is State.FAILED
    assert night.newest_data == make_record().snapshot_time


def test_size_is_compared_with_the_good_backup_before():
    before = make_record(run_id="1", size_bytes=100)
    bad = make_record(run_id="2", result="incomplete", size_bytes=7)

    assert judge(log_of(before, bad, make_record(run_id="3"))).size_before == 100
    assert judge(log_of(make_record(run_id="3"))).size_before is None
    assert judge(log_of(before, make_bad_record(run_id="3"))).size_before is None
    assert judge(RunLog(), due=()).size_before is None


def test_trouble_stands_first():
    nights = [SchemaNight(database="erp", schema="HR", state=state) for state in reversed(State)]

    ordered = [one.state for one in sorted(nights, key=lambda night: night.rank)]

    assert ordered == list(State)
    assert [one.is_trouble for one in sorted(nights, key=lambda night: night.rank)] == (
        [True] * 5 + [False] * 4
    )
