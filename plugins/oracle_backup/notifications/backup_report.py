"""How does anybody's DAG mail about its runs in the form of our reports?"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import BaseNotifier

from oracle_backup.domain.report.model import Step
from oracle_backup.domain.report.render import render_html_page, render_text_page
from oracle_backup.domain.report.run_notice import RunNotice
from oracle_backup.errors import MailUnreachableError
from oracle_backup.notifications.mailing import Route
from oracle_backup.notifications.run_facts import facts_of, run_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

PAUSES_SECONDS: Final = (10.0, 60.0, 300.0)
"""Before each further try of a deadline's mail: Airflow calls for it once only."""
_ENDED: Final = frozenset({"success", "failed"})


class BackupReportNotifier(BaseNotifier):
    """
    Mail a short report about a run: that it went well, failed, or is late.

    For ``on_success_callback`` and ``on_failure_callback`` of a DAG or a task, and for a
    ``DeadlineAlert`` in an ``AsyncCallback``. The mail's text is in the log before it is sent. A
    mail that fails raises, which Airflow logs: the run keeps its colour.

    :param to: recipients, or one.
    :param smtp_conn_id: SMTP connection.
    :param sender: sender, or None for the connection's.
    :param database: with `schema_name`, what the run backs up; without, the DAG's id is its title.
    :param schema_name: schema, as Oracle stores it.
    :param language: ``en`` or ``es``.
    :param timezone: zone in which times are shown.
    :param subject: template of the subject with {title}, {dag}, {run}, {verdict}, {time},
        {schema} and {database}; None for the usual one. It is no Jinja.
    :param message: template of a text at its top, which may be HTML; the same placeholders.
    :param reported_by: id of the task that tells how the run ended: once it has, no run is late.
    """

    def __init__(
        self,
        *,
        to: str | Sequence[str],
        smtp_conn_id: str = "smtp_default",
        sender: str | None = None,
        database: str = "",
        schema_name: str = "",
        language: str = "en",
        timezone: str = "UTC",
        subject: str | None = None,
        message: str | None = None,
        reported_by: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.to = (to,) if isinstance(to, str) else tuple(to)
        self.smtp_conn_id = smtp_conn_id
        self.sender = sender
        self.database = database
        self.schema_name = schema_name
        self.language = language
        self.timezone = timezone
        self.subject = subject
        self.message = message
        self.reported_by = reported_by

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Do nothing: nothing here is Jinja, and not every context could render it."""

    def notify(self, context: Context) -> None:
        """Mail about a run that has ended; called in a worker or in the DAG processor."""
        facts = facts_of(context)
        self._send(
            self._notice(
                kind="failed" if _has_failed(context) else "success",
                dag_id=facts.dag_id,
                run_id=facts.run_id,
                moment=facts.moment,
                reason=facts.reason,
                steps=facts.steps(facts.states),
                problems=facts.problems,
            )
        )

    async def async_notify(self, context: Context) -> None:
        """Mail about a run that is late and not done; called in the triggerer."""
        from asgiref.sync import sync_to_async

        given: Mapping[str, Any] = context  # of plain values, not what its type says
        run = given["dag_run"]
        state, states = await sync_to_async(_ask)(run["dag_id"], run["dag_run_id"])
        # Airflow calls for a run that failed in time too; its report has told that.
        is_reported = self.reported_by is not None and states.get(self.reported_by) == "success"
        if is_reported or (state or run["state"]) in _ENDED:
            self.log.info("No mail: run %s is not late, it has ended.", run["dag_run_id"])
            return
        notice = self._notice(
            kind="late",
            dag_id=run["dag_id"],
            run_id=run["dag_run_id"],
            moment=_instant(run["logical_date"] or run["run_after"]),
            deadline=_instant(given["deadline"]["deadline_time"]),
            steps=tuple(Step(name=name, state=state) for name, state in states.items()),
        )
        for pause in PAUSES_SECONDS:
            try:
                await sync_to_async(self._send)(notice)
            except MailUnreachableError as error:
                self.log.warning("%s It is tried again in %.0f s.", error, pause)
                await asyncio.sleep(pause)
            else:
                return
        await sync_to_async(self._send)(notice)

    def _notice(self, **facts: Any) -> RunNotice:
        return RunNotice(
            **facts,
            run_url=run_url(facts["dag_id"], facts["run_id"]),
            zone=self.timezone,
            language=self.language,
            schema=self.schema_name,
            database=self.database,
            own_subject=self.subject or "",
            own_message=self.message or "",
        )

    def _send(self, notice: RunNotice) -> None:
        sections = notice.sections()
        text = render_text_page(notice.headline, sections)
        self.log.info("%s\n%s", notice.subject, text)
        html = render_html_page(
            notice.headline,
            sections,
            subject=notice.subject,
            colour=notice.colour,
            language=notice.language,
        )
        route = Route(smtp_conn_id=self.smtp_conn_id, to=self.to, sender=self.sender)
        route.send(notice.subject, text=text, html=html)
        self.log.info("Mailed to %s.", ", ".join(self.to))


def _has_failed(context: Context) -> bool:
    """Return whether a callback is about a failure: of its run, or of its task."""
    given: Mapping[str, Any] = context
    if reason := given.get("reason"):
        return bool(reason != "success")
    ti = given.get("ti")
    return given.get("exception") is not None or str(getattr(ti, "state", "")) == "failed"


def _ask(dag_id: str, run_id: str) -> tuple[str, dict[str, str]]:
    """Return the run's state and those of its tasks as they are now; nothing where unknown."""
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    try:
        state = RuntimeTaskInstance.get_dagrun_state(dag_id, run_id)
        found = RuntimeTaskInstance.get_task_states(dag_id=dag_id, run_ids=[run_id])
    except AirflowRuntimeError:
        return "", {}
    return str(state), {name: str(one) for name, one in found.get(run_id, {}).items() if one}


def _instant(text: datetime | str) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)
