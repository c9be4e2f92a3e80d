"""Mails: what goes into one, and what a server's refusal becomes."""

from __future__ import annotations

import gzip
import inspect
import random
import re
import smtplib
import ssl
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters.mail import (
    ATTACHMENT_LIMIT_BYTES,
    PLAIN_LIMIT_BYTES,
    Attachment,
    InlinePicture,
    build_message,
    log_attachment,
    mail_errors,
    send_through,
)
from oracle_backup.errors import ConfigError, MailError, MailRefusedError, MailUnreachableError

if TYPE_CHECKING:
    from email.message import EmailMessage

DBA = "dba@example.com"


def make_message(**changes: object) -> EmailMessage:
    """Return the mail as it is after its way over the wire."""
    values = {
        "subject": "[Oracle backup] OK: HR on erp",
        "text": "All is well.\n",
        "html": "<p>All is well.</p>\n",
        "sender": "Oracle backup <backup@example.com>",
        "recipients": (DBA,),
    }
    values |= changes
    built = build_message(values.pop("subject"), **values)
    return message_from_bytes(bytes(built), policy=policy.default)


# Building.


def test_message_has_text_and_html_as_two_forms_of_one_report() -> None:
    message = make_message()

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content() == "All is well.\n"
    assert message.get_body(("html",)).get_content() == "<p>All is well.</p>\n"
    assert list(message.iter_attachments()) == []


def test_message_has_the_headers_of_a_mail_sent_by_a_program() -> None:
    message = make_message(recipients=(DBA, "ops@example.com"))

    assert message["Subject"] == "[Oracle backup] OK: HR on erp"
    assert message["From"] == "Oracle backup <backup@example.com>"
    assert message["To"] == "dba@example.com, ops@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].endswith(" -0000")
    assert message["Message-ID"].endswith("@example.com>")
    assert len(message.keys()) == len(set(message.keys()))


@pytest.mark.parametrize("sender", ["backup", "Oracle backup <backup>"])
def test_message_of_a_sender_without_a_domain_has_an_id_all_the_same(sender: str) -> None:
    assert re.fullmatch(r"<[^@<>\s]+@[^@<>\s]+>", make_message(sender=sender)["Message-ID"])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_message_carries_any_text_unharmed(text: str) -> None:
    message = make_message(text=f"{text}\n", html=f"{text}\n")

    lines = text.splitlines() or [""]
    assert message.get_body(("plain",)).get_content().splitlines() == lines
    assert message.get_body(("html",)).get_content().splitlines() == lines


def test_message_has_no_line_that_servers_would_cut() -> None:
    built = make_message(text="x" * 5_000 + "\n", html="<p>" + "y" * 5_000 + "</p>\n")

    assert max(len(line) for line in bytes(built).splitlines()) <= 998
    assert built.get_body(("plain",)).get_content() == "x" * 5_000 + "\n"


@pytest.mark.parametrize("rest", ["Bcc: all@example.com", ""], ids=["inside", "at the end"])
@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("header", ["subject", "sender", "recipients"])
def test_message_refuses_line_ends_in_its_head(header: str, line_end: str, rest: str) -> None:
    value = f"a@example.com{line_end}{rest}"

    with pytest.raises(ConfigError, match="can't be in a mail's head") as caught:
        make_message(**{header: (value,) if header == "recipients" else value})

    assert "from_email" in caught.value.hint


ENCODED = "=?utf-8?q?=0d=0aBcc:_all@example.com?="


def test_subject_that_is_an_encoded_header_is_shown_and_adds_none() -> None:
    """The standard library decodes it, and writes what comes out of it as it is."""
    message = make_message(subject=f"[Oracle backup] OK: {ENCODED} on erp")

    assert set(message.keys()) == set(make_message().keys())
    assert message["Subject"] == f"[Oracle backup] OK: {ENCODED.replace('=?', '= ?')} on erp"


@pytest.mark.parametrize("header", ["sender", "recipients"])
def test_address_that_is_an_encoded_header_is_refused(header: str) -> None:
    value = f"{ENCODED} <a@example.com>"

    with pytest.raises(ConfigError, match="can't be in a mail's head"):
        make_message(**{header: (value,) if header == "recipients" else value})


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
def test_message_s_head_gains_no_header_from_a_subject(subject: str) -> None:
    try:
        message = make_message(subject=subject)
    except (ConfigError, UnicodeEncodeError):
        return

    assert set(message.keys()) == set(make_message().keys())


def test_message_carries_attachments_as_they_are() -> None:
    log, packed = b"Export done\r\n\xff\xfe\x00", gzip.compress(b"long")
    message = make_message(
        attachments=(
            Attachment(name="HR.log", content=log),
            Attachment(name="HR.log.gz", content=packed),
        )
    )

    first, second = message.iter_attachments()
    assert message.get_content_type() == "multipart/mixed"
    assert (first.get_content_type(), first.get_filename()) == ("text/plain", "HR.log")
    assert first.get_payload(decode=True) == log
    assert (second.get_content_type(), second.get_filename()) == ("application/gzip", "HR.log.gz")
    assert second.get_content() == packed
    assert first.get_content_disposition() == "attachment"
    assert message.get_body(("plain",)).get_content() == "All is well.\n"


def test_message_carries_pictures_beside_the_html_that_shows_them() -> None:
    message = make_message(
        html='<img src="cid:a@b">\n',
        pictures=(InlinePicture(cid="a@b", content=b"\x89PNG"),),
        attachments=(Attachment(name="HR.log", content=b"x"),),
    )

    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/plain",
    ]
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<a@b>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content() == b"\x89PNG"
    assert [one.get_filename() for one in message.iter_attachments()] == ["HR.log"]
    assert message.get_body(("plain",)).get_content() == "All is well.\n"


@pytest.mark.parametrize("name", ['a"b.log', "año.log", "x" * 300 + ".log", "a;b.log", "../a.log"])
def test_attachment_keeps_its_name(name: str) -> None:
    message = make_message(attachments=(Attachment(name=name, content=b"x"),))

    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == name


def test_attachment_refuses_a_name_that_would_be_a_header() -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        make_message(attachments=(Attachment(name="a\r\nBcc: x@y.z", content=b"x"),))


def test_message_refuses_an_address_that_the_parser_breaks_on() -> None:
    with pytest.raises(ConfigError):
        make_message(sender="backup@")


# Attaching a log.


@pytest.mark.parametrize("size", [0, 1, PLAIN_LIMIT_BYTES])
def test_log_of_usual_size_is_attached_as_it_is(size: int) -> None:
    content = b"x" * size

    assert log_attachment("HR.log", content) == Attachment(name="HR.log", content=content)


def test_long_log_is_attached_compressed() -> None:
    content = b"x" * (PLAIN_LIMIT_BYTES + 1)

    attachment = log_attachment("HR.log", content)

    assert attachment.name == "HR.log.gz"
    assert gzip.decompress(attachment.content) == content
    assert len(attachment.content) < 2_000
    assert attachment == log_attachment("HR.log", content)


def test_log_that_stays_long_is_cut_to_its_end() -> None:
    content = random.Random(1).randbytes(ATTACHMENT_LIMIT_BYTES + 1)

    attachment = log_attachment("HR.log", content)

    assert attachment.name == "end-of-HR.log"
    assert attachment.content == content[-PLAIN_LIMIT_BYTES:]


@pytest.mark.parametrize("size", [0, PLAIN_LIMIT_BYTES, PLAIN_LIMIT_BYTES + 1, 2_000_000])
def test_attachment_is_never_more_than_servers_take(size: int) -> None:
    attachment = log_attachment("HR.log", random.Random(size).randbytes(size))

    assert len(attachment.content) <= ATTACHMENT_LIMIT_BYTES
    mail = make_message(attachments=(attachment,))
    assert len(bytes(mail)) < 1.4 * len(attachment.content) + 5_000


# Sending.


class Client:
    """An open session with a server that takes everything."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str], bytes]] = []
        self.others: list[EmailMessage] = []

    def sendmail(self, sender: str, recipients: list[str], content: bytes) -> dict[str, object]:
        self.sent.append((sender, recipients, content))
        return {}

    def send_message(self, message: EmailMessage) -> dict[str, object]:
        self.others.append(message)
        return {}


def test_mail_is_sent_from_the_bare_address_to_all_recipients_as_it_is() -> None:
    client = Client()
    built = make_message(recipients=(DBA, "Boss <boss@example.com>"), text="From here\n")

    send_through(client, built)

    ((sender, recipients, content),) = client.sent
    assert (sender, recipients) == ("backup@example.com", [DBA, "boss@example.com"])
    assert b"\r\nFrom here\r\n" in content
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_mail_to_an_address_in_another_script_is_left_to_smtplib() -> None:
    client = Client()

    send_through(client, make_message(recipients=("dueño@example.com",)))

    assert client.sent == []
    assert len(client.others) == 1


# Refusals.

EXCEPTIONS = {
    one
    for _, one in inspect.getmembers(smtplib, inspect.isclass)
    if issubclass(one, BaseException) and one.__module__ == "smtplib"
}
MAPPED: list[tuple[Exception, type[MailError], str]] = [
    (smtplib.SMTPException("odd"), MailRefusedError, "refused the mail"),
    (smtplib.SMTPNotSupportedError("no SMTPUTF8"), MailRefusedError, "refused the mail"),
    (smtplib.SMTPServerDisconnected("gone"), MailUnreachableError, "hung up"),
    (smtplib.SMTPConnectError(554, b"no service"), MailUnreachableError, "hung up"),
    (smtplib.SMTPResponseException(550, b"no"), MailRefusedError, "refused the mail"),
    (smtplib.SMTPResponseException(451, b"later"), MailUnreachableError, "refused the mail"),
    (smtplib.SMTPHeloError(501, b"who"), MailRefusedError, "refused the mail"),
    (smtplib.SMTPHeloError(421, b"busy"), MailUnreachableError, "refused the mail"),
    (smtplib.SMTPDataError(552, b"too big"), MailRefusedError, "refused the mail"),
    (smtplib.SMTPDataError(452, b"full"), MailUnreachableError, "refused the mail"),
    (smtplib.SMTPAuthenticationError(535, b"bad"), MailRefusedError, "refused the login"),
    (smtplib.SMTPAuthenticationError(454, b"later"), MailUnreachableError, "refused the login"),
    (smtplib.SMTPSenderRefused(550, b"no", "a@b"), MailRefusedError, "refused the sender"),
    (smtplib.SMTPSenderRefused(552, b"Size!", "a@b"), MailRefusedError, "mail for its size"),
    (smtplib.SMTPDataError(552, b"5.3.4 size exceeds"), MailRefusedError, "mail for its size"),
    (smtplib.SMTPSenderRefused(552, "size", "a@b"), MailRefusedError, "mail for its size"),
    (
        smtplib.SMTPRecipientsRefused({DBA: (553, b"5.7.1 <a@b>: Sender address rejected: no")}),
        MailRefusedError,
        "refused the sender",
    ),
    (smtplib.SMTPSenderRefused(450, b"slow", "a@b"), MailUnreachableError, "refused the sender"),
    (
        smtplib.SMTPRecipientsRefused({DBA: (550, b"unknown")}),
        MailRefusedError,
        "refused the recipient",
    ),
    (
        smtplib.SMTPRecipientsRefused({DBA: (450, b"greylisted"), "b@c": (451, b"later")}),
        MailUnreachableError,
        "refused the recipient",
    ),
    (
        smtplib.SMTPRecipientsRefused({DBA: (450, b"greylisted"), "b@c": (550, b"unknown")}),
        MailRefusedError,
        "refused the recipient",
    ),
    (smtplib.SMTPRecipientsRefused({}), MailRefusedError, "refused the recipient"),
    (ssl.SSLCertVerificationError("self-signed"), MailRefusedError, "certificate"),
    (ssl.SSLError("wrong version"), MailUnreachableError, "Cannot reach"),
    (TimeoutError("timed out"), MailUnreachableError, "Cannot reach"),
    (ConnectionRefusedError("refused"), MailUnreachableError, "Cannot reach"),
    (OSError("no route"), MailUnreachableError, "Cannot reach"),
]


@pytest.mark.parametrize(("raised", "kind", "words"), MAPPED, ids=[repr(one[0]) for one in MAPPED])
def test_error_of_the_mail_server_becomes_ours(
    raised: Exception, kind: type[MailError], words: str
) -> None:
    with pytest.raises(MailError) as caught, mail_errors("smtp_default"):
        raise raised

    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "connection 'smtp_default'" in str(caught.value)
    assert caught.value.hint
    assert caught.value.__cause__ is raised


def test_every_exception_of_smtplib_is_in_the_table() -> None:
    """When smtplib grows one, decide what it means, and add it above."""
    assert {type(raised) for raised, _, _ in MAPPED} >= EXCEPTIONS
    assert len(EXCEPTIONS) >= 10


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), mail_errors("smtp_default"):
        raise KeyError("a bug of ours")


def test_no_error_passes_quietly() -> None:
    with mail_errors("smtp_default"):
        pass
