"""What happened, and who is told?"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.mail import Attachment, build_message, log_attachment
from oracle_backup.adapters.remote_job.scripts import build_remove, build_status, parse_status
from oracle_backup.domain.report.model import (
    BackupReport,
    Problem,
    Step,
)
from oracle_backup.domain.report.own_words import with_own_words
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.errors import BackupError
from oracle_backup.hooks.host import export_host, host_hook
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.report_archive import archive_facts
from oracle_backup.operators.steps import (
    NOTES_KEY,
    PROBLEM_KEY,
    SKIPPED_KEY,
    run_moment,
    run_param,
    run_url,
    told_to_report,
)
from oracle_backup.operators.verify import COPIES_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

_TIMEOUT_SECONDS = 120
_WANTED = {
    "always": {"success", "warnings", "failed"},
    "warnings": {"warnings", "failed"},
    "failures": {"failed"},
}


class ReportOperator(BaseOperator):
    """
    Mail what happened, whatever happened, with the tool's log attached.

    Runs after all other steps, failed or not, and reads what they left in XCom. The text is in
    the task's log before it is sent, so a refused mail loses nothing. What the tool printed is
    read from the job's directory on the host, which is removed after the mail where nothing else
    on the host is needed any more.

    Succeeds when the mail was accepted, or nobody wants one of this outcome.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param smtp_conn_id: SMTP connection.
    :param to: recipients.
    :param sender: sender, or None for the connection's.
    :param when: ``always``, ``warnings`` or ``failures``.
    :param subject: template of the mail's subject, or None for the usual one.
    :param message: template of a text at its top, which may be HTML, or None.
    :param host_name: what the report calls the Oracle host; None for its connection's host.
    :param timezone: zone in which times are shown.
    :param steps: ids of the tasks it tells about, in order.

    :returns: XCom ``{"sent", "outcome", "subject", "to"}``
    :raises MailRefusedError: login, sender or recipient refused. Not retried.
    :raises MailUnreachableError: no connection. Retried.
    """

    ui_color = "#fdeceb"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        ssh_conn_id: str,
        smtp_conn_id: str,
        to: Sequence[str],
        steps: Sequence[str],
        sender: str | None = None,
        when: str = "always",
        subject: str | None = None,
        message: str | None = None,
        host_name: str | None = None,
        timezone: str = "UTC",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.ssh_conn_id = ssh_conn_id
        self.smtp_conn_id = smtp_conn_id
        self.to = to
        self.steps = steps
        self.sender = sender
        self.when = when
        self.subject = subject
        self.message = message
        self.host_name = host_name
        self.timezone = timezone

    def execute(self, context: Context) -> dict[str, Any]:
        """Gather, say it in the log, mail it, and give the job's directory up."""
        with told_to_report(context):
            export = self._pull(context, "export")
            attachment = self._log_attachment(export)
            report = with_own_words(
                self._gather(context, export), subject=self.subject, message=self.message
            )
            text = render_text(report)
            self.log.info("%s\n%s", report.subject, text)
            sent = report.outcome in _WANTED[self.when]
            if sent:
                self._send(report, text, attachment)
            else:
                self.log.info("No mail: %r is wanted, and this is %s.", self.when, report.outcome)
            self._give_up_directory(context, export)
        return {
            "sent": sent,
            "outcome": report.outcome,
            "subject": report.subject,
            "to": list(self.to) if sent else [],
        }

    def _send(self, report: BackupReport, text: str, attachment: Attachment | None) -> None:
        hook = ReportMailHook(self.smtp_conn_id)
        hook.send(
            build_message(
                report.subject,
                text=text,
                html=render_html(report),
                sender=hook.sender(self.sender),
                recipients=self.to,
                attachments=[attachment] if attachment else [],
            )
        )
        self.log.info("Mailed to %s.", ", ".join(self.to))

    def _gather(self, context: Context, export: Mapping[str, Any] | None) -> BackupReport:
        run = context["dag_run"]
        preflight = self._pull(context, "preflight") or {}
        archive = self._pull(context, "archive")
        verification = self._pull(context, "verify")
        retention = self._pull(context, "retain")
        judgement = self._pull(context, "inspect", key=JUDGEMENT_KEY) or {}
        return BackupReport(
            database=self.database,
            schema=self.schema_name,
            dag_id=run.dag_id,
            run_id=run.run_id,
            run_url=run_url(run.dag_id, run.run_id),
            host=self._host_label(),
            zone=self.timezone,
            moment=run_moment(context),
            snapshot_time=_instant(export),
            verdict=judgement.get("verdict"),
            reasons=tuple(judgement.get("reasons", ())),
            # The archive's are those of the judgement and more.
            warnings=(
                *preflight.get("warnings", ()),
                *(archive or judgement).get("warnings", ()),
            ),
            steps=self._steps(context),
            problems=self._problems(context),
            tables=judgement.get("tables"),
            rows=judgement.get("rows"),
            archive=archive_facts(
                archive,
                verification,
                export=export,
                checked=self._pull(context, "verify", key=COPIES_KEY) or (),
            ),
            verified=bool(verification),
            retention=tuple(retention["plan"]) if retention else (),
            unchecked_host_keys=tuple(preflight.get("unchecked_host_keys", ())),
            notes=self._notes(context),
            note=str(run_param(context, "note", default="") or ""),
        )

    def _pull(self, context: Context, task_id: str, *, key: str = "return_value") -> Any:
        return context["ti"].xcom_pull(task_ids=task_id, key=key)

    def _steps(self, context: Context) -> tuple[Step, ...]:
        run, ti = context["dag_run"], context["ti"]
        states = ti.get_task_states(dag_id=run.dag_id, run_ids=[run.run_id]).get(run.run_id, {})
        crumbs = ti.get_task_breadcrumbs(dag_id=run.dag_id, run_id=run.run_id)
        seconds = {crumb["task_id"]: crumb["duration"] for crumb in crumbs}
        return tuple(
            Step(name=name, state=str(states.get(name) or "not run"), seconds=seconds.get(name))
            for name in self.steps
        )

    def _problems(self, context: Context) -> tuple[Problem, ...]:
        """Return why steps failed; one that left no word is named with what is known of it."""
        problems = []
        if skipped := self._pull(context, "preflight", key=SKIPPED_KEY):
            problems.append(Problem(step="preflight", message=skipped))
        for step in self._steps(context):
            if step.state != "failed":
                continue
            told = self._pull(context, step.name, key=PROBLEM_KEY) or {
                "message": f"Task {step.name} failed and left no reason.",
                "hint": "Its worker may have died. Read its log in Airflow.",
            }
            problems.append(Problem(step=step.name, message=told["message"], hint=told["hint"]))
        return tuple(problems)

    def _notes(self, context: Context) -> tuple[str, ...]:
        """Return what befell the export on its way; the same sentence only once."""
        told = [
            note
            for step in ("preflight", "export", "clean_up")
            for note in self._pull(context, step, key=NOTES_KEY) or ()
        ]
        return tuple(dict.fromkeys(told))

    def _host_label(self) -> str:
        if self.host_name:
            return self.host_name
        try:
            return host_hook(self.ssh_conn_id).remote_host
        except BackupError:
            return f"connection {self.ssh_conn_id}"

    def _log_attachment(self, export: Mapping[str, Any] | None) -> Attachment | None:
        """Return what the tool printed; a report without it is better than none."""
        if not export:
            return None
        try:
            with export_host(self.ssh_conn_id, export).shell() as shell:
                script = build_status(job=export["job"])
                done = shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)
            content = parse_status(done.stdout.encode()).output
        except BackupError as error:
            self.log.warning("The log can't be attached: %s", error)
            return None
        name = posixpath.basename(export["log_path"])
        return log_attachment(name, content) if content else None

    def _give_up_directory(self, context: Context, export: Mapping[str, Any] | None) -> None:
        """Remove the job's directory, unless something on the host is still needed."""
        clean_up = self._pull(context, "clean_up")
        if not export or not clean_up or not clean_up["finished"]:
            return
        try:
            with export_host(self.ssh_conn_id, export).shell() as shell:
                script = build_remove(job=export["job"], paths=(), remove_directory=True)
                shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)
        except BackupError as error:
            # The mail is out: a second one for some kilobytes on the host would help nobody.
            self.log.warning("The job's directory stays on the host: %s", error)


def _instant(export: Mapping[str, Any] | None) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(export["snapshot_time"]) if export else None
