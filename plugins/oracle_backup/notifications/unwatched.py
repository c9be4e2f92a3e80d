"""
Who tells that the watchdog itself has failed?

A look can end without its mails: its worker killed, a mail refused, nobody known who is told.
Airflow then calls this in the DAG processor, once for each such run. It tells when that begins,
and once a day while it lasts.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_backup.domain.report.html_page import FAILURE, render_html_page
from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.page import TROUBLE, Section
from oracle_backup.domain.report.text_page import render_text_page
from oracle_backup.domain.watch.words import Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from oracle_backup.domain.watch.letters import Reader
    from oracle_backup.domain.watch.subjects import Route

log = logging.getLogger(__name__)


def mail_unwatched(*, readers: Sequence[Reader], timezone: str) -> Callable[[Context], None]:
    """
    Return the callback for the watchdog's failed runs.

    It never raises: Airflow would only log that, and the run is red already.

    :param readers: who is told of everything.
    """

    def tell(context: Context) -> None:
        run = context["dag_run"]
        reason = context.get("reason") or "?"
        log.error("The watchdog's run %s has failed (%s).", run.run_id, reason)
        try:
            if not _is_news(context):
                return
            for route, to in _by_route(readers).items():
                _send(route, to, speech=Speech(route.language, timezone), context=context)
        except Exception:  # the edge of a foreign process: say it and let go
            log.exception("The watchdog has failed, and this mail about it too.")

    return tell


def _is_news(context: Context) -> bool:
    """Return whether the run before did not fail, or was yesterday's."""
    run = context["dag_run"]
    before = context["ti"].get_previous_dagrun()
    if before is None or str(before.state) != "failed" or before.logical_date is None:
        return True
    return bool(before.logical_date.date() != run.logical_date.date())


def _by_route(readers: Sequence[Reader]) -> dict[Route, list[str]]:
    found: dict[Route, list[str]] = {}
    for reader in readers:
        found.setdefault(reader.route, []).append(reader.address)
    return found


def _send(route: Route, to: Sequence[str], *, speech: Speech, context: Context) -> None:
    # Imported here: every process that parses DAGs imports this module.
    from oracle_backup.adapters.mail import build_message
    from oracle_backup.hooks.mail import ReportMailHook

    run = context["dag_run"]
    moment = speech.instant(run.logical_date or run.run_after)
    subject = one_line(f"[Oracle backup] {speech.word('failed')}")
    headline = speech.word("failed headline")
    rows = ((speech.word("since"), moment), (speech.word("run"), run.run_id))
    todo = f"{speech.word('todo')}: {speech.word('failed todo')}"
    sections = (Section(title="", lines=(todo,), rows=rows, tone=TROUBLE),)
    hook = ReportMailHook(route.conn_id)
    hook.send(
        build_message(
            subject,
            text=render_text_page(headline, sections),
            html=render_html_page(
                headline,
                sections,
                subject=subject,
                colour=FAILURE,
                language=route.language,
            ),
            sender=hook.sender(route.sender or None),
            recipients=to,
        )
    )
