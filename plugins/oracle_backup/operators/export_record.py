"""
What does a task remember of its export, from try to try and over every deferral?

The record is in Airflow's ``task_state_store`` before anything starts on the host. Whatever dies
meanwhile, the next try finds the job by it. Its generation rises when an export has ended, so that
clearing the task asks for a new one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.names import USUAL_SHAPE, BackupNames, NameShape, job_name
from oracle_backup.errors import StatementError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import export_host
from oracle_backup.hooks.local_host import machine_of
from oracle_backup.operators.steps import NOTES_KEY, run_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from oracle_backup.hooks.host import OracleHostHook
    from oracle_backup.hooks.local_host import LocalHostHook
    from oracle_backup.operators.export import DataPumpExportOperator

_KEY = "export"
HALTED_KEY = "halted"
"""XCom key under which the export names a job that somebody else has stopped on purpose."""
_OWN_KEYS = frozenset(
    {"stored", "deadline", "ended", "launched", "restarted", "predecessor", "client", "halted"}
    | {"quiet", "followed", "source", "may_live"}
)
"""What of the record is of use to this task only."""
_FRESH = timedelta(minutes=10)
"""A snapshot older than this is no longer what a new export should show."""
_KEPT = timedelta(days=90)
"""Longer than anybody clears an old run; without it a cleared export would be generation 1."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """
    What is to be exported, and how; the same on every try.

    :param folder: what the directory object points to, or exp's folder.
    :param dump_template: ``%U``, or ``%L`` where the database knows it.
    :param database_version: as preflight found it, or None.
    :param shape: how files are called.
    :param as_of: time and change number of the instant a missed run shows; None for now.
    :param options: keyword arguments for `ExportParameters`, and ``encryption_password_conn_id``.
    """

    database: str
    schema: str
    folder: str
    ssh_conn_id: str
    oracle_conn_id: str
    environment: Mapping[str, str | None]
    tool: str
    directory: str | None
    login_method: str
    connect_identifier: str | None
    options: Mapping[str, Any]
    max_duration: timedelta
    dump_template: str = "%U"
    database_version: str | None = None
    shape: NameShape = USUAL_SHAPE
    as_of: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, operator: DataPumpExportOperator) -> ExportPlan:
        """Return the plan of a task whose templates are filled."""
        o, found = operator, operator.preflight
        return cls(
            database=o.database,
            schema=o.schema_name,
            folder=found["folder"],
            ssh_conn_id=o.ssh_conn_id,
            oracle_conn_id=o.oracle_conn_id,
            environment=o.environment,
            tool=o.tool,
            directory=o.directory,
            login_method=o.login_method,
            connect_identifier=o.connect_identifier,
            options={
                "consistent": o.consistent,
                "exclude": tuple(o.exclude),
                "parallel": o.parallel,
                "file_size": o.file_size,
                **(o.options or {}),
            },
            max_duration=o.max_duration,
            dump_template=found.get("dump_template") or "%U",
            database_version=found.get("database_version"),
            shape=o.shape,
            as_of=found.get("as_of"),
        )

    @property
    def is_pump(self) -> bool:
        """Whether the job lives in the database, and not in its client."""
        return self.tool == "expdp"


def host_of(plan: ExportPlan, record: Mapping[str, Any]) -> OracleHostHook | LocalHostHook:
    """Return what opens a shell where the export of this record runs."""
    return export_host(plan.ssh_conn_id, record)


def load_record(context: Context) -> dict[str, Any] | None:
    """Return what is remembered of this task's export, or None."""
    stored = context["task_state_store"].get(_KEY)
    return stored if isinstance(stored, dict) else None


def save_record(context: Context, record: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Remember the record with these changes, and return it."""
    changed = {**record, **changes}
    context["task_state_store"].set(_KEY, changed, retention=_KEPT)
    return changed


def add_note(context: Context, record: Mapping[str, Any], *notes: str) -> dict[str, Any]:
    """Remember sentences for the report; one that was said before is not said twice."""
    known = record.get("notes", ())
    fresh = dict.fromkeys(note for note in notes if note not in known)
    changed = save_record(context, record, notes=[*known, *fresh])
    tell_notes(context, changed)
    return changed


def tell_notes(context: Context, record: Mapping[str, Any]) -> None:
    """Leave the record's sentences where the report finds them, whatever becomes of the task."""
    if record.get("notes"):
        context["ti"].xcom_push(key=NOTES_KEY, value=record["notes"])


def claim_record(context: Context, plan: ExportPlan) -> dict[str, Any]:
    """Return the record of this run's export; it is stored before anything starts."""
    stored = load_record(context)
    if stored is not None and not stored["ended"]:
        log.info("Job %s was begun before: looking for it.", stored["job"])
        # Each new try begins without what the one before has left for others.
        tell_notes(context, stored)
        return stored
    if stored is not None and stored.get("may_live"):
        # It was told to stop, and nobody knows whether it has: that is seen to first.
        return next_record(context, plan, stored, restarted=False)
    generation = stored["generation"] + 1 if stored is not None else 1
    return save_record(context, _new_record(context, plan, generation=generation))


def next_record(
    context: Context, plan: ExportPlan, record: Mapping[str, Any], *, restarted: bool
) -> dict[str, Any]:
    """
    Return the record of the next generation; what the one before it has left is still to go.

    :param restarted: it takes the place of an export that died, and may not do so twice.
    """
    following = _new_record(context, plan, generation=record["generation"] + 1)
    left = {key: record[key] for key in ("job", "folder", "stem", "tool")}
    return save_record(
        context,
        following,
        predecessor=left,
        restarted=restarted,
        notes=list(record.get("notes", ())),
    )


def is_stale(record: Mapping[str, Any]) -> bool:
    """Return whether snapshot and deadline are too old for an export that never started."""
    return datetime.now(UTC) - datetime.fromisoformat(record["stored"]) >= _FRESH


def renew_record(context: Context, plan: ExportPlan, record: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the record of the same generation, its snapshot and its deadline set anew.

    A try that reached no host may be followed by the next one a day later.
    """
    log.info("Job %s was never started: its snapshot is taken anew.", record["job"])
    renewed = _new_record(context, plan, generation=record["generation"])
    kept = {key: record[key] for key in ("predecessor", "restarted", "notes") if key in record}
    return save_record(context, {**renewed, **kept})


def build_result(record: Mapping[str, Any], *, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the next tasks want to know of the export."""
    # Of a job that was followed in the database the client's exit code says nothing.
    client = {} if record.get("followed") else record.get("client") or {}
    return {
        **{key: value for key, value in record.items() if key not in _OWN_KEYS},
        "notes": list(record.get("notes", ())),
        "exit_code": client.get("exit_code"),
        **{key: event.get(key) for key in ("started", "ended", "stopped")},
    }


def _new_record(context: Context, plan: ExportPlan, *, generation: int) -> dict[str, Any]:
    run = context["dag_run"]
    names = BackupNames(
        database=plan.database,
        schema=plan.schema,
        moment=run_moment(context),
        generation=generation,
        shape=plan.shape,
    )
    snapshot_time, scn = _snapshot(plan)
    machine = machine_of(plan.ssh_conn_id)
    pattern = names.dump_pattern_with(plan.dump_template) if plan.is_pump else names.dump
    now = datetime.now(UTC)
    return {
        "job": job_name(
            dag_id=run.dag_id, run_id=run.run_id, schema=plan.schema, generation=generation
        ),
        "generation": generation,
        "stem": names.stem,
        "folder": plan.folder,
        "log_path": f"{plan.folder.rstrip('/')}/{names.log}",
        "dump_pattern": pattern,
        "tool": plan.tool,
        # Without SSH its files are on the machine of this very task, and on no other.
        **({} if machine is None else {"machine": machine}),
        "snapshot_time": snapshot_time.isoformat(),
        "snapshot_scn": scn,
        "parameters": {
            "tool": plan.tool,
            "directory": plan.directory,
            **{name: _as_json(value) for name, value in plan.options.items()},
        },
        "notes": [],
        "stored": now.isoformat(),
        "deadline": (now + plan.max_duration).isoformat(),
        "ended": False,
        "launched": False,
        "restarted": False,
    }


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _snapshot(plan: ExportPlan) -> tuple[datetime, int | None]:
    """Return the instant the data will show, and its change number where it may be read."""
    if plan.as_of is not None:
        log.info("The data will be as of %(time)s, SCN %(scn)d: this run was missed.", plan.as_of)
        return datetime.fromisoformat(plan.as_of["time"]), int(plan.as_of["scn"])
    if not plan.options.get("consistent", True) or not plan.is_pump:
        return datetime.now(UTC), None
    with OracleDatabaseHook(plan.oracle_conn_id).database() as database:
        try:
            snapshot = database.snapshot()
        except StatementError as error:
            log.warning("%s The snapshot is the export's start instead.", error)
            return datetime.now(UTC), None
    log.info("The data will be as of %s, SCN %d.", snapshot.time, snapshot.scn)
    return snapshot.time, snapshot.scn
