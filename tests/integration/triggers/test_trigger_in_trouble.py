"""A trigger and a real host that breaks, hangs, comes back, or is told to stop."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import asyncssh
import pytest

from lab.oracle import instance
from lab.oracle.faults import set_faults
from oracle_backup.adapters.remote_job.scripts import (
    JobSpec,
    JobState,
    build_start,
    build_status,
    parse_answers,
    parse_status,
)
from oracle_backup.errors import ConfigError, HostUnreachableError
from oracle_backup.triggers import host_link
from oracle_backup.triggers.host_link import TROUBLE, HostLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.stage import Lab
    from oracle_backup.triggers.remote_job import RemoteJobTrigger
    from support.waiting import WaitingJobs

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 120


async def wait_with(trigger: RemoteJobTrigger) -> dict[str, object]:
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


async def look(job: str) -> JobState:
    link = HostLink("lab_host")
    try:
        return parse_status(await link.run(build_status(job=job))).state
    finally:
        await link.close()


# The link.


def test_link_keeps_one_connection_and_closes_it(lab: Lab, jobs: WaitingJobs) -> None:
    async def scenario() -> list[bytes]:
        link = HostLink("lab_host")
        said = [await link.run("echo $((6 * 7))"), await link.run("echo again")]
        assert jobs.connections() == 1
        await link.close()
        await until(lambda: jobs.connections() == 0)
        return said

    assert asyncio.run(scenario()) == [b"42\n", b"again\n"]


def test_link_opens_one_connection_for_all_who_ask_at_once(lab: Lab, jobs: WaitingJobs) -> None:
    async def scenario() -> int:
        link = HostLink("lab_host")
        await asyncio.gather(*(link.run("sleep 1") for _ in range(5)))
        count = jobs.connections()
        await link.close()
        return count

    assert asyncio.run(scenario()) == 1


def test_host_that_does_not_answer_is_given_up(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> bytes:
        link = HostLink("lab_host")
        await link.run("true")
        monkeypatch.setattr(host_link, "_ANSWER_SECONDS", 0.5)
        lab.pause("host")
        with pytest.raises(HostUnreachableError, match="no answer"):
            await link.run("echo 1")
        link.drop()
        monkeypatch.setattr(host_link, "_CONNECT_SECONDS", 0.5)
        with pytest.raises(HostUnreachableError, match="no connection"):
            await link.run("echo 2")
        lab.resume("host")
        monkeypatch.setattr(host_link, "_ANSWER_SECONDS", 60)
        monkeypatch.setattr(host_link, "_CONNECT_SECONDS", 60)
        said = await link.run("echo 3")
        await link.close()
        return said

    assert asyncio.run(scenario()) == b"3\n"


def test_link_that_breaks_in_the_middle_of_an_answer_is_trouble(lab: Lab) -> None:
    async def scenario() -> bytes:
        link = HostLink("lab_host")
        begun = lab.paths.home / "begun"
        answer = asyncio.create_task(link.run("echo half; touch begun; sleep 60; echo whole"))
        await until(begun.exists)
        await asyncio.to_thread(lab.drop_connections)
        with pytest.raises(TROUBLE):
            await answer
        said = await link.run("echo again")
        await link.close()
        return said

    assert asyncio.run(scenario()) == b"again\n"


def test_connections_mistakes_are_no_outage(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = lab.connections["lab_host"]
    other_key = {**connection["extra"], "host_key": lab.keys.public(lab.keys.store)}
    for conn_id, changes in {
        "other_key": {"extra": other_key},
        "no_key": {"extra": {**connection["extra"], "private_key": "no key"}},
        "no_file": {"extra": {"host_key": connection["extra"]["host_key"], "key_file": "/no/file"}},
    }.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection | changes))

    async def scenario() -> None:
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            await HostLink("other_key").run("true")
        for conn_id in ("no_key", "no_file", "nowhere"):
            with pytest.raises(ConfigError, match=f"{conn_id!r} can't be used"):
                await HostLink(conn_id).run("true")

    asyncio.run(scenario())


# The trigger.


def test_trigger_survives_an_outage_of_the_host(lab: Lab, jobs: WaitingJobs) -> None:
    async def scenario() -> dict[str, object]:
        await jobs.start(["OB_OUTAGE_G1"])
        trigger = jobs.trigger("OB_OUTAGE_G1", poll_interval=0.2, poll_interval_limit=0.5)
        wait = asyncio.create_task(wait_with(trigger))
        await until(lambda: jobs.connections() == 1)
        await asyncio.to_thread(lab.kill, "host")
        await asyncio.sleep(1)
        await asyncio.to_thread(lab.restart, "host")
        await until(lambda: jobs.connections() == 1)
        assert not wait.done()
        jobs.open_gate()
        event = await asyncio.wait_for(wait, PATIENCE_SECONDS)
        await until(lambda: jobs.connections() == 0)
        return event

    event = asyncio.run(scenario())

    assert (event["status"], event["exit_code"]) == ("ended", 0)


def test_trigger_gives_up_on_a_host_that_stays_away(lab: Lab, jobs: WaitingJobs) -> None:
    async def scenario() -> dict[str, object]:
        await jobs.start(["OB_AWAY_G1"])
        trigger = jobs.trigger(
            "OB_AWAY_G1", poll_interval=0.2, poll_interval_limit=0.2, outage_limit=1.0
        )
        wait = asyncio.create_task(wait_with(trigger))
        await until(lambda: jobs.connections() == 1)
        await asyncio.to_thread(lab.kill, "host")
        event = await asyncio.wait_for(wait, PATIENCE_SECONDS)
        await asyncio.to_thread(lab.restart, "host")
        assert await look("OB_AWAY_G1") is JobState.RUNNING
        jobs.open_gate()
        return event

    assert asyncio.run(scenario())["status"] == "unreachable"


def test_restarted_triggerer_leaves_the_job_and_finds_it_again(jobs: WaitingJobs) -> None:
    async def scenario() -> dict[str, object]:
        await jobs.start(["OB_RESTARTED_G1"])
        first = asyncio.create_task(wait_with(jobs.trigger("OB_RESTARTED_G1")))
        await until(lambda: jobs.connections() == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await until(lambda: jobs.connections() == 0)
        assert await look("OB_RESTARTED_G1") is JobState.RUNNING
        jobs.open_gate()
        return await asyncio.wait_for(
            wait_with(jobs.trigger("OB_RESTARTED_G1", poll_interval=0.2)), PATIENCE_SECONDS
        )

    assert asyncio.run(scenario())["status"] == "ended"


def test_killed_client_ends_with_its_signal(lab: Lab, jobs: WaitingJobs) -> None:
    async def scenario() -> dict[str, object]:
        await jobs.start(["OB_KILLED_G1"])
        link = HostLink("lab_host")
        await link.run(
            'read -r pid <"$HOME/.oracle-backup/jobs/OB_KILLED_G1/tool_pid"; kill -9 $pid'
        )
        await link.close()
        return await asyncio.wait_for(
            wait_with(jobs.trigger("OB_KILLED_G1", poll_interval=0.2)), PATIENCE_SECONDS
        )

    event = asyncio.run(scenario())

    assert (event["status"], event["exit_code"]) == ("ended", 128 + 9)


# Stopping.


def export_spec(lab: Lab, job: str) -> JobSpec:
    password = lab.connections["lab_database"]["password"]
    login = f'USERID=backup/"{password}"@LABPDB1\n'
    return JobSpec(
        job=job,
        tool=str(lab.paths.oracle_home / "bin" / "expdp"),
        environment={
            "ORACLE_HOME": str(lab.paths.oracle_home),
            "ORACLE_SID": instance.SID,
            "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
        },
        parameter_file=(
            f"{login}SCHEMAS=HR\nDIRECTORY=BACKUP_DIR\nDUMPFILE={job}_%U.dmp\n"
            f"LOGFILE={job}.log\nJOB_NAME={job}\n"
        ),
        attach_file=f"{login}ATTACH={job}\n",
    )


def jobs_in_database(lab: Lab) -> list[tuple[str, str]]:
    connection = instance.connect(lab.paths.oracle_home, user="BACKUP")
    try:
        return connection.execute("SELECT job_name, state FROM dba_datapump_jobs").fetchall()
    finally:
        connection.close()


@pytest.fixture
def hanging(lab: Lab):
    set_faults(lab.paths.oracle_home, [{"fault": "hang", "table": "EMPLOYEES"}])
    yield
    set_faults(lab.paths.oracle_home)


@pytest.mark.parametrize("over_sql", [True, False], ids=["sql", "attach"])
def test_killed_trigger_stops_the_job_in_the_database_and_its_client(
    lab: Lab, jobs: WaitingJobs, hanging: None, over_sql: bool
) -> None:
    job = f"OB_STOPPED{'SQL' if over_sql else 'ATTACH'}_G1"

    async def scenario() -> None:
        link = HostLink("lab_host")
        parse_answers((await link.run(build_start(export_spec(lab, job)))).decode())
        await until(lambda: (job, "EXECUTING") in jobs_in_database(lab))
        trigger = jobs.trigger(job, oracle_conn_id="lab_database" if over_sql else None)
        # A trigger that was never run, as in a triggerer that has only just taken it over.
        await trigger.on_kill()
        await trigger.cleanup()
        status = parse_status(await link.run(build_status(job=job)))
        await link.close()
        assert status.state is JobState.ENDED
        assert status.stopped == "the task was ended by hand"

    asyncio.run(scenario())

    assert jobs_in_database(lab) == []
    assert list(lab.paths.dumps.glob(f"{job}*.dmp")) == []


def test_overdue_job_is_stopped(lab: Lab, jobs: WaitingJobs, hanging: None) -> None:
    job = "OB_OVERDUE_G1"

    async def scenario() -> dict[str, object]:
        link = HostLink("lab_host")
        parse_answers((await link.run(build_start(export_spec(lab, job)))).decode())
        await link.close()
        await until(lambda: (job, "EXECUTING") in jobs_in_database(lab))
        trigger = jobs.trigger(
            job, oracle_conn_id="lab_database", deadline="2026-01-01T00:00:00+00:00"
        )
        return await asyncio.wait_for(wait_with(trigger), PATIENCE_SECONDS)

    event = asyncio.run(scenario())

    assert (event["status"], event["message"]) == ("overdue", "")
    assert jobs_in_database(lab) == []


def test_job_whose_client_is_killed_is_followed_in_the_log(
    lab: Lab, jobs: WaitingJobs, hanging: None
) -> None:
    job = "OB_FOLLOWED_G1"

    async def scenario() -> dict[str, object]:
        link = HostLink("lab_host")
        parse_answers((await link.run(build_start(export_spec(lab, job)))).decode())
        await until(lambda: (job, "EXECUTING") in jobs_in_database(lab))
        await link.run(
            f'for file in pid tool_pid; do\n read -r pid <"$HOME/.oracle-backup/jobs/{job}/$file"\n'
            "kill -9 $pid\ndone"
        )
        first = await wait_with(jobs.trigger(job, poll_interval=0.2))
        assert first["status"] == "lost"
        follows = asyncio.create_task(
            wait_with(jobs.trigger(job, source="log", poll_interval=0.2, poll_interval_limit=0.5))
        )
        set_faults(lab.paths.oracle_home)
        event = await asyncio.wait_for(follows, PATIENCE_SECONDS)
        await link.close()
        return event

    event = asyncio.run(scenario())

    assert event["status"] == "look"
    assert event["state"] == "lost"
    assert event["dump_bytes"] > 0
    assert event["log_bytes"] >= event["offset"] > 0
