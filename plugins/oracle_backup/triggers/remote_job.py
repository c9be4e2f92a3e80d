"""What waits for an export without holding a worker slot?"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncssh
from airflow.providers.ssh.hooks.ssh import SSHHookAsync
from airflow.triggers.base import BaseTrigger, TriggerEvent

from oracle_backup.adapters.remote_job.scripts import (
    JobState,
    JobStatus,
    as_unit,
    build_status,
    build_stop,
    parse_answers,
    parse_status,
)
from oracle_backup.domain.log import LogFollower
from oracle_backup.errors import RemoteCommandError
from oracle_backup.triggers.narrator import Narrator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# asyncssh says ten lines for each poll, and Airflow would put them all into the task's log.
asyncssh.set_log_level("WARNING")

SETTLE_SECONDS = 10.0
"""No event is sent sooner than this after the trigger began. A task that is resumed while its
deferring process still winds down is taken for one that died, and started once more."""
_COMMAND_TIMEOUT_SECONDS = 60
_KILL_GRACE_SECONDS = 15
"""Airflow gives on_kill 30 s in all."""
_GROWTH = 1.3
_REFUSALS = (asyncssh.HostKeyNotVerifiable, asyncssh.PermissionDenied, asyncssh.KeyExchangeFailed)


class RemoteJobTrigger(BaseTrigger):
    """
    Follow a job on the Oracle host until it ends.

    Holds one SSH connection and opens it anew when it breaks; looks often at first and seldom
    later. The tool's lines and a progress line each minute go to the task's log. A restarted
    triggerer begins anew at the log's first byte. Marking the task or its run failed, or
    clearing it, stops the job in the database; a restart of Airflow does not.

    :param ssh_conn_id: SSH connection to the Oracle host.
    :param job: the job's name.
    :param deadline: instant at which the job is stopped, ISO 8601.
    :param poll_interval: seconds between two looks at first.
    :param poll_interval_limit: seconds between two looks at most.
    :param outage_limit: seconds without one good look after which the wait is given up; the job
        is not touched, and a retry finds it again.
    :param stall_after: seconds without a byte of output after which a warning is logged.
    """

    def __init__(
        self,
        *,
        ssh_conn_id: str,
        job: str,
        deadline: str,
        poll_interval: float = 2.0,
        poll_interval_limit: float = 60.0,
        outage_limit: float = 3600.0,
        stall_after: float = 7200.0,
    ) -> None:
        super().__init__()
        self.ssh_conn_id = ssh_conn_id
        self.job = job
        self.deadline = deadline
        self.poll_interval = poll_interval
        self.poll_interval_limit = poll_interval_limit
        self.outage_limit = outage_limit
        self.stall_after = stall_after
        self._connection: asyncssh.SSHClientConnection | None = None
        self._offset = 0

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return path and arguments; nothing of them is secret."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "ssh_conn_id": self.ssh_conn_id,
                "job": self.job,
                "deadline": self.deadline,
                "poll_interval": self.poll_interval,
                "poll_interval_limit": self.poll_interval_limit,
                "outage_limit": self.outage_limit,
                "stall_after": self.stall_after,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Poll until the job has ended, is lost or overdue, or the host is gone for too long."""
        narrator = Narrator(self.log, follower=LogFollower(), stall_after=self.stall_after)
        interval = self.poll_interval
        begun = last_good = time.monotonic()
        while True:
            try:
                status = await self._look()
            except _REFUSALS as error:
                await _settle(begun)
                yield self._event("refused", message=f"{type(error).__name__}: {error}")
                return
            except (OSError, asyncssh.Error, RemoteCommandError) as error:
                # Counts from the last good look; one good look begins anew.
                away = time.monotonic() - last_good
                await self._disconnect()
                if away > self.outage_limit:
                    yield self._event("unreachable", message=f"{type(error).__name__}: {error}")
                    return
                self.log.warning("No answer from the Oracle host for %.0f s: %s", away, error)
            else:
                last_good = time.monotonic()
                narrator.tell(status.output)
                if event := await self._judge(status):
                    narrator.finish()
                    await _settle(begun)
                    yield event
                    return
            await asyncio.sleep(interval)
            interval = min(interval * _GROWTH, self.poll_interval_limit)

    async def _judge(self, status: JobStatus) -> TriggerEvent | None:
        """Return the event that ends the wait, or None to go on waiting."""
        if status.state is JobState.ENDED:
            return self._event("ended", status=status)
        if status.state is not JobState.RUNNING:
            return self._event("lost", status=status)
        if datetime.now(UTC) > datetime.fromisoformat(self.deadline):
            self.log.warning("The export takes longer than max_duration: stopping it.")
            await self._stop("it took longer than max_duration")
            return self._event("overdue", status=status)
        return None

    async def on_kill(self) -> None:
        """Stop the job in the database: a person has ended the task."""
        await self._stop("the task was ended by hand")

    async def cleanup(self) -> None:
        """Close the connection. The job is not touched: this also runs at every restart."""
        await self._disconnect()

    async def _look(self) -> JobStatus:
        output = await self._run(build_status(job=self.job, offset=self._offset))
        status = parse_status(output)
        self._offset += len(status.output)
        return status

    async def _stop(self, why: str) -> None:
        try:
            output = await self._run(
                build_stop(job=self.job, why=why, grace_seconds=_KILL_GRACE_SECONDS)
            )
            answers = parse_answers(output.decode("utf-8", "replace"))
        except (OSError, asyncssh.Error, RemoteCommandError) as error:
            self.log.error(  # noqa: TRY400 - a trace would say no more
                "Could not stop job %s: %s. It may still run: stop it in the database.",
                self.job,
                error,
            )
        else:
            self.log.info("Job %s: %s.", self.job, answers.get("state", ["unknown"])[0])

    async def _run(self, script: str) -> bytes:
        connection = await self._connect()
        done = await connection.run(
            "sh -s",
            input=as_unit(script).encode(),
            encoding=None,
            timeout=_COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
        return bytes(done.stdout or b"")

    async def _connect(self) -> asyncssh.SSHClientConnection:
        if self._connection is None or self._connection.is_closed():
            hook = SSHHookAsync(ssh_conn_id=self.ssh_conn_id)
            self._connection = await asyncio.wait_for(hook.get_conn(), _COMMAND_TIMEOUT_SECONDS)
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _event(
        self, kind: str, *, status: JobStatus | None = None, message: str = ""
    ) -> TriggerEvent:
        return TriggerEvent(
            {
                "status": kind,
                "job": self.job,
                "message": message,
                "state": status.state.value if status else None,
                "exit_code": status.exit_code if status else None,
                "started": status.started if status else None,
                "ended": (status.ended or status.now) if status else None,
                "stopped": status.stopped if status else None,
            }
        )


async def _settle(begun: float) -> None:
    await asyncio.sleep(max(0.0, begun + SETTLE_SECONDS - time.monotonic()))
