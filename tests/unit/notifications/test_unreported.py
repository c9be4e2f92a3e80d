"""The net under the report: a run that died before it is told of, once."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.notifications.unreported import mail_unreported


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def tell(
    states: dict[str, str | None],
    *,
    context: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    left = {"export": {"message": "ORA-12541: no listener.", "hint": "Start it."}}
    callback = mail_unreported(
        database="erp",
        schema_name="HR",
        smtp_conn_id="m",
        sender=None,
        timezone="UTC",
        steps=("preflight", "export"),
        **{"to": ["dba@example.com"], **changes},
    )
    callback(
        context
        or {
            "dag_run": SimpleNamespace(
                dag_id="d",
                run_id="r",
                logical_date=None,
                run_after=datetime(2026, 1, 1, tzinfo=UTC),
            ),
            "ti": SimpleNamespace(
                task_id="watcher",
                get_task_states=lambda **_: {"r": states},
                xcom_pull=lambda *, task_ids, key: left.get(task_ids),
            ),
            "reason": "timed_out",
        }
    )


def test_run_whose_report_went_out_is_not_told_twice(sent: list[Any]):
    tell({"export": "failed", "report": "success"})

    assert sent == []


@pytest.mark.parametrize("report", ["failed", "skipped", "upstream_failed", None])
def test_run_without_its_report_is_told(sent: list[Any], report: str | None):
    tell({"preflight": "success", "export": "failed", "report": report})

    (mail,) = sent
    assert mail["Subject"] == "[Oracle backup] FAILED: HR on erp"
    assert mail["To"] == "dba@example.com"
    text = mail.get_body(("plain",)).get_content()
    assert "timed_out" in text
    assert "did not go out" in text
    assert "ORA-12541: no listener." in text
    assert "Start it." in text


def test_run_of_which_airflow_tells_next_to_nothing_is_told_all_the_same(sent: list[Any]):
    tell({}, context={"dag": SimpleNamespace(dag_id="d"), "run_id": "r", "reason": "timed_out"})

    (mail,) = sent
    assert "timed_out" in mail.get_body(("plain",)).get_content()


def test_run_is_told_in_the_config_s_language(sent: list[Any]):
    tell({"export": "failed"}, language="es")

    (mail,) = sent
    assert mail["Subject"] == "[Backup Oracle] FALLIDO: HR en erp"
    text = mail.get_body(("plain",)).get_content()
    assert "Esta ejecución terminó en rojo (timed_out)" in text
    assert "no se preguntó" in text


def test_unreported_run_is_no_mail_where_nobody_wants_one_at_once(
    sent: list[Any], caplog: pytest.LogCaptureFixture
):
    tell({"export": "failed"}, to=())

    assert sent == []
    assert "FAILED: HR on erp" in caplog.text


def test_mail_that_fails_here_too_raises_nothing_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuse(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(ReportMailHook, "sender", refuse)

    tell({"report": None})

    assert "failed too" in caplog.text
    assert "FAILED: HR on erp" in caplog.text
