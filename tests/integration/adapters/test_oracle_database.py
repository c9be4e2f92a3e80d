"""The database adapter, through the real driver, against the lab's listener."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import oracledb
import pytest

from lab.oracle import conditions, instance
from lab.oracle.faults import set_faults
from lab.stage import Lab
from oracle_backup.adapters.oracle_database import OracleDatabase, UndoView
from oracle_backup.errors import StatementError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab"), servers=["listener"], scale=0.02) as lab:
        yield lab


@pytest.fixture
def database(lab: Lab) -> Iterator[OracleDatabase]:
    given = lab.connections["lab_database"]
    connection = oracledb.connect(
        user=given["login"],
        password=given["password"],
        host=given["host"],
        port=given["port"],
        service_name=given["extra"]["service_name"],
    )
    with connection:
        yield OracleDatabase(connection, label="lab_database")


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


class Export:
    """An export of HR by expdp, which a test may hold up by a fault."""

    def __init__(self, lab: Lab, folder: Path, name: str) -> None:
        self.lab = lab
        self.name = name
        self._parfile = folder / f"{name}.par"
        self._client: subprocess.Popen[bytes] | None = None

    @property
    def dumps(self) -> list[Path]:
        return sorted(self.lab.paths.dumps.glob(f"{self.name}*.dmp"))

    def start(self) -> None:
        password = self.lab.connections["lab_database"]["password"]
        self._parfile.write_text(
            f'userid=backup/"{password}"@LABPDB1\nschemas=HR\ndirectory=BACKUP_DIR\n'
            f"dumpfile={self.name}_%U.dmp\nlogfile={self.name}.log\njob_name={self.name}\n"
        )
        home = self.lab.paths.oracle_home
        known = {"ORACLE_HOME": str(home), "ORACLE_SID": instance.SID, "PATH": os.environ["PATH"]}
        self._client = subprocess.Popen(
            [str(home / "bin" / "expdp"), f"parfile={self._parfile}"],
            env={
                **known,
                "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
                "LAB_STATE": str(self.lab.paths.state),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> int:
        assert self._client is not None
        return self._client.wait(PATIENCE_SECONDS)


@pytest.fixture
def export(lab: Lab, tmp_path: Path) -> Iterator[Export]:
    """An export that hangs at its first table until the faults are lifted or it is stopped."""
    export = Export(lab, tmp_path, f"OB_TEST_{os.urandom(4).hex().upper()}")
    set_faults(lab.paths.oracle_home, [{"fault": "hang", "tool": "expdp"}])
    yield export
    set_faults(lab.paths.oracle_home)
    export.end()


def test_stop_job_ends_a_running_export_with_its_dumps_and_its_client(
    database: OracleDatabase, export: Export
):
    export.start()
    wait_for(lambda: (job := database.job(export.name)) and job.state == "EXECUTING")
    wait_for(lambda: export.dumps)

    stopped = database.stop_job(export.name, owner="BACKUP")

    assert stopped is True
    wait_for(lambda: database.job(export.name) is None)
    assert export.end() != 0
    assert export.dumps == []


def test_stop_job_that_is_gone_says_so(database: OracleDatabase):
    assert database.stop_job("OB_NO_SUCH_JOB", owner="BACKUP") is False


def test_stop_job_removes_what_a_job_left_that_does_not_run(
    database: OracleDatabase, export: Export, lab: Lab
):
    set_faults(lab.paths.oracle_home, [{"fault": "crash", "tool": "expdp", "table": "EMPLOYEES"}])
    export.start()
    wait_for(lambda: (job := database.job(export.name)) and job.state == "NOT RUNNING")

    stopped = database.stop_job(export.name, owner="BACKUP")

    assert stopped is True
    assert database.job(export.name) is None


@contextmanager
def conditions_of(lab: Lab) -> Iterator[sqlite3.Connection]:
    """The instance, to set conditions in it."""
    with closing(instance.connect(lab.paths.oracle_home)) as connection:
        yield connection


def test_job_progress_moves_while_the_job_works_and_stays_while_it_hangs(
    database: OracleDatabase, export: Export, lab: Lab
):
    export.start()
    wait_for(lambda: "WORKER" in (database.job_progress(export.name) or ""))
    before = database.job_progress(export.name)
    assert database.job_progress(export.name) == before

    set_faults(lab.paths.oracle_home, pace_rows_per_second=100)

    wait_for(lambda: database.job_progress(export.name) != before)


def test_job_progress_without_the_views_can_t_be_told(database: OracleDatabase, lab: Lab):
    with conditions_of(lab) as connection:
        conditions.deny_view(connection, "v$session_longops", "dba_datapump_sessions")
        hidden = database.job_progress("OB_X")
        conditions.deny_view(connection, "v$session_longops")
        half = database.job_progress("OB_X")
        conditions.deny_view(connection)

    assert hidden is None
    assert half == ""


def test_job_hindrance_tells_of_a_wait_for_space(
    database: OracleDatabase, export: Export, lab: Lab
):
    rule = {"fault": "resumable-wait", "tool": "expdp", "table": "EMPLOYEES"}
    set_faults(lab.paths.oracle_home, [rule])
    export.start()

    wait_for(lambda: database.job_hindrance(export.name, owner="BACKUP"))

    (sentence,) = database.job_hindrance(export.name, owner="BACKUP")
    assert "ORA-01653" in sentence
    assert "It waits since" in sentence


def test_job_hindrance_tells_who_holds_a_lock(database: OracleDatabase, export: Export, lab: Lab):
    set_faults(lab.paths.oracle_home)
    with conditions_of(lab) as connection:
        conditions.lock_table(connection, "HR", "EMPLOYEES", username="SCOTT", machine="desk-17")
        try:
            export.start()
            wait_for(lambda: database.job_hindrance(export.name, owner="BACKUP"))
            (sentence,) = database.job_hindrance(export.name, owner="BACKUP")
        finally:
            conditions.release_locks(connection)

    assert "for library cache lock" in sentence
    assert "(SCOTT, sqlplus, desk-17)" in sentence
    assert export.end() == 0
    assert database.job_hindrance(export.name, owner="BACKUP") == ()


def test_job_hindrance_says_what_may_not_be_read(database: OracleDatabase, lab: Lab):
    with conditions_of(lab) as connection:
        conditions.deny_view(connection, "dba_resumable", "v$session")
        space, lock = database.job_hindrance("OB_X", owner="BACKUP")
        conditions.deny_view(connection)

    assert "for space can't be told" in space
    assert "for a lock can't be told" in lock
    assert "ORA-00942" in space
    assert "ORA-00942" in lock


def test_probe_is_written_as_a_dump_is_and_removed_again(database: OracleDatabase, lab: Lab):
    path = lab.paths.dumps / "OB_X.probe"

    database.write_probe("BACKUP_DIR", path.name, text="first")
    database.write_probe("BACKUP_DIR", path.name, text="second")
    written = path.read_text()
    mode = path.stat().st_mode & 0o777
    removed = database.remove_file("BACKUP_DIR", path.name)

    assert written == "second\n"
    assert mode == 0o640
    assert removed is True
    assert not path.exists()
    assert database.remove_file("BACKUP_DIR", path.name) is False


def test_probe_into_a_folder_that_is_not_there_is_refused(database: OracleDatabase, lab: Lab):
    with conditions_of(lab) as connection:
        instance.add_directory(connection, "LOST_DIR", lab.paths.dumps / "nowhere")

    with pytest.raises(StatementError, match="ORA-29283") as caught:
        database.write_probe("LOST_DIR", "x.probe", text="x")

    assert caught.value.code == 29283
    assert "ORA-06512" not in str(caught.value)


def test_file_that_may_not_be_removed_is_no_missing_file(database: OracleDatabase):
    with pytest.raises(StatementError, match="ORA-29280"):
        database.remove_file("NO_SUCH_DIR", "x.probe")


def test_banner_tells_the_edition_and_options_what_it_has(database: OracleDatabase, lab: Lab):
    enterprise, full = database.banner(), database.options()
    with conditions_of(lab) as connection:
        conditions.set_edition(connection, "SE2")
        standard, few = database.banner(), database.options()
        conditions.set_edition(connection, "EE")

    assert "Enterprise Edition" in enterprise
    assert "Standard Edition 2" in standard
    assert full["Advanced Compression"] is True
    assert few["Advanced Compression"] is False


def test_undo_is_what_is_asked_for_and_what_is_really_kept(database: OracleDatabase, lab: Lab):
    with conditions_of(lab) as connection:
        conditions.change_parameter(connection, "undo_retention", "1200")
        whole = database.undo()
        conditions.deny_view(connection, "v$undostat")
        half = database.undo()
        conditions.deny_view(connection, "v$parameter")
        with pytest.raises(StatementError, match="ORA-00942"):
            database.undo()
        conditions.deny_view(connection)
        conditions.change_parameter(connection, "undo_retention", "900")

    assert whole == UndoView(retention_seconds=1200, tuned_seconds=1800, longest_query_seconds=620)
    assert half == UndoView(retention_seconds=1200, tuned_seconds=None, longest_query_seconds=None)


def test_roles_are_those_of_the_session(database: OracleDatabase):
    assert {"DATAPUMP_EXP_FULL_DATABASE", "EXP_FULL_DATABASE"} <= database.roles()
    assert "DBA" not in database.roles()


def test_instance_of_an_earlier_lab_is_brought_up_to_date(tmp_path: Path):
    home = tmp_path / "home"
    instance.create(home, dumps=tmp_path / "dumps", passwords={}, scale=0.01)
    with closing(instance.connect(home)) as old:
        old.executescript(
            'DROP VIEW "v$version"; DROP VIEW "v$session"; DROP TABLE lab_locks;'
            "DELETE FROM lab_settings WHERE name IN ('edition', 'banner', 'product')"
        )

    instance.bring_up_to_date(home)

    with closing(instance.connect(home)) as new:
        (banner,) = new.execute('SELECT banner FROM "v$version"').fetchone()
        assert "Enterprise Edition" in banner
        assert new.execute('SELECT count(*) FROM "v$session"').fetchone() == (0,)
        assert new.execute("SELECT count(*) FROM all_users").fetchone() == (7,)
