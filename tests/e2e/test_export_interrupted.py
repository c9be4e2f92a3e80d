"""
An export that is interrupted on purpose ends in the database too; one that is not goes on.

A real Airflow in four processes against the lab. The exports hang in the database until a test
lets them go on, so each is interrupted while it runs and its task is deferred.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from lab.airflow import AirflowStage
from lab.oracle.faults import set_faults
from lab.stage import Lab
from support.airflow_runs import BackupRun, wait_until
from support.airflow_schemas import add_schemas, write_config
from support.airflow_settings import QUICK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CLEARED, TASK_FAILED, RUN_FAILED, OVERDUE = "CLEARED", "TASK_FAILED", "RUN_FAILED", "OVERDUE"
BY_HAND = (CLEARED, TASK_FAILED, RUN_FAILED)
STOPPED, AWAY, TAKEN_OVER = "AIRFLOW_STOPPED", "API_AWAY", "TAKEN_OVER"
SCHEMAS: dict[str, dict[str, Any]] = {
    **{schema: {} for schema in (*BY_HAND, STOPPED, AWAY, TAKEN_OVER)},
    OVERDUE: {"export": {"max_duration": "30s"}},
}
_AWAY_SECONDS = 60
"""Longer than a task process that runs bears it."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStage]:
    """A lab with a schema for each test, and an Airflow that notices deaths soon."""
    with Lab(tmp_path_factory.mktemp("interrupted"), scale=0.01) as lab:
        add_schemas(lab, SCHEMAS)
        config = write_config(lab, SCHEMAS)
        with AirflowStage(lab, config=config, settings=QUICK) as airflow:
            airflow.wait_for_dags({f"oracle_backup__lab__{schema}" for schema in SCHEMAS})
            yield airflow


def hang(stage: AirflowStage, schemas: Iterable[str]) -> None:
    """Let the exports of these schemas hang at their second table, and no other."""
    set_faults(
        stage.lab.paths.oracle_home,
        [{"fault": "hang", "schema": schema, "table": "SECOND"} for schema in schemas],
    )


def begin(stage: AirflowStage, schemas: Iterable[str]) -> dict[str, BackupRun]:
    """Start a backup of each schema; return them once each export is deferred and hangs."""
    hang(stage, schemas)
    runs = {name: BackupRun(stage, schema=name, run_id=f"of-{name.lower()}") for name in schemas}
    for run in runs.values():
        run.trigger()
    for run in runs.values():
        wait_until(
            lambda run=run: run.export_state() == "deferred" and "[oracle]" in run.export_log(),
            what=run.describe,
        )
        assert set(run.live_jobs().values()) == {"EXECUTING"}
        assert any(name.endswith(".dmp") for name in run.dump_files())
    return runs


@pytest.fixture(scope="module")
def by_hand(stage: AirflowStage) -> dict[str, BackupRun]:
    """Three backups at once: one cleared, one with its task failed, one failed as a whole."""
    runs = begin(stage, BY_HAND)
    cleared, task_failed, run_failed = (runs[schema] for schema in BY_HAND)
    stage.api(
        "POST",
        f"dags/{cleared.dag_id}/clearTaskInstances",
        dry_run=False,
        dag_run_id=cleared.run_id,
        task_ids=["export"],
        include_downstream=True,
        only_failed=False,
        reset_dag_runs=True,
    )
    path = f"dags/{task_failed.dag_id}/dagRuns/{task_failed.run_id}/taskInstances/export"
    stage.api("PATCH", path, new_state="failed")
    run_failed.mark_failed()
    # What was cleared begins anew, and may end only after the first job has gone.
    wait_until(lambda: cleared.job(2) in cleared.live_jobs(), what=cleared.describe)
    assert cleared.job(1) not in cleared.live_jobs()
    hang(stage, ())
    for run in runs.values():
        run.wait_for_end()
        # The last mail may come after the run has been judged: teardowns run on.
        wait_until(run.mails, what=run.describe)
    return runs


def test_clearing_a_deferred_export_stops_it_and_begins_the_next(
    by_hand: dict[str, BackupRun],
) -> None:
    run = by_hand[CLEARED]

    assert run.state() == "success", run.describe()
    assert [row.outcome for row in run.history()] == ["killed", "success"]
    (manifest,) = run.manifests()
    assert manifest["verdict"] == "complete"
    assert manifest["job"] == run.job(2)
    assert len(run.stored()) == 2
    assert run.dump_files() == []
    assert [mail["Subject"] for mail in run.mails()] == [f"[Oracle backup] OK: {CLEARED} on lab"]


@pytest.mark.parametrize("schema", [TASK_FAILED, RUN_FAILED])
def test_export_ended_by_hand_is_stopped_in_the_database(
    by_hand: dict[str, BackupRun], schema: str
) -> None:
    run = by_hand[schema]

    assert run.state() == "failed", run.describe()
    assert_stopped(run)


def test_export_that_takes_too_long_is_stopped_in_the_database(stage: AirflowStage) -> None:
    (run,) = begin(stage, [OVERDUE]).values()

    assert run.wait_for_end() == "failed"
    wait_until(run.mails, what=run.describe)

    hang(stage, ())
    assert_stopped(run)
    assert "30 s" in text_of(run) or "0:00:30" in text_of(run)


def assert_stopped(run: BackupRun) -> None:
    """The job and its half dump are gone, nothing is stored, and one mail says so."""
    assert run.live_jobs() == {}
    assert run.control_tables() == []
    assert [row.outcome for row in run.history()] == ["killed"]
    assert [name for name in run.dump_files() if name.endswith(".dmp")] == []
    assert run.stored() == []
    assert [mail["Subject"] for mail in run.mails()] == [
        f"[Oracle backup] FAILED: {run.schema} on lab"
    ]
    assert "stopped" in text_of(run)


def text_of(run: BackupRun) -> str:
    """Return the text of the run's one mail."""
    (mail,) = run.mails()
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_export_outlives_the_whole_airflow(stage: AirflowStage) -> None:
    (run,) = begin(stage, [STOPPED]).values()

    stage.stop()
    assert set(run.live_jobs().values()) == {"EXECUTING"}
    stage.start_again()
    wait_until(lambda: run.export_state() == "deferred", what=run.describe)
    hang(stage, ())

    assert_one_export(run)


def test_export_outlives_an_api_server_that_is_away_for_a_minute(stage: AirflowStage) -> None:
    (run,) = begin(stage, [AWAY]).values()

    stage.kill("api-server")
    # The job ends meanwhile, and nobody can take the task up.
    hang(stage, ())
    time.sleep(_AWAY_SECONDS)
    stage.launch("api-server")
    stage.wait_until_healthy()

    assert_one_export(run)


def test_export_is_not_stopped_by_a_triggerer_whose_triggers_were_taken_over(
    stage: AirflowStage,
) -> None:
    """One that could not tell the database that it lives, as while that was away, comes back."""
    (run,) = begin(stage, [TAKEN_OVER]).values()
    first = run.triggerer()
    with stage.frozen("triggerer"):
        stage.launch("triggerer", label="second triggerer")
        wait_until(lambda: run.triggerer() not in {first, None}, what=run.describe)

    wait_until(lambda: "another triggerer follows it" in run.export_log(), what=run.describe)
    assert "does not tell" not in run.export_log()
    assert set(run.live_jobs().values()) == {"EXECUTING"}
    hang(stage, ())

    assert_one_export(run)


def assert_one_export(run: BackupRun) -> None:
    """The run has ended well, with one job."""
    assert run.wait_for_end() == "success", f"{run.describe()}\n{run.export_log()[-6000:]}"
    assert [row.outcome for row in run.history()] == ["success"]
    assert len(run.manifests()) == 1
    assert len(run.mails()) == 1
    assert run.dump_files() == []
    assert run.live_jobs() == {}
