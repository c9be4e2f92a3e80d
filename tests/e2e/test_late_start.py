"""Airflow was down when a backup was due: its scheduler starts that run late, by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lab.airflow import AirflowStage
from lab.stage import Lab
from support.airflow_runs import BackupRun, wait_until
from support.airflow_schemas import add_schemas, write_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

pytestmark = pytest.mark.timeout(600)

SKIPPED, MADE_UP = "SKIPPED", "MADE_UP"
SCHEMAS = {SKIPPED: {"missed": "skip"}, MADE_UP: {"missed": "now"}}
LATE = timedelta(minutes=2)
"""For a DAG that is new Airflow makes up for a slot of the last tenth of an hour, no older one."""


@pytest.fixture(scope="module")
def due() -> datetime:
    """When both backups were due: shortly before Airflow came up."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - LATE


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, due: datetime) -> Iterator[dict[str, BackupRun]]:
    """The run of each schema that the scheduler has started, at its end."""
    with Lab(tmp_path_factory.mktemp("late"), scale=0.01) as lab:
        add_schemas(lab, SCHEMAS)
        config = write_config(
            lab, SCHEMAS, schedule=f"{due.minute} * * * *", start_late_limit="30s", retries=0
        )
        with AirflowStage(lab, config=config) as stage:
            runs = {
                schema: BackupRun(stage, schema=schema, run_id=f"scheduled__{due.isoformat()}")
                for schema in SCHEMAS
            }
            stage.wait_for_dags({run.dag_id for run in runs.values()})
            stage.unpause(*(run.dag_id for run in runs.values()))
            for run in runs.values():
                wait_until(lambda run=run: runs_of(stage, run), what=f"{run.schema} is started")
                wait_until(run.is_over, what=run.describe)
            yield runs


def runs_of(stage: AirflowStage, run: BackupRun) -> list[str]:
    return [one["dag_run_id"] for one in stage.api("GET", f"dags/{run.dag_id}/dagRuns")["dag_runs"]]


def text_of(mail: EmailMessage) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_late_run_is_skipped_red_and_told_once(runs: dict[str, BackupRun], due: datetime) -> None:
    run = runs[SKIPPED]

    assert runs_of(run.stage, run) == [run.run_id]
    assert run.task_states()["preflight"] == "skipped"
    assert run.state() == "failed"
    assert run.stored() == []
    (mail,) = run.mails()
    assert f"{due:%Y-%m-%d %H:%M} UTC" in text_of(mail)
    assert "too late to start (start_late_limit)" in text_of(mail)


def test_late_run_exports_the_data_as_of_its_time_while_undo_reaches_it(
    runs: dict[str, BackupRun], due: datetime
) -> None:
    run = runs[MADE_UP]

    assert runs_of(run.stage, run) == [run.run_id]
    assert run.state() == "success", run.describe()
    (manifest,) = run.manifests()
    assert manifest["archive"]["name"] == f"{MADE_UP}-{due:%Y%m%dT%H%M%SZ}.7z"
    assert datetime.fromisoformat(manifest["scheduled_time"]) == due
    assert datetime.fromisoformat(manifest["snapshot_time"]) == due
    assert datetime.fromisoformat(manifest["export_started"]) > due + timedelta(seconds=30)
    (mail,) = run.mails()
    assert "It exports the data as of that time." in text_of(mail)
