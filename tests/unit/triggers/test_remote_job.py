"""The trigger's waiting, with the host's answers written out; the real protocol is elsewhere."""

import asyncio
import json
import logging
import time
from datetime import UTC, datetime, timedelta

import asyncssh
import pytest
from airflow.triggers.base import TriggerEvent

from oracle_backup.errors import ConfigError
from oracle_backup.triggers import remote_job
from oracle_backup.triggers.remote_job import RemoteJobTrigger

SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
PAST = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
END = 'Job "B"."OB_X_G1" successfully completed at Mon Nov 23 02:00:41 2026 elapsed 0 00:00:36\n'
WHERE = {
    "folder": "/u01/dumps",
    "stem": "HR-20261123T020000Z",
    "log_path": "/u01/dumps/HR-20261123T020000Z.log",
}


@pytest.fixture(autouse=True)
def _no_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.0)


class ScriptedLink:
    """A connection whose host gives these answers, one for each script it is sent."""

    def __init__(self, answers: list[bytes | Exception]) -> None:
        self.answers = answers
        self.scripts: list[str] = []
        self.drops = self.closes = 0

    async def run(self, script: str) -> bytes:
        self.scripts.append(script)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def drop(self) -> None:
        self.drops += 1

    async def close(self) -> None:
        self.closes += 1


def make(answers: list[bytes | Exception], **arguments: object) -> RemoteJobTrigger:
    trigger = RemoteJobTrigger(
        **{
            "ssh_conn_id": "host",
            "job": "OB_X_G1",
            "deadline": SOON,
            "poll_interval": 0.0,
            "poll_interval_limit": 0.0,
            "outage_limit": 1000.0,
            **WHERE,
            **arguments,
        }
    )
    trigger._link = ScriptedLink(answers)
    # Airflow's own writes past what a test can read.
    trigger._log = logging.getLogger("task")
    return trigger


def status(state: str, *, output: str = "", **facts: str) -> bytes:
    lines = [f"state={state}", *(f"{key}={value}" for key, value in facts.items()), "output:"]
    return ("\n".join(lines) + "\n" + output).encode()


def wait_for(trigger: RemoteJobTrigger) -> dict[str, object]:
    async def first() -> TriggerEvent:
        return await anext(trigger.run())

    return asyncio.run(first()).payload


def scripts_of(trigger: RemoteJobTrigger) -> list[str]:
    return trigger._link.scripts


def test_trigger_survives_its_own_serialization():
    trigger = RemoteJobTrigger(
        ssh_conn_id="host",
        job="OB_X_G1",
        deadline=SOON,
        **WHERE,
        machine="ora01",
        oracle_conn_id="oracle",
        offset=7,
        source="log",
        told_quiet=True,
        quiet_seconds=3.5,
        poll_interval=1.5,
        poll_interval_limit=2.5,
        outage_limit=4.5,
        stall_after=9.0,
        look_every=8.0,
    )

    path, arguments = trigger.serialize()

    assert path == "oracle_backup.triggers.remote_job.RemoteJobTrigger"
    assert json.loads(json.dumps(arguments)) == arguments
    assert len(arguments) == 17
    assert arguments["offset"] == 7
    assert RemoteJobTrigger(**arguments).serialize() == (path, arguments)


def test_trigger_waits_for_the_end_and_tells_what_there_is_to_tell():
    trigger = make(
        [
            status("running"),
            status("running"),
            status(
                "ended",
                exit_code="5",
                started="S",
                ended="T",
                log_bytes="7",
                dump_bytes="8",
                free_bytes="9",
                output="12345",
            ),
        ]
    )

    event = wait_for(trigger)

    quiet_seconds = event.pop("quiet_seconds")
    assert event == {
        "status": "ended",
        "job": "OB_X_G1",
        "message": "",
        "state": "ended",
        "exit_code": 5,
        "started": "S",
        "ended": "T",
        "stopped": None,
        "offset": 5,
        "log_bytes": 7,
        "dump_bytes": 8,
        "free_bytes": 9,
        "waiting": None,
    }
    assert quiet_seconds < 60
    assert json.loads(json.dumps(event)) == event


def test_trigger_asks_only_for_output_it_has_not_seen():
    trigger = make([status("running", output="12345"), status("ended", exit_code="0")])

    wait_for(trigger)

    assert "offset=0\n" in scripts_of(trigger)[0]
    assert "offset=5\n" in scripts_of(trigger)[1]
    for script in scripts_of(trigger):
        assert "folder=/u01/dumps\n" in script
        assert "source=output\n" in script


def test_trigger_begins_at_its_offset_and_counts_what_was_before(caplog):
    """As one does that goes on after a look, and one in a triggerer that was restarted."""
    caplog.set_level("INFO")
    old = '. . exported "HR"."JOBS"     6.0 KB      19 rows\nold li'
    trigger = make([status("ended", exit_code="0", output=old + "ne\nnew\n")], offset=len(old))

    event = wait_for(trigger)

    said = [line for line in caplog.messages if "[oracle]" in line]
    assert "offset=0\n" in scripts_of(trigger)[0]
    assert said == ["[oracle] old line", "[oracle] new"]
    assert "1 tables, 19 rows" in caplog.text
    assert event["offset"] == len(old) + 7


@pytest.mark.parametrize("state", ["lost", "absent"])
def test_trigger_tells_a_job_that_neither_runs_nor_ended(state: str):
    event = wait_for(make([status(state, now="N")]))

    assert (event["status"], event["state"], event["ended"]) == ("lost", state, "N")


def test_trigger_outlives_broken_connections():
    trouble = [OSError("down"), asyncssh.ConnectionLost("gone"), TimeoutError(), b"half an ans"]
    trigger = make([*trouble, status("ended", exit_code="0")])

    assert wait_for(trigger)["status"] == "ended"
    assert trigger._link.drops == len(trouble)


def test_trigger_gives_up_after_the_outage_limit_and_leaves_the_job_alone():
    trigger = make([OSError("down")], outage_limit=-1.0)

    event = wait_for(trigger)

    assert event["status"] == "unreachable"
    assert event["message"] == "OSError: down"
    assert event["state"] is None
    assert len(scripts_of(trigger)) == 1


def test_trigger_counts_an_outage_from_the_last_good_look(monkeypatch: pytest.MonkeyPatch):
    """Whatever was before it."""
    clock = {"now": 0.0}
    monkeypatch.setattr(remote_job.time, "monotonic", lambda: clock["now"])
    trigger = make([], outage_limit=100.0)

    async def run(script: str) -> bytes:
        clock["now"] += 60
        scripts_of(trigger).append(script)
        if len(scripts_of(trigger)) == 2:
            return status("running")
        raise OSError("down")

    trigger._link.run = run

    assert wait_for(trigger)["status"] == "unreachable"
    assert len(scripts_of(trigger)) == 4


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("no such connection"),
        asyncssh.HostKeyNotVerifiable("changed"),
        asyncssh.KeyExchangeFailed("nothing in common"),
    ],
)
def test_trigger_does_not_wait_for_what_does_not_pass(error: Exception):
    trigger = make([error])

    assert wait_for(trigger)["status"] == "refused"


def test_trigger_does_not_hammer_a_host_that_lets_it_not_in():
    denied = asyncssh.PermissionDenied("no")
    trigger = make([denied, denied, status("running"), denied, denied, denied])

    event = wait_for(trigger)

    assert event["status"] == "refused"
    assert len(scripts_of(trigger)) == 6


def test_trigger_stops_a_job_past_its_deadline():
    trigger = make([status("running"), b"state=stopped\n"], deadline=PAST)

    event = wait_for(trigger)

    assert event["status"] == "overdue"
    assert event["message"] == ""
    assert "kill_job" in scripts_of(trigger)[1]


def test_trigger_tells_of_a_job_past_its_deadline_that_it_could_not_stop():
    event = wait_for(make([status("running"), OSError("down")], deadline=PAST))

    assert event["status"] == "overdue"
    assert "KILL_JOB" in event["message"]


def test_trigger_tells_of_an_export_in_which_nothing_moves(caplog):
    trigger = make([status("running", dump_bytes="7")], stall_after=-1.0)

    event = wait_for(trigger)

    assert event["status"] == "quiet"
    assert event["dump_bytes"] == 7
    assert "has moved" in caplog.text


def test_trigger_tells_what_an_export_waits_for():
    wait = "ORA-39171: Job is experiencing a resumable wait.\nORA-01653: unable to extend table\n"
    trigger = make([status("running", output=wait)] * 2, stall_after=-1.0)

    event = wait_for(trigger)

    assert event["status"] == "quiet"
    assert "ORA-01653" in event["waiting"]
    assert event["offset"] == len(wait)


def test_trigger_that_told_of_it_waits_until_something_moves():
    quiet, moves = status("running", dump_bytes="7"), status("running", dump_bytes="8")
    trigger = make([quiet, quiet, moves], stall_after=-1.0, told_quiet=True, quiet_seconds=9000.0)

    event = wait_for(trigger)

    assert event["status"] == "moving"
    assert event["quiet_seconds"] < 60


def test_trigger_goes_on_counting_where_the_one_before_has_stopped():
    event = wait_for(make([status("running")], quiet_seconds=9000.0, stall_after=8000.0))

    assert event["status"] == "quiet"
    assert event["quiet_seconds"] >= 9000.0


def test_trigger_follows_the_log_of_a_job_whose_tool_is_lost(caplog):
    caplog.set_level("INFO")
    trigger = make([status("lost", output="a line\n"), status("lost", output=END)], source="log")

    event = wait_for(trigger)

    assert event["status"] == "look"
    assert "[oracle] a line" in caplog.messages
    assert "source=log\n" in scripts_of(trigger)[0]
    assert "log=/u01/dumps/HR-20261123T020000Z.log\n" in scripts_of(trigger)[0]


def test_trigger_looks_after_a_job_whose_tool_is_lost_now_and_then():
    event = wait_for(make([status("lost")], source="log", look_every=0.0))

    assert event["status"] == "look"


def test_trigger_does_not_hide_a_programming_error():
    with pytest.raises(KeyError):
        wait_for(make([KeyError("ours")]))


def test_killed_trigger_stops_the_job_even_when_freshly_built():
    trigger = make([b"state=stopped\n"])

    asyncio.run(trigger.on_kill())

    assert "kill_job" in scripts_of(trigger)[0]
    assert "job=OB_X_G1" in scripts_of(trigger)[0]


def test_trigger_that_another_triggerer_has_taken_over_leaves_the_job_alone(
    monkeypatch: pytest.MonkeyPatch, caplog
):
    asked = []

    async def taken_over(instance: object, **_: object) -> bool:
        asked.append(instance)
        return True

    monkeypatch.setattr(remote_job, "is_taken_over", taken_over)
    trigger = make([])
    trigger._task_instance = "the task's instance"

    asyncio.run(trigger.on_kill())

    assert asked == ["the task's instance"]
    assert scripts_of(trigger) == []
    assert "another triggerer follows it" in caplog.text


def test_trigger_sees_to_it_that_airflow_will_answer_soon(monkeypatch: pytest.MonkeyPatch):
    ready = []

    async def make_ready(instance: object) -> None:
        ready.append(instance)

    monkeypatch.setattr(remote_job, "make_ready", make_ready)
    trigger = make([status("running"), status("ended", exit_code="0")])
    trigger._task_instance = "the task's instance"

    wait_for(trigger)

    assert ready == ["the task's instance"]


def test_killed_trigger_raises_nothing_whatever_happens(caplog):
    asyncio.run(make([OSError("down")]).on_kill())

    assert "KILL_JOB" in caplog.text


def test_restarted_trigger_leaves_the_job_alone():
    trigger = make([])

    asyncio.run(trigger.cleanup())

    assert scripts_of(trigger) == []
    assert trigger._link.closes == 1


def test_trigger_sends_no_event_before_the_deferring_task_has_wound_down(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.3)
    begun = time.monotonic()

    wait_for(make([status("ended", exit_code="0")]))

    assert time.monotonic() - begun >= 0.3


def test_trigger_looks_less_and_less_often(monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(remote_job.asyncio, "sleep", sleep)
    answers = [status("running")] * 20 + [status("ended", exit_code="0")]

    wait_for(make(answers, poll_interval=2.0, poll_interval_limit=60.0))

    assert 1.8 <= pauses[0] <= 2.2
    assert 54.0 <= pauses[19] <= 66.0
    assert max(pauses) <= 66.0
