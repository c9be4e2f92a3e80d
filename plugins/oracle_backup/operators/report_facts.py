"""What have the steps of a run left for its report?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.report.model import BackupReport, Problem, Retained, Retention, Step
from oracle_backup.domain.report.words import say
from oracle_backup.domain.table_figures import TableSize, TroubledTable
from oracle_backup.errors import BackupError
from oracle_backup.hooks.host import host_hook
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.report_archive import archive_facts
from oracle_backup.operators.report_history import read_history
from oracle_backup.operators.steps import (
    NOTES_KEY,
    PROBLEM_KEY,
    SKIPPED_KEY,
    run_moment,
    run_param,
    run_url,
)
from oracle_backup.operators.verify import COPIES_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from oracle_backup.operators.stores import StorePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    What a report is about, as the config says it.

    :param stores: whose catalogue shows the last backups; none of them, and there is no chart.
    :param folder: the schema's folder, relative to each store's path.
    """

    database: str
    schema: str
    ssh_conn_id: str
    host_name: str | None
    timezone: str
    language: str
    steps: Sequence[str]
    stores: Sequence[StorePlace] = field(default=())
    folder: str = ""


def gather(context: Context, subject: Subject, export: Mapping[str, Any] | None) -> BackupReport:
    """Return the run as its report tells it, from what its steps have left in XCom."""
    run = context["dag_run"]
    preflight = pull(context, "preflight") or {}
    written = pull(context, "archive")
    verification = pull(context, "verify")
    judgement = pull(context, "inspect", key=JUDGEMENT_KEY) or {}
    archive = archive_facts(
        written,
        verification,
        export=export,
        checked=pull(context, "verify", key=COPIES_KEY) or (),
    )
    return BackupReport(
        database=subject.database,
        schema=subject.schema,
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_url=run_url(run.dag_id, run.run_id),
        host=_host_label(subject),
        zone=subject.timezone,
        language=subject.language,
        moment=run_moment(context),
        began=getattr(run, "start_date", None),
        snapshot_time=datetime.fromisoformat(export["snapshot_time"]) if export else None,
        verdict=judgement.get("verdict"),
        skipped=str(pull(context, "preflight", key=SKIPPED_KEY) or ""),
        reasons=tuple(judgement.get("reasons", ())),
        # The archive's are those of the judgement and more.
        warnings=(*preflight.get("warnings", ()), *(written or judgement).get("warnings", ())),
        steps=_steps(context, subject),
        problems=_problems(context, subject),
        tables=judgement.get("tables"),
        rows=judgement.get("rows"),
        codes=tuple(judgement.get("telling_codes", ())),
        troubled=tuple(
            TroubledTable(table=one["table"], code=one["code"], causes=tuple(one["causes"]))
            for one in judgement.get("troubled", ())
        ),
        troubled_count=judgement.get("troubled_count", 0),
        biggest=tuple(TableSize(**one) for one in judgement.get("biggest", ())),
        archive=archive,
        verified=bool(verification),
        history=read_history(
            subject.stores,
            folder=subject.folder,
            database=subject.database,
            schema=subject.schema,
        )
        if archive is not None
        else (),
        retention=_retention(pull(context, "retain")),
        unchecked_host_keys=tuple(preflight.get("unchecked_host_keys", ())),
        notes=_notes(context),
        note=str(run_param(context, "note", default="") or ""),
    )


def pull(context: Context, task_id: str, *, key: str = "return_value") -> Any:
    """Return what a step has left under a key, or None."""
    return context["ti"].xcom_pull(task_ids=task_id, key=key)


def _steps(context: Context, subject: Subject) -> tuple[Step, ...]:
    run, ti = context["dag_run"], context["ti"]
    states = ti.get_task_states(dag_id=run.dag_id, run_ids=[run.run_id]).get(run.run_id, {})
    crumbs = ti.get_task_breadcrumbs(dag_id=run.dag_id, run_id=run.run_id)
    seconds = {crumb["task_id"]: crumb["duration"] for crumb in crumbs}
    return tuple(
        Step(name=name, state=str(states.get(name) or "not run"), seconds=seconds.get(name))
        for name in subject.steps
    )


def _problems(context: Context, subject: Subject) -> tuple[Problem, ...]:
    """Return why steps failed; one that left no word is named with what is known of it."""
    return tuple(
        _problem(step.name, pull(context, step.name, key=PROBLEM_KEY), subject.language)
        for step in _steps(context, subject)
        if step.state == "failed"
    )


def _problem(step: str, told: Mapping[str, Any] | None, language: str) -> Problem:
    if told is None:
        silent = say("silent", language, step=step)
        return Problem(step=step, message=silent, hint=say("silent.hint", language))
    return Problem(step=step, message=told["message"], hint=told["hint"], kind=told.get("kind", ""))


def _retention(left: Mapping[str, Any] | None) -> Retention | None:
    if left is None or "stores" not in left:
        return None
    return Retention(
        policy=left["policy"],
        stores=tuple(
            Retained(
                store=one["store"],
                kept=one["kept"],
                removed=tuple(one["removed"]),
                later=one["later"],
            )
            for one in left["stores"]
        ),
    )


def _notes(context: Context) -> tuple[str, ...]:
    """Return what befell the export on its way; the same sentence only once."""
    told = [
        note
        for step in ("preflight", "export", "clean_up")
        for note in pull(context, step, key=NOTES_KEY) or ()
    ]
    return tuple(dict.fromkeys(told))


def _host_label(subject: Subject) -> str:
    if subject.host_name:
        return subject.host_name
    try:
        return host_hook(subject.ssh_conn_id).remote_host
    except BackupError:
        return f"connection {subject.ssh_conn_id}"
