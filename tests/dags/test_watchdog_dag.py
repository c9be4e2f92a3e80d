"""The DAG that looks after all backups, as Airflow's own DagBag finds it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import CronTriggerTimetable

DEFAULTS = {
    "host_conn_id": "h",
    "database_conn_id": "d",
    "environment": {"oracle_home": "/u01/home", "oracle_sid": "ORCL"},
    "store": {"conn_id": "s", "path": "/backups"},
    "mail": {"to": ["dba@example.com"], "language": "es"},
}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load the DAGs of a config's text."""

    def load(text: str) -> DagBag:
        path = tmp_path / "backups.yaml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
        return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])

    return load


def config(watchdog: dict[str, object] | None = None, **schemas: object) -> str:
    return yaml.safe_dump(
        {
            "watchdog": watchdog,
            "defaults": DEFAULTS,
            "databases": {"erp": {"schemas": schemas}},
        }
    )


def test_watchdog_looks_by_its_schedule_and_starts_nothing_by_surprise(load):
    settings = {"schedule": "5 * * * *", "timezone": "Europe/Madrid", "remind_after": "6h"}
    dag = load(config(settings, HR={})).dags["oracle_watchdog"]

    assert (dag.catchup, dag.start_date, dag.max_active_runs) == (False, None, 1)
    assert isinstance(dag.timetable, CronTriggerTimetable)
    assert dag.timetable.run_immediately is False
    assert "5 * * * *" in repr(dag.timetable)
    look = dag.get_task("look")
    assert (look.remind_after, look.timezone) == (timedelta(hours=6), "Europe/Madrid")
    assert timedelta() < look.execution_timeout < timedelta(minutes=30)
    assert look.retry_policy is not None
    assert look.owner == "oracle-backup"


def test_watchdog_is_awake_from_the_beginning(load):
    dag = load(config(HR={})).dags["oracle_watchdog"]

    assert dag.is_paused_upon_creation is False
    assert dag.has_on_failure_callback
    assert "watchdog" in dag.tags
    assert "red run" in dag.doc_md


def test_watchdog_knows_all_entries_and_needs_none_of_their_dags(load):
    dag = load(config(HR={}, OLD={"enabled": False}, SALES={"retries": -1})).dags["oracle_watchdog"]

    watched = dag.get_task("look").watched
    assert [one.key for one in watched.schemas] == ["erp/HR"]
    assert watched.switched_off == {"erp/OLD"}
    assert [one.schema for one in watched.broken] == ["SALES"]
    assert watched.schemas[0].first_due is not None


def test_watchdog_can_be_switched_off(load):
    assert "oracle_watchdog" not in load(config({"enabled": False}, HR={})).dags


@pytest.mark.parametrize("text", ["defaults: [", "nonsense: 1", "", "\x00"])
def test_config_that_can_t_be_read_leaves_a_watchdog_that_says_so(load, text):
    bag = load(text)

    (broken,) = bag.import_errors
    assert broken.endswith("oracle_backup.py")
    watched = bag.dags["oracle_watchdog"].get_task("look").watched
    assert "backups.yaml" in watched.unreadable
    assert watched.schemas == ()


def test_watchdog_can_be_serialized(load):
    from airflow.serialization.serialized_objects import DagSerialization

    for text in (config(HR={}), "defaults: ["):
        dag = load(text).dags["oracle_watchdog"]
        assert DagSerialization.serialize_dag(dag)["dag_id"] == "oracle_watchdog"
