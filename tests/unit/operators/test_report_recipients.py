"""Who gets the report of a run, by what became of it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.errors import MailRefusedError
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.report import ReportOperator
from oracle_backup.operators.run_records import read_runs, runs_asset
from support.asset_stores import FakeAssetStores
from support.export_desk import FakeTaskInstance

RUNS = runs_asset(database="erp", schema="HR")
DBA, BOSS = "dba@example.com", "boss@example.com"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def report(
    *,
    good: bool,
    warnings: tuple[str, ...] = (),
    stores: FakeAssetStores | None = None,
    **run: Any,
) -> dict[str, Any]:
    """Run the report of a run that went like this; `stores` remember it for the digest."""
    judged = {"verdict": "complete" if good else "failed", "warnings": list(warnings)}
    ti = FakeTaskInstance(
        {
            ("inspect", "judgement"): judged,
            ("verify", "return_value"): {"verified": True} if good else None,
        }
    )
    ti.states = {"inspect": "success" if good else "failed"}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    values = {"dag_id": "d", "run_id": "r", "run_type": "manual", "logical_date": moment}
    dag_run = SimpleNamespace(**(values | {"run_after": moment, "clear_number": 0} | run))
    operator = ReportOperator(
        task_id="report",
        database="erp",
        schema_name="HR",
        ssh_conn_id="no_such_connection",
        smtp_conn_id="m",
        recipients={"warnings": [DBA], "failed": [DBA, BOSS]},
        steps=["inspect"],
        records=RUNS if stores is not None else None,
    )
    return operator.execute({"ti": ti, "dag_run": dag_run, "asset_state_store": stores})


def test_report_is_one_mail_to_all_who_want_this_outcome(sent: list[Any]):
    done = report(good=False)

    (mail,) = sent
    assert mail["To"] == f"{DBA}, {BOSS}"
    assert (done["sent"], done["outcome"], done["to"]) == (True, "failed", [DBA, BOSS])


def test_report_that_is_sent_once_more_passes_for_the_same_mail(sent: list[Any]):
    """The worker died after the server had taken it: mailboxes show such a mail once."""
    for _ in range(2):
        report(good=False)

    first, second = sent
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


@pytest.mark.parametrize(
    "other",
    [{"clear_number": 1}, {"run_id": "q"}, {"dag_id": "e"}, {"good": True, "warnings": ("Short",)}],
    ids=lambda other: next(iter(other)),
)
def test_report_of_anything_else_passes_for_no_mail_seen_before(sent: list[Any], other: Any):
    report(good=False)
    report(**({"good": False} | other))

    first, second = sent
    assert first["Message-ID"] != second["Message-ID"]


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


@pytest.mark.parametrize("good", [True, False])
def test_report_leaves_the_run_for_the_digest_though_nobody_is_mailed(sent: list[Any], good: bool):
    stores = FakeAssetStores()

    report(good=good, stores=stores)

    (run,) = read_runs({"asset_state_store": stores}, RUNS).runs
    assert (run.run_id, run.result) == ("r", "success" if good else "failed")


def test_run_whose_mail_is_refused_is_left_for_the_digest(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise MailRefusedError("No such user.")

    monkeypatch.setattr(ReportMailHook, "sender", refuse)
    stores = FakeAssetStores()

    with pytest.raises(MailRefusedError):
        report(good=False, stores=stores)

    assert [one.result for one in read_runs({"asset_state_store": stores}, RUNS).runs] == ["failed"]


def test_report_whose_run_can_t_be_left_is_mailed(sent: list[Any]):
    report(good=False, stores=FakeAssetStores(is_down=True))

    assert len(sent) == 1
