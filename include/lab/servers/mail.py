"""The mail: an SMTP server with implicit TLS that wants a login and keeps what it accepts.

Each mail becomes one `.eml`. While `mail/refuse` exists, its first line (`550 no such user`, say)
answers every recipient.
"""

from __future__ import annotations

import asyncio
import hmac
import itertools
import logging
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from lab.files import write_private
from lab.servers import child

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

log = logging.getLogger("lab.mail")

# A report with a long log attached; aiosmtpd's own limit is the same 32 MiB.
_LARGEST_MAIL_BYTES = 32 * 1024 * 1024


class Mailbox:
    """Keeps accepted mails in a folder, and refuses recipients while it is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    async def handle_RCPT(  # noqa: N802, the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        refusal = self._refusal()
        if refusal:
            log.info("refused %s: %s", address, refusal)
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802, the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        content = envelope.original_content or b""
        header = f"X-Lab-From: {envelope.mail_from}\r\nX-Lab-To: {', '.join(envelope.rcpt_tos)}\r\n"
        moment = datetime.now(tz=UTC)
        name = f"{moment:%Y%m%dT%H%M%S.%f}-{next(self._numbers):04d}.eml"
        write_private(self._folder / name, header.encode() + content)
        log.info("kept %s (%d bytes)", name, len(content))
        return f"250 OK kept as {name}"

    def _refusal(self) -> str | None:
        try:
            text = (self._folder / "refuse").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return (text.splitlines() or [""])[0].strip() or "550 refused"


class Login:
    """Accepts one login with a password."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user.encode()
        self._password = password.encode()

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        del server, session, envelope, mechanism
        right = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(data.login, self._user)
            and hmac.compare_digest(data.password, self._password)
        )
        # `handled=False` lets aiosmtpd answer the refusal itself, with 535.
        return AuthResult(success=right, handled=False)


async def serve(settings: child.Settings) -> int:
    """Start the mail server; return its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings["certificate"], settings["certificate_key"])
    mailbox = Mailbox(Path(settings["folder"]))
    login = Login(settings["user"], settings["password"])

    def connection() -> SMTP:
        return SMTP(
            mailbox,
            hostname="localhost",
            data_size_limit=_LARGEST_MAIL_BYTES,
            authenticator=login,
            auth_required=True,
            # aiosmtpd does not see that the connection is inside TLS from its first byte on.
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(
        connection, child.LOOPBACK, settings["port"], ssl=context
    )
    return int(server.sockets[0].getsockname()[1])


if __name__ == "__main__":
    child.run(serve)
