"""What became of an export whose client has ended, and what is to be done about it?"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.lost_job import (
    ENDED_BY_HAND,
    UNREACHABLE,
    ClientEnd,
    Decision,
    LogEnd,
    Step,
    decide,
    killed_by_somebody,
    log_end,
    needs_the_database,
)
from oracle_backup.errors import (
    BackupError,
    DatabaseError,
    DatabaseUnreachableError,
    ExportFailedError,
    HostError,
)
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.operators.export_leftovers import (
    Leftovers,
    end_job,
    forget_client,
    remove_half_files,
)
from oracle_backup.operators.export_look import look, read_log_end
from oracle_backup.operators.export_record import (
    HALTED_KEY,
    add_note,
    host_of,
    next_record,
    save_record,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow.sdk import Context

    from oracle_backup.domain.log import ExportLog
    from oracle_backup.operators.export_record import ExportPlan

_SETTLE_SECONDS = 30
"""A job that has written its last line may be shown as executing for a moment more."""
_AT_WORK = frozenset({"EXECUTING", "COMPLETING", "STOPPING", "STOP PENDING"})

log = logging.getLogger(__name__)


def note_client(
    context: Context, record: Mapping[str, Any], event: Mapping[str, Any]
) -> dict[str, Any]:
    """Remember how the client ended; what is followed in the database later has no other."""
    if event["status"] == "look":
        return dict(record)
    state = event["state"] if event["state"] in {"ended", "absent"} else "lost"
    client = {"state": state, "exit_code": event["exit_code"], "stopped": event["stopped"]}
    return save_record(context, record, client=client)


def was_cleared(plan: ExportPlan, record: Mapping[str, Any]) -> bool:
    """
    Return whether the job was stopped because its task was cleared, of which this one is the next.

    The triggerer needs a moment to stop it; a task that is quick meanwhile finds it running.
    """
    client = ClientEnd(**(record.get("client") or {"state": "lost"}))
    if client.exit_code == 0:
        return False
    with host_of(plan, record).shell() as shell:
        # Anew: why a job was stopped is written down a little after it was.
        return look(shell, record["job"]).stopped == ENDED_BY_HAND


def examine(plan: ExportPlan, record: Mapping[str, Any]) -> tuple[Decision, ExportLog]:
    """Return what is to be done about the export, and what the end of its log says."""
    client = ClientEnd(**(record.get("client") or {"state": "lost"}))
    said = _read_log(plan, record)
    view: str | None = None
    if needs_the_database(log_end(said), is_pump=plan.is_pump):
        view = _settled_view(plan, record, end=log_end(said))
        # Once more: what the job wrote until it was gone from the database is there now.
        said = _read_log(plan, record)
    decision = decide(
        client,
        log_end(said),
        is_pump=plan.is_pump,
        view=view,
        restarted=bool(record.get("restarted")),
    )
    plain = decision.step is Step.JUDGE and not client.was_killed
    log.log(
        logging.INFO if plain else logging.WARNING,
        "Job %s: %s. So: %s.",
        record["job"],
        decision.why,
        decision.step.value,
    )
    return decision, said


def follow(context: Context, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of an export whose job is watched in the database from now on."""
    client = ClientEnd(**(record.get("client") or {"state": "lost"}))
    return add_note(
        context,
        save_record(context, record, followed=True, source="log"),
        f"Job {record['job']}: {client.in_words}. The database went on with the job, and it was "
        "followed there.",
    )


def replace(
    context: Context, plan: ExportPlan, record: Mapping[str, Any], decision: Decision
) -> dict[str, Any]:
    """Return the record of the export that takes the place of this one, which died."""
    noted = add_note(
        context,
        record,
        f"Job {record['job']} did not end: {decision.why}. It was removed, and the export was "
        "started once more.",
    )
    return next_record(context, plan, noted, restarted=True)


def close(
    context: Context,
    plan: ExportPlan,
    record: Mapping[str, Any],
    decision: Decision,
    said: ExportLog,
) -> dict[str, Any]:
    """Return the record of an export that has ended, so that its log can be judged."""
    client = ClientEnd(**(record.get("client") or {"state": "lost"}))
    notes: list[str] = []
    if decision.step is Step.REMOVE_AND_JUDGE:
        left = Leftovers.of(record, directory=plan.directory, oracle_conn_id=plan.oracle_conn_id)
        with _noted(notes):
            notes += end_job(left, shell=None, why="its export has failed")
    if client.state == "lost":
        with _noted(notes), host_of(plan, record).shell() as shell:
            forget_client(shell, record["job"])
    if client.was_killed and not record.get("followed"):
        notes.append(f"Job {record['job']}: {decision.why}.")
    if killed_by_somebody(said, client):
        notes.append(
            f"The log of job {record['job']} names no error before its end line: somebody has "
            "probably ended it in the database with KILL_JOB."
        )
    return save_record(context, add_note(context, record, *notes), ended=True)


def dispose(
    context: Context, plan: ExportPlan, record: Mapping[str, Any], *, why: str
) -> dict[str, Any]:
    """
    End whatever still lives of the export, remove its half files, and remember what was done.

    Where it could not be ended, the record says that it may live: the next export has to see to
    that before it starts.
    """
    left = Leftovers.of(record, directory=plan.directory, oracle_conn_id=plan.oracle_conn_id)
    notes: list[str] = []
    refusals: list[str] = []
    try:
        with host_of(plan, record).shell() as shell:
            with _noted(refusals):
                notes += end_job(left, shell=shell, why=why)
            notes += remove_half_files(left, shell=shell)
    except HostError as error:
        log.warning("The host can't be asked to clean up after job %s: %s", left.job, error)
        with _noted(refusals):
            notes += end_job(left, shell=None, why=why)
        notes += remove_half_files(left, shell=None)
    noted = add_note(context, record, *refusals, *notes)
    return save_record(context, noted, ended=True, may_live=bool(refusals))


def resume_halted(
    context: Context, plan: ExportPlan, record: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """
    Return the record of an export that somebody had stopped on purpose, and whether it goes on.

    Raise ExportFailedError where its job is still stopped. Where it is gone, the record returned
    is that of the next generation.
    """
    with OracleDatabaseHook(plan.oracle_conn_id).database() as database:
        view = database.job(record["job"])
    if view is None:
        log.info("Job %s is gone from the database: starting the next.", record["job"])
        return next_record(context, plan, record, restarted=False), False
    if view.state not in _AT_WORK:
        raise halt(context, record, state=view.state)
    log.info("Job %s goes on in the database: it is followed there.", record["job"])
    return save_record(context, record, halted=False, followed=True, source="log"), True


def halt(context: Context, record: Mapping[str, Any], *, state: str | None) -> ExportFailedError:
    """
    Remember that somebody else has stopped the job, and return the error that says so.

    The record has not ended: that person decides in the database whether the job goes on.
    """
    job = record["job"]
    save_record(context, record, halted=True)
    context["ti"].xcom_push(key=HALTED_KEY, value=job)
    shown = f"The database shows it as {state}" if state else "The database knows it no more"
    return ExportFailedError(
        f"Somebody has stopped job {job} in the database on purpose (STOP_JOB). {shown}. It was "
        "not started again, and nothing of it was removed.",
        hint=f"To let it go on, attach to it (expdp attach={job}), say START_JOB, and clear the "
        "task export: the job is found again. To give it up, say KILL_JOB there, and clear the "
        "task for a new export.",
    )


@contextmanager
def _noted(notes: list[str]) -> Iterator[None]:
    """Turn an error into a sentence for the report: the task has failed for another reason."""
    try:
        yield
    except BackupError as error:
        log.warning("%s", error)
        notes.append(str(error))


def _read_log(plan: ExportPlan, record: Mapping[str, Any]) -> ExportLog:
    with host_of(plan, record).shell() as shell:
        return read_log_end(shell, record)


def _settled_view(plan: ExportPlan, record: Mapping[str, Any], *, end: LogEnd) -> str | None:
    """Return the job's state; one whose last line is written is given time to settle."""
    give_up = time.monotonic() + _SETTLE_SECONDS
    while True:
        try:
            with OracleDatabaseHook(plan.oracle_conn_id).database() as database:
                view = database.job(record["job"])
        except DatabaseError as error:
            # A wrong password won't mend itself, save where the log says all there is to say.
            if end is not LogEnd.FATAL and not isinstance(error, DatabaseUnreachableError):
                raise
            log.warning("%s", error)
            return UNREACHABLE
        has_ended = end in {LogEnd.FATAL, LogEnd.STOPPED}
        if view is None or not has_ended or view.state not in _AT_WORK:
            return view.state if view else None
        if time.monotonic() > give_up:
            return view.state
        time.sleep(1)
