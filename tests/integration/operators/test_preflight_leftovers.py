"""What the preflight does about what earlier exports have left on the host and in the database."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from lab.oracle.process import start_ticks
from oracle_backup.domain.names import job_name

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from support.preflights import Preflight

pytestmark = pytest.mark.integration


def make_old_job(preflight: Preflight, job: str, *, log_end: str | None, ended: bool) -> Path:
    """Put the directory of a job of 40 days ago on the host, and a log that tells of it."""
    folder = preflight.lab.paths.home / ".oracle-backup" / "jobs" / job
    folder.mkdir(parents=True)
    # A pid of another boot: nobody lives.
    (folder / "pid").write_text("1 of-another-boot 1\n")
    (folder / "output").write_text("")
    if ended:
        (folder / "exit_code").write_text("0\n")
    if log_end is not None:
        (preflight.lab.paths.dumps / f"{job}.log").write_text(
            f'Starting "BACKUP"."{job}":  backup/******** parfile=job.par \n'
            "Processing object type SCHEMA_EXPORT/TABLE/TABLE\n"
            f"{log_end}"
        )
    old = time.time() - 40 * 86400
    for path in (*folder.iterdir(), folder):
        os.utime(path, (old, old))
    return folder


def make_orphan(connection: sqlite3.Connection, job: str, state: str = "NOT RUNNING") -> None:
    """Let the database show a job whose processes are gone."""
    connection.execute(
        "INSERT INTO lab_jobs (owner, name, operation, mode, state, degree, guid, started_ms,"
        " client_command, spec, progress, queue)"
        " VALUES ('BACKUP', ?, 'EXPORT', 'SCHEMA', ?, 1, 'x', 0, '', '{\"pieces\": []}', '{}', ?)",
        (job, state, "/nowhere"),
    )


def jobs_in_database(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM lab_jobs")]


def test_dumps_of_earlier_runs_are_told_of_and_left(preflight: Preflight):
    dumps = preflight.lab.paths.dumps
    old = [dumps / "HR-20261101T020000Z_01.dmp", dumps / "HR-20261101T020000Z_02.dmp"]
    for path in (*old, dumps / "HR-20261123T020000Z_01.dmp", dumps / "SALES-20261101T020000Z.dmp"):
        path.write_bytes(b"x" * 512)

    text = preflight.warning()

    assert "2 dump file(s) of earlier runs take 1.0 KiB" in text
    assert all(path.exists() for path in old)
    assert preflight.ask(keep_dump=True)["warnings"] == []


def test_directory_of_a_job_that_ended_long_ago_is_removed(preflight: Preflight):
    folder = make_old_job(preflight, "OB_ABCDEFGHIJ27_G1", log_end=None, ended=True)

    assert preflight.ask()["warnings"] == []
    assert not folder.exists()


def test_directory_of_this_run_is_kept_however_old(preflight: Preflight):
    mine = job_name(
        dag_id=preflight.run.dag_id, run_id=preflight.run.run_id, schema="HR", generation=2
    )
    folder = make_old_job(preflight, mine, log_end=None, ended=True)

    preflight.ask()

    assert folder.exists()


@pytest.mark.parametrize(
    "end",
    [
        "",
        'Job "BACKUP"."OB_ABCDEFGHIJ27_G1" stopped due to fatal '
        "error at Sat Oct 10 02:00:00 2026 elapsed 0 00:00:05\n",
    ],
)
def test_orphan_of_ours_is_removed_from_database_and_host(preflight: Preflight, end: str):
    job = "OB_ABCDEFGHIJ27_G1"
    folder = make_old_job(preflight, job, log_end=end, ended=False)
    with preflight.changed() as connection:
        make_orphan(connection, job)
        facts = preflight.ask()
        left = jobs_in_database(connection)

    assert facts["warnings"] == []
    assert left == []
    assert not folder.exists()


def test_lost_job_that_the_database_no_longer_knows_is_removed_from_the_host(
    preflight: Preflight,
):
    folder = make_old_job(preflight, "OB_ABCDEFGHIJ27_G1", log_end="", ended=False)

    assert preflight.ask()["warnings"] == []
    assert not folder.exists()


@pytest.mark.parametrize(
    ("job", "log_end", "state", "why"),
    [
        (
            "OB_ABCDEFGHIJ27_G1",
            'Job "BACKUP"."OB_ABCDEFGHIJ27_G1" stopped by user request at Sat Oct 10 02:00:00 2026'
            " elapsed 0 00:00:05\n",
            "NOT RUNNING",
            "somebody stopped it on purpose",
        ),
        (
            "OB_ABCDEFGHIJ27_G1",
            'Job "BACKUP"."OB_ABCDEFGHIJ27_G1" successfully completed at Sat Oct 10 02:00:00 2026'
            " elapsed 0 00:00:05\n",
            "NOT RUNNING",
            "its log says it ended well",
        ),
        ("OB_ABCDEFGHIJ27_G1", "", "DEFINING", "the database shows it as DEFINING"),
        ("OB_ABCDEFGHIJ27_G1", None, "NOT RUNNING", "tells of it"),
        ("OB_OF_SOMEBODY", "", "NOT RUNNING", "its name is none of ours"),
    ],
)
def test_lost_job_that_is_not_surely_dead_and_ours_is_left_and_named(
    preflight: Preflight, job: str, log_end: str | None, state: str, why: str
):
    folder = make_old_job(preflight, job, log_end=log_end, ended=False)
    with preflight.changed() as connection:
        make_orphan(connection, job, state)
        if state == "DEFINING":
            connection.execute(
                "UPDATE lab_jobs SET pid = ?, pid_started = ?",
                (os.getpid(), start_ticks(os.getpid())),
            )
        text = preflight.warning()
        left = jobs_in_database(connection)
        connection.execute("DELETE FROM lab_jobs")

    assert why in text
    assert job in text
    assert left == [job]
    assert folder.exists()
