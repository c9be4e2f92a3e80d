"""How does a report become a mail, and what does a mail server's refusal mean?"""

from __future__ import annotations

import gzip
import io
import smtplib
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import TYPE_CHECKING

from oracle_backup.errors import ConfigError, MailError, MailRefusedError, MailUnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN_LIMIT_BYTES = 256 * 1024
"""A log longer than this is attached compressed."""
ATTACHMENT_LIMIT_BYTES = 8 * 1024 * 1024
"""Mail servers commonly refuse from 10 MB on; base64 adds a third."""

_SENDER_SIGN = "sender address rejected"
"""Postfix asks about the sender only when it is told the first recipient."""
_SMALLER = (
    "A tool's output is attached with up to 8 MiB: let the server take mails of 12 MB, or read "
    "the whole text in the task's log."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePicture:
    """
    A PNG that the HTML of a mail shows.

    :param cid: how the HTML calls it, after ``cid:``.
    """

    cid: str
    content: bytes


def log_attachment(name: str, content: bytes) -> Attachment:
    """Given a log, return it as an attachment: compressed past a size, cut past another."""
    if len(content) <= PLAIN_LIMIT_BYTES:
        return Attachment(name=name, content=content)
    packed = gzip.compress(content, mtime=0)
    if len(packed) <= ATTACHMENT_LIMIT_BYTES:
        return Attachment(name=f"{name}.gz", content=packed)
    # The end of a log is what tells; the whole of it is in the archive.
    return Attachment(name=f"end-of-{name}", content=content[-PLAIN_LIMIT_BYTES:])


def build_message(
    subject: str,
    *,
    text: str,
    html: str,
    sender: str,
    recipients: Sequence[str],
    attachments: Sequence[Attachment] = (),
    pictures: Sequence[InlinePicture] = (),
    letter: str | None = None,
) -> EmailMessage:
    """
    Return the mail, with text and HTML as two forms of one report.

    :param letter: one word for what it is, the same for a mail that is sent once more because
        nobody knows whether it went out: mailboxes that go by the Message-ID show it once.
    :param pictures: what the HTML shows; they go with it, and no reader lists them as files.

    Raise ConfigError for addresses that no header can hold.
    """
    message = EmailMessage()
    # What looks like an encoded word would be decoded, line ends and further headers included.
    plain_subject = subject.replace("=?", "= ?")
    head = {"Subject": plain_subject, "From": sender, "To": ", ".join(recipients)}
    try:
        for name, value in head.items():
            # EmailMessage itself refuses a line end inside, and lets one at the end pass.
            if value.splitlines() not in ([], [value]):
                raise ValueError(f"{name} holds a line end")  # noqa: TRY301
            message[name] = value
    except (ValueError, IndexError) as error:
        # IndexError is what the standard library's parser makes of an address like "backup@".
        raise ConfigError(
            f"Subject, sender or recipients can't be in a mail's head: {error}.",
            hint="Mend mail.from and mail.to, or from_email of the mail connection.",
        ) from error
    message["Date"] = formatdate(localtime=False)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = (
        f"<{letter}@{domain}>" if letter and domain else make_msgid(domain=domain or None)
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    _add_pictures(message, pictures)
    for attachment in attachments:
        packed = attachment.name.endswith(".gz")
        message.add_attachment(
            attachment.content,
            maintype="application" if packed else "text",
            subtype="gzip" if packed else "plain",
            filename=attachment.name,
        )
    return message


def _add_pictures(message: EmailMessage, pictures: Sequence[InlinePicture]) -> None:
    html = message.get_body(("html",))
    for number, picture in enumerate(pictures, start=1):
        assert html is not None  # it was added just now
        html.add_related(
            picture.content,
            maintype="image",
            subtype="png",
            cid=f"<{picture.cid}>",
            disposition="inline",
            filename=f"chart-{number}.png",
        )


def send_through(client: smtplib.SMTP, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
    """
    Send a mail over an open session, and return the recipients that were refused.

    smtplib's own `send_message` writes ``>From`` where a line of the wire begins with ``From``,
    which may be in the middle of a line that is read.
    """
    sender, *recipients = (
        address.addr_spec for name in ("From", "To") for address in message[name].addresses
    )
    if not all(address.isascii() for address in (sender, *recipients)):
        return client.send_message(message)
    wire = io.BytesIO()
    BytesGenerator(wire, mangle_from_=False, policy=message.policy).flatten(message, linesep="\r\n")
    return client.sendmail(sender, recipients, wire.getvalue())


@contextmanager
def mail_errors(label: str) -> Iterator[None]:
    """
    Turn what smtplib and the socket raise into our own errors.

    :param label: the connection's id, for the message.
    """
    try:
        yield
    except smtplib.SMTPException as error:
        raise _mapped(error, label=label) from error
    except ssl.SSLCertVerificationError as error:
        raise MailRefusedError(
            f"The mail server's certificate was not accepted (connection {label!r}): {error}.",
            hint="Put its CA into the system's store, or name it in SSL_CERT_FILE.",
        ) from error
    except OSError as error:
        raise MailUnreachableError(
            f"Cannot reach the mail server (connection {label!r}): {error}.",
            hint="Check host and port, and the TLS settings: docs/how-to/send-mail.md.",
        ) from error


def _mapped(error: smtplib.SMTPException, *, label: str) -> MailError:
    if isinstance(error, (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)):
        return MailUnreachableError(
            f"The mail server hung up (connection {label!r}): {error}.",
            hint="Check host and port, and the TLS settings: docs/how-to/send-mail.md.",
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what, hint = "login", "Mend user and password of the connection, then clear the task."
    elif _is_for_size(error):
        what, hint = "mail for its size", _SMALLER
    elif isinstance(error, smtplib.SMTPSenderRefused) or _SENDER_SIGN in str(error).lower():
        what, hint = "sender", "Set mail.from to an address the server lets this user send from."
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        what, hint = "recipient", "Mend mail.to in the config file, then clear the task."
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        # Many a server offers the login only inside TLS.
        what, hint = "mail", "Check the connection's TLS settings: docs/how-to/send-mail.md."
    else:
        what, hint = "mail", "Read what it said, mend that, then clear the task."
    # A server that greylists refuses with 4xx at first, and takes the same mail later.
    codes = _codes(error)
    temporary = bool(codes) and all(code // 100 == 4 for code in codes)
    kind = MailUnreachableError if temporary else MailRefusedError
    return kind(f"The mail server refused the {what} (connection {label!r}): {error}.", hint=hint)


def _is_for_size(error: smtplib.SMTPException) -> bool:
    """Return whether the mail is too large: said to its sender, or to the mail itself."""
    return isinstance(error, smtplib.SMTPResponseException) and (
        error.smtp_code == 552 and b"size" in _bytes(error.smtp_error).lower()
    )


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _codes(error: smtplib.SMTPException) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
