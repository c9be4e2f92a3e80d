"""What is remembered of a run for the digest."""

from datetime import timedelta
from typing import Any

import pytest

from oracle_backup.domain.digest.record import MOST_RUNS, RunLog, record_of
from oracle_backup.domain.report.model import Problem
from oracle_backup.domain.table_figures import TroubledTable
from oracle_backup.errors import IntegrityError
from support.builders import DUE, make_report, make_steps
from support.digests import make_bad_record, make_record

TOLD_AT = DUE + timedelta(minutes=9)


def test_record_of_a_good_run_has_its_figures():
    record = record_of(make_report(began=DUE), told_at=TOLD_AT)

    assert (record.result, record.reason, record.todo) == ("success", "", "")
    assert record.size_bytes == 1024**3
    assert record.snapshot_time == DUE + timedelta(seconds=12)
    assert record.seconds == 540
    assert record.is_good


def test_record_of_a_failed_run_says_why_and_what_to_do():
    problem = Problem(step="export", message="ORA-12541: no listener.\nMore.", hint="Start it.")
    report = make_report(
        verdict=None,
        verified=False,
        archive=None,
        snapshot_time=None,
        steps=make_steps(export="failed"),
        problems=(problem,),
    )

    record = record_of(report, told_at=TOLD_AT)

    assert (record.result, record.reason) == ("failed", "ORA-12541: no listener.")
    assert record.todo == "Start it."
    assert (record.size_bytes, record.seconds, record.is_good) == (None, None, False)


@pytest.mark.parametrize(
    ("changes", "result", "reason"),
    [
        ({"warnings": ("Undo is short.",)}, "warnings", "Undo is short."),
        (
            {"verdict": "incomplete", "reasons": ("EMPLOYEES is missing.",)},
            "incomplete",
            "EMPLOYEES is missing.",
        ),
        (
            {"verdict": None, "verified": False, "skipped": "Undo does not reach so far."},
            "skipped",
            "Undo does not reach so far.",
        ),
        ({"verdict": None, "verified": False}, "failed", ""),
        (
            {
                "verdict": "incomplete",
                "reasons": (),
                "troubled": (TroubledTable(table="JOBS", code="ORA-31693", causes=("ORA-01555",)),),
                "troubled_count": 9,
            },
            "incomplete",
            "JOBS: ORA-01555: Undo was overwritten before the table was read.",
        ),
    ],
)
def test_record_tells_the_result_with_its_reason(changes: dict[str, Any], result: str, reason: str):
    record = record_of(make_report(**changes), told_at=TOLD_AT)

    assert (record.result, record.reason) == (result, reason)
    assert (record.todo == "") is (result == "warnings")


def test_record_keeps_no_endless_reason():
    problem = Problem(step="export", message="x" * 10_000)
    report = make_report(verdict=None, steps=make_steps(export="failed"), problems=(problem,))

    assert len(record_of(report, told_at=TOLD_AT).reason) == 400


def test_log_numbers_its_runs_and_knows_those_since():
    log = RunLog().told(make_record(run_id="1")).told(make_record(run_id="2"))

    assert [one.number for one in log.runs] == [1, 2]
    assert [one.run_id for one in log.since(1)] == ["2"]
    assert log.since(2) == ()


def test_run_whose_report_is_only_repeated_is_no_news():
    log = RunLog().told(make_record())

    again = make_record(told_at=DUE + timedelta(hours=5), seconds=9.0)

    assert log.told(again) == log


def test_run_that_ends_anew_is_told_anew_and_only_once():
    log = RunLog().told(make_bad_record(run_id="1")).told(make_record(run_id="2"))

    log = log.told(make_record(run_id="1"))

    assert [(one.run_id, one.number, one.result) for one in log.runs] == [
        ("2", 2, "success"),
        ("1", 3, "success"),
    ]


def test_log_forgets_old_runs_and_never_the_newest_good_one():
    log = RunLog().told(make_record(run_id="good"))
    for number in range(MOST_RUNS + 5):
        log = log.told(make_bad_record(run_id=str(number)))

    assert len(log.runs) == MOST_RUNS
    assert log.good is not None
    assert log.good.run_id == "good"
    assert log.last == MOST_RUNS + 6


def test_log_is_the_same_after_it_was_kept():
    bare = make_bad_record(run_id="2", seconds=None, reason="", todo="", run_url="")
    log = RunLog().told(make_record(run_id="1", seconds=0.0, size_bytes=0)).told(bare)

    assert RunLog.from_plain(log.to_plain()) == log
    assert RunLog.from_plain(RunLog().to_plain()) == RunLog()


@pytest.mark.parametrize(
    "plain",
    [None, [], {}, {"last": 1, "runs": [{}], "good": None}, {"last": 1, "runs": 7, "good": None}],
)
def test_what_is_no_log_is_told(plain: Any):
    with pytest.raises(IntegrityError, match="can't be read"):
        RunLog.from_plain(plain)
