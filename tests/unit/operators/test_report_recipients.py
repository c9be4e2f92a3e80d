"""Who gets the report of a run, by what became of it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.report import ReportOperator
from support.export_desk import FakeTaskInstance

DBA, BOSS = "dba@example.com", "boss@example.com"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def report(*, good: bool, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run the report of a run that went like this."""
    judged = {"verdict": "complete" if good else "failed", "warnings": list(warnings)}
    ti = FakeTaskInstance(
        {
            ("inspect", "judgement"): judged,
            ("verify", "return_value"): {"verified": True} if good else None,
        }
    )
    ti.states = {"inspect": "success" if good else "failed"}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    run = SimpleNamespace(
        dag_id="d", run_id="r", run_type="manual", logical_date=moment, run_after=moment
    )
    operator = ReportOperator(
        task_id="report",
        database="erp",
        schema_name="HR",
        ssh_conn_id="no_such_connection",
        smtp_conn_id="m",
        recipients={"warnings": [DBA], "failed": [DBA, BOSS]},
        steps=["inspect"],
    )
    return operator.execute({"ti": ti, "dag_run": run})


def test_report_is_one_mail_to_all_who_want_this_outcome(sent: list[Any]):
    done = report(good=False)

    (mail,) = sent
    assert mail["To"] == f"{DBA}, {BOSS}"
    assert (done["sent"], done["outcome"], done["to"]) == (True, "failed", [DBA, BOSS])


def test_report_spares_those_who_want_other_outcomes(sent: list[Any]):
    report(good=True, warnings=("Undo is short.",))

    assert [mail["To"] for mail in sent] == [DBA]


def test_report_that_nobody_wants_at_once_says_so_and_succeeds(
    sent: list[Any], capsys: pytest.CaptureFixture[str]
):
    done = report(good=True)
    told = capsys.readouterr().out

    assert sent == []
    assert (done["sent"], done["outcome"], done["to"]) == (False, "success", [])
    assert "nobody wants one at once" in told
    assert "HR on erp is complete and verified" in told
