"""What holds for all operators, and how each decides; whole runs are in tests/e2e."""

import inspect as python_inspect
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from oracle_backup.domain.retention import RetentionPolicy
from oracle_backup.errors import (
    BackupError,
    ConfigError,
    ExportIncompleteError,
)
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.operators.archive import ArchiveOperator
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.digest import DigestOperator
from oracle_backup.operators.export import DataPumpExportOperator
from oracle_backup.operators.inspect import InspectOperator
from oracle_backup.operators.preflight import PreflightOperator
from oracle_backup.operators.refuse import RefuseOperator
from oracle_backup.operators.report import ReportOperator
from oracle_backup.operators.retain import RetainOperator
from oracle_backup.operators.steps import PROBLEM_KEY, told_to_report
from oracle_backup.operators.stores import StorePlace
from oracle_backup.operators.verify import VerifyOperator
from oracle_backup.operators.watcher import WatcherOperator
from support.export_desk import FakeStateStore, FakeTaskInstance

OPERATORS = [
    ArchiveOperator,
    CleanUpOperator,
    DataPumpExportOperator,
    DigestOperator,
    InspectOperator,
    PreflightOperator,
    RefuseOperator,
    ReportOperator,
    RetainOperator,
    VerifyOperator,
    WatcherOperator,
]


def context(**more: Any) -> dict[str, Any]:
    return {
        "ti": FakeTaskInstance(),
        "dag_run": SimpleNamespace(dag_id="d", run_id="r", run_type="manual"),
        "task_state_store": FakeStateStore(),
        **more,
    }


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_operator_documents_every_parameter_what_it_returns_and_raises(operator: type):
    doc = python_inspect.getdoc(operator)
    parameters = [
        name
        for name in python_inspect.signature(operator.__init__).parameters
        if name not in {"self", "kwargs"}
    ]

    for name in parameters:
        assert f":param {name}:" in doc, f"{operator.__name__} does not document {name}"
    assert "Succeeds" in doc
    assert ":raises" in doc


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_operator_assigns_templated_fields_as_they_come(operator: type):
    parameters = python_inspect.signature(operator.__init__).parameters
    arguments = {
        name: f"{{{{ {name} }}}}"
        for name, parameter in parameters.items()
        if name not in {"self", "kwargs"} and parameter.default is parameter.empty
    }

    built = operator(task_id="t", **arguments)

    for name, value in arguments.items():
        assert getattr(built, name) == value
    assert set(built.template_fields) <= set(parameters)


def test_failed_step_leaves_its_reason_for_the_report():
    run = context()

    with pytest.raises(ConfigError), told_to_report(run):
        raise ConfigError("No sender.", hint="Set mail.from.")

    assert run["ti"].pushed[PROBLEM_KEY] == {
        "kind": "ConfigError",
        "message": "No sender.",
        "hint": "Set mail.from.",
    }


def test_failed_step_keeps_secrets_airflow_knows_out_of_xcom():
    from airflow.sdk._shared.secrets_masker import _secrets_masker

    _secrets_masker().add_mask("canary-in-a-message")
    run = context()

    with pytest.raises(BackupError), told_to_report(run):
        raise BackupError("It said canary-in-a-message.")

    assert "canary" not in str(run["ti"].pushed)


@pytest.mark.parametrize("state", ["failed", "upstream_failed", "skipped", None])
def test_watcher_fails_unless_every_step_has_succeeded(state: str | None):
    watcher = WatcherOperator(task_id="w", steps=["export", "report"])
    run = context()

    run["ti"].get_task_states = lambda **_: {"r": {"export": "success", "report": "success"}}
    watcher.execute(run)

    run["ti"].get_task_states = lambda **_: {"r": {"export": "success", "report": state}}
    with pytest.raises(AirflowFailException, match="report"):
        watcher.execute(run)


RECORD = {
    "job": "OB_X_G1",
    "stem": "HR-20260101T000000Z",
    "folder": "/dumps",
    "log_path": "/dumps/HR-20260101T000000Z.log",
    "snapshot_time": "2026-01-01T00:00:00+00:00",
    "snapshot_scn": None,
    "parameters": {},
}


def make_inspect(export: dict[str, Any]) -> InspectOperator:
    return InspectOperator(
        task_id="inspect",
        schema_name="HR",
        export=export,
        ssh_conn_id="h",
        oracle_conn_id="no_such_connection",
    )


@pytest.mark.parametrize(
    ("scn", "parameters"),
    [
        (None, {}),
        (1, {"exclude": ["TABLE"]}),
        (1, {"exclude": ["TABLE_DATA"]}),
        (1, {"exclude": ["SCHEMA_EXPORT/USER"]}),
        (1, {"content": "metadata_only"}),
    ],
)
def test_tables_are_not_asked_for_where_the_dump_need_not_hold_them_all(
    scn: int | None, parameters: dict[str, Any]
):
    record = {**RECORD, "snapshot_scn": scn, "parameters": parameters}

    assert make_inspect(record)._expected_tables() is None


def test_tables_of_the_snapshot_must_be_in_the_dump(monkeypatch: pytest.MonkeyPatch):
    asked: dict[str, Any] = {}

    class Open:
        def __enter__(self) -> Any:
            return SimpleNamespace(
                snapshot=lambda: SimpleNamespace(time=datetime(2026, 1, 1, 0, 10, tzinfo=UTC)),
                tables=self.tables,
            )

        def __exit__(self, *_: object) -> None: ...

        def tables(self, schema: str, *, older_than: timedelta) -> frozenset[tuple[str, str]]:
            asked.update(schema=schema, older_than=older_than)
            return frozenset({("HR", "JOBS"), ("HR", "LOGS"), ("HR", "REGIONS")})

    monkeypatch.setattr(OracleDatabaseHook, "__init__", lambda *_: None)
    monkeypatch.setattr(OracleDatabaseHook, "database", lambda _: Open())
    parameters = {"exclude": ["STATISTICS"], "exclude_tables": ["LOGS", "REGIONS"]}
    record = {**RECORD, "snapshot_scn": 1, "parameters": parameters}

    # What was left out on purpose is not missing.
    assert make_inspect(record)._expected_tables() == {("HR", "JOBS")}
    # Ten minutes have passed since the snapshot, and one is left for the clocks.
    assert asked == {"schema": "HR", "older_than": timedelta(minutes=11)}


def test_retain_refuses_an_incomplete_export_before_it_looks_at_the_store():
    operator = RetainOperator(
        task_id="r",
        database="erp",
        schema_name="HR",
        folder="erp/HR",
        inspection={"verdict": "incomplete", "reasons": ["EMPLOYEES is missing."]},
        stores=[StorePlace(name="a", conn_id="no_such_connection", path="/b")],
        policy=RetentionPolicy(last=1),
    )

    with pytest.raises(ExportIncompleteError, match="EMPLOYEES is missing"):
        operator.execute(context())


def make_report_operator() -> ReportOperator:
    return ReportOperator(
        task_id="report",
        database="erp",
        schema_name="HR",
        ssh_conn_id="no_such_connection",
        smtp_conn_id="m",
        recipients={"failed": ["dba@example.com"]},
        steps=["export", "clean_up"],
    )


def test_report_gathers_warnings_of_preflight_and_notes_of_the_export():
    ti = FakeTaskInstance(
        {
            ("preflight", "return_value"): {"warnings": ["Undo is short."]},
            ("inspect", "judgement"): {"verdict": "complete", "warnings": ["ORA-39171 came."]},
            ("export", "notes"): ["It was started once more.", "No dump file is left."],
            ("clean_up", "notes"): ["No dump file is left."],
        }
    )
    run = context(ti=ti)
    run["dag_run"].logical_date = datetime(2026, 1, 1, tzinfo=UTC)

    report = make_report_operator()._gather(run, None)

    assert report.warnings == ("Undo is short.", "ORA-39171 came.")
    assert report.notes == ("It was started once more.", "No dump file is left.")
