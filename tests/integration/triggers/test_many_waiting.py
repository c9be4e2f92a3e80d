"""Two hundred exports that wait at the same time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oracle_backup.triggers.remote_job import RemoteJobTrigger
    from support.waiting import WaitingJobs

pytestmark = pytest.mark.integration

WAITING = 200
PATIENCE_SECONDS = 240


async def wait_with(trigger: RemoteJobTrigger) -> dict[str, object]:
    """Wait as the triggerer does, cleaning up included."""
    try:
        async for event in trigger.run():
            return event.payload
    finally:
        await trigger.cleanup()


async def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


@pytest.mark.timeout(600)
def test_each_waiting_export_holds_one_connection_until_its_job_ends(jobs: WaitingJobs) -> None:
    names = [f"OB_WAITING{number:05}_G1" for number in range(WAITING)]
    seen: list[int] = []

    async def watch() -> None:
        while True:
            seen.append(jobs.connections())
            await asyncio.sleep(0.2)

    async def scenario() -> list[dict[str, object]]:
        await jobs.start(names)
        await until(lambda: jobs.connections() == 0)
        watching = asyncio.create_task(watch())
        waits = [
            asyncio.create_task(
                wait_with(jobs.trigger(name, poll_interval=5.0, poll_interval_limit=10.0))
            )
            for name in names
        ]
        await until(lambda: jobs.connections() == WAITING)
        assert not any(wait.done() for wait in waits)

        def all_ended() -> bool:
            jobs.open_gate()
            return all(wait.done() for wait in waits)

        await until(all_ended)
        await until(lambda: jobs.connections() == 0)
        watching.cancel()
        return [wait.result() for wait in waits]

    events = asyncio.run(scenario())

    assert [event["job"] for event in events] == names
    assert {(event["status"], event["exit_code"]) for event in events} == {("ended", 0)}
    assert max(seen) == WAITING
