"""Which look at a waiting export wakes its task?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from oracle_backup.adapters.remote_job.scripts import JobState, JobStatus
from oracle_backup.triggers.watch import BEGIN_SECONDS, JobWatch

LOOK = JobStatus(
    state=JobState.RUNNING,
    exit_code=None,
    started=None,
    ended=None,
    now=None,
    stopped=None,
    output=b"",
    log_bytes=1,
    dump_bytes=2,
)
LOST = replace(LOOK, state=JobState.LOST)


def make(**changes) -> JobWatch:
    values = {
        "deadline": datetime.now(UTC) + timedelta(hours=1),
        "source": "output",
        "told_quiet": False,
        "quiet_seconds": 0.0,
        "stall_after": 100.0,
        "look_every": 300.0,
        "now": 1000.0,
    }
    return JobWatch(**(values | changes))


def judge(watch: JobWatch, look: JobStatus, *, now: float, **said) -> str | None:
    return watch.judge(look, **({"waits": False, "saw_end": False} | said), now=now)


PAST = {"deadline": datetime.now(UTC) - timedelta(seconds=1)}


def test_a_job_that_runs_is_waited_for():
    watch = make()

    assert judge(watch, LOOK, now=1000.0) is None
    assert watch.quiet_seconds(now=1007.0) == 7.0


@pytest.mark.parametrize("changes", [{}, PAST, {"told_quiet": True}])
def test_an_end_comes_before_anything_else(changes):
    ended = replace(LOOK, state=JobState.ENDED, output=b"x")

    assert judge(make(**changes), ended, now=9000.0, saw_end=True) == "ended"


@pytest.mark.parametrize("changes", [{}, PAST, {"told_quiet": True}])
def test_a_job_without_its_tool_is_lost(changes):
    assert judge(make(**changes), LOST, now=1000.0) == "lost"
    assert judge(make(**changes), replace(LOOK, state=JobState.ABSENT), now=1000.0) == "lost"


@pytest.mark.parametrize("state", [JobState.CLAIMED, JobState.PREPARED])
def test_a_job_that_has_just_been_started_is_given_time_to_begin(state):
    watch = make()
    begins = replace(LOOK, state=state)

    assert judge(watch, begins, now=1000.0 + BEGIN_SECONDS) is None
    assert judge(watch, begins, now=1000.5 + BEGIN_SECONDS) == "lost"
    assert judge(make(), replace(begins, stopped="by hand"), now=1000.0) == "lost"


def test_a_job_past_its_deadline_is_overdue():
    assert judge(make(**PAST), LOOK, now=1000.0) == "overdue"
    assert judge(make(**PAST, source="log"), LOST, now=1000.0) == "overdue"


def test_a_job_in_which_nothing_moves_is_told_of_once():
    told = make(told_quiet=True, quiet_seconds=101.0)
    watch = make()

    assert judge(watch, LOOK, now=1100.0) is None
    assert judge(watch, LOOK, now=1100.5) == "quiet"
    assert judge(told, LOOK, now=1100.5) is None


def test_a_job_that_moves_again_is_told_of():
    watch = make(told_quiet=True, quiet_seconds=101.0)

    assert judge(watch, LOOK, now=1001.0) is None
    assert judge(watch, replace(LOOK, dump_bytes=3), now=1002.0) == "moving"
    assert judge(make(told_quiet=True), replace(LOOK, output=b"x"), now=1001.0) == "moving"


def test_a_move_is_nothing_to_tell_of_a_job_that_was_not_quiet():
    watch = make()
    judge(watch, LOOK, now=1001.0)

    assert judge(watch, replace(LOOK, dump_bytes=3, output=b"x"), now=1090.0) is None
    assert judge(watch, replace(LOOK, dump_bytes=3), now=1180.0) is None


@pytest.mark.parametrize("state", [JobState.LOST, JobState.ENDED, JobState.ABSENT])
def test_the_job_of_a_tool_that_is_gone_is_looked_for_now_and_then(state):
    """A client that was killed has ended; what it has started goes on without it."""
    watch = make(source="log", stall_after=9000.0)
    gone = replace(LOOK, state=state)

    assert judge(watch, gone, now=1299.0) is None
    assert judge(watch, gone, now=1300.0) == "look"


def test_the_job_of_a_tool_that_is_gone_is_looked_for_at_once_when_its_log_ends():
    assert judge(make(source="log"), LOST, now=1001.0, saw_end=True) == "look"
    assert judge(make(), LOOK, now=1001.0, saw_end=True) is None


def test_the_job_of_a_tool_that_is_gone_can_be_quiet_too():
    watch = make(source="log", quiet_seconds=99.0)

    assert judge(watch, LOST, now=1001.5) == "quiet"
