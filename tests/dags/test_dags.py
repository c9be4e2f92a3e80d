"""The DAGs that come out of a config file, as Airflow's own DagBag finds them."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import CronTriggerTimetable
from airflow.serialization.serialized_objects import DagSerialization

from oracle_backup.domain.names import USUAL_SHAPE, NameShape

STEPS = {
    "preflight",
    "export",
    "inspect",
    "archive",
    "verify",
    "retain",
    "clean_up",
    "report",
    "watcher",
}


def config(**schemas: object) -> dict[str, object]:
    return {
        "watchdog": {"enabled": False},
        "defaults": {
            "host_conn_id": "h",
            "database_conn_id": "d",
            "environment": {"oracle_home": "/u01/home", "oracle_sid": "ORCL"},
            "store": {"conn_id": "s", "path": "/backups"},
            "mail": {"to": ["dba@example.com"]},
            "schedule": "30 1 * * *",
            "timezone": "Europe/Madrid",
        },
        "databases": {"erp": {"schemas": schemas}},
    }


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load the DAGs of a config."""

    def load(content: dict[str, object]) -> DagBag:
        path = tmp_path / "backups.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
        return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])

    return load


def test_each_schema_becomes_a_dag_with_all_steps(load):
    bag = load(config(HR={}, SALES={"schedule": None}))

    assert bag.import_errors == {}
    assert set(bag.dags) == {"oracle_backup__erp__HR", "oracle_backup__erp__SALES"}
    for dag in bag.dags.values():
        assert set(dag.task_ids) == STEPS


def test_dag_starts_nothing_by_surprise(load):
    dag = load(config(HR={})).dags["oracle_backup__erp__HR"]

    assert dag.catchup is False
    assert dag.start_date is None
    assert dag.max_active_runs == 1
    assert isinstance(dag.timetable, CronTriggerTimetable)
    assert dag.timetable.run_immediately is False
    assert str(dag.timetable.timezone) == "Europe/Madrid" or "Europe/Madrid" in repr(dag.timetable)
    assert load(config(HR={"schedule": None})).dags["oracle_backup__erp__HR"].schedule is None


def test_address_of_the_monitor_stands_in_no_dag(load):
    secret = "canary-0a1b2c3d4e5f"
    url = f"https://hc.example/{secret}"

    dag = load(config(HR={"ping_url": url})).dags["oracle_backup__erp__HR"]

    assert dag.get_task("preflight").heartbeat
    assert dag.get_task("report").heartbeat
    assert secret not in json.dumps(DagSerialization.to_dict(dag))
    wrong = load(config(HR={"ping_url": f"{url}/?a=b"})).dags["oracle_backup__erp__HR"]
    assert set(wrong.task_ids) == {"refuse"}
    assert secret not in json.dumps(DagSerialization.to_dict(wrong))
    plain = load(config(HR={})).dags["oracle_backup__erp__HR"]
    assert not plain.get_task("report").heartbeat


def test_every_task_has_owner_timeout_and_retry_policy(load):
    dag = load(config(HR={"retries": 2})).dags["oracle_backup__erp__HR"]

    assert set(dag.tags) == {"oracle", "backup", "erp"}
    assert "HR" in dag.doc_md
    for task in dag.tasks:
        assert task.owner == "oracle-backup"
        assert timedelta() < task.execution_timeout <= timedelta(hours=24)
        assert task.retries == 2
        assert task.retry_policy is not None


def test_a_failed_step_decides_the_run_whatever_report_and_clean_up_do(load):
    dag = load(config(HR={})).dags["oracle_backup__erp__HR"]

    watcher = dag.get_task("watcher")
    assert watcher.downstream_task_ids == set()
    assert watcher.upstream_task_ids == STEPS - {"watcher"}
    assert watcher.is_teardown
    assert watcher.on_failure_fail_dagrun
    assert set(watcher.steps) == STEPS - {"watcher"}
    assert dag.get_task("report").upstream_task_ids == STEPS - {"watcher", "report"}
    assert dag.get_task("report").is_teardown
    assert dag.get_task("clean_up").is_teardown


def test_trigger_form_offers_pin_note_and_keep_dump(load):
    dag = load(config(HR={})).dags["oracle_backup__erp__HR"]

    assert {name: dag.params[name] for name in dag.params} == {
        "pin": False,
        "note": None,
        "keep_dump": False,
    }


def test_names_are_shaped_alike_in_every_task(load):
    names = {
        "archive": {"file_name": "{host}.{schema}-{local_time}", "folder": ""},
        "export": {"file_name": "{schema}_{time}", "numbered_files": False},
        "host_name": "db1",
    }
    bag = load(config(HR=names))
    dag = bag.dags["oracle_backup__erp__HR"]

    shape = NameShape(
        archive="{host}.{schema}-{local_time}",
        folder="",
        export="{schema}_{time}",
        numbered=False,
        zone="Europe/Madrid",
        host="db1",
    )
    for task in ("preflight", "export", "archive", "clean_up"):
        assert dag.get_task(task).shape == shape
    assert dag.get_task("retain").folder == ""


def test_names_are_as_ever_where_nothing_is_asked_for(load):
    dag = load(config(HR={"timezone": "UTC"})).dags["oracle_backup__erp__HR"]

    for task in ("preflight", "export", "archive", "clean_up"):
        assert dag.get_task(task).shape == USUAL_SHAPE
    assert dag.get_task("retain").folder == "erp/HR"


def test_report_has_the_config_s_own_words(load):
    mail = {"to": ["dba@example.com"], "subject": "{verdict} {host}", "message": "<p>x</p>"}
    report = load(config(HR={"mail": mail, "host_name": "db1"})).dags["oracle_backup__erp__HR"]
    task = report.get_task("report")

    assert (task.subject, task.message, task.host_name) == ("{verdict} {host}", "<p>x</p>", "db1")


def test_mails_are_in_the_config_s_language_and_show_the_store_s_backups(load):
    mail = {"to": ["dba@example.com"], "language": "es"}
    dag = load(config(HR={"mail": mail})).dags["oracle_backup__erp__HR"]
    report = dag.get_task("report")

    assert [dag.get_task(task).language for task in ("export", "report")] == ["es", "es"]
    assert report.folder == dag.get_task("retain").folder
    assert report.stores == dag.get_task("retain").stores


def test_schemas_that_would_share_names_hide_no_other(load):
    flat = {"folder": "", "file_name": "{time}"}
    bag = load(config(HR={"archive": flat}, SALES={"archive": dict(flat)}, CRM={}))

    assert bag.import_errors == {}
    assert {dag.dag_id: set(dag.task_ids) for dag in bag.dags.values()} == {
        "oracle_backup__erp__HR": STEPS,
        "oracle_backup__erp__SALES": {"refuse"},
        "oracle_backup__erp__CRM": STEPS,
    }


def test_host_may_be_this_very_machine(load):
    dag = load(config(HR={"host_conn_id": "local"})).dags["oracle_backup__erp__HR"]

    assert dag.get_task("export").ssh_conn_id == "local"


def test_disabled_schema_has_no_dag(load):
    assert load(config(HR={"enabled": False})).dags == {}


def test_no_schema_is_no_error(load):
    bag = load({"watchdog": {"enabled": False}, "databases": {}})

    assert bag.import_errors == {}
    assert bag.dags == {}


@pytest.mark.parametrize("name", ["HR", "x" * 300, "a b", "Ñandú", "a/../b", "<script>"])
def test_wrong_entry_becomes_a_dag_that_says_so_and_hides_no_other(load, name):
    bag = load(config(**{name: {"retension": 1}, "SALES": {}}))

    assert bag.import_errors == {}
    assert len(bag.dags) == 2
    (broken,) = [dag for dag_id, dag in bag.dags.items() if "SALES" not in dag_id]
    assert broken.task_ids == ["refuse"]
    assert "retension" in broken.doc_md
    with pytest.raises(Exception, match="retension"):
        broken.get_task("refuse").execute({})


def test_unreadable_file_is_an_import_error_with_our_words(load, tmp_path, monkeypatch):
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(tmp_path / "missing.yaml"))

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])

    ((path, text),) = bag.import_errors.items()
    assert path.endswith("oracle_backup.py")
    assert "There is no config file" in text
    # Somebody has to say so.
    assert set(bag.dags) == {"oracle_watchdog"}


def test_every_dag_can_be_serialized(load):
    from airflow.serialization.serialized_objects import DagSerialization

    mail = {"to": ["dba@example.com"], "subject": "{verdict}", "message": "{time}"}
    named = {"archive": {"folder": ""}, "mail": mail, "host_conn_id": "local"}
    for dag in load(config(HR={}, SALES={"wrong": 1}, CRM=named)).dags.values():
        assert DagSerialization.serialize_dag(dag)["dag_id"] == dag.dag_id


def test_dag_file_says_airflow_or_discovery_would_skip_it(root: Path):
    for path in (root / "dags").glob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert "airflow" in text
        assert "dag" in text
