"""
Who tells of a run that died before its report?

A run can end without its report: marked failed by hand, timed out, its worker killed, its mail
refused. Airflow then calls this in the DAG processor, once, a few seconds after the end.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.report.model import BackupReport, Problem, Step
from oracle_backup.domain.report.own_words import with_own_words
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.domain.report.words import say
from oracle_backup.notifications.run_end import tell_outside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

REPORT_TASK = "report"

log = logging.getLogger(__name__)


def mail_unreported(
    *,
    database: str,
    schema_name: str,
    smtp_conn_id: str,
    to: Sequence[str],
    sender: str | None,
    timezone: str,
    steps: Sequence[str],
    subject: str | None = None,
    message: str | None = None,
    host_name: str | None = None,
    language: str = "en",
    heartbeat: bool = False,
) -> Callable[[Context], None]:
    """
    Return the callback for a DAG's failed runs: it mails, unless the report has gone out.

    It never raises: Airflow would only log that, and the run is red already.
    """

    def tell(context: Context) -> None:
        states = _states(context)
        if states.get(REPORT_TASK) == "success":
            return
        report = _build_report(
            context,
            database=database,
            schema_name=schema_name,
            host=host_name or say("unreported.host", language),
            timezone=timezone,
            language=language,
            steps=tuple(Step(name=name, state=states.get(name) or "not run") for name in steps),
        )
        report = with_own_words(report, subject=subject, message=message)
        log.error("%s\n%s", report.subject, render_text(report))
        try:
            _send(report, smtp_conn_id=smtp_conn_id, to=to, sender=sender)
        except Exception:  # the edge of a foreign process: say it and let go
            log.exception("The run ended without a report, and this mail about it failed too.")
        tell_outside(report, heartbeat=heartbeat)

    return tell


def _states(context: Context) -> dict[str, Any]:
    run = context["dag_run"]
    answer = context["ti"].get_task_states(dag_id=run.dag_id, run_ids=[run.run_id])
    states = answer.get(run.run_id, {})
    return {name: str(state) if state else None for name, state in states.items()}


def _build_report(
    context: Context,
    *,
    database: str,
    schema_name: str,
    host: str,
    timezone: str,
    language: str,
    steps: tuple[Step, ...],
) -> BackupReport:
    run = context["dag_run"]
    reason = context.get("reason") or say("unreported.reason", language)
    return BackupReport(
        database=database,
        schema=schema_name,
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_url="",
        host=host,
        zone=timezone,
        language=language,
        moment=run.logical_date or run.run_after,
        snapshot_time=None,
        verdict=None,
        reasons=(),
        warnings=(),
        steps=steps,
        problems=(
            Problem(
                step="run",
                message=say("unreported", language, reason=reason),
                hint=say("unreported.hint", language),
            ),
        ),
    )


def _send(
    report: BackupReport, *, smtp_conn_id: str, to: Sequence[str], sender: str | None
) -> None:
    # Imported here: every process that parses DAGs imports this module.
    from oracle_backup.adapters.mail import build_message
    from oracle_backup.hooks.mail import ReportMailHook

    hook = ReportMailHook(smtp_conn_id)
    hook.send(
        build_message(
            report.subject,
            text=render_text(report),
            html=render_html(report),
            sender=hook.sender(sender),
            recipients=to,
        )
    )
