"""What happened, and who is told?"""

from __future__ import annotations

import hashlib
import posixpath
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.mail import log_attachment
from oracle_backup.adapters.remote_job.scripts import build_remove, build_status, parse_status
from oracle_backup.adapters.report_mail import build_report_message
from oracle_backup.domain.digest.record import record_of
from oracle_backup.domain.report.own_words import with_own_words
from oracle_backup.domain.report.render import render_text
from oracle_backup.errors import BackupError
from oracle_backup.hooks.host import export_host
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.notifications.run_end import tell_outside
from oracle_backup.operators.report_facts import Subject, gather, pull
from oracle_backup.operators.run_records import keep_run
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Asset, Context

    from oracle_backup.adapters.mail import Attachment
    from oracle_backup.domain.report.model import BackupReport
    from oracle_backup.operators.stores import StorePlace

_TIMEOUT_SECONDS = 120


class ReportOperator(BaseOperator):
    """
    Mail what happened, whatever happened, with the tool's log attached.

    Runs after all other steps, failed or not, and reads what they left in XCom. The text is in
    the task's log before it is sent, so a refused mail loses nothing. What the tool printed is
    read from the job's directory on the host, which is removed after the mail where nothing else
    on the host is needed any more.

    Succeeds when the mail was accepted, or nobody wants one of this outcome at once.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param smtp_conn_id: SMTP connection.
    :param recipients: who gets it, by the run's outcome: ``success``, ``warnings``, ``failed``.
        One mail goes to all of them; where there are none, none goes out.
    :param sender: sender, or None for the connection's.
    :param subject: template of the mail's subject, or None for the usual one.
    :param message: template of a text at its top, which may be HTML, or None.
    :param host_name: what the report calls the Oracle host; None for its connection's host.
    :param timezone: zone in which times are shown.
    :param steps: ids of the tasks it tells about, in order.
    :param language: ``en`` or ``es``.
    :param stores: where archives are; the last backups there go into the chart.
    :param folder: the schema's folder, relative to each store's path.
    :param heartbeat: the schema has a ``ping_url`` in the config file, which is told of the end.
    :param records: asset with which the run is remembered for the digest; None for no digest.

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
        recipients: Mapping[str, Sequence[str]],
        steps: Sequence[str],
        sender: str | None = None,
        subject: str | None = None,
        message: str | None = None,
        host_name: str | None = None,
        timezone: str = "UTC",
        language: str = "en",
        stores: Sequence[StorePlace] = (),
        folder: str = "",
        heartbeat: bool = False,
        records: Asset | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(inlets=[records] if records else [], **kwargs)
        self.database = database
        self.schema_name = schema_name
        self.ssh_conn_id = ssh_conn_id
        self.smtp_conn_id = smtp_conn_id
        self.recipients = recipients
        self.steps = steps
        self.sender = sender
        self.subject = subject
        self.message = message
        self.host_name = host_name
        self.timezone = timezone
        self.language = language
        self.stores = stores
        self.folder = folder
        self.heartbeat = heartbeat
        self.records = records

    def execute(self, context: Context) -> dict[str, Any]:
        """Gather, say it in the log, mail it, and give the job's directory up."""
        with told_to_report(context):
            export = pull(context, "export")
            attachment = self._log_attachment(export)
            report = with_own_words(
                self._gather(context, export), subject=self.subject, message=self.message
            )
            text = render_text(report)
            self.log.info("%s\n%s", report.subject, text)
            if self.records is not None:
                # Before the mail: a run whose mail is refused is in the digest all the same.
                record = record_of(report, told_at=datetime.now(UTC))
                keep_run(context, self.records, record)
            to = tuple(self.recipients.get(report.outcome, ()))
            if to:
                self._send(report, attachment, to=to, letter=_letter(context, report))
            else:
                self.log.info(
                    "No mail: nobody wants one at once about a run like this (%s).", report.outcome
                )
            tell_outside(report, heartbeat=self.heartbeat)
            self._give_up_directory(context, export)
        return {
            "sent": bool(to),
            "outcome": report.outcome,
            "subject": report.subject,
            "to": list(to),
        }

    def _send(
        self,
        report: BackupReport,
        attachment: Attachment | None,
        *,
        to: Sequence[str],
        letter: str,
    ) -> None:
        hook = ReportMailHook(self.smtp_conn_id)
        hook.send(
            build_report_message(
                report,
                sender=hook.sender(self.sender),
                recipients=to,
                attachments=[attachment] if attachment else [],
                letter=letter,
            )
        )
        self.log.info("Mailed to %s.", ", ".join(to))

    def _gather(self, context: Context, export: Mapping[str, Any] | None) -> BackupReport:
        subject = Subject(
            database=self.database,
            schema=self.schema_name,
            ssh_conn_id=self.ssh_conn_id,
            host_name=self.host_name,
            timezone=self.timezone,
            language=self.language,
            steps=self.steps,
            stores=self.stores,
            folder=self.folder,
        )
        return gather(context, subject, export)

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
        clean_up = pull(context, "clean_up")
        if not export or not clean_up or not clean_up["finished"]:
            return
        try:
            with export_host(self.ssh_conn_id, export).shell() as shell:
                script = build_remove(job=export["job"], paths=(), remove_directory=True)
                shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)
        except BackupError as error:
            # The mail is out: a second one for some kilobytes on the host would help nobody.
            self.log.warning("The job's directory stays on the host: %s", error)


def _letter(context: Context, report: BackupReport) -> str:
    """
    Return a word for this mail that a second try of the task gives it as well.

    A worker can die after the server has taken the mail. A run that was cleared tells something
    new, even where it ends as before, and none of its mails may pass for one already seen.
    """
    cleared = context["dag_run"].clear_number or 0
    told = "\n".join((report.dag_id, report.run_id, str(cleared), report.subject))
    return f"report.{hashlib.sha256(told.encode()).hexdigest()[:32]}"
