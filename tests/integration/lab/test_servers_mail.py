"""The lab's mail server wants TLS and a login, keeps what it accepts, and refuses on demand."""

from __future__ import annotations

import email
import email.policy
import json
import smtplib
import ssl

import pytest

pytestmark = pytest.mark.integration


@pytest.fixture
def refuse(airflow_lab):
    yield airflow_lab.refuse_mail
    airflow_lab.refuse_mail(None)


def send(**changes):
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    mail = {"to": "dba@example.org", "subject": "Ñandú", "html_content": "<b>done</b>"}
    with SmtpHook("lab_mail") as hook:
        hook.send_email_smtp(**(mail | changes))


def last_mail(lab):
    return email.message_from_bytes(lab.mails()[-1].read_bytes(), policy=email.policy.default)


def test_mail_keeps_what_airflows_hook_sends(airflow_lab, tmp_path):
    log = tmp_path / "export.log"
    log.write_text("Job completed\n", encoding="utf-8")
    before = len(airflow_lab.mails())

    send(to=["dba@example.org", "boss@example.org"], files=[str(log)])

    mail = last_mail(airflow_lab)
    attachment = next(mail.iter_attachments())
    assert len(airflow_lab.mails()) == before + 1
    assert mail["Subject"] == "Ñandú"
    assert mail["X-Lab-To"] == "dba@example.org, boss@example.org"
    assert mail["X-Lab-From"] == "oracle-backup@lab.example"
    assert attachment.get_filename() == "export.log"
    assert attachment.get_content() == b"Job completed\n"


def test_mail_refuses_recipients_while_told_to(airflow_lab, refuse):
    before = len(airflow_lab.mails())
    refuse("550 no such user")

    with pytest.raises(smtplib.SMTPRecipientsRefused, match="no such user"):
        send()
    refuse(None)
    send()

    assert len(airflow_lab.mails()) == before + 1


def test_mail_refuses_a_wrong_password(airflow_lab):
    connection = airflow_lab.connections["lab_mail"]
    context = ssl.create_default_context(cafile=airflow_lab.keys.ca)

    with (
        smtplib.SMTP_SSL(connection["host"], connection["port"], context=context) as server,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        server.login(connection["login"], "wrong")


def test_mail_wants_a_login(airflow_lab):
    connection = airflow_lab.connections["lab_mail"]
    context = ssl.create_default_context(cafile=airflow_lab.keys.ca)

    with smtplib.SMTP_SSL(connection["host"], connection["port"], context=context) as server:
        server.ehlo()
        code, text = server.mail("someone@example.org")

    assert (code, b"uthentication" in text) == (530, True)


def test_mail_has_a_certificate_that_only_its_authority_vouches_for(airflow_lab, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(ssl.SSLCertVerificationError):
        send()


def test_mail_connection_switches_off_starttls_by_a_json_boolean(airflow_lab):
    # The text "false" would count as true; see the connection matrix of the SMTP provider.
    assert (
        json.loads(json.dumps(airflow_lab.connections["lab_mail"]))["extra"]["disable_tls"] is True
    )
