"""The DAG of the daily digest, as Airflow's own DagBag finds it."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.dag_processing.dagbag import DagBag

DIGEST = "oracle_backup_digest"
BOSS, DBA, OPS = "boss@example.com", "dba@example.com", "ops@example.com"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load the DAGs of a config with these schemas."""

    def load(schemas: dict[str, Any], **sections: Any) -> DagBag:
        content = {
            "defaults": {
                "host_conn_id": "h",
                "database_conn_id": "d",
                "environment": {"oracle_home": "/u01/home", "oracle_sid": "ORCL"},
                "store": {"conn_id": "s", "path": "/backups"},
                "mail": {"to": [DBA]},
                "schedule": "@quarterly",
                "timezone": "Europe/Madrid",
            },
            "databases": {"erp": {"schemas": schemas}},
            **sections,
        }
        path = tmp_path / "backups.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
        bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        assert bag.import_errors == {}
        return bag

    return load


def wants_digest(*also: str, **more: Any) -> dict[str, Any]:
    return {"mail": {"to": [BOSS, *also], "when": "digest", **more}}


def test_there_is_no_digest_where_nobody_wants_one(load):
    assert DIGEST not in load({"HR": {}}).dags
    assert DIGEST not in load({"HR": wants_digest()}, digest={"enabled": False}).dags
    assert DIGEST not in load({"HR": {**wants_digest(), "enabled": False}}).dags


def test_digest_is_made_each_day_as_the_config_says(load):
    schedule = {"schedule": "30 8 * * *", "timezone": "Europe/Madrid"}
    dag = load({"HR": wants_digest(), "SALES": {}}, digest=schedule).dags[DIGEST]

    assert "30 8 * * *" in repr(dag.timetable)
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.is_paused_upon_creation is False
    (task,) = dag.tasks
    assert task.timezone == "Europe/Madrid"
    assert task.retries > 0
    assert [(one.key, one.cron) for one in task.schemas] == [("erp__HR", "0 0 1 */3 *")]


def test_all_who_want_the_same_in_one_way_share_a_letter(load):
    schemas = {
        "HR": wants_digest(OPS),
        "SALES": {"mail": {"to": [DBA], "also": [{"to": [OPS, BOSS], "when": "digest"}]}},
        "CRM": wants_digest(language="es"),
        "PAY": wants_digest(**{"from": "pay@example.com"}),
    }

    (task,) = load(schemas).dags[DIGEST].tasks

    assert [(one.to, one.schemas, one.language, one.sender) for one in task.letters] == [
        ((BOSS, OPS), ("erp__HR", "erp__SALES"), "en", None),
        ((BOSS,), ("erp__CRM",), "es", None),
        ((BOSS,), ("erp__PAY",), "en", "pay@example.com"),
    ]


def test_broken_entries_and_wrong_sections_are_told_by_it(load):
    sections = {"digest": {"scedule": "x"}}

    (task,) = load({"HR": wants_digest(), "X": {"retension": 1}}, **sections).dags[DIGEST].tasks

    assert [(one.schema, one.state) for one in task.broken] == [("X", "broken")]
    assert "retension" in task.broken[0].problems[0]
    assert "scedule" in task.problems[0]


def test_digest_and_reports_name_the_same_assets(load):
    bag = load({"HR": wants_digest()})

    (digest,) = bag.dags[DIGEST].tasks
    report = bag.dags["oracle_backup__erp__HR"].get_task("report")

    assert report.inlets == [report.records]
    assert report.records in digest.inlets
    assert digest.schemas[0].records == report.records


def test_those_who_only_want_the_digest_get_nothing_else(load):
    schema = wants_digest()
    schema["mail"]["also"] = [{"to": [DBA], "when": "failures"}]

    dag = load({"HR": schema}).dags["oracle_backup__erp__HR"]

    recipients = dag.get_task("report").recipients
    assert recipients == {"success": (), "warnings": (), "failed": (DBA,)}
    assert dag.get_task("export").to == (DBA,)


def test_digest_can_be_serialized(load):
    from airflow.serialization.serialized_objects import DagSerialization

    dag = load({"HR": wants_digest()}).dags[DIGEST]

    assert DagSerialization.serialize_dag(dag)["dag_id"] == DIGEST


def test_config_that_can_t_be_read_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(tmp_path / "missing.yaml"))

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])

    assert [Path(path).name for path in bag.import_errors] == ["oracle_backup.py"]


def test_deadline_is_in_the_serialized_dag_and_tells_who_hears_of_failures(load):
    from airflow.serialization.serialized_objects import DagSerialization

    mail = {"to": [DBA], "when": "failures", "also": [{"to": [BOSS], "when": "digest"}]}
    dag = load({"HR": {"deadline": "5h", "mail": mail}}).dags["oracle_backup__erp__HR"]

    (alert,) = dag.deadline
    assert alert.interval.total_seconds() == 5 * 3600
    assert alert.callback.kwargs["to"] == [DBA]
    assert "BackupReportNotifier" in alert.callback.path
    kept = DagSerialization.serialize_dag(dag)
    assert "BackupReportNotifier" in str(kept["deadline"])
    assert DagSerialization.deserialize_dag(kept).dag_id == dag.dag_id


def test_there_is_no_deadline_where_none_is_set_or_nobody_hears_of_it(load):
    bag = load({"HR": {}, "CRM": {**wants_digest(), "deadline": "5h"}})

    assert [bag.dags[f"oracle_backup__erp__{name}"].deadline for name in ("HR", "CRM")] == [
        None,
        None,
    ]
