"""The trigger's waiting, with the host's answers written out; the real protocol is elsewhere."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import asyncssh
import pytest
from airflow.triggers.base import TriggerEvent

from oracle_backup.triggers import remote_job
from oracle_backup.triggers.remote_job import RemoteJobTrigger

SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
PAST = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.fixture(autouse=True)
def _no_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.0)


class ScriptedTrigger(RemoteJobTrigger):
    """A trigger whose host gives these answers, one for each script it is sent."""

    def __init__(self, answers: list[bytes | Exception], **arguments: object) -> None:
        super().__init__(
            **{
                "ssh_conn_id": "host",
                "job": "OB_X_G1",
                "deadline": SOON,
                "poll_interval": 0.0,
                "outage_limit": 1000.0,
                **arguments,
            }
        )
        self.answers = answers
        self.scripts: list[str] = []

    async def _run(self, script: str) -> bytes:
        self.scripts.append(script)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def status(state: str, *, output: str = "", **facts: str) -> bytes:
    lines = [f"state={state}", *(f"{key}={value}" for key, value in facts.items()), "output:"]
    return ("\n".join(lines) + "\n" + output).encode()


def wait_for(trigger: RemoteJobTrigger) -> dict[str, object]:
    async def first() -> TriggerEvent:
        return await anext(trigger.run())

    return asyncio.run(first()).payload


def test_trigger_survives_its_own_serialization():
    trigger = RemoteJobTrigger(
        ssh_conn_id="host", job="OB_X_G1", deadline=SOON, poll_interval=1.5, stall_after=9.0
    )

    path, arguments = trigger.serialize()

    assert path == "oracle_backup.triggers.remote_job.RemoteJobTrigger"
    assert json.loads(json.dumps(arguments)) == arguments
    assert RemoteJobTrigger(**arguments).serialize() == (path, arguments)


def test_trigger_waits_for_the_end_and_tells_the_exit_code():
    trigger = ScriptedTrigger(
        [status("running"), status("running"), status("ended", exit_code="5", ended="T")]
    )

    event = wait_for(trigger)

    assert event["status"] == "ended"
    assert event["exit_code"] == 5
    assert event["ended"] == "T"


def test_trigger_asks_only_for_output_it_has_not_seen():
    trigger = ScriptedTrigger(
        [status("running", output="12345"), status("ended", exit_code="0", output="678")]
    )

    wait_for(trigger)

    assert "offset=0\n" in trigger.scripts[0]
    assert "offset=5\n" in trigger.scripts[1]


@pytest.mark.parametrize("state", ["lost", "absent", "claimed", "prepared"])
def test_trigger_tells_a_job_that_neither_runs_nor_ended(state: str):
    assert wait_for(ScriptedTrigger([status(state)]))["status"] == "lost"


def test_trigger_outlives_broken_connections():
    trouble = [OSError("down"), asyncssh.ConnectionLost("gone"), TimeoutError()]
    trigger = ScriptedTrigger([*trouble, status("ended", exit_code="0")])

    assert wait_for(trigger)["status"] == "ended"


def test_trigger_gives_up_after_the_outage_limit_and_leaves_the_job_alone():
    trigger = ScriptedTrigger([OSError("down")], outage_limit=-1.0)

    event = wait_for(trigger)

    assert event["status"] == "unreachable"
    assert len(trigger.scripts) == 1


def test_trigger_does_not_hammer_a_host_that_refuses_it():
    trigger = ScriptedTrigger([asyncssh.PermissionDenied("no")])

    assert wait_for(trigger)["status"] == "refused"


def test_trigger_stops_a_job_past_its_deadline():
    trigger = ScriptedTrigger([status("running"), b"state=stopped\n"], deadline=PAST)

    event = wait_for(trigger)

    assert event["status"] == "overdue"
    assert "kill_job" in trigger.scripts[1]


def test_trigger_does_not_hide_a_programming_error():
    with pytest.raises(KeyError):
        wait_for(ScriptedTrigger([KeyError("ours")]))


def test_killed_trigger_stops_the_job_even_when_freshly_built():
    trigger = ScriptedTrigger([b"state=stopped\n"])

    asyncio.run(trigger.on_kill())

    assert "kill_job" in trigger.scripts[0]
    assert "job=OB_X_G1" in trigger.scripts[0]


def test_restarted_trigger_leaves_the_job_alone():
    trigger = ScriptedTrigger([])

    asyncio.run(trigger.cleanup())

    assert trigger.scripts == []


def test_trigger_sends_no_event_before_the_deferring_task_has_wound_down(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.3)
    begun = time.monotonic()

    wait_for(ScriptedTrigger([status("ended", exit_code="0")]))

    assert time.monotonic() - begun >= 0.3
