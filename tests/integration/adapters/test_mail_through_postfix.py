"""Reports through Airflow's SMTP connection and a real mail server, with TLS and a login."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import uuid4

import pytest

from oracle_backup.adapters.mail import Attachment, build_message
from oracle_backup.errors import BackupError, MailRefusedError, MailUnreachableError
from oracle_backup.hooks.mail import ReportMailHook
from support.postfix import BOSS, DBA, SENDER, SIZE_LIMIT_BYTES, postfix_server, why_not

pytestmark = pytest.mark.integration

TEXT = (
    "Ñandú: 3 tablas, 12 €.\n\n.\nFrom here on a line of a thousand letters: " + "x" * 1000 + "\n"
)
HTML = "<p>Ñandú</p>\n"


@pytest.fixture
def connect(postfix, monkeypatch: pytest.MonkeyPatch):
    """Make an Airflow connection to the server; return the hook for it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.ca))

    def connect(**changes: Any) -> ReportMailHook:
        connection = json.dumps(postfix.connection(**changes))
        monkeypatch.setenv("AIRFLOW_CONN_POSTFIX", connection)
        return ReportMailHook("postfix")

    return connect


def mail(*, to: tuple[str, ...] = (DBA,), sender: str = SENDER, size: int = 0) -> Any:
    """Build a mail; its subject is one of its own."""
    noise = random.Random(1).randbytes(size)
    return build_message(
        f"[Oracle backup] OK: Ñandú {uuid4()}",
        text=TEXT,
        html=HTML,
        sender=sender,
        recipients=to,
        attachments=[Attachment(name="HR año.log.gz", content=noise)] if size else [],
    )


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
def test_mail_arrives_as_it_was_sent(postfix, connect, implicit: bool):
    sent = mail(to=(DBA, BOSS), size=200_000)

    connect(implicit=implicit).send(sent)

    for address in (DBA, BOSS):
        arrived = postfix.wait_for_mail(address, sent["Subject"])
        for header in ("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"):
            assert arrived[header] == sent[header]
        for kind, content in (("plain", TEXT), ("html", HTML)):
            assert arrived.get_body((kind,)).get_content() == content
        (log,) = arrived.iter_attachments()
        (original,) = sent.iter_attachments()
        assert log.get_filename() == "HR año.log.gz"
        assert log.get_content() == original.get_content()
        assert "ESMTPSA" in arrived["Received"], "it came without TLS or without a login"


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
def test_check_of_a_connection_tells_the_tls_and_who_has_logged_in(connect, implicit: bool):
    greeting = connect(implicit=implicit).greet()

    assert greeting.user == "backup"
    assert greeting.tls is not None
    assert greeting.tls.startswith("TLSv1.")


@pytest.mark.parametrize(
    ("changes", "sent", "problem", "hint"),
    [
        ({"password": "wrong-and-secret"}, {}, "refused the login", "user and password"),
        ({}, {"to": ("nobody@mail.example",)}, "refused the recipient", "Mend mail.to"),
        ({}, {"to": ("dba@elsewhere.example",)}, "Relay access denied", "Mend mail.to"),
        ({}, {"to": (DBA, "nobody@mail.example")}, "nobody@mail.example", "have got the mail"),
        ({}, {"sender": BOSS}, "refused the sender", "Set mail.from"),
        ({}, {"size": SIZE_LIMIT_BYTES}, "refused the mail for its size", "larger|12 MB"),
        ({"login": None, "password": None}, {}, "Client host rejected", ""),
        ({"extra": {"disable_tls": True, "disable_ssl": True}}, {}, "AUTH", "TLS settings"),
    ],
    ids=["password", "recipient", "relay", "one of two", "sender", "size", "no login", "no TLS"],
)
def test_refusal_tells_what_was_refused_and_what_to_do(
    connect, changes: dict[str, Any], sent: dict[str, Any], problem: str, hint: str
):
    with pytest.raises(MailRefusedError, match=problem) as caught:
        connect(**changes).send(mail(**sent))

    assert any(part in str(caught.value) for part in hint.split("|"))
    assert "wrong-and-secret" not in str(caught.value)


def test_others_get_a_mail_that_one_recipient_was_refused(postfix, connect):
    sent = mail(to=(DBA, "nobody@mail.example"))

    with pytest.raises(MailRefusedError):
        connect().send(sent)

    assert postfix.wait_for_mail(DBA, sent["Subject"])["To"] == f"{DBA}, nobody@mail.example"


def test_server_whose_authority_is_unknown_gets_no_mail_and_no_password(
    postfix, connect, monkeypatch: pytest.MonkeyPatch
):
    hook = connect()
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(MailRefusedError, match="certificate was not accepted"):
        hook.send(mail())


def test_server_that_is_down_is_worth_a_retry_and_gets_the_mail_later(
    monkeypatch: pytest.MonkeyPatch,
):
    if reason := why_not():
        pytest.skip(reason)
    with postfix_server() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca))
        monkeypatch.setenv("AIRFLOW_CONN_POSTFIX", json.dumps(server.connection()))
        sent = mail()
        server.stop()

        with pytest.raises(MailUnreachableError, match="Cannot reach the mail server") as caught:
            ReportMailHook("postfix").send(sent)
        assert isinstance(caught.value, BackupError)
        server.start()
        ReportMailHook("postfix").send(sent)

        assert server.wait_for_mail(DBA, sent["Subject"])["From"] == SENDER
