"""However an export ends, there is one good backup or one red run, and never two at once."""

import contextlib
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lab.oracle import instance, jobs
from lab.stage import Lab
from support.backups import Backups, Outcome

PATIENCE_SECONDS = 120
HANG = {"tool": "expdp", "schema": "HR", "table": "EMPLOYEES", "fault": "hang"}


@pytest.fixture(autouse=True)
def _tidy_instance(lab: Lab) -> Iterator[None]:
    """No job is left for the next test, whatever this one did."""
    yield
    with contextlib.closing(instance.connect(lab.paths.oracle_home)) as connection:
        rows = connection.execute("SELECT id FROM lab_jobs").fetchall()
        for (number,) in rows:
            job = jobs.by_id(connection, number)
            if job is not None:
                jobs.stop(connection, job, immediate=True, keep_master=False)
    shutil.rmtree(lab.paths.home / ".oracle-backup", ignore_errors=True)


class History:
    """The exports that the stand-in has run since this was made."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._before = len(self._all())

    def _all(self) -> list[tuple[str, str]]:
        with contextlib.closing(instance.connect(self._lab.paths.oracle_home)) as connection:
            return connection.execute(
                "SELECT job, outcome FROM lab_job_history ORDER BY id"
            ).fetchall()

    @property
    def jobs(self) -> list[tuple[str, str]]:
        """Name and outcome of each, oldest first."""
        return self._all()[self._before :]

    @property
    def generations(self) -> list[int]:
        return [int(job.rpartition("_G")[2]) for job, _ in self.jobs]


def live_jobs(lab: Lab) -> list[jobs.Job]:
    """Return the jobs that the stand-in's database knows."""
    with contextlib.closing(instance.connect(lab.paths.oracle_home)) as connection:
        numbers = [row[0] for row in connection.execute("SELECT id FROM lab_jobs").fetchall()]
        found = [jobs.by_id(connection, number) for number in numbers]
    return [job for job in found if job is not None]


def at_table(lab: Lab, table: str) -> jobs.Job | None:
    """Return the job that is at work on a table."""
    for job in live_jobs(lab):
        if job.state == "EXECUTING" and job.progress.get("current", [None, None])[1] == table:
            return job
    return None


@contextlib.contextmanager
def meanwhile(condition: Callable[[], Any], act: Callable[[Any], None]) -> Iterator[None]:
    """Act once what is asked for has come true, while the body runs."""
    done, trouble = threading.Event(), []

    def watch() -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not done.wait(0.1):
            if found := condition():
                act(found)
                return
            if time.monotonic() > give_up:
                break
        trouble.append("what this test waited for never came")

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert trouble == []


def stop_in_database(lab: Lab, job: jobs.Job, *, keep_master: bool) -> None:
    """Do what a DBA does with STOP_JOB=IMMEDIATE, or with KILL_JOB."""
    with contextlib.closing(instance.connect(lab.paths.oracle_home)) as connection:
        jobs.stop(connection, job, immediate=True, keep_master=keep_master)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    # Long sentences are wrapped.
    return " ".join(f"{mail['Subject']}\n{body.get_content()}".split())


def report_of(outcome: Outcome) -> str:
    """Return the text of the run's report; it is the last mail."""
    return text_of(outcome.mails[-1])


def dumps_of(lab: Lab) -> list[Path]:
    return sorted(lab.paths.dumps.glob("HR-*.dmp"))


def test_client_that_is_killed_is_not_the_end_of_its_job(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(
        {"tool": "expdp", "fault": "kill-client"},
        {"tool": "expdp", "table": "EMPLOYEES", "fault": "slow", "rows_per_second": 30},
    )

    outcome = backups.run("HR")

    assert outcome.state == "success"
    assert history.generations == [1]
    assert outcome.manifest["verdict"] == "complete"
    assert "signal 9 ended its client" in report_of(outcome)
    assert "it was followed there" in report_of(outcome)
    assert outcome.mail["Subject"] == "[Oracle backup] OK: HR on lab"


def test_client_that_loses_sight_of_its_job_is_followed_too(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(
        {"tool": "expdp", "fault": "ora-31626"},
        {"tool": "expdp", "table": "EMPLOYEES", "fault": "slow", "rows_per_second": 30},
    )

    outcome = backups.run("HR")

    assert outcome.state == "success"
    assert history.generations == [1]
    assert "its client ended with exit code 1" in report_of(outcome)


def test_job_that_dies_with_its_instance_is_removed_and_started_once_more(
    backups: Backups, lab: Lab
):
    history = History(lab)
    backups.set_faults({"tool": "expdp", "table": "EMPLOYEES", "fault": "crash", "times": 1})

    outcome = backups.run("HR")

    assert outcome.state == "success"
    assert history.generations == [1, 2]
    assert history.jobs[1][1] == "success"
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    (archive,) = outcome.archives
    assert archive.name.endswith("-g2.7z")
    assert "started once more" in report_of(outcome)


def test_job_that_dies_twice_is_given_up(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults({"tool": "expdp", "table": "EMPLOYEES", "fault": "crash"})

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["export"] == "failed"
    assert history.generations == [1, 2]
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    assert "as the one before it did" in report_of(outcome)
    assert "alert log" in report_of(outcome)


def test_host_that_is_started_anew_in_the_middle_exports_once_more(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(HANG)

    def restart_host(job: jobs.Job) -> None:
        """End everything of the export at once, as a reboot of host and database does."""
        runner = lab.paths.home / ".oracle-backup" / "jobs" / job.name / "pid"
        backups.set_faults()
        os.kill(job.pid, signal.SIGKILL)
        os.killpg(int(runner.read_text().split()[0]), signal.SIGKILL)

    with meanwhile(lambda: at_table(lab, "EMPLOYEES"), restart_host):
        outcome = backups.run("HR")

    assert outcome.state == "success"
    assert history.generations == [1, 2]
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    assert "the host was started anew" in report_of(outcome)


def test_job_that_a_dba_has_stopped_is_reported_and_left_alone(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(HANG)

    with meanwhile(
        lambda: at_table(lab, "EMPLOYEES"),
        lambda job: stop_in_database(lab, job, keep_master=True),
    ):
        outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["export"] == "failed"
    assert history.generations == [1]
    (job,) = live_jobs(lab)
    assert job.state == "NOT RUNNING"
    assert dumps_of(lab), "what the DBA may still want is gone"
    for words in ("on purpose (STOP_JOB)", "START_JOB", "KILL_JOB", job.name):
        assert words in report_of(outcome)


def test_job_that_a_dba_has_killed_is_red_and_the_report_says_so(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(HANG)

    with meanwhile(
        lambda: at_table(lab, "EMPLOYEES"),
        lambda job: stop_in_database(lab, job, keep_master=False),
    ):
        outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["inspect"] == "failed"
    assert history.generations == [1]
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    assert "probably ended it in the database with KILL_JOB" in report_of(outcome)


def test_export_that_takes_too_long_is_stopped_and_leaves_no_half_dump(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(HANG)

    outcome = backups.run("HR", export={"max_duration": "20s"})

    assert outcome.state == "failed"
    assert outcome.tasks["export"] == "failed"
    assert len(history.generations) == 1
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    assert "took longer than 0:00:20" in report_of(outcome)
    assert "No dump file of job" in report_of(outcome)


def test_export_that_stands_still_is_told_once_and_ends_well(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults(
        {"tool": "expdp", "table": "EMPLOYEES", "fault": "resumable-wait", "seconds": 240}
    )
    mails = len(lab.mails())

    with meanwhile(lambda: len(lab.mails()) > mails, lambda _: backups.set_faults()):
        outcome = backups.run("HR", export={"stall_after": "3s"})

    assert outcome.state == "success"
    assert history.generations == [1]
    subjects = [mail["Subject"] for mail in outcome.mails]
    assert subjects == [
        "[Oracle backup] STALLED: HR on lab",
        "[Oracle backup] OK (warnings): HR on lab",
    ]
    first = text_of(outcome.mails[0])
    for words in ("has stood still since", "ORA-01653", "add space to that tablespace"):
        assert words in first
    assert "The export stood still from" in report_of(outcome)
    assert "It was seen to move again at" in report_of(outcome)


def test_export_whose_directory_vanishes_from_the_host_is_followed_in_the_database(
    backups: Backups, lab: Lab
):
    history = History(lab)
    backups.set_faults(
        {"tool": "expdp", "table": "EMPLOYEES", "fault": "slow", "rows_per_second": 10}
    )

    with meanwhile(
        lambda: at_table(lab, "EMPLOYEES"),
        lambda _: shutil.rmtree(lab.paths.home / ".oracle-backup"),
    ):
        outcome = backups.run("HR")

    assert outcome.state == "success"
    assert history.generations == [1]
    assert outcome.manifest["verdict"] == "complete"
    assert "its directory under" in report_of(outcome)


def test_full_disk_ends_the_export_and_the_report_says_what_to_do(backups: Backups, lab: Lab):
    history = History(lab)
    backups.set_faults({"tool": "expdp", "table": "EMPLOYEES", "fault": "disk-full"})

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["inspect"] == "failed"
    assert history.generations == [1]
    assert live_jobs(lab) == []
    assert dumps_of(lab) == []
    assert "Free or add space where the dump is written" in report_of(outcome)
    assert "No dump file of job" in report_of(outcome)


def test_tables_left_out_on_purpose_leave_the_backup_complete(backups: Backups):
    without = backups.run("HR", export={"exclude_tables": ["JOB_HISTORY"]})
    bare = backups.run("HR", export={"content": "metadata_only"})

    assert (without.state, bare.state) == ("success", "success")
    newest = json.loads(max(bare.manifests).read_text(encoding="utf-8"))
    assert newest["verdict"] == "complete"
