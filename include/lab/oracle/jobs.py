"""Which Data Pump jobs are there, who may start one, and how do client and server talk?

A job has a row in ``lab_jobs``, a control table named after it, and a queue file: the lines its
server process has for whoever watches, one JSON object each.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import tables
from lab.oracle.instance import now_ms
from lab.oracle.model import Column, Table
from lab.oracle.process import start_ticks

if TYPE_CHECKING:
    import sqlite3

_CONTROL_COLUMNS = (Column("PROCESS_ORDER", "NUMBER"), Column("STATE", "VARCHAR2(30)"))


class JobRefusedError(Exception):
    """The job cannot be made: `codes` are ORA numbers with what they speak of."""

    def __init__(self, *codes: tuple[int, str]) -> None:
        super().__init__(", ".join(f"ORA-{code:05}" for code, _ in codes))
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Job:
    """One row of lab_jobs."""

    id: int
    owner: str
    name: str
    operation: str
    mode: str
    state: str
    degree: int
    guid: str
    started_ms: int
    client_command: str
    request: str | None
    pid: int
    queue: Path
    spec: dict[str, Any]
    progress: dict[str, Any]

    @property
    def full_name(self) -> str:
        """``"OWNER"."NAME"``."""
        return f'"{self.owner}"."{self.name}"'


_FIELDS = tuple(field.name for field in fields(Job))


def define(
    connection: sqlite3.Connection,
    home: Path,
    *,
    owner: str,
    name: str | None,
    operation: str,
    mode: str,
    degree: int,
    client_command: str,
    spec: dict[str, Any],
) -> Job:
    """Make a job with its control table, held by this process while DEFINING."""
    (home / "log").mkdir(exist_ok=True)
    guid = secrets.token_hex(16).upper()
    connection.execute("BEGIN IMMEDIATE")
    try:
        _forget_undefined(connection)
        chosen = name or _default_name(connection, owner, operation, mode)
        _require_free(connection, owner, chosen)
        tables.create_table(connection, Table(owner, chosen, _CONTROL_COLUMNS), hidden=True)
        queue = home / "log" / f"{chosen}_{guid[:8]}.queue"
        queue.touch(mode=0o600)
        connection.execute(
            "INSERT INTO lab_jobs (owner, name, operation, mode, state, degree, guid, started_ms,"
            " client_command, pid, pid_started, spec, progress, queue)"
            " VALUES (?, ?, ?, ?, 'DEFINING', ?, ?, ?, ?, ?, ?, ?, '{}', ?)",
            (
                *(owner, chosen, operation, mode, degree, guid, now_ms(), client_command),
                *(os.getpid(), start_ticks(os.getpid()), json.dumps(spec), str(queue)),
            ),
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    job = find(connection, owner, chosen)
    assert job is not None
    return job


def find(connection: sqlite3.Connection, owner: str, name: str) -> Job | None:
    """Return a job that is there, running or not."""
    row = _job_row(connection, owner, name)
    return _job(row) if row else None


def by_id(connection: sqlite3.Connection, job_id: int) -> Job | None:
    """Return a job by its number, None when it is gone."""
    row = _select(connection, "id = ?", (job_id,))
    return _job(row) if row else None


def only_job_of(connection: sqlite3.Connection, owner: str) -> Job | None:
    """Return the job of an owner who has just one running, as ATTACH without a name does."""
    rows = connection.execute(
        "SELECT name FROM lab_live_jobs WHERE owner = ? AND live_state <> 'NOT RUNNING'", (owner,)
    ).fetchall()
    return find(connection, owner, rows[0][0]) if len(rows) == 1 else None


def change(connection: sqlite3.Connection, job_id: int, **values: object) -> None:
    """Set columns of a job's row."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(
        f"UPDATE lab_jobs SET {assignments} WHERE id = ?", (*values.values(), job_id)
    )


def take_over(connection: sqlite3.Connection, job: Job) -> None:
    """Make this process the job's server process."""
    change(
        *(connection, job.id),
        pid=os.getpid(),
        pid_started=start_ticks(os.getpid()),
        state="EXECUTING",
        request=None,
    )
    put(job, server=[os.getpid(), start_ticks(os.getpid())])


def attach(connection: sqlite3.Connection, job_id: int) -> None:
    """Count this process among the job's sessions until it ends."""
    ticks = start_ticks(os.getpid())
    connection.execute(
        "INSERT INTO lab_job_sessions VALUES (?, ?, ?)", (job_id, os.getpid(), ticks)
    )


def record(connection: sqlite3.Connection, *, tool: str, owner: str, job: str, schemas: str) -> int:
    """Note for ever that a job has started; return the number of the note."""
    cursor = connection.execute(
        "INSERT INTO lab_job_history (tool, owner, job, schemas, started) VALUES (?, ?, ?, ?, ?)",
        (tool, owner, job, schemas, time.strftime("%Y-%m-%d %H:%M:%S")),
    )
    return int(cursor.lastrowid or 0)


def record_end(connection: sqlite3.Connection, note: int, *, outcome: str, errors: int = 0) -> None:
    """Note how a job ended."""
    connection.execute(
        "UPDATE lab_job_history SET ended = ?, outcome = ?, errors = ? WHERE id = ?",
        (time.strftime("%Y-%m-%d %H:%M:%S"), outcome, errors, note),
    )


def stop(connection: sqlite3.Connection, job: Job, *, immediate: bool, keep_master: bool) -> None:
    """Ask a job to end, as DBMS_DATAPUMP.STOP_JOB does; this does not wait for it.

    Without its control table (`keep_master`) the job cannot be restarted: that is KILL_JOB, which
    removes an export's dump files as well.
    """
    running = job.state not in ("NOT RUNNING", "IDLING")
    if running and keep_master:
        request, state = ("STOP_IMMEDIATE", "STOPPING") if immediate else ("STOP", "STOP PENDING")
        change(connection, job.id, request=request, state=state)
    elif running:
        change(connection, job.id, request="KILL", state="STOPPING")
    elif not keep_master:
        _discard(connection, job)


def _discard(connection: sqlite3.Connection, job: Job) -> None:
    """Remove a job that has no server process, and what it has made."""
    for piece in pieces_of(job) if job.operation == "EXPORT" else ():
        Path(piece["path"]).unlink(missing_ok=True)
    if note := job.progress.get("note"):
        record_end(connection, note, outcome="killed", errors=job.progress.get("errors", 0))
    remove(connection, job)


def pieces_of(job: Job) -> list[dict[str, Any]]:
    """Return the dump files an export has made so far."""
    found: list[dict[str, Any]] = job.progress.get("pieces") or job.spec["pieces"]
    return found


def become_idle(connection: sqlite3.Connection, job: Job) -> None:
    """Show a stopped job as IDLING while this process is attached to it."""
    ticks = start_ticks(os.getpid())
    change(connection, job.id, state="IDLING", pid=os.getpid(), pid_started=ticks)


def remove(connection: sqlite3.Connection, job: Job, *, keep_control: bool = False) -> None:
    """Take the job and its control table away."""
    connection.execute("BEGIN IMMEDIATE")
    if not keep_control:
        tables.drop_table(connection, job.owner, job.name)
    for table, column in (
        ("lab_jobs", "id"),
        ("lab_job_sessions", "job_id"),
        ("lab_longops", "job_id"),
        ("lab_resumable", "job_id"),
        ("lab_lock_waits", "job_id"),
    ):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (job.id,))
    connection.execute("COMMIT")


def put(job: Job, **event: Any) -> None:
    """Give an event to whoever watches: server=[pid, start], line=..., and last exit=..."""
    with job.queue.open("a", encoding="utf-8") as queue:
        queue.write(json.dumps(event, ensure_ascii=False) + "\n")


def _require_free(connection: sqlite3.Connection, owner: str, name: str) -> None:
    if _job_row(connection, owner, name):
        raise JobRefusedError((31634, ""))
    if tables.find_table(connection, owner, name):
        raise JobRefusedError((31633, f"{owner}.{name}"), (955, ""))


def _default_name(connection: sqlite3.Connection, owner: str, operation: str, mode: str) -> str:
    for number in range(1, 100):
        name = f"SYS_{operation}_{mode}_{number:02}"
        if not _job_row(connection, owner, name) and not tables.find_table(connection, owner, name):
            return name
    raise JobRefusedError((31634, ""), (31664, ""))


def _forget_undefined(connection: sqlite3.Connection) -> None:
    """Drop what clients left that died while their job was being defined."""
    gone = connection.execute(
        "SELECT id, owner, name FROM lab_jobs"
        " WHERE state = 'DEFINING' AND NOT lab_alive(pid, pid_started)"
    ).fetchall()
    for job_id, owner, name in gone:
        tables.drop_table(connection, owner, name)
        connection.execute("DELETE FROM lab_jobs WHERE id = ?", (job_id,))


def _job_row(connection: sqlite3.Connection, owner: str, name: str) -> tuple[Any, ...] | None:
    return _select(connection, "owner = ? AND name = ?", (owner, name))


def _select(
    connection: sqlite3.Connection, condition: str, values: tuple[Any, ...]
) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT id, owner, name, operation, mode, live_state, degree, guid, started_ms,"
        " client_command, request, pid, queue, spec, progress"
        f" FROM lab_live_jobs WHERE {condition}",
        values,
    ).fetchone()
    return row


def _job(row: tuple[Any, ...]) -> Job:
    *plain, queue, spec, progress = row
    values = (*plain, Path(queue), json.loads(spec), json.loads(progress))
    return Job(**dict(zip(_FIELDS, values, strict=True)))


def to_json(value: object) -> str:
    """Return a spec or progress as the row keeps it."""
    return json.dumps(value, ensure_ascii=False)
