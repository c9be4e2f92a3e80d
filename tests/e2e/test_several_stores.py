"""One pass, several copies: each verified in its own way, and a missing one makes the run red."""

import json
import os
from types import SimpleNamespace

from lab.stage import Lab
from support.backups import Backups

NEAR = {"name": "near", "conn_id": "lab_store", "path": "/backups"}
FAR = {"name": "far", "conn_id": "lab_store", "path": "/elsewhere", "verify": "hash"}
SIZED = {"name": "sized", "conn_id": "lab_store", "path": "/third", "verify": "size"}
CLOSED = {"name": "closed", "conn_id": "closed_store", "path": "/backups"}


def test_every_store_gets_the_same_archive_and_verifies_it_its_way(backups: Backups, lab: Lab):
    outcome = backups.run("HR", stores=[SIZED, NEAR, FAR])

    assert outcome.state == "success", outcome.tasks
    assert len(outcome.archives) == 3
    assert len({path.read_bytes() for path in outcome.archives}) == 1
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in outcome.manifests]
    assert {one["verified"]["method"] for one in manifests} == {"full", "hash", "size"}
    assert len({one["archive"]["sha256"] for one in manifests}) == 1
    assert outcome.rest == ()
    lines = outcome.mail_text.splitlines()
    for name, proof in (
        ("sized", "its size matched"),
        ("near", "every byte matched"),
        ("far", "its SHA-256 matched"),
    ):
        (line,) = [one for one in lines if f"On {name}" in one]
        assert proof in line


def test_store_that_is_away_stops_no_other_and_the_report_names_it(backups: Backups, lab: Lab):
    away = {**lab.connections["lab_store"], "port": 9}
    os.environ["AIRFLOW_CONN_CLOSED_STORE"] = json.dumps(away)

    outcome = backups.run("HR", stores=[NEAR, CLOSED])

    assert outcome.state == "failed"
    assert outcome.tasks["archive"] == "success"
    assert outcome.tasks["verify"] == "failed"
    assert "NOT ALL COPIES" in outcome.mail_text
    (manifest,) = outcome.manifests
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    assert facts["verified"]["method"] == "full"
    assert "missing on closed" in outcome.mail_text
    # Not every copy is safe, so what it could be made from stays.
    assert list(lab.paths.dumps.glob("HR-*.dmp"))


def test_copy_that_is_missing_is_made_from_one_that_is_there(backups: Backups, lab: Lab):
    first = backups.run("HR", stores=[NEAR, FAR])
    far = [path for path in first.archives if "elsewhere" in str(path)]
    assert len(far) == 1
    content = far[0].read_bytes()
    manifest = far[0].with_name(f"{far[0].name}.json")
    manifest.unlink()
    far[0].unlink()

    verify = _verify_again(first)

    assert verify["verified"]
    assert far[0].read_bytes() == content
    assert json.loads(manifest.read_text(encoding="utf-8"))["verified"]["method"] == "hash"


def _verify_again(outcome):
    """Run the verify task of a finished run once more, as clearing it does."""
    from airflow.dag_processing.dagbag import DagBag

    (dag,) = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags.values()
    operator = dag.get_task("verify")
    archive = outcome.archives[0]
    operator.archive = {
        "archive": f"lab/HR/{archive.name}",
        "location": "",
        "dump_bytes": 0,
    }
    operator.outlets = []
    return operator.execute({"ti": SimpleNamespace(xcom_push=lambda **_: None)})
