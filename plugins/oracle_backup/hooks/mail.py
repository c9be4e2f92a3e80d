"""From an Airflow SMTP connection to a sent report."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk.exceptions import AirflowException

from oracle_backup.adapters.mail import mail_errors, send_through
from oracle_backup.errors import ConfigError, MailRefusedError, MailUnreachableError
from oracle_backup.hooks.connections import AnsweredConnections, known_connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """
    How a mail server has let us in.

    :param tls: the version spoken, as in ``TLSv1.3``; None without.
    :param user: who has logged in; None where nobody had to.
    """

    address: str
    tls: str | None
    user: str | None


class ReportMailHook(AnsweredConnections, SmtpHook):
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

    def greet(self) -> Greeting:
        """Connect, log in and leave again; no mail is sent. Raise a MailError, or ConfigError."""
        with known_connection(self.smtp_conn_id):
            self.get_connection(self.smtp_conn_id)
        with self._reached() as hook:
            client = hook._smtp_client
            client.noop()
            spoken = client.sock.version() if isinstance(client.sock, ssl.SSLSocket) else None
        has_login = hook.smtp_user and hook.smtp_password
        return Greeting(
            address=f"{hook.host}:{hook.port or client.default_port}",
            tls=spoken,
            user=hook.smtp_user if has_login else None,
        )

    def send(self, message: EmailMessage) -> None:
        """Send it, or raise a MailError; a recipient refused is an error, whoever else got it."""
        with self._reached() as hook:
            refused = send_through(hook._smtp_client, message)
        if refused:
            raise MailRefusedError(
                f"The mail server refused some recipients: {', '.join(sorted(refused))}.",
                refused=tuple(refused),
                hint="Mend mail.to in the config file. The others have got the mail.",
            )

    @contextmanager
    def _reached(self) -> Iterator[ReportMailHook]:
        """Connect and log in, and close on leaving. Raise a MailError where either fails."""
        try:
            with mail_errors(self.smtp_conn_id), self as hook:
                yield hook
        except AirflowException as error:
            # What the provider makes of a server that hangs up, after its own attempts.
            raise MailUnreachableError(
                f"Cannot reach the mail server (connection {self.smtp_conn_id!r}): {error}.",
                hint="Check host and port, and the TLS settings: docs/how-to/send-mail.md.",
            ) from error
