"""A backup that went well can be restored; one that did not is red, and says why."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from lab.oracle import instance
from lab.stage import Lab
from support.backups import Backups

needs_7zip = pytest.mark.skipif(
    shutil.which("7zz") is None, reason="7zz is not installed (apt-get install 7zip)"
)


def unpack(archive: Path, folder: Path, *, password: str | None = None) -> list[Path]:
    """Unpack with the real 7-Zip; the password goes over stdin."""
    done = subprocess.run(
        ["7zz", "x", "-y", f"-o{folder}", str(archive)],
        input=f"{password}\n" if password else "",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(folder.iterdir())


def test_manifest_keeps_the_published_schema(backups: Backups, root: Path):
    schema = json.loads((root / "docs/reference/manifest.schema.json").read_text(encoding="utf-8"))
    # As published, and strict: what a run writes is described in full.
    for record in (schema, *schema["$defs"].values()):
        record["additionalProperties"] = False

    manifest = backups.run("HR", conf={"note": "before the upgrade"}).manifest

    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    assert [error.message for error in checker.iter_errors(manifest)] == []
    assert all(manifest[name] for name in ("run_id", "tool_version", "snapshot_scn", "parameters"))
    assert all(manifest[name] for name in ("database_version", "character_set", "tables", "note"))
    assert manifest["verified"]["method"] == "full"


@needs_7zip
def test_backup_can_be_restored_with_ordinary_tools(backups: Backups, lab: Lab, tmp_path: Path):
    outcome = backups.run("HR")

    assert outcome.state == "success"
    (archive,) = outcome.archives
    manifest = outcome.manifest
    assert manifest["verdict"] == "complete"
    assert manifest["archive"]["size_bytes"] == archive.stat().st_size
    assert manifest["archive"]["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    files = {path.name: path for path in unpack(archive, tmp_path / "out")}
    for member in manifest["archive"]["members"]:
        content = files[member["name"]].read_bytes()
        assert len(content) == member["size_bytes"]
        assert hashlib.sha256(content).hexdigest() == member["sha256"]
    dump = next(path for name, path in files.items() if name.endswith(".dmp"))
    assert restored_rows(lab, dump) == {
        table["table"]: table["rows"] for table in manifest["tables"]
    }


def restored_rows(lab: Lab, dump: Path) -> dict[str, int]:
    """Load a dump into a scratch schema with impdp; return the rows of each table there."""
    shutil.copy(dump, lab.paths.dumps / dump.name)
    password = lab.connections["lab_database"]["password"]
    parameters = lab.paths.home / "restore.par"
    parameters.write_text(
        f'USERID=BACKUP/"{password}"@LABPDB1\nDIRECTORY=BACKUP_DIR\nDUMPFILE={dump.name}\n'
        "LOGFILE=restore.log\nREMAP_SCHEMA=HR:SCRATCH\nJOB_NAME=RESTORE_TEST\n",
        encoding="utf-8",
    )
    oracle_home = lab.paths.oracle_home
    done = subprocess.run(
        [str(oracle_home / "bin" / "impdp"), f"parfile={parameters}"],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(lab.paths.home),
            "ORACLE_HOME": str(oracle_home),
            "LAB_STATE": str(lab.paths.state),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    # It holds a password, and other tests look for those.
    parameters.unlink()
    assert "successfully completed" in done.stdout + done.stderr, done.stderr
    with sqlite3.connect(lab.paths.instance) as instance:
        names = instance.execute("select table_name from dba_tables where owner = 'SCRATCH'")
        return {
            name: int(
                instance.execute(
                    "select num_rows from dba_tables where owner = 'SCRATCH' and table_name = ?",
                    (name,),
                ).fetchone()[0]
            )
            for (name,) in names.fetchall()
        }


def test_good_backup_leaves_nothing_on_the_host(backups: Backups, lab: Lab):
    # Runs that ended red keep theirs.
    jobs, dumps = lab.paths.home / ".oracle-backup" / "jobs", lab.paths.dumps
    before = {*jobs.glob("*"), *dumps.rglob("HR-*")}

    outcome = backups.run("HR")

    assert outcome.state == "success"
    assert outcome.tasks["watcher"] == "success"
    assert {*jobs.glob("*"), *dumps.rglob("HR-*")} == before
    assert outcome.rest == ()
    assert outcome.mail["Subject"] == "[Oracle backup] OK: HR on lab"
    (attachment,) = outcome.mail.iter_attachments()
    assert "successfully completed" in attachment.get_content()


@needs_7zip
def test_backup_with_password_opens_only_with_it(backups: Backups, lab: Lab, tmp_path: Path):
    outcome = backups.run("HR", archive={"password_conn_id": "lab_archive"})

    assert outcome.state == "success"
    (archive,) = outcome.archives
    password = lab.connections["lab_archive"]["password"]
    assert len(unpack(archive, tmp_path / "out", password=password)) == 2
    listing = subprocess.run(
        ["7zz", "l", "-pwrong", str(archive)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert listing.returncode != 0
    assert ".dmp" not in listing.stdout


def test_failed_export_is_red_and_the_mail_says_why(backups: Backups):
    backups.set_faults({"tool": "expdp", "schema": "HR", "fault": "ora-39070"})

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["inspect"] == "failed"
    assert outcome.archives == outcome.manifests == ()
    assert "FAILED: HR on lab" in outcome.mail["Subject"]
    assert "ORA-39070" in outcome.mail_text


def test_export_with_wrong_password_is_red_and_the_mail_says_why(backups: Backups):
    backups.set_faults({"tool": "expdp", "fault": "bad-login"})

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.archives == ()
    assert "ORA-01017" in outcome.mail_text


def test_incomplete_export_is_archived_and_red_and_prunes_nothing(backups: Backups):
    good = backups.run("HR", retention={"keep_last": 1})
    assert good.state == "success"
    backups.set_faults(
        {"tool": "expdp", "schema": "HR", "table": "EMPLOYEES", "fault": "ora-01555"}
    )

    outcome = backups.run("HR", retention={"keep_last": 1})

    assert outcome.state == "failed"
    assert outcome.tasks["verify"] == "success"
    assert outcome.tasks["retain"] == "failed"
    assert set(good.archives) < set(outcome.archives)
    verdicts = sorted(json.loads(path.read_text())["verdict"] for path in outcome.manifests)
    assert verdicts == ["complete", "incomplete"]
    assert "INCOMPLETE: HR on lab" in outcome.mail["Subject"]
    assert re.search(r"EMPLOYEES +ORA-01555: Undo was overwritten", outcome.mail_text)
    said = " ".join(outcome.mail_text.split())
    assert "Raise UNDO_RETENTION" in said
    assert "Mend the cause, then clear the task export" in said


def test_report_in_spanish_says_what_to_do_in_spanish(backups: Backups):
    backups.set_faults(
        {"tool": "expdp", "schema": "HR", "table": "EMPLOYEES", "fault": "ora-01555"}
    )

    outcome = backups.run("HR", mail={"language": "es"})

    assert outcome.mail["Subject"] == "[Backup Oracle] INCOMPLETO: HR en lab"
    assert re.search(r"EMPLOYEES +ORA-01555: El undo se sobrescribió", outcome.mail_text)
    assert "Suba UNDO_RETENTION" in " ".join(outcome.mail_text.split())
    english = re.findall(r"\b(?:the|is|are|was|of|and|with|from|it|not)\b", outcome.mail_text)
    assert english == []


def test_full_store_is_red_and_leaves_no_final_name(backups: Backups, lab: Lab):
    lab.set_store_faults(capacity_bytes=2000)

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["archive"] == "failed"
    assert outcome.archives == outcome.manifests == ()
    assert list(lab.paths.dumps.glob("HR-*.dmp")), "the only copy of the dump is gone"
    assert "archive failed" in outcome.mail_text.lower()


def test_upload_broken_for_good_is_red_and_leaves_no_final_name(backups: Backups, lab: Lab):
    lab.set_store_faults(bytes_per_second=20_000)
    killer = threading.Thread(target=kill_store_when_a_part_grows, args=(lab,))
    killer.start()

    outcome = backups.run("SALES")

    killer.join()
    lab.restart("store")
    assert outcome.state == "failed"
    assert outcome.tasks["archive"] == "failed"
    assert outcome.archives == outcome.manifests == ()
    assert list(lab.paths.dumps.glob("SALES-*.dmp")), "the only copy of the dump is gone"
    assert "archive failed" in outcome.mail_text.lower()


def kill_store_when_a_part_grows(lab: Lab) -> None:
    """Kill the store in the middle of an upload."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        if any(path.stat().st_size for path in lab.paths.store.rglob("*.7z.????????.part")):
            lab.kill("store")
            return
        time.sleep(0.05)


def test_upload_that_arrives_damaged_is_found_by_reading_back(backups: Backups, lab: Lab):
    lab.set_store_faults(corrupt=["*.7z.????????.part"])

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["verify"] == "failed"
    assert outcome.manifest["verified"] is None
    assert list(lab.paths.dumps.glob("HR-*.dmp")), "the only good copy of the dump is gone"


def test_refused_mail_turns_the_run_red_and_the_text_is_in_the_log(
    backups: Backups, lab: Lab, capfd: pytest.CaptureFixture[str]
):
    lab.refuse_mail("550 no such user here")

    outcome = backups.run("HR")

    assert outcome.state == "failed"
    assert outcome.tasks["retain"] == "success"
    assert outcome.tasks["report"] == "failed"
    assert outcome.tasks["watcher"] == "failed"
    assert len(outcome.archives) == 1
    assert outcome.manifest["verified"] is not None
    said = "".join(capfd.readouterr())
    assert "Backup of HR on lab is complete and verified." in said
    assert "no such user here" in said


def test_missing_tool_and_directory_are_reported_together(backups: Backups):
    outcome = backups.run(
        "HR",
        export={"directory": "NO_SUCH_DIR"},
        environment={"oracle_home": "/nowhere", "container": "OTHERPDB"},
    )

    assert outcome.state == "failed"
    assert outcome.tasks["preflight"] == "failed"
    for word in ("NO_SUCH_DIR", "/nowhere/bin/expdp", "OTHERPDB"):
        assert word in outcome.mail_text
    assert outcome.archives == ()


def test_retention_keeps_what_the_policy_says(backups: Backups):
    for _ in range(3):
        outcome = backups.run("HR", retention={"keep_last": 2})
        assert outcome.state == "success"

    assert len(outcome.archives) == len(outcome.manifests) == 2
    assert "Removed: HR-" in outcome.mail_text
    assert "SIZE OF THE LAST 2 BACKUPS" in outcome.mail_text
    assert "BIGGEST TABLES" in outcome.mail_text
    kinds = [part.get_content_type() for part in outcome.mail.walk()]
    assert kinds.count("image/png") == 1


def test_pinned_backup_outlives_the_policy(backups: Backups):
    pinned = backups.run("HR", conf={"pin": True, "note": "before the upgrade"})
    for _ in range(2):
        outcome = backups.run("HR", retention={"keep_last": 1})

    assert pinned.archives[0] in outcome.archives
    assert len(outcome.archives) == 2
    manifest = json.loads(pinned.manifests[0].read_text())
    assert manifest["pinned"] is True
    assert manifest["note"] == "before the upgrade"


def test_legacy_exp_is_backed_up_too(backups: Backups, lab: Lab):
    outcome = backups.run("HR", export={"tool": "exp", "path": str(lab.paths.dumps)})

    assert outcome.state == "success"
    assert outcome.manifest["tool"] == "exp"
    assert "imp USER@DATABASE file=HR-" in outcome.mail_text
    assert outcome.manifest["verdict"] == "complete"


def test_schema_with_odd_table_names_is_backed_up(backups: Backups):
    outcome = backups.run("EMPTYISH")

    assert outcome.state == "success"
    assert {table["table"] for table in outcome.manifest["tables"]} >= {"Mixed Case"}


def test_keep_dump_leaves_dump_and_log_on_the_host(backups: Backups, lab: Lab):
    outcome = backups.run("HR", conf={"keep_dump": True})

    assert outcome.state == "success"
    assert {path.suffix for path in lab.paths.dumps.glob("HR-*")} == {".dmp", ".log"}


def test_wrong_entry_fails_by_itself_and_hides_no_other(backups: Backups):
    from airflow.dag_processing.dagbag import DagBag

    backups.configure({"HR": {"retension": {"keep_last": 1}}, "SALES": {}})

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    assert bag.import_errors == {}
    assert set(bag.dags) == {"oracle_backup__lab__HR", "oracle_backup__lab__SALES"}
    run = bag.dags["oracle_backup__lab__HR"].test()

    assert str(run.state) == "failed"
    assert "retension" in bag.dags["oracle_backup__lab__HR"].doc_md


def test_database_names_the_tables_that_an_export_has_to_hold(backups: Backups):
    from oracle_backup.hooks.database import OracleDatabaseHook

    with OracleDatabaseHook("lab_database").database() as database:
        old = database.tables("HR", older_than=timedelta(minutes=-1))
        older = database.tables("HR", older_than=timedelta(days=1000))

    assert ("HR", "EMPLOYEES") in old
    assert len(old) == 7
    assert older == frozenset()


def test_table_that_lost_its_rows_since_the_last_backup_is_told_in_report_and_manifest(
    backups: Backups, lab: Lab
):
    first = backups.run("HR")
    table = '"HR.EMPLOYEES"'
    with instance.connect(lab.paths.oracle_home) as connection:
        connection.execute(f"create table saved as select * from {table}")
        connection.execute(f"delete from {table}")
    try:
        second = backups.run("HR")
    finally:
        with instance.connect(lab.paths.oracle_home) as connection:
            connection.execute(f"insert into {table} select * from saved")
            connection.execute("drop table saved")

    assert (first.state, second.state) == ("success", "success")
    newest = json.loads(max(second.manifests).read_text(encoding="utf-8"))
    assert any("EMPLOYEES (107 to 0 rows)" in warning for warning in newest["warnings"])
    assert "EMPLOYEES (107 to 0 rows)" in second.mail_text
    assert "OK (warnings)" in second.mail["Subject"]
