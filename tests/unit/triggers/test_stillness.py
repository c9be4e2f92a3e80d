"""When does an export count as one in which nothing moves?"""

import pytest

from oracle_backup.adapters.remote_job.scripts import JobState, JobStatus
from oracle_backup.triggers.stillness import Stillness


def look(*, output: bytes = b"", log: int | None = None, dumps: int | None = None) -> JobStatus:
    return JobStatus(
        state=JobState.RUNNING,
        exit_code=None,
        started=None,
        ended=None,
        now=None,
        stopped=None,
        output=output,
        log_bytes=log,
        dump_bytes=dumps,
    )


def make(*, stall_after: float = 7200.0, quiet_seconds: float = 0.0) -> Stillness:
    return Stillness(stall_after=stall_after, quiet_seconds=quiet_seconds, now=1000.0)


@pytest.mark.parametrize(
    ("second", "moves"),
    [
        (look(log=1, dumps=2), False),
        (look(log=1, dumps=2, output=b"x"), True),
        (look(log=3, dumps=2), True),
        (look(log=1, dumps=4), True),
        (look(log=1, dumps=0), True),
        (look(log=None, dumps=None), False),
    ],
)
def test_a_move_is_a_line_or_a_changed_size(second, moves):
    stillness = make()
    assert not stillness.moved(look(log=1, dumps=2), now=1001.0)

    assert stillness.moved(second, now=1002.0) is moves


def test_a_size_that_could_not_be_told_for_a_while_is_compared_with_the_last_one_told():
    stillness = make()
    stillness.moved(look(log=1, dumps=2), now=1001.0)
    stillness.moved(look(log=None, dumps=2), now=1002.0)

    assert not stillness.moved(look(log=1, dumps=2), now=1003.0)
    assert stillness.moved(look(log=2, dumps=2), now=1004.0)


def test_a_log_that_comes_into_being_is_a_move():
    stillness = make()
    stillness.moved(look(log=None, dumps=0), now=1001.0)

    assert stillness.moved(look(log=0, dumps=0), now=1002.0)


def test_stillness_counts_from_the_last_move():
    stillness = make(stall_after=100.0)
    stillness.moved(look(output=b"x"), now=1050.0)
    stillness.moved(look(), now=1140.0)

    assert stillness.seconds(now=1140.0) == 90.0
    assert not stillness.is_stalled(waits=False, now=1150.0)
    assert stillness.is_stalled(waits=False, now=1150.5)


def test_stillness_goes_on_where_an_earlier_wait_left_it():
    stillness = make(stall_after=100.0, quiet_seconds=99.0)
    stillness.moved(look(log=1, dumps=2), now=1000.5)

    assert stillness.is_stalled(waits=False, now=1001.5)


@pytest.mark.parametrize(("stall_after", "limit"), [(7200.0, 300.0), (100.0, 100.0)])
def test_a_job_that_waits_for_space_stalls_sooner(stall_after, limit):
    stillness = make(stall_after=stall_after)

    assert not stillness.is_stalled(waits=True, now=1000.0 + limit)
    assert stillness.is_stalled(waits=True, now=1000.5 + limit)
