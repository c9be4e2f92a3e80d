"""What the task's log hears of an export that is being waited for."""

import logging

import pytest

from oracle_backup.domain.log import LogFollower
from oracle_backup.triggers.narrator import Narrator

ROW = b'. . exported "HR"."JOBS"                                  6.0 KB      19 rows\n'


def make_narrator(*, stall_after: float = 1000.0) -> Narrator:
    return Narrator(logging.getLogger("task"), follower=LogFollower(), stall_after=stall_after)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    return lambda: caplog.messages


def test_narrator_repeats_the_tools_lines_and_counts_tables(said):
    narrator = make_narrator()

    narrator.tell(ROW[:30])
    narrator.tell(ROW[30:] + b"the end")
    narrator.finish()

    assert said()[0] == "[oracle] " + ROW.decode().rstrip()
    assert said()[1] == "[oracle] the end"
    assert "1 tables, 19 rows" in said()[2]


def test_narrator_says_a_line_only_when_it_is_whole(said):
    narrator = make_narrator()

    narrator.tell(ROW[:30])

    assert said() == []


def test_narrator_warns_once_of_an_export_that_prints_nothing(said):
    narrator = make_narrator(stall_after=-1.0)

    narrator.tell(b"")
    narrator.tell(b"")

    assert len([line for line in said() if "printed nothing" in line]) == 1


def test_narrator_warns_at_once_of_a_resumable_wait(said):
    narrator = make_narrator()

    narrator.tell(b"ORA-39171: Job is experiencing a resumable wait.\n")
    narrator.tell(b"ORA-01653: unable to extend table\n")

    assert len([line for line in said() if "DBA_RESUMABLE" in line]) == 1
