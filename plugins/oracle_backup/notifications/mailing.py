"""How does a callback send its mail?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    Who is told, and through which connection.

    :param sender: sender, or None for the connection's.
    """

    smtp_conn_id: str
    to: Sequence[str]
    sender: str | None = None

    def send(self, subject: str, *, text: str, html: str) -> None:
        """Send a mail, or raise a MailError or a ConfigError."""
        # Imported here: every process that parses DAGs imports this module.
        from oracle_backup.adapters.mail import build_message
        from oracle_backup.hooks.mail import ReportMailHook

        hook = ReportMailHook(self.smtp_conn_id)
        hook.send(
            build_message(
                subject,
                text=text,
                html=html,
                sender=hook.sender(self.sender),
                recipients=self.to,
            )
        )
