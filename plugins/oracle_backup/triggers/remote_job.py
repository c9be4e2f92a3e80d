"""What waits for an export without holding a worker slot?"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncssh
from airflow.triggers.base import BaseTrigger, TriggerEvent

from oracle_backup.adapters.remote_job.scripts import (
    JobFiles,
    JobStatus,
    Source,
    build_status,
    parse_status,
)
from oracle_backup.domain.log import LogFollower
from oracle_backup.domain.lost_job import ENDED_BY_HAND
from oracle_backup.domain.units import format_seconds
from oracle_backup.triggers.host_link import REFUSALS, TROUBLE, HostLink, said
from oracle_backup.triggers.narrator import Narrator
from oracle_backup.triggers.stopping import stop_job
from oracle_backup.triggers.taken_over import is_taken_over, make_ready
from oracle_backup.triggers.watch import JobWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SETTLE_SECONDS = 10.0
"""No event is sent sooner than this after the trigger began. A task that is resumed while its
deferring process still winds down is taken for one that died, and started once more."""
_KILL_SECONDS = 28
"""Airflow gives on_kill 30 s in all."""
_GROWTH = 1.3
_MOST_REFUSALS = 3
"""A host that is being started lets nobody in for a moment; more tries could lock the user out."""


class RemoteJobTrigger(BaseTrigger):
    """
    Follow a job on the Oracle host until it ends, or until its task has something to do.

    Holds one SSH connection and opens it anew when it breaks; looks often at first and seldom
    later. What the tool says, or the server's log, and a progress line each minute go to the
    task's log. A restarted triggerer begins anew at `offset`. Marking the task or its run failed,
    or clearing it, stops the job in the database; a restart of Airflow does not, and neither does
    a triggerer that finds its triggers given to another.

    The event's ``status`` is ``ended``, ``lost`` (the tool is gone), ``overdue`` (it was stopped
    here), ``refused`` (by the host, for good), ``unreachable``, ``quiet`` (nothing moves),
    ``moving`` (it does again) or ``look`` (time to ask the database). After the last three the
    task waits on with a new trigger that gets `offset` and `quiet_seconds` from the event.

    :param ssh_conn_id: SSH connection to the Oracle host.
    :param job: the job's name.
    :param machine: with the host ``local``, the machine the job is on, or None.
    :param deadline: instant at which the job is stopped, ISO 8601.
    :param folder: where the database writes on the host.
    :param stem: what the names of the dump files begin with.
    :param log_path: the server's log.
    :param oracle_conn_id: Oracle connection over which the job is stopped, or None for exp.
    :param offset: byte of the output, or of the log, from which on its lines are news.
    :param source: ``log`` follows the server's log, when the tool is gone and its job goes on.
    :param told_quiet: whether the task knows that nothing moves.
    :param quiet_seconds: for how long nothing has moved.
    :param poll_interval: seconds between two looks at first.
    :param poll_interval_limit: seconds between two looks at most.
    :param outage_limit: seconds without one good look after which the wait is given up; the job
        is not touched, and a retry finds it again.
    :param stall_after: seconds without a move after which ``quiet`` is sent.
    :param look_every: seconds after which ``look`` is sent when the log is followed.
    """

    def __init__(
        self,
        *,
        ssh_conn_id: str,
        job: str,
        deadline: str,
        folder: str,
        stem: str,
        log_path: str,
        machine: str | None = None,
        oracle_conn_id: str | None = None,
        offset: int = 0,
        source: Source = "output",
        told_quiet: bool = False,
        quiet_seconds: float = 0.0,
        poll_interval: float = 2.0,
        poll_interval_limit: float = 60.0,
        outage_limit: float = 3600.0,
        stall_after: float = 7200.0,
        look_every: float = 300.0,
    ) -> None:
        super().__init__()
        self.arguments: dict[str, Any] = {
            "ssh_conn_id": ssh_conn_id,
            "job": job,
            "deadline": deadline,
            "folder": folder,
            "stem": stem,
            "log_path": log_path,
            "machine": machine,
            "oracle_conn_id": oracle_conn_id,
            "offset": offset,
            "source": source,
            "told_quiet": told_quiet,
            "quiet_seconds": quiet_seconds,
            "poll_interval": poll_interval,
            "poll_interval_limit": poll_interval_limit,
            "outage_limit": outage_limit,
            "stall_after": stall_after,
            "look_every": look_every,
        }
        self.job = job
        self.source = source
        self.oracle_conn_id = oracle_conn_id
        self.outage_limit = outage_limit
        self._files = JobFiles(folder=folder, stem=stem, log_path=log_path)
        self._link = HostLink(ssh_conn_id, machine=machine)
        self._known = offset
        self._offset = 0
        self._refused = 0
        self._readiness: asyncio.Task[None] | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return path and arguments; nothing of them is secret."""
        return f"{type(self).__module__}.{type(self).__qualname__}", dict(self.arguments)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until there is something to tell."""
        begun = self._last_good = time.monotonic()
        self._readiness = asyncio.create_task(make_ready(self.task_instance))
        self._watch = self._new_watch(begun)
        self._narrator = Narrator(self.log, follower=LogFollower())
        interval, limit = self.arguments["poll_interval"], self.arguments["poll_interval_limit"]
        while (event := await self._step()) is None:
            pause = limit if self._refused else interval
            # So that jobs which began together don't all ask at once.
            await asyncio.sleep(pause * random.uniform(0.9, 1.1))  # noqa: S311 - no secret
            interval = min(interval * _GROWTH, limit)
        await asyncio.sleep(max(0.0, begun + SETTLE_SECONDS - time.monotonic()))
        yield event

    async def on_kill(self) -> None:
        """Stop the job in the database: a person has ended the task. Else another follows it."""
        begun = time.monotonic()
        if await is_taken_over(self.task_instance, log=self.log):
            self.log.warning(
                "Job %s is not stopped: its task still waits, and another triggerer follows it.",
                self.job,
            )
            return
        left = _KILL_SECONDS - (time.monotonic() - begun)
        await self._stop(ENDED_BY_HAND, limit_seconds=left)

    async def cleanup(self) -> None:
        """Close the connection. The job is not touched: this also runs at every restart."""
        if self._readiness is not None:
            self._readiness.cancel()
        await self._link.close()

    def _new_watch(self, now: float) -> JobWatch:
        names = ("source", "told_quiet", "quiet_seconds", "stall_after", "look_every")
        return JobWatch(
            deadline=datetime.fromisoformat(self.arguments["deadline"]),
            now=now,
            **{name: self.arguments[name] for name in names},
        )

    async def _step(self) -> TriggerEvent | None:
        """Look once; return what is to be told, or None to go on waiting."""
        try:
            status = await self._look()
        except REFUSALS as error:
            return self._event("refused", message=said(error))
        except TROUBLE as error:
            self._link.drop()
            return self._trouble(error)
        self._last_good, self._refused = time.monotonic(), 0
        return await self._judge(status)

    async def _look(self) -> JobStatus:
        script = build_status(
            job=self.job, offset=self._offset, files=self._files, source=self.source
        )
        status = parse_status(await self._link.run(script))
        self._offset += len(status.output)
        return status

    def _trouble(self, error: Exception) -> TriggerEvent | None:
        """Count a look that failed; one good look begins anew."""
        denied = isinstance(error, asyncssh.PermissionDenied)
        self._refused = self._refused + 1 if denied else 0
        if self._refused >= _MOST_REFUSALS:
            return self._event("refused", message=said(error))
        away = time.monotonic() - self._last_good
        if away > self.outage_limit:
            return self._event("unreachable", message=said(error))
        self.log.warning("No good look at the Oracle host for %.0f s: %s", away, said(error))
        return None

    async def _judge(self, status: JobStatus) -> TriggerEvent | None:
        # What was told in an earlier wait is needed for the counts only.
        first_news = max(0, self._known - (self._offset - len(status.output)))
        recalled, news = status.output[:first_news], status.output[first_news:]
        status = replace(status, output=news)
        if recalled:
            self._narrator.recall(recalled)
        self._narrator.tell(status)
        kind = self._watch.judge(
            status,
            waits=self._narrator.waiting is not None,
            saw_end=self._narrator.saw_end,
            now=time.monotonic(),
        )
        if kind is None:
            return None
        if kind in {"ended", "lost", "overdue"}:
            self._narrator.finish()
        return self._event(kind, status=status, message=await self._done_about(kind))

    async def _done_about(self, kind: str) -> str:
        """Do what an event asks for here; return what is to be known of it."""
        if kind == "overdue":
            self.log.warning("The export takes longer than max_duration: stopping it.")
            return await self._stop("it took longer than max_duration")
        if kind == "quiet":
            self.log.warning(
                "Nothing of the export has moved for %s: neither what it says nor its log nor its "
                "dump files.",
                format_seconds(self._watch.quiet_seconds(now=time.monotonic())),
            )
        return ""

    async def _stop(self, why: str, *, limit_seconds: float | None = None) -> str:
        """Stop the job; return what went wrong, or nothing."""
        return await stop_job(
            self._link,
            job=self.job,
            oracle_conn_id=self.oracle_conn_id,
            why=why,
            log=self.log,
            limit_seconds=limit_seconds,
        )

    def _event(
        self, kind: str, *, status: JobStatus | None = None, message: str = ""
    ) -> TriggerEvent:
        fields = ("exit_code", "started", "stopped", "log_bytes", "dump_bytes", "free_bytes")
        return TriggerEvent(
            {
                "status": kind,
                "job": self.job,
                "message": message,
                "state": status.state.value if status else None,
                "ended": (status.ended or status.now) if status else None,
                **{field: getattr(status, field, None) for field in fields},
                "offset": max(self._offset, self._known),
                "quiet_seconds": self._watch.quiet_seconds(now=time.monotonic()),
                "waiting": self._narrator.waiting,
            }
        )
