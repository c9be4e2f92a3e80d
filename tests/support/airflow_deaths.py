"""What can die while a backup runs, and how is it killed?"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from support.airflow_runs import executor_processes, host_processes, kill_tree, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.airflow import AirflowStage
    from support.airflow_runs import BackupRun

BEFORE_START, STARTED, RUNNING, AT_END = MOMENTS = ("BEFORE_START", "STARTED", "RUNNING", "AT_END")
"""When it dies; also the names of the schemas that are at this moment then."""

Runs = dict[str, "BackupRun"]

_OUTAGE_SECONDS = 4.0


def kill_worker(stage: AirflowStage, runs: Runs) -> None:
    """
    Kill the processes that run the export tasks.

    Idle ones are spared: one of them holds the lock of the executor's queue while it waits, and
    without that one nobody would ever get a task again.
    """
    for moment in (BEFORE_START, STARTED):
        assert kill_worker_of(stage, runs[moment]), f"no worker of {moment}"


def kill_worker_of(stage: AirflowStage, run: BackupRun) -> bool:
    """Kill the process that runs the export of a run now; return whether there was one."""
    return kill_task(stage, run.export_instance()["id"])


def kill_task(stage: AirflowStage, instance_id: str) -> bool:
    """Kill the process that runs this task instance now; return whether there was one."""
    found = [one for one in executor_processes(stage) if instance_id in _command_line(one)]
    for process in found:
        kill_tree(process)
    return bool(found)


def kill_triggerer(stage: AirflowStage, runs: Runs) -> None:
    """Kill the triggerer, with every trigger it runs, and start another."""
    del runs
    stage.kill("triggerer")
    stage.launch("triggerer")


def kill_scheduler(stage: AirflowStage, runs: Runs) -> None:
    """Kill the scheduler and what its executor runs, and start another."""
    del runs
    stage.kill("scheduler")
    stage.launch("scheduler")


def drop_connections(stage: AirflowStage, runs: Runs) -> None:
    """Cut every SSH connection to the host."""
    del runs
    stage.lab.drop_connections()


def kill_sshd(stage: AirflowStage, runs: Runs) -> None:
    """Kill the SSH server; for some seconds nobody listens."""
    del runs
    stage.lab.kill("host")
    time.sleep(_OUTAGE_SECONDS)
    stage.lab.restart("host")


def kill_clients(stage: AirflowStage, runs: Runs) -> None:
    """Kill expdp where it runs. That of a job which has not started is killed by the stand-in."""
    del stage
    for moment in (STARTED, RUNNING, AT_END):
        client_of(runs[moment]).kill()


def reboot_host(stage: AirflowStage, runs: Runs) -> None:
    """
    Kill all that runs on the host, the database with its jobs too; then bring it up again.

    This machine's boot id does not change. That of the jobs' notes does instead.
    """
    lab = stage.lab
    lab.kill("host")
    lab.kill("listener")
    # All at once, as far as can be: a runner that saw its tool die would note an exit code.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for process in host_processes(stage):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
    wait_until(lambda: not host_processes(stage), what="everything on the host dies")
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    earlier_boot = str(uuid.uuid4())
    for run in runs.values():
        for file in run.job_folder().glob("*pid"):
            file.write_text(file.read_text().replace(boot, earlier_boot))
        assert run.export_state() != "deferred" or earlier_boot in _text_of(run, "pid")
    lab.restart("listener")
    lab.restart("host")


DEATHS: Mapping[str, Callable[[AirflowStage, Runs], None]] = {
    "worker": kill_worker,
    "triggerer": kill_triggerer,
    "scheduler": kill_scheduler,
    "connection": drop_connections,
    "sshd": kill_sshd,
    "client": kill_clients,
    "reboot": reboot_host,
}


def client_of(run: BackupRun) -> psutil.Process:
    """Return the process of the run's expdp."""
    wait_until(lambda: _text_of(run, "tool_pid").strip(), what=run.describe)
    return psutil.Process(int(_text_of(run, "tool_pid").split()[0]))


def freeze(process: psutil.Process) -> None:
    """Stop a process in the middle of what it does."""
    os.kill(process.pid, signal.SIGSTOP)
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED, what="it stops")


def _text_of(run: BackupRun, name: str) -> str:
    """Return what one file of the job's directory holds, nothing if there is none."""
    file = run.job_folder() / name
    return file.read_text() if file.exists() else ""


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
