"""How does an export begin on the host, once?"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.remote_job.scripts import (
    JobSpec,
    JobState,
    build_start,
    parse_answers,
)
from oracle_backup.domain.parameter_file import (
    ExportParameters,
    parse_release,
    render_attach,
    render_data_pump,
    render_legacy,
)
from oracle_backup.errors import ExportLostError, HostError, StatementError
from oracle_backup.hooks.connections import archive_password
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.operators.export_leftovers import Leftovers, end_job, remove_half_files
from oracle_backup.operators.export_look import look
from oracle_backup.operators.export_record import (
    add_note,
    host_of,
    is_stale,
    next_record,
    renew_record,
    save_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import Shell
    from oracle_backup.operators.export_record import ExportPlan

_SCRIPT_TIMEOUT_SECONDS = 60
_STOP_PATIENCE_SECONDS = 120
_NOT_STARTED = frozenset({JobState.ABSENT, JobState.PREPARED})
_AT_REST = frozenset({"NOT RUNNING", "STOPPED"})

log = logging.getLogger(__name__)


def begin(context: Context, plan: ExportPlan, record: Mapping[str, Any]) -> dict[str, Any]:
    """Start the export of this record, or find it started; return the record as it is then."""
    with host_of(plan, record).shell() as shell:
        record = _without_predecessor(context, plan, shell, record)
        if _may_live(shell, plan, record):
            return save_record(context, record, launched=True, source="output")
        record = _renewed(context, plan, shell, record)
        if not launch(shell, plan, record) and _was_stopped(shell, record["job"]):
            # Somebody ended the task and cleared it: that asks for another export.
            log.info("Job %s was stopped on purpose: starting the next.", record["job"])
            record = next_record(context, plan, record, restarted=False)
            record = _without_predecessor(context, plan, shell, record)
            launch(shell, plan, record)
        return save_record(context, record, launched=True, source="output")


def launch(shell: Shell, plan: ExportPlan, record: Mapping[str, Any]) -> bool:
    """Start the job unless it was started before; return whether it was this call that made it."""
    parameters = build_parameters(plan, record)
    spec = JobSpec(
        job=record["job"],
        tool=f"{plan.environment['ORACLE_HOME']}/bin/{plan.tool}",
        environment=plan.environment,
        parameter_file=(render_data_pump if plan.is_pump else render_legacy)(parameters),
        attach_file=render_attach(parameters) if plan.is_pump else None,
    )
    done = shell.run(build_start(spec), timeout_seconds=_SCRIPT_TIMEOUT_SECONDS)
    answers = parse_answers(done.stdout)
    if "directory" not in answers:
        raise HostError(
            f"The Oracle host {shell.host_label} did not start the export; it said: "
            f"{done.stderr.strip()[-500:] or 'nothing'}.",
            hint="Check the SSH user's shell and home directory.",
        )
    created = answers["created"] == ["yes"]
    verb = "Started" if created else "Found"
    log.info("%s job %s in %s.", verb, record["job"], answers["directory"][0])
    return created


def build_parameters(plan: ExportPlan, record: Mapping[str, Any]) -> ExportParameters:
    """Return the export's parameters, secrets and all; they are stored nowhere."""
    login = OracleDatabaseHook(plan.oracle_conn_id).login(
        method=plan.login_method, connect_identifier=plan.connect_identifier
    )
    options = dict(plan.options)
    password = archive_password(options.pop("encryption_password_conn_id", None))
    for name in ("exclude", "exclude_tables"):
        if name in options:
            options[name] = tuple(options[name])
    return ExportParameters(
        schema=plan.schema,
        directory=(plan.directory or "") if plan.is_pump else record["folder"],
        dump_file=record["dump_pattern"],
        log_file=record["log_path"].rpartition("/")[2],
        job_name=record["job"],
        login=login,
        flashback_scn=record["snapshot_scn"],
        encryption_password=password or "",
        release=parse_release(plan.database_version),
        **options,
    )


def _without_predecessor(
    context: Context, plan: ExportPlan, shell: Shell, record: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the record once nothing is left of the export whose place it takes."""
    predecessor = record.get("predecessor")
    if not predecessor:
        return dict(record)
    left = Leftovers.of(predecessor, directory=plan.directory, oracle_conn_id=plan.oracle_conn_id)
    try:
        notes = end_job(left, shell=shell, why="another export takes its place")
    except (StatementError, ExportLostError) as error:
        # A control table that can't be dropped is in nobody's way; a job that works is.
        if not _is_at_rest(left):
            raise
        notes = [str(error)]
    notes += remove_half_files(left, shell=shell)
    return save_record(context, add_note(context, record, *notes), predecessor=None)


def _is_at_rest(left: Leftovers) -> bool:
    with OracleDatabaseHook(left.oracle_conn_id).database() as database:
        view = database.job(left.job)
    return view is None or view.state in _AT_REST


def _may_live(shell: Shell, plan: ExportPlan, record: Mapping[str, Any]) -> bool:
    """Return whether the job was started, though the host knows nothing of it any more."""
    if look(shell, record["job"]).state is not JobState.ABSENT:
        return False
    if not record.get("launched"):
        if not plan.is_pump or not is_stale(record):
            return False
        with OracleDatabaseHook(plan.oracle_conn_id).database() as database:
            if database.job(record["job"]) is None:
                return False
    log.warning(
        "The directory of job %s is gone from the host: the database and its log are asked.",
        record["job"],
    )
    return True


def _renewed(
    context: Context, plan: ExportPlan, shell: Shell, record: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the record, anew where it is old and its job was never started."""
    if not is_stale(record) or look(shell, record["job"]).state not in _NOT_STARTED:
        return dict(record)
    return renew_record(context, plan, record)


def _was_stopped(shell: Shell, job: str) -> bool:
    """Return whether the job was stopped by ourselves; wait for its end if so."""
    give_up = time.monotonic() + _STOP_PATIENCE_SECONDS
    while True:
        status = look(shell, job)
        if status.stopped is None or status.state is not JobState.RUNNING:
            return status.stopped is not None
        if time.monotonic() > give_up:
            raise ExportLostError(
                f"Job {job} was stopped, and still runs after {_STOP_PATIENCE_SECONDS} s.",
                hint="Stop it in the database (KILL_JOB), then clear the task.",
            )
        time.sleep(2)
