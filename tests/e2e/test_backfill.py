"""Airflow's own backfill over five missed days: from its command line, and as its UI does it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.airflow import AirflowStage
from lab.demo import write_config
from lab.stage import Lab
from support.past_days import TABLE, PastDays, last_days

HR, SALES = "oracle_backup__lab__HR", "oracle_backup__lab__SALES"
pytestmark = pytest.mark.timeout(900)
"""Two Airflow backfills of five runs each, on a machine that may have other things to do."""
UNDO = timedelta(days=2, hours=12)
"""Reaches over the last two of five days, the last of which was 20 hours ago."""
DONE = frozenset({"success", "failed"})
PATIENCE_SECONDS = 540


@dataclass(frozen=True, slots=True)
class Night:
    """What came of one backfill."""

    days: list[datetime]
    states: dict[datetime, str]
    manifests: dict[datetime, dict[str, Any]]
    reasons: dict[datetime, str]


@pytest.fixture(scope="module")
def days() -> list[datetime]:
    return last_days(5)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, days: list[datetime]) -> Iterator[PastDays]:
    """A lab whose database has a past, as the days went by without a backup."""
    with Lab(tmp_path_factory.mktemp("backfill"), scale=0.02) as lab:
        past = PastDays(lab, days)
        past.make()
        past.keep_undo(UNDO)
        yield past


@pytest.fixture(scope="module")
def stage(past: PastDays, days: list[datetime]) -> Iterator[AirflowStage]:
    config = write_config(past.lab)
    text = config.read_text(encoding="utf-8")
    text = text.replace('"0 2 * * *"', f'"{days[0].minute} {days[0].hour} * * *"')
    text = text.replace("Europe/Madrid", "UTC")
    text = text.replace("SALES: {}", "SALES: {missed: now, retention: {keep_last: 9}}")
    config.write_text(text.replace("keep_last: 3", "keep_last: 9"), encoding="utf-8")
    with AirflowStage(past.lab, config=config) as airflow:
        airflow.wait_for_dags({HR, SALES})
        airflow.unpause(HR, SALES)
        yield airflow


@pytest.fixture(scope="module")
def dry_run(stage: AirflowStage, days: list[datetime]) -> str:
    return backfill(stage, days, "--dry-run")


@pytest.fixture(scope="module")
def nights(stage: AirflowStage, days: list[datetime], dry_run: str) -> dict[str, Night]:
    """Both schemas' days made up for: one from the command line, one as the UI asks for it."""
    assert runs_of(stage, HR) == {}, "a dry run started something"
    backfill(stage, days)
    stage.api(
        "POST",
        "backfills",
        dag_id=SALES,
        from_date=days[0].isoformat(),
        to_date=days[-1].isoformat(),
        max_active_runs=5,
        reprocess_behavior="none",
    )
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = {dag_id: runs_of(stage, dag_id) for dag_id in (HR, SALES)}
        if all(len(runs) == 5 and set(runs.values()) <= DONE for runs in found.values()):
            break
        assert time.monotonic() < give_up, found
        time.sleep(1)
    return {dag_id: night(stage, dag_id, days) for dag_id in (HR, SALES)}


def backfill(stage: AirflowStage, days: list[datetime], *more: str) -> str:
    span = ("--from-date", days[0].isoformat(), "--to-date", days[-1].isoformat())
    return stage.command("backfill", "create", "--dag-id", HR, *span, *more)


def runs_of(stage: AirflowStage, dag_id: str) -> dict[str, str]:
    runs = stage.api("GET", f"dags/{dag_id}/dagRuns")["dag_runs"]
    return {one["dag_run_id"]: one["state"] for one in runs}


def night(stage: AirflowStage, dag_id: str, days: list[datetime]) -> Night:
    schema = dag_id.rpartition("__")[2]
    states, reasons, manifests = {}, {}, {}
    for run in stage.api("GET", f"dags/{dag_id}/dagRuns")["dag_runs"]:
        assert run["run_type"] == "backfill"
        day = datetime.fromisoformat(run["logical_date"])
        path = f"dags/{dag_id}/dagRuns/{run['dag_run_id']}/taskInstances/preflight/xcomEntries"
        told = stage.api("GET", path)["xcom_entries"]
        for key in {one["key"] for one in told} & {"skipped", "notes"}:
            reasons[day] = str(stage.api("GET", f"{path}/{key}")["value"])
        states[day] = run["state"]
    for path in stage.lab.paths.store.rglob(f"{schema}-*.7z.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        day = datetime.fromisoformat(manifest["scheduled_time"])
        assert path.name == f"{schema}-{day:%Y%m%dT%H%M%SZ}.7z.json"
        manifests[day] = manifest
    return Night(days=days, states=states, manifests=manifests, reasons=reasons)


def snapshot_of(manifest: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(manifest["snapshot_time"])


def test_dry_run_names_the_days_and_starts_nothing(dry_run: str, days: list[datetime]):
    assert all(f"{day:%Y-%m-%d}" in dry_run for day in days)


def test_days_within_undo_are_exported_as_of_their_time(nights: dict[str, Night], past: PastDays):
    for found in nights.values():
        for day in found.days[-2:]:
            assert found.states[day] == "success"
            assert snapshot_of(found.manifests[day]) == day
            assert found.manifests[day]["verdict"] == "complete"
            assert found.manifests[day]["verified"]
    rows = {
        day: next(one["rows"] for one in manifest["tables"] if one["table"] == TABLE)
        for day, manifest in nights[HR].manifests.items()
    }
    assert rows == {day: past.rows_at(day) for day in nights[HR].days[-2:]}


def test_days_beyond_undo_are_skipped_with_the_reason(nights: dict[str, Night]):
    found = nights[HR]

    assert [found.states[day] for day in found.days[:3]] == ["failed"] * 3
    assert set(found.manifests) == set(found.days[-2:])
    for day in found.days[:3]:
        assert "undo reaches back 60 h" in found.reasons[day]
        assert "missed: skip" in found.reasons[day]


def test_days_beyond_undo_are_joined_in_one_export_of_now(nights: dict[str, Night]):
    """All five ran at the same time, and still one of them alone exported the data of now."""
    found = nights[SALES]

    (made_up,) = set(found.manifests) - set(found.days[-2:])
    assert made_up in found.days[:3]
    assert datetime.now(UTC) - snapshot_of(found.manifests[made_up]) < timedelta(hours=1)
    joined = [day for day in found.days[:3] if day != made_up]
    assert [found.states[day] for day in joined] == ["failed"] * 2
    for day in joined:
        reason = found.reasons[day]
        assert "is exporting the data of now" in reason or "There is a good backup" in reason


def test_status_goes_by_what_the_data_show(nights: dict[str, Night], stage: AirflowStage):
    """The day made up for with the data of now is the newest, whatever its file is called."""
    lab = stage.lab
    question = ["status", "--json", "--schema", "SALES"]
    places = {"--config": "backups.yaml", "--connections-file": "connections.json"}
    for option, name in places.items():
        question += [option, str(lab.paths.state / name)]
    told = subprocess.run(
        [sys.executable, "-m", "oracle_backup", *question],
        env={**os.environ, **lab.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    (schema,) = json.loads(told.stdout)["schemas"]
    (made_up,) = set(nights[SALES].manifests) - set(nights[SALES].days[-2:])
    newest = nights[SALES].manifests[made_up]
    assert schema["newest_good"]["archive"] == newest["archive"]["name"]
    assert schema["age_seconds"] < 3600
    assert schema["backups"] == {"lab_store": 3}
