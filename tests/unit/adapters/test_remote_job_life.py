"""Whether a job lives is told by its process, not by a number another process may have by now."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.remote_job.scripts import JobState
from support.job_host import JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORKS_AND_FORGETS = """
import os, sys, time
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=find_shells(), ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


@pytest.fixture
def running(host: JobHost) -> JobHost:
    host.plan(waits=True)
    host.start()
    host.wait_for_call()
    return host


def test_process_is_kept_with_its_boot_and_its_start(running: JobHost) -> None:
    pid, boot, began = (running.directory / "pid").read_text().splitlines()

    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert began == stat[19]
    running.open_gate()


def test_job_whose_number_is_anothers_by_now_is_lost(host: JobHost) -> None:
    """Its number lives, in the same boot; that process began at another time."""
    with job_host(host.shell) as bystander:
        bystander.plan(waits=True)
        bystander.start()
        bystander.wait_for_call()
        pid, boot, began = (bystander.directory / "pid").read_text().splitlines()
        (host.directory / "claim").mkdir(parents=True)
        (host.directory / "pid").write_text(f"{pid}\n{boot}\n{int(began) - 1}\n")

        status = host.status()
        answers = host.stop()
        after = bystander.status()
        bystander.open_gate()

        assert status.state is JobState.LOST
        assert answers == {"state": ["stopped"]}
        assert after.state is JobState.RUNNING
        assert bystander.wait(JobState.ENDED).exit_code == 0


def test_job_of_before_starts_were_kept_is_followed(running: JobHost) -> None:
    kept = (running.directory / "pid").read_text().splitlines()
    (running.directory / "tool_pid").unlink()
    (running.directory / "pid").write_text("\n".join(kept[:2]) + "\n")

    assert running.status().state is JobState.RUNNING
    running.open_gate()


def test_job_runs_on_a_host_without_proc(host: JobHost) -> None:
    """There ps tells when a process began."""
    host.without_boot_id("reboot ~ Nov 23 01:02")
    host.program("ps", '#!/bin/sh\necho "$LC_ALL $*: Mon Nov 23 02:00:00 2026"\n')
    host.plan(waits=True)

    host.start()
    host.wait_for_call()
    pid, _, began = (host.directory / "pid").read_text().splitlines()
    running = host.status()
    host.program("ps", '#!/bin/sh\necho "$LC_ALL $*: Mon Nov 23 03:00:00 2026"\n')
    lost = host.status()
    host.open_gate()

    assert began == f"C -o lstart= -p {pid}: Mon Nov 23 02:00:00 2026"
    assert running.state is JobState.RUNNING
    assert lost.state is JobState.LOST


def test_job_runs_on_a_host_where_no_start_can_be_told(host: JobHost) -> None:
    host.without_boot_id("reboot ~ Nov 23 01:02")
    host.program("ps", "#!/bin/sh\necho no such option >&2\nexit 1\n")
    host.plan(waits=True)

    host.start()
    host.wait_for_call()
    running = host.status()
    host.open_gate()

    assert running.state is JobState.RUNNING
    assert host.wait(JobState.ENDED).exit_code == 0


def test_dead_process_that_nobody_has_reaped_does_not_live(host: JobHost) -> None:
    """As in a container whose first process reaps nobody."""
    with subprocess.Popen(
        [sys.executable, "-c", _FORKS_AND_FORGETS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        pid = int(parent.stdout.readline())
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        host.directory.mkdir(parents=True)
        (host.directory / "pid").write_text(f"{pid}\n{boot}{stat[19]}\n")

        status = host.status()
        parent.stdin.close()

    assert stat[0] == "Z"
    assert status.state is JobState.LOST


def test_job_whose_tool_outlives_its_runner_runs_until_the_tool_ends(running: JobHost) -> None:
    runner, tool = running.pids()

    os.kill(runner, signal.SIGKILL)
    orphaned = running.status()
    running.open_gate()
    status = running.wait(JobState.LOST)

    assert orphaned.state is JobState.RUNNING
    assert status.exit_code is None
    assert tool not in {0, runner}


def test_stop_ends_a_tool_that_has_outlived_its_runner(running: JobHost) -> None:
    runner, tool = running.pids()
    os.kill(runner, signal.SIGKILL)

    answers = running.stop()

    assert answers == {"state": ["stopped"]}
    assert running.status().state is JobState.LOST
    assert running.status().stopped == "by hand"
    # Where nobody reaps it, something of it stays.
    stat = Path(f"/proc/{tool}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_lost_job_leaves_only_what_it_can_still_be_stopped_with(running: JobHost) -> None:
    (running.directory / "attach.par").write_text("s3cret")
    for pid in running.pids():
        os.kill(pid, signal.SIGKILL)

    running.wait(JobState.LOST)

    assert running.secrets_left() == ["attach.par"]


def test_stop_that_the_database_was_told_of_does_not_attach(running: JobHost) -> None:
    (running.directory / "attach.par").write_text("ATTACH=X\n")
    answers = running.stop(why="it was told", attach=False)

    assert answers == {"state": ["stopped"]}
    assert len(running.calls) == 1
    assert running.status().stopped == "it was told"
    assert running.secrets_left() == []


def test_stop_that_the_database_was_told_of_says_why_although_the_job_has_ended(
    host: JobHost,
) -> None:
    """Between the two the client has seen its job go, and ended."""
    host.start()
    host.wait(JobState.ENDED)

    assert host.stop(why="it was told", attach=False) == {"state": ["ended"]}
    assert host.status().stopped == "it was told"
