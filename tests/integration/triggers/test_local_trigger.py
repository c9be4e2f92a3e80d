"""A trigger whose job runs on the very machine of worker and triggerer."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.adapters.remote_job.scripts import (
    JobSpec,
    JobState,
    build_start,
    build_status,
    parse_answers,
    parse_status,
)
from oracle_backup.triggers import remote_job
from oracle_backup.triggers.remote_job import RemoteJobTrigger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.integration

JOB = "OB_ABCDEFGHIJKL_G1"
STEM = "HR-20261123T020000Z"
PATIENCE_SECONDS = 60


class Machine:
    """This machine, with a home of its own and an export tool that waits for its gate."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "o'neil & home"
        self.dumps = folder / "dumps"
        self.gate = folder / "gate"
        self.tool = folder / "exp"
        self.home.mkdir()
        self.dumps.mkdir()
        os.mkfifo(self.gate)
        dump = shlex.quote(str(self.dumps / f"{STEM}.dmp"))
        self.tool.write_text(
            f"#!/bin/sh\nprintf 'exporta tablas a\\361o\\n'\necho rows >{dump}\n"
            f"read -r word <{shlex.quote(str(self.gate))}\necho ended\nexit 3\n"
        )
        self.tool.chmod(0o755)

    def start(self) -> None:
        spec = JobSpec(job=JOB, tool=str(self.tool), environment={}, parameter_file="A=secret\n")
        done = LocalShell().run(build_start(spec), timeout_seconds=PATIENCE_SECONDS)
        assert parse_answers(done.stdout)["created"] == ["yes"]

    def open_gate(self) -> None:
        with self.gate.open("w") as gate:
            gate.write("go\n")

    def look(self) -> JobState:
        done = LocalShell().run(build_status(job=JOB), timeout_seconds=PATIENCE_SECONDS)
        return parse_status(done.stdout.encode()).state

    def trigger(self, **changes: Any) -> RemoteJobTrigger:
        values: dict[str, Any] = {
            "ssh_conn_id": "local",
            "machine": socket.gethostname(),
            "job": JOB,
            "deadline": (datetime.now(UTC) + timedelta(hours=6)).isoformat(),
            "folder": str(self.dumps),
            "stem": STEM,
            "log_path": str(self.dumps / f"{STEM}.log"),
            "poll_interval": 0.1,
            "poll_interval_limit": 0.2,
        }
        return RemoteJobTrigger(**(values | changes))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    # In one process there is no other that could still be winding down.
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.0)
    return made


async def wait_with(trigger: RemoteJobTrigger) -> dict[str, Any]:
    """Wait as the triggerer does, cleaning up included."""
    try:
        async for event in trigger.run():
            return event.payload
    finally:
        await trigger.cleanup()


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def test_job_is_followed_to_its_end(machine: Machine) -> None:
    """Its output is counted in bytes, whatever its character set."""

    async def scenario() -> dict[str, Any]:
        machine.start()
        waiting = asyncio.create_task(wait_with(machine.trigger()))
        await until(lambda: (machine.dumps / f"{STEM}.dmp").exists())
        assert not waiting.done()
        await asyncio.to_thread(machine.open_gate)
        return await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    event = asyncio.run(scenario())

    assert (event["status"], event["exit_code"]) == ("ended", 3)
    assert event["offset"] == len(b"exporta tablas a\xf1o\nended\n")
    assert event["dump_bytes"] == len("rows\n")
    assert event["free_bytes"] > 0


def test_job_is_found_by_a_triggerer_that_was_restarted(machine: Machine) -> None:
    async def scenario() -> dict[str, Any]:
        machine.start()
        first = asyncio.create_task(wait_with(machine.trigger()))
        await until(lambda: (machine.dumps / f"{STEM}.dmp").exists())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert machine.look() is JobState.RUNNING
        await asyncio.to_thread(machine.open_gate)
        return await asyncio.wait_for(wait_with(machine.trigger()), PATIENCE_SECONDS)

    assert asyncio.run(scenario())["status"] == "ended"


def test_job_is_stopped_when_its_task_is_ended_by_hand(machine: Machine) -> None:
    async def scenario() -> None:
        machine.start()
        await until(lambda: (machine.dumps / f"{STEM}.dmp").exists())
        await machine.trigger().on_kill()

    asyncio.run(scenario())

    assert machine.look() is JobState.ENDED


def test_job_that_died_is_lost(machine: Machine) -> None:
    async def scenario() -> dict[str, Any]:
        machine.start()
        directory = machine.home / ".oracle-backup" / "jobs" / JOB
        await until(lambda: (machine.dumps / f"{STEM}.dmp").exists())
        for name in ("pid", "tool_pid"):
            os.kill(int((directory / name).read_text().splitlines()[0]), 9)
        return await asyncio.wait_for(wait_with(machine.trigger()), PATIENCE_SECONDS)

    assert asyncio.run(scenario())["status"] == "lost"


def test_triggerer_on_another_machine_says_so(machine: Machine) -> None:
    """To it the job would look lost, and its export would be started once more."""
    machine.start()
    try:
        event = asyncio.run(wait_with(machine.trigger(machine="worker-1")))
    finally:
        machine.open_gate()

    assert event["status"] == "refused"
    assert "and the export on worker-1" in event["message"]
