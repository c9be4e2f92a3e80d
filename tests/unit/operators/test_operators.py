"""What holds for all operators, and how each decides; whole runs are in tests/e2e."""

import inspect as python_inspect
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred

from oracle_backup.domain.retention import RetentionPolicy
from oracle_backup.errors import (
    BackupError,
    ConfigError,
    ExportFailedError,
    ExportIncompleteError,
    ExportLostError,
    HostUnreachableError,
    LoginRejectedError,
)
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.operators.archive import ArchiveOperator
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.export import DataPumpExportOperator
from oracle_backup.operators.inspect import InspectOperator
from oracle_backup.operators.preflight import PreflightOperator
from oracle_backup.operators.refuse import RefuseOperator
from oracle_backup.operators.report import ReportOperator
from oracle_backup.operators.retain import RetainOperator
from oracle_backup.operators.steps import PROBLEM_KEY, told_to_report
from oracle_backup.operators.verify import VerifyOperator
from oracle_backup.operators.watcher import WatcherOperator

OPERATORS = [
    ArchiveOperator,
    CleanUpOperator,
    DataPumpExportOperator,
    InspectOperator,
    PreflightOperator,
    RefuseOperator,
    ReportOperator,
    RetainOperator,
    VerifyOperator,
    WatcherOperator,
]


class FakeTaskInstance:
    """Airflow's edge: what a task pushes and pulls."""

    def __init__(self, xcoms: dict[tuple[str, str], Any] | None = None) -> None:
        self.xcoms = xcoms or {}
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value

    def xcom_pull(self, *, task_ids: str, key: str) -> Any:
        return self.xcoms.get((task_ids, key))


class FakeStateStore(dict):
    """Airflow's task_state_store."""

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        self[key] = value


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
    "generation": 1,
    "stem": "HR-20260101T000000Z",
    "folder": "/dumps",
    "log_path": "/dumps/HR-20260101T000000Z.log",
    "dump_pattern": "HR-20260101T000000Z_%U.dmp",
    "tool": "exp",
    "snapshot_time": "2026-01-01T00:00:00+00:00",
    "snapshot_scn": None,
    "parameters": {},
    "stored": "2999-01-01T00:00:00+00:00",
    "deadline": "2026-01-02T00:00:00+00:00",
    "ended": False,
}


def make_export(**changes: Any) -> DataPumpExportOperator:
    return DataPumpExportOperator(
        task_id="export",
        **{
            "database": "erp",
            "schema_name": "HR",
            "preflight": {"folder": "/dumps"},
            "ssh_conn_id": "h",
            "oracle_conn_id": "d",
            "environment": {"ORACLE_HOME": "/home"},
            "tool": "exp",
            **changes,
        },
    )


def make_event(status: str, **changes: Any) -> dict[str, Any]:
    return {
        "status": status,
        "job": "OB_X_G1",
        "message": "m",
        "state": None,
        "exit_code": None,
        "started": None,
        "ended": None,
        "stopped": None,
        **changes,
    }


@pytest.mark.parametrize("status", ["ended", "lost"])
def test_export_that_ended_is_handed_on_and_a_clear_starts_the_next(status: str):
    run = context(task_state_store=FakeStateStore(export=dict(RECORD)))

    result = make_export().execute_complete(run, make_event(status, exit_code=5))

    assert result["exit_code"] == 5
    assert result["log_path"] == RECORD["log_path"]
    assert "deadline" not in result
    assert run["task_state_store"]["export"]["ended"] is True


@pytest.mark.parametrize(
    ("status", "error", "next_clear_is_new"),
    [
        ("overdue", ExportFailedError, True),
        ("unreachable", HostUnreachableError, False),
        ("refused", LoginRejectedError, False),
    ],
)
def test_export_that_could_not_be_followed_says_why(
    status: str, error: type[Exception], next_clear_is_new: bool
):
    run = context(task_state_store=FakeStateStore(export=dict(RECORD)))

    with pytest.raises(error):
        make_export().execute_complete(run, make_event(status))

    assert run["task_state_store"]["export"]["ended"] is next_clear_is_new
    assert PROBLEM_KEY in run["ti"].pushed


def test_lost_export_that_the_database_still_runs_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
):
    class Open:
        def __enter__(self) -> Any:
            return SimpleNamespace(job=lambda _: SimpleNamespace(state="EXECUTING"))

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(OracleDatabaseHook, "__init__", lambda *_: None)
    monkeypatch.setattr(OracleDatabaseHook, "database", lambda _: Open())
    run = context(task_state_store=FakeStateStore(export={**RECORD, "tool": "expdp"}))

    with pytest.raises(ExportLostError, match="EXECUTING"):
        make_export(tool="expdp").execute_complete(run, make_event("lost"))

    assert run["task_state_store"]["export"]["ended"] is False


@pytest.mark.parametrize(
    ("stored", "generation"),
    [
        (None, 1),
        ({**RECORD, "ended": False, "generation": 1}, 1),
        ({**RECORD, "ended": True, "generation": 1}, 2),
        ({**RECORD, "ended": True, "generation": 7}, 8),
    ],
)
def test_export_takes_the_next_generation_only_after_the_last_has_ended(
    stored: dict[str, Any] | None, generation: int, monkeypatch: pytest.MonkeyPatch
):
    store = FakeStateStore({} if stored is None else {"export": stored})
    run = context(task_state_store=store)
    run["dag_run"].logical_date = datetime(2026, 1, 1, tzinfo=UTC)
    operator = make_export()
    started: list[str] = []
    monkeypatch.setattr(
        "oracle_backup.operators.export.OracleHostHook", lambda _: SimpleNamespace(shell=FakeShell)
    )
    monkeypatch.setattr(
        operator, "_launch", lambda _, record: started.append(record["job"]) or True
    )

    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(run)

    assert store["export"]["generation"] == generation
    assert deferred.value.trigger.job == store["export"]["job"] == started[0]
    assert deferred.value.method_name == "execute_complete"


def make_inspect(export: dict[str, Any]) -> InspectOperator:
    return InspectOperator(
        task_id="inspect",
        schema_name="HR",
        export=export,
        ssh_conn_id="h",
        oracle_conn_id="no_such_connection",
    )


@pytest.mark.parametrize(
    ("scn", "exclude"),
    [(None, []), (1, ["TABLE"]), (1, ["TABLE_DATA"]), (1, ["SCHEMA_EXPORT/USER"])],
)
def test_tables_are_not_asked_for_where_the_dump_need_not_hold_them_all(
    scn: int | None, exclude: list[str]
):
    record = {**RECORD, "snapshot_scn": scn, "parameters": {"exclude": exclude}}

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
            return frozenset({("HR", "JOBS")})

    monkeypatch.setattr(OracleDatabaseHook, "__init__", lambda *_: None)
    monkeypatch.setattr(OracleDatabaseHook, "database", lambda _: Open())
    record = {**RECORD, "snapshot_scn": 1, "parameters": {"exclude": ["STATISTICS"]}}

    assert make_inspect(record)._expected_tables() == {("HR", "JOBS")}
    # Ten minutes have passed since the snapshot, and one is left for the clocks.
    assert asked == {"schema": "HR", "older_than": timedelta(minutes=11)}


@pytest.mark.parametrize(
    ("state", "age_minutes", "anew"),
    [
        ("absent", 60, True),
        ("prepared", 60, True),
        ("absent", 1, False),
        ("running", 60, False),
        ("ended\nexit_code=0", 60, False),
        ("lost", 60, False),
    ],
)
def test_old_snapshot_of_a_job_that_never_started_is_taken_anew(
    state: str, age_minutes: int, anew: bool
):
    stored = (datetime.now(UTC) - timedelta(minutes=age_minutes)).isoformat()
    store = FakeStateStore(export={**RECORD, "stored": stored, "generation": 3})
    run = context(task_state_store=store)
    run["dag_run"].logical_date = datetime(2026, 1, 1, tzinfo=UTC)
    shell = SimpleNamespace(
        run=lambda *_, **__: SimpleNamespace(stdout=f"state={state}\noutput:\n")
    )

    record = make_export()._renewed(run, shell, store["export"])

    assert record == store["export"]
    assert record["generation"] == 3
    assert (record["deadline"] > RECORD["deadline"]) is anew
    assert (datetime.fromisoformat(record["snapshot_time"]).year > 2025) or not anew
    assert (record["stored"] != stored) is anew


class FakeShell:
    """A shell that is opened and closed, and asked nothing."""

    def __enter__(self) -> "FakeShell":
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize(
    ("verification", "verdict", "keep", "removed", "finished"),
    [
        (
            {"verified": True},
            "complete",
            False,
            ["/d/a.dmp", "/dumps/HR-20260101T000000Z.log"],
            True,
        ),
        (
            {"verified": True},
            "incomplete",
            False,
            ["/d/a.dmp", "/dumps/HR-20260101T000000Z.log"],
            True,
        ),
        (None, "complete", False, [], False),
        (None, "unknown", False, [], False),
        (None, "failed", False, ["/d/a.dmp"], False),
        ({"verified": True}, "complete", True, [], True),
        (None, "failed", True, [], False),
    ],
)
def test_clean_up_removes_only_what_is_safe_elsewhere_or_of_no_use(
    verification: Any, verdict: str, keep: bool, removed: list[str], finished: bool
):
    operator = CleanUpOperator(
        task_id="c",
        schema_name="HR",
        export=RECORD,
        verification=verification,
        ssh_conn_id="h",
        keep_dump=keep,
    )

    paths, done = operator._decide(
        context(), {"verdict": verdict, "dump_files": [{"path": "/d/a.dmp", "size_bytes": 1}]}
    )

    assert paths == removed
    assert done is finished


@pytest.mark.parametrize("state", ["upstream_failed", "skipped", None])
def test_clean_up_asks_no_host_where_no_export_was_started(state: str | None):
    operator = CleanUpOperator(
        task_id="c",
        schema_name="HR",
        export=None,
        verification=None,
        ssh_conn_id="no_such_connection",
    )
    run = context()
    run["ti"].get_task_states = lambda **_: {"r": {"export": state}}

    assert operator.execute(run) == {"removed": [], "finished": False}


def test_retain_refuses_an_incomplete_export_before_it_looks_at_the_store():
    operator = RetainOperator(
        task_id="r",
        database="erp",
        schema_name="HR",
        folder="erp/HR",
        inspection={"verdict": "incomplete", "reasons": ["EMPLOYEES is missing."]},
        sftp_conn_id="no_such_connection",
        store_path="/b",
        policy=RetentionPolicy(last=1),
    )

    with pytest.raises(ExportIncompleteError, match="EMPLOYEES is missing"):
        operator.execute(context())
