"""Many jobs on the lab's host that wait for one gate, and triggers that wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil

from oracle_backup.adapters.remote_job.scripts import JobSpec, build_start, parse_answers
from oracle_backup.triggers.host_link import HostLink
from oracle_backup.triggers.remote_job import RemoteJobTrigger

if TYPE_CHECKING:
    from lab.stage import Lab

_STARTS_AT_ONCE = 4


class WaitingJobs:
    """
    Jobs that do nothing until the gate opens, each in a directory made by the real start.

    :param lab: a lab whose host runs, and whose connections Airflow knows.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._gate = lab.paths.home / "gate"
        self._tool = lab.paths.home / "waits"
        if not self._gate.exists():
            os.mkfifo(self._gate)
        self._tool.write_text(
            f"#!/bin/sh\necho waiting\nread -r _ <{shlex.quote(str(self._gate))}\nexit 0\n"
        )
        self._tool.chmod(0o755)

    async def start(self, names: list[str]) -> None:
        """Start a job of each name."""
        link, few = HostLink("lab_host"), asyncio.Semaphore(_STARTS_AT_ONCE)

        async def start_one(name: str) -> None:
            spec = JobSpec(job=name, tool=str(self._tool), environment={}, parameter_file="A=1\n")
            async with few:
                output = await link.run(build_start(spec))
            assert parse_answers(output.decode())["created"] == ["yes"]

        try:
            await asyncio.gather(*(start_one(name) for name in names))
        finally:
            await link.close()

    def open_gate(self) -> None:
        """Let those end that wait at this moment."""
        with contextlib.suppress(OSError):  # nobody waits
            os.close(os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK))

    def trigger(self, name: str, **arguments: Any) -> RemoteJobTrigger:
        """Return a trigger for a job."""
        dumps = self._lab.paths.dumps
        values: dict[str, Any] = {
            "ssh_conn_id": "lab_host",
            "job": name,
            "deadline": (datetime.now(UTC) + timedelta(hours=6)).isoformat(),
            "folder": str(dumps),
            "stem": name,
            "log_path": str(dumps / f"{name}.log"),
        }
        return RemoteJobTrigger(**(values | arguments))

    def connections(self) -> int:
        """Return how many connections the host has now."""
        announced = json.loads((self._lab.paths.run / "host.json").read_text())
        links = psutil.Process(announced["pid"]).net_connections("tcp")
        return sum(link.status == psutil.CONN_ESTABLISHED for link in links)
