"""
Who tells of a run that died before its report?

A run can end without its report: timed out, its worker killed, its mail refused. Airflow then
calls this in the DAG processor, once, a few seconds after the end.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from oracle_backup.domain.report.model import BackupReport, Problem
from oracle_backup.domain.report.own_words import with_own_words
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.domain.report.words import say
from oracle_backup.notifications.mailing import Route
from oracle_backup.notifications.run_end import tell_outside
from oracle_backup.notifications.run_facts import facts_of, run_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from oracle_backup.notifications.run_facts import RunFacts

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
    Return the callback for a DAG's failed runs: it mails, unless the report has done its work.

    It never raises: Airflow would only log that, and the run is red already.

    :param to: who hears of a failed run at once; the digest tells the others.
    """
    route = Route(smtp_conn_id=smtp_conn_id, to=to, sender=sender)

    def tell(context: Context) -> None:
        facts = facts_of(context)
        if facts.states.get(REPORT_TASK) == "success":
            return
        report = _build_report(
            facts,
            database=database,
            schema_name=schema_name,
            host=host_name or say("unreported.host", language),
            timezone=timezone,
            language=language,
            steps=steps,
        )
        report = with_own_words(report, subject=subject, message=message)
        text = render_text(report)
        log.error("%s\n%s", report.subject, text)
        if not to:
            log.info("No mail: nobody wants one at once about a failed run.")
        else:
            try:
                route.send(report.subject, text=text, html=render_html(report))
            except Exception:  # the edge of a foreign process: say it and let go
                log.exception("The run ended without a report, and this mail about it failed too.")
        tell_outside(report, heartbeat=heartbeat)

    return tell


def _build_report(
    facts: RunFacts,
    *,
    database: str,
    schema_name: str,
    host: str,
    timezone: str,
    language: str,
    steps: Sequence[str],
) -> BackupReport:
    ended = Problem(
        step="run",
        message=say(
            "unreported", language, reason=facts.reason or say("unreported.reason", language)
        ),
        hint=say("unreported.hint", language),
    )
    return BackupReport(
        database=database,
        schema=schema_name,
        dag_id=facts.dag_id,
        run_id=facts.run_id,
        run_url=run_url(facts.dag_id, facts.run_id),
        host=host,
        zone=timezone,
        language=language,
        moment=facts.moment or datetime.now(UTC),
        snapshot_time=None,
        verdict=None,
        reasons=(),
        warnings=(),
        steps=facts.steps(steps),
        problems=(ended, *facts.problems),
    )
