"""The notifier that anybody's DAG may use, in each process in which Airflow calls it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

from oracle_backup.errors import ConfigError, MailRefusedError, MailUnreachableError
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.notifications import backup_report
from oracle_backup.notifications.backup_report import BackupReportNotifier

DBA = "dba@example.com"
LEFT = {"message": "No room.", "hint": "Add a disk."}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def context(states: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Return what Airflow gives a callback in the DAG processor."""
    moment = datetime(2026, 1, 1, 2, tzinfo=UTC)
    run = SimpleNamespace(dag_id="etl", run_id="r", logical_date=None, run_after=moment)
    ti = SimpleNamespace(
        task_id="load",
        state="success",
        get_task_states=lambda **_: {"r": states or {"load": "success"}},
        xcom_pull=lambda *, task_ids, key: LEFT if task_ids == "pack" else None,
    )
    return {"dag_run": run, "ti": ti, **more}


def text_of(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_run_that_went_well_is_told(sent: list[Any]):
    BackupReportNotifier(to=DBA)(context(reason="success"))

    (mail,) = sent
    assert (mail["Subject"], mail["To"]) == ("[Oracle backup] OK: DAG etl", DBA)
    assert text_of(mail).startswith("DAG etl: all went well.")
    assert "2026-01-01 02:00:00 UTC" in text_of(mail)


def test_run_that_failed_is_told_with_what_its_steps_have_left(sent: list[Any]):
    states = {"load": "success", "pack": "failed", "send": "upstream_failed"}
    notifier = BackupReportNotifier(to=[DBA], database="erp", schema_name="HR", language="es")

    notifier(context(states, reason="task_failure"))

    (mail,) = sent
    assert mail["Subject"] == "[Backup Oracle] FALLIDO: Backup de HR en erp"
    text = text_of(mail)
    assert text.startswith("Backup de HR en erp: FALLIDO en pack.")
    assert "No room. Add a disk." in text
    assert "task_failure" in text
    assert "upstream_failed" in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigError("It is wrong.", hint="Mend it."), "It is wrong. Mend it."),
        (ValueError("7 is odd"), "7 is odd"),
        (ValueError(), "ValueError"),
    ],
)
def test_task_that_failed_is_told_with_its_exception(sent: list[Any], error: Exception, told: str):
    BackupReportNotifier(to=DBA)(context({"load": "running"}, exception=error))

    assert sent[0]["Subject"] == "[Oracle backup] FAILED: DAG etl"
    assert f"LOAD FAILED {told}" in text_of(sent[0])


def test_task_whose_state_alone_says_that_it_failed_is_told_as_failed(sent: list[Any]):
    given = context()
    given["ti"].state = "failed"

    BackupReportNotifier(to=DBA)(given)

    assert "FAILED" in sent[0]["Subject"]


def test_task_that_went_well_is_told_as_well(sent: list[Any]):
    BackupReportNotifier(to=DBA)(context())

    assert sent[0]["Subject"] == "[Oracle backup] OK: DAG etl"


def test_run_of_which_airflow_tells_next_to_nothing_is_told(sent: list[Any]):
    given = {"dag": SimpleNamespace(dag_id="etl"), "run_id": "r", "reason": "timed_out"}

    BackupReportNotifier(to=DBA)(given)

    assert text_of(sent[0]).startswith("DAG etl FAILED.")
    assert "timed_out" in text_of(sent[0])


def test_run_whose_states_can_t_be_asked_for_is_told(sent: list[Any]):
    def refuse(**_: object) -> None:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR))

    given = context(reason="task_failure")
    given["ti"].get_task_states = refuse

    BackupReportNotifier(to=DBA)(given)

    assert text_of(sent[0]).startswith("DAG etl FAILED.")


def test_step_whose_reason_can_t_be_asked_for_is_named(sent: list[Any]):
    def refuse(**_: object) -> None:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR))

    given = context({"pack": "failed"}, reason="task_failure")
    given["ti"].xcom_pull = refuse

    BackupReportNotifier(to=DBA)(given)

    assert text_of(sent[0]).startswith("DAG etl FAILED in pack.")


def test_subject_and_message_are_templates_of_ours_and_no_jinja(sent: list[Any]):
    notifier = BackupReportNotifier(
        to=DBA,
        subject="{verdict}: {title} ({dag}, {run}) at {time}",
        message="<p>Call 1234 about {dag}.</p><script>x</script><p>{{ 7 * 7 }}</p>",
    )

    notifier(context(reason="success"))

    assert sent[0]["Subject"] == "succeeded: DAG etl (etl, r) at 2026-01-01 02:00:00 UTC"
    assert "Call 1234 about etl. { 7 * 7 }" in text_of(sent[0])


def test_mail_that_fails_raises_and_its_text_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def refuse(*_: object) -> None:
        raise MailRefusedError("No such user.")

    monkeypatch.setattr(ReportMailHook, "sender", refuse)

    with pytest.raises(MailRefusedError):
        BackupReportNotifier(to=DBA)(context({"pack": "failed"}, reason="task_failure"))

    assert "DAG etl FAILED in pack." in capsys.readouterr().out


# Late runs: in the triggerer, where the context is made of plain values.


@pytest.fixture
def triggerer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let Airflow say how the run stands, and call the notifier as the triggerer does."""

    def call(state: str, tasks: dict[str, str | None], **changes: Any) -> None:
        monkeypatch.setattr(RuntimeTaskInstance, "get_dagrun_state", lambda *_: state)
        monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", lambda **_: {"r": tasks})
        given = {
            "dag_run": {
                "dag_id": "oracle_backup__erp__HR",
                "dag_run_id": "r",
                "state": "running",
                "logical_date": None,
                "run_after": "2026-01-01T02:00:00Z",
            },
            "deadline": {"id": "1", "deadline_time": datetime(2026, 1, 1, 5, tzinfo=UTC)},
        }
        values = {"to": [DBA], "database": "erp", "schema_name": "HR", **changes}

        async def run() -> None:
            await BackupReportNotifier(**values, context=given)

        asyncio.run(run())

    return call


@pytest.mark.parametrize(
    ("tasks", "headline", "todo"),
    [
        (
            {"preflight": "success", "export": "deferred", "inspect": None},
            "and is still at export.",
            "DBA_DATAPUMP_JOBS",
        ),
        ({"archive": "running"}, "and is still at archive.", "how fast it goes"),
        ({"verify": "up_for_retry"}, "and is still at verify.", "Nothing was stopped"),
        ({}, "and has not begun.", "Is its DAG paused"),
    ],
)
def test_late_run_is_told_with_its_step_and_what_to_do(
    sent: list[Any], triggerer: Any, tasks: dict[str, str | None], headline: str, todo: str
):
    triggerer("running", tasks)

    (mail,) = sent
    assert mail["Subject"] == "[Oracle backup] LATE: Backup of HR on erp"
    text = text_of(mail)
    assert "was to be done by 2026-01-01 05:00:00 UTC" in text
    assert headline in text
    assert any(part in text for part in todo.split("|"))


@pytest.mark.parametrize("state", ["failed", "success"])
def test_run_that_has_ended_is_told_by_its_report_alone(
    sent: list[Any], triggerer: Any, state: str
):
    triggerer(state, {"export": "failed"})

    assert sent == []


@pytest.mark.parametrize(("report", "count"), [("success", 0), ("failed", 1), ("running", 1)])
def test_run_whose_report_is_out_is_not_late_though_it_still_ends(
    sent: list[Any], triggerer: Any, report: str, count: int
):
    triggerer("running", {"report": report, "watcher": "running"}, reported_by="report")

    assert len(sent) == count


def test_late_run_is_told_where_its_state_can_t_be_asked_for(
    sent: list[Any], triggerer: Any, monkeypatch: pytest.MonkeyPatch
):
    def refuse(**_: object) -> tuple[str, dict[str, str]]:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR))

    real = backup_report._ask

    def ask(dag_id: str, run_id: str) -> tuple[str, dict[str, str]]:
        monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", refuse)
        return real(dag_id, run_id)

    monkeypatch.setattr(backup_report, "_ask", ask)

    triggerer("running", {})

    assert "LATE" in sent[0]["Subject"]


def test_mail_about_a_late_run_is_tried_again(
    sent: list[Any], triggerer: Any, monkeypatch: pytest.MonkeyPatch
):
    take, calls = ReportMailHook.send, []

    def fail_twice(hook: ReportMailHook, message: Any) -> None:
        calls.append(message)
        if len(calls) < 3:
            raise MailUnreachableError("It is away.")
        take(hook, message)

    monkeypatch.setattr(ReportMailHook, "send", fail_twice)
    monkeypatch.setattr(backup_report, "PAUSES_SECONDS", (0.0, 0.0, 0.0))

    triggerer("running", {"export": "deferred"})

    assert (len(calls), len(sent)) == (3, 1)


def test_mail_about_a_late_run_that_is_never_taken_fails_the_callback(
    triggerer: Any, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise MailUnreachableError("It is away.")

    monkeypatch.setattr(ReportMailHook, "sender", fail)
    monkeypatch.setattr(backup_report, "PAUSES_SECONDS", (0.0,))

    with pytest.raises(MailUnreachableError):
        triggerer("running", {})
