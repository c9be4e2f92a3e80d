"""From an Airflow SMTP connection to a sent report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk.exceptions import AirflowException

from oracle_backup.adapters.mail import mail_errors
from oracle_backup.errors import ConfigError, MailRefusedError, MailUnreachableError
from oracle_backup.hooks.connections import known_connection

if TYPE_CHECKING:
    from email.message import EmailMessage


class ReportMailHook(SmtpHook):
    """
    Sends a finished mail through Airflow's SMTP connection.

    The provider connects, speaks TLS and logs in. Its own sending is not used: it knows no
    plain-text form beside the HTML, and repeats without a pause.

    :param smtp_conn_id: SMTP connection.
    """

    def __init__(self, smtp_conn_id: str) -> None:
        super().__init__(smtp_conn_id=smtp_conn_id)

    def sender(self, configured: str | None) -> str:
        """Return the sender: the configured one, else the connection's. Raise ConfigError."""
        with known_connection(self.smtp_conn_id):
            connection = self.get_connection(self.smtp_conn_id)
        sender = configured or connection.extra_dejson.get("from_email") or connection.login
        if not sender or "@" not in sender:
            raise ConfigError(
                f"No sender for the report: connection {self.smtp_conn_id!r} has no from_email.",
                hint="Set mail.from in the config file, or from_email in the connection's extra.",
            )
        return str(sender)

    def send(self, message: EmailMessage) -> None:
        """Send it, or raise a MailError; a recipient refused is an error, whoever else got it."""
        try:
            with mail_errors(self.smtp_conn_id), self as hook:
                refused = hook._smtp_client.send_message(message)
        except AirflowException as error:
            # What the provider makes of a server that hangs up, after its own attempts.
            raise MailUnreachableError(
                f"Cannot reach the mail server (connection {self.smtp_conn_id!r}): {error}.",
                hint="Check host and port, and the TLS settings: docs/how-to/send-mail.md.",
            ) from error
        if refused:
            raise MailRefusedError(
                f"The mail server refused some recipients: {', '.join(sorted(refused))}.",
                hint="Mend mail.to in the config file. The others have got the mail.",
            )
