"""
A task is killed with no try left, whichever it is: exactly one mail tells of the run.

A real Airflow in four processes against the lab, a run for each task. The scheduler takes a task
for dead when it has not heard of it for a while, as it does with one on a machine that is gone.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from lab.airflow import AirflowStage
from lab.stage import Lab
from support.airflow_deaths import kill_task
from support.airflow_runs import BackupRun, airflow_rows, failure_callbacks, wait_until
from support.airflow_schemas import add_schemas, write_config
from support.airflow_settings import QUICK

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TASKS = ("preflight", "export", "inspect", "archive", "verify", "retain", "clean_up", "report")
_PATIENCE_SECONDS = 400
_SETTINGS = {
    **QUICK,
    # No task has a second try: one that is only slow must not be taken for dead.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "45",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStage]:
    """A lab with a schema for each task, whose name it bears."""
    with Lab(tmp_path_factory.mktemp("tasks"), scale=0.01) as lab:
        schemas = [task.upper() for task in TASKS]
        add_schemas(lab, schemas)
        config = write_config(lab, {schema: {} for schema in schemas}, retries=0)
        with AirflowStage(lab, config=config, settings=_SETTINGS) as airflow:
            airflow.wait_for_dags({f"oracle_backup__lab__{schema}" for schema in schemas})
            yield airflow


@pytest.fixture(scope="module")
def killed(stage: AirflowStage) -> dict[str, BackupRun]:
    """The runs, each with its task killed, when nothing of them goes on any more."""
    runs = {task: BackupRun(stage, schema=task.upper(), run_id=f"of-{task}") for task in TASKS}
    # Before anything runs: no task that starts finds Airflow's database busy with this.
    stage.unpause(*(run.dag_id for run in runs.values()))
    for run in runs.values():
        run.trigger()
    left = set(TASKS)
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while left:
        assert time.monotonic() < give_up, {task: runs[task].describe() for task in left}
        left -= {task for task in left if kill_where_it_runs(stage, runs[task], task)}
        time.sleep(0.1)
    for run in runs.values():
        wait_until(run.is_over, what=run.describe)
        if run.state() == "failed":
            # The net below the report is called last of all.
            wait_until(lambda run=run: failure_callbacks(stage, run.dag_id), what=run.describe)
    return runs


def kill_where_it_runs(stage: AirflowStage, run: BackupRun, task: str) -> bool:
    rows = airflow_rows(
        stage,
        f"select id from task_instance where dag_id = '{run.dag_id}' and task_id = '{task}' "
        "and state = 'running'",
    )
    return bool(rows) and kill_task(stage, str(uuid.UUID(str(rows[0][0]))))


@pytest.mark.parametrize("task", TASKS)
def test_killed_task_is_told_in_exactly_one_mail(killed: dict[str, BackupRun], task: str) -> None:
    run = killed[task]

    assert run.task_states()[task] == "failed", run.describe()
    assert run.state() == "failed", run.describe()
    assert [mail["Subject"] for mail in run.mails()] == [
        f"[Oracle backup] FAILED: {task.upper()} on lab"
    ]
