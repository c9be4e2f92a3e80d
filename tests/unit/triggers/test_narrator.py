"""What the task's log hears of an export that is being waited for."""

import logging

import pytest

from oracle_backup.adapters.remote_job.scripts import JobState, JobStatus
from oracle_backup.domain.log import LogFollower
from oracle_backup.triggers import narrator as module
from oracle_backup.triggers.narrator import Narrator

ROW = b'. . exported "HR"."JOBS"                                  6.0 KB      19 rows\n'
END = b'Job "B"."OB_X_G1" successfully completed at Mon Nov 23 02:00:41 2026 elapsed 0 00:00:36\n'
WAIT = b"ORA-39171: Job is experiencing a resumable wait.\n"


def look(output: bytes = b"", **facts) -> JobStatus:
    values = {"state": JobState.RUNNING, "exit_code": None, "started": None, "ended": None}
    return JobStatus(**(values | {"now": None, "stopped": None, "output": output} | facts))


@pytest.fixture
def narrator() -> Narrator:
    return Narrator(logging.getLogger("task"), follower=LogFollower())


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    return lambda: caplog.messages


def test_narrator_repeats_the_tools_lines_and_counts_tables(narrator, said):
    narrator.tell(look(ROW[:30]))
    narrator.tell(look(ROW[30:] + b"the end"))
    narrator.finish()

    assert said()[0] == "[oracle] " + ROW.decode().rstrip()
    assert said()[1] == "[oracle] the end"
    assert said()[2] == "Exporting: 1 tables, 19 rows, 6.0 KiB."


def test_narrator_says_a_line_only_when_it_is_whole(narrator, said):
    narrator.tell(look(ROW[:30]))

    assert said() == []


def test_narrator_counts_what_was_told_before_and_does_not_say_it_again(narrator, said):
    narrator.recall(ROW + b"half a li")
    narrator.tell(look(b"ne\n" + ROW))
    narrator.finish()

    assert said()[0] == "[oracle] half a line"
    assert "2 tables, 38 rows" in said()[-1]
    assert len(said()) == 3


def test_narrator_tells_time_by_the_hosts_clock_and_what_lies_on_its_disk(narrator, said):
    narrator.tell(
        look(
            started="2026-11-23T02:00:00Z",
            now="2026-11-23T03:01:02Z",
            dump_bytes=3 * 1024**3,
            free_bytes=1024**4,
        )
    )
    narrator.progress()

    assert said() == [
        "Exporting for 1 h 01 min 02 s: 0 tables, 0 rows, 0 bytes; 3.0 GiB of dump files on disk, "
        "1.0 TiB free."
    ]


def test_narrator_leaves_out_what_the_host_cannot_tell(narrator, said):
    narrator.tell(look(dump_bytes=1024))
    narrator.progress()

    assert said() == ["Exporting: 0 tables, 0 rows, 0 bytes; 1.0 KiB of dump files on disk."]


def test_narrator_tells_the_progress_now_and_then(narrator, said, monkeypatch):
    monkeypatch.setattr(module, "_PROGRESS_EVERY_SECONDS", 0.0)

    narrator.tell(look())
    narrator.tell(look())

    assert len(said()) == 2


def test_narrator_warns_once_and_at_once_of_a_resumable_wait(narrator, said):
    assert narrator.waiting is None

    narrator.tell(look(WAIT))
    narrator.tell(look(b"ORA-01653: unable to extend table\n"))

    assert len([line for line in said() if "DBA_RESUMABLE" in line]) == 1
    assert narrator.waiting.startswith("ORA-39171")


def test_narrator_warns_anew_of_another_wait(narrator, said):
    narrator.recall(WAIT)
    narrator.tell(look())
    assert said() == []

    narrator.tell(look(ROW))
    assert narrator.waiting is None
    narrator.tell(look(WAIT))

    assert len([line for line in said() if "DBA_RESUMABLE" in line]) == 1


@pytest.mark.parametrize("prefix", [b"", b"23-NOV-26 02:00:04.659: "])
def test_narrator_sees_the_logs_end_line(narrator, prefix):
    narrator.tell(look(ROW))
    before = narrator.saw_end
    narrator.tell(look(prefix + END))
    at_end = narrator.saw_end
    narrator.tell(look())

    assert (before, at_end, narrator.saw_end) == (False, True, False)
