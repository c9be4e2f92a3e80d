"""Does an export that says nothing stand still, and who is told?"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.report.stall import (
    StallNotice,
    known_reasons,
    render_stall_html,
    render_stall_text,
)
from oracle_backup.domain.units import format_seconds
from oracle_backup.errors import BackupError, DatabaseError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import host_hook
from oracle_backup.operators.export_record import add_note, save_record
from oracle_backup.operators.steps import run_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from oracle_backup.operators.export_record import ExportPlan

SECOND_LOOK_SECONDS = 600.0
"""How long after a first quiet look without any reason the job's own figures are compared."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StallMail:
    """Who is told of an export that stands still; nobody without a connection or recipients."""

    smtp_conn_id: str | None
    to: Sequence[str]
    sender: str | None
    timezone: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class _View:
    """What the database tells of a job: what moves while it works, and what is in its way."""

    progress: str | None
    hindrance: tuple[str, ...]


def is_told(record: Mapping[str, Any]) -> bool:
    """Return whether somebody was told already that this export stands still."""
    return bool((record.get("quiet") or {}).get("told"))


def is_suspected(record: Mapping[str, Any]) -> bool:
    """Return whether the next quiet look has something to compare with."""
    return bool(record.get("quiet")) and not is_told(record)


def look_at_quiet(
    context: Context,
    plan: ExportPlan,
    record: Mapping[str, Any],
    event: Mapping[str, Any],
    *,
    mail: StallMail,
) -> dict[str, Any]:
    """
    Given a job whose log and dump files don't move, tell people if it really stands still.

    A job whose own figures have moved since the last quiet look is at work on something large.
    """
    before = record.get("quiet") or {}
    seen = [event["log_bytes"], event["dump_bytes"]]
    view = _ask(plan, record)
    began = datetime.now(UTC) - timedelta(seconds=event["quiet_seconds"] or 0)
    since = before["since"] if before.get("bytes") == seen else began.isoformat()
    quiet = {"since": since, "bytes": seen, "progress": view.progress, "told": False}
    if not (event["waiting"] or known_reasons(view.hindrance)) and _may_be_at_work(
        before, view, seen
    ):
        log.info(
            "Job %s has said nothing for %s; nothing is known to be in its way. Its own figures "
            "are compared at the next look.",
            record["job"],
            format_seconds(event["quiet_seconds"] or 0),
        )
        return save_record(context, record, quiet=quiet)
    notice = _notice(context, plan, record, event, view=view, since=since, mail=mail)
    log.warning("%s", notice.headline)
    for reason in notice.reasons:
        log.warning("  %s", reason)
    _send(notice, mail)
    # The report puts it into its own language.
    cause = replace(notice, language="en").cause
    noted = add_note(
        context,
        record,
        f"The export stood still from {notice.since:%Y-%m-%d %H:%M:%S} UTC on: {cause}.",
    )
    return save_record(context, noted, quiet={**quiet, "told": True})


def look_at_moving(context: Context, record: Mapping[str, Any]) -> dict[str, Any]:
    """Given a job that moves again, or ended well, after people were told, say so."""
    log.info("Job %s moves again.", record["job"])
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    noted = add_note(context, record, f"It was seen to move again at {now} UTC.")
    return save_record(context, noted, quiet=None)


def _may_be_at_work(before: Mapping[str, Any], view: _View, seen: list[int | None]) -> bool:
    """Return whether nothing yet shows that the job stands still."""
    if view.progress is None:
        # Nothing to compare: silence is all there is.
        return False
    return before.get("bytes") != seen or before.get("progress") != view.progress


def _ask(plan: ExportPlan, record: Mapping[str, Any]) -> _View:
    if not plan.is_pump:
        return _View(progress=None, hindrance=())
    try:
        with OracleDatabaseHook(plan.oracle_conn_id).database() as database:
            job = database.job(record["job"])
            return _View(
                progress=database.job_progress(record["job"]),
                hindrance=database.job_hindrance(record["job"], owner=job.owner) if job else (),
            )
    except DatabaseError as error:
        return _View(progress=None, hindrance=(f"What hinders it can't be told: {error}",))


def _notice(
    context: Context,
    plan: ExportPlan,
    record: Mapping[str, Any],
    event: Mapping[str, Any],
    *,
    view: _View,
    since: str,
    mail: StallMail,
) -> StallNotice:
    run = context["dag_run"]
    began = datetime.fromisoformat(since)
    return StallNotice(
        database=plan.database,
        schema=plan.schema,
        host=_host(plan.ssh_conn_id),
        job=record["job"],
        folder=record["folder"],
        log_path=record["log_path"],
        since=began,
        seconds=(datetime.now(UTC) - began).total_seconds(),
        deadline=datetime.fromisoformat(record["deadline"]),
        reasons=tuple(view.hindrance),
        waiting=event["waiting"],
        free_bytes=event["free_bytes"],
        zone=mail.timezone,
        language=mail.language,
        run_url=run_url(run.dag_id, run.run_id),
    )


def _host(ssh_conn_id: str) -> str:
    try:
        return host_hook(ssh_conn_id).remote_host
    except BackupError:
        return f"connection {ssh_conn_id}"


def _send(notice: StallNotice, mail: StallMail) -> None:
    """Mail the notice; a mail that fails is logged, and the export goes on."""
    if not mail.smtp_conn_id or not mail.to:
        return
    # Imported here: most exports never stand still.
    from oracle_backup.adapters.mail import build_message
    from oracle_backup.hooks.mail import ReportMailHook

    try:
        hook = ReportMailHook(mail.smtp_conn_id)
        hook.send(
            build_message(
                notice.subject,
                text=render_stall_text(notice),
                html=render_stall_html(notice),
                sender=hook.sender(mail.sender),
                recipients=mail.to,
            )
        )
    except BackupError as error:
        log.warning("The mail about it could not be sent: %s", error)
    else:
        log.info("Mailed to %s.", ", ".join(mail.to))
