"""What does the database know of a Data Pump job, and how is one stopped there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.domain.units import format_seconds
from oracle_backup.errors import StatementError

if TYPE_CHECKING:
    from oracle_backup.adapters.oracle.statements import Statements


_NO_JOB = "OB_NO_JOB"
_WATCHED_BY = {
    "job_state": "Whether a job goes on whose client is gone",
    "job_sessions": "Whether a silent job moves",
    "job_suspended": "Whether a silent job waits for space",
    "job_blockers": "Whether a silent job waits for a lock",
}
"""Which statements tell something of a job that nothing else does, and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A Data Pump job as the database shows it; `state` is upper case, as in ``EXECUTING``."""

    owner: str
    state: str
    attached_sessions: int


def load_job(statements: Statements, name: str) -> JobView | None:
    """Return a job by its name, or None when the database knows none."""
    rows = statements.rows("job_state", job_name=name)
    if not rows:
        return None
    owner, state, attached = rows[0]
    return JobView(owner=owner, state=str(state).upper(), attached_sessions=int(attached))


def stop_job(statements: Statements, name: str, *, owner: str) -> bool:
    """
    End a job for good: its control table and half-written dump files go too.

    Return False when there is no such job any more. Raise StatementError, saying what is left,
    where the database refuses.
    """
    try:
        statements.run("stop_job", job_name=name, job_owner=owner)
    except StatementError as error:
        # It may have ended by itself between two looks, with whatever error that gives.
        left = load_job(statements, name)
        if left is None:
            return False
        raise StatementError(
            f"Data Pump job {left.owner}.{name} can't be stopped, it is still there as "
            f"{left.state}: {error.message}",
            code=error.code,
            hint=f"Look at DBA_DATAPUMP_JOBS. Once nothing of it runs, a DBA removes what is left: "
            f'drop table "{left.owner}"."{name}" purge.',
        ) from error
    return True


def job_blind_spots(statements: Statements) -> tuple[str, ...]:
    """Return a sentence for each thing that the user may not know of a job once there is one."""
    spots = []
    for statement, subject in _WATCHED_BY.items():
        binds = {"owner_name": _NO_JOB} if statement == "job_blockers" else {}
        try:
            statements.rows(statement, job_name=_NO_JOB, **binds)
        except StatementError as error:
            spots.append(f"{subject} can't be told: {error.message}")
    return tuple(spots)


def job_progress(statements: Statements, name: str) -> str | None:
    """
    Return what changes while a job works: its long operations and its sessions.

    None where the user may read neither view.
    """
    told = [
        _told(statements, "job_longops", "{2}: {0} of {1}", job_name=name),
        _told(statements, "job_sessions", "{1} {0}", job_name=name),
    ]
    readable = [part for part in told if part is not None]
    return "; ".join(part for part in readable if part) if readable else None


def _told(statements: Statements, statement: str, form: str, **binds: str) -> str | None:
    try:
        rows = statements.rows(statement, **binds)
    except StatementError:
        return None
    return ", ".join(form.format(*row) for row in rows)


def job_hindrance(statements: Statements, name: str, *, owner: str) -> tuple[str, ...]:
    """
    Return a sentence for each thing that keeps a job from going on, where it can be told.

    A view the user may not read gives a sentence that says so.
    """
    return (*_suspensions(statements, name), *_blockers(statements, name, owner=owner))


def _suspensions(statements: Statements, name: str) -> list[str]:
    try:
        rows = statements.rows("job_suspended", job_name=name)
    except StatementError as error:
        return [f"Whether it waits for space can't be told: {error.message}"]
    # A statement that is suspended goes on by itself once there is room.
    return [f"It waits since {since} until this is mended: {text}" for text, since in rows]


def _blockers(statements: Statements, name: str, *, owner: str) -> list[str]:
    try:
        rows = statements.rows("job_blockers", job_name=name, owner_name=owner)
    except StatementError as error:
        return [f"Whether it waits for a lock can't be told: {error.message}"]
    sentences = []
    for sid, event, seconds, blocker, user, program, machine in rows:
        who = ", ".join(str(part) for part in (user, program, machine) if part)
        sentences.append(
            f"Its session {sid} waits {format_seconds(seconds or 0)} for {event}, which session "
            f"{blocker} holds ({who or 'who that is, the database does not tell'})."
        )
    return sentences
