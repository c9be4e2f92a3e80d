"""The stand-in instance: dictionary, logins, and rows as of a past instant."""

from __future__ import annotations

import time

import pytest

from integration.lab.oracle_stage import PASSWORD, OracleStage
from lab.oracle import instance
from lab.oracle.submit import parse_time

pytestmark = pytest.mark.integration


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def test_instance_is_a_19c_container_database(oracle):
    query = 'SELECT version, version_full FROM "v$instance"'
    assert oracle.query(query) == [("19.0.0.0.0", "19.21.0.0.0")]
    assert oracle.query('SELECT cdb, open_mode FROM "v$database"') == [("YES", "READ WRITE")]
    assert oracle.query('SELECT name FROM "v$pdbs"') == [("LABPDB1",)]


def test_every_dictionary_view_can_be_read(oracle):
    views = oracle.query("SELECT name FROM sqlite_master WHERE type = 'view'")

    for (view,) in views:
        oracle.query(f'SELECT * FROM "{view}"')
    assert len(views) > 40


def test_sample_schemas_are_the_same_each_time(tmp_path):
    one = OracleStage(tmp_path / "1")
    other = OracleStage(tmp_path / "2")
    query = 'SELECT * FROM "SALES.CUSTOMERS"'
    assert one.query(query) == other.query(query)
    assert len(one.query('SELECT 1 FROM "HR.EMPLOYEES"')) == 107


def test_backup_has_the_full_role_and_sees_the_directories(oracle):
    roles = {role for (role,) in oracle.query("SELECT role FROM session_roles")}
    assert {"DATAPUMP_EXP_FULL_DATABASE", "EXP_FULL_DATABASE"} <= roles
    rows = oracle.query("SELECT directory_name, directory_path FROM all_directories")
    assert dict(rows)["BACKUP_DIR"] == str(oracle.dumps)


def test_segments_follow_partitions_and_leave_out_empty_tables(oracle):
    query = "SELECT count(*) FROM dba_segments WHERE owner = ? AND segment_name = ?"
    assert oracle.query(query, "SALES", "ORDERS") == [(8,)]
    assert oracle.query(query, "EMPTYISH", "LOG_TABLE") == [(0,)]


@pytest.mark.parametrize(
    ("user", "password", "code"),
    [("backup", "x", 1017), ("nobody", "x", 1017), ("sales", "x", 28000)],
)
def test_login_is_refused(oracle, user, password, code):
    connection = instance.connect(oracle.home)

    with pytest.raises(instance.LoginRefusedError) as refused:
        instance.authenticate(connection, user, password)

    assert refused.value.code == code
    connection.close()


def test_new_password_replaces_the_old_one(oracle):
    instance.set_passwords(oracle.home, {"backup": "new"})

    connection = instance.connect(oracle.home)
    assert instance.authenticate(connection, "Backup", "new") == "BACKUP"
    with pytest.raises(instance.LoginRefusedError):
        instance.authenticate(connection, "backup", PASSWORD)
    connection.close()


def test_scn_grows_and_leads_back_to_its_instant(oracle):
    connection = instance.connect(oracle.home)
    first = instance.current_scn(connection)
    instant = instance.now_ms()
    time.sleep(0.25)

    assert instance.current_scn(connection) > first
    there_and_back = instance.scn_to_ms(connection, instance.ms_to_scn(connection, instant))
    assert abs(there_and_back - instant) <= 100
    connection.close()


def _change_regions(oracle: OracleStage) -> int:
    """Change rows of HR.REGIONS and return an instant before that."""
    instant = instance.now_ms()
    time.sleep(0.01)
    oracle.query("UPDATE \"HR.REGIONS\" SET REGION_NAME = 'x' WHERE REGION_ID = 1")
    oracle.query("UPDATE \"HR.REGIONS\" SET REGION_NAME = 'y' WHERE REGION_ID = 1")
    oracle.query('DELETE FROM "HR.REGIONS" WHERE REGION_ID = 2')
    oracle.query("INSERT INTO \"HR.REGIONS\" VALUES (9, 'new')")
    return instant


def _scn(oracle: OracleStage, instant: int) -> str:
    connection = instance.connect(oracle.home)
    try:
        return str(instance.ms_to_scn(connection, instant))
    finally:
        connection.close()


def test_flashback_export_holds_the_rows_as_they_were(oracle):
    before = oracle.query('SELECT * FROM "HR.REGIONS" ORDER BY 1')
    time.sleep(0.15)
    instant = _change_regions(oracle)

    oracle.export(schemas="HR", flashback_scn=_scn(oracle, instant), dumpfile="then.dmp")
    oracle.export(schemas="HR", dumpfile="now.dmp")
    oracle.import_(dumpfile="then.dmp", remap_schema="HR:THEN")
    oracle.import_(dumpfile="now.dmp", remap_schema="HR:NOW")

    assert oracle.query('SELECT * FROM "THEN.REGIONS" ORDER BY 1') == before
    now = oracle.query('SELECT * FROM "NOW.REGIONS" ORDER BY 1')
    assert now == oracle.query('SELECT * FROM "HR.REGIONS" ORDER BY 1') != before


def test_flashback_beyond_undo_skips_only_the_tables_that_have_changed(oracle):
    _change_regions(oracle)
    connection = instance.connect(oracle.home)
    instance.change_setting(connection, "tuned_undoretention", "60")
    connection.close()
    text = time.strftime("%d-%m-%Y %H:%M:%S", time.localtime(time.time() - 600))

    done = oracle.export(
        schemas="HR", flashback_time=f"\"TO_TIMESTAMP('{text}','DD-MM-YYYY HH24:MI:SS')\""
    )

    assert done.returncode == 5
    assert done.stderr.count("ORA-31693") == 1
    assert 'ORA-31693: Table data object "HR"."REGIONS"' in done.stderr
    assert "ORA-01555: snapshot too old" in done.stderr


def test_flashback_to_before_a_table_was_made_is_refused_for_it(oracle):
    oracle.export(schemas="HR")
    oracle.import_(remap_schema="HR:COPY")
    text = time.strftime("%d-%m-%Y %H:%M:%S", time.localtime(time.time() - 600))

    done = oracle.export(
        schemas="COPY",
        flashback_time=f"\"TO_TIMESTAMP('{text}','DD-MM-YYYY HH24:MI:SS')\"",
        dumpfile="c.dmp",
    )

    assert done.stderr.count("ORA-01466") == 7


def test_export_without_flashback_shows_each_table_at_another_instant(oracle):
    oracle.order({"fault": "hang", "table": "JOBS"})
    client = oracle.start_export(schemas="HR")
    oracle.wait_for(lambda: '"HR"."LOCATIONS"' in oracle.log("exp.log"))
    oracle.query('DELETE FROM "HR.REGIONS"')
    oracle.query('DELETE FROM "HR.EMPLOYEES"')
    oracle.order()

    assert client.wait(20) == 0
    assert re_rows(oracle.log("exp.log"), "REGIONS") == 4
    assert re_rows(oracle.log("exp.log"), "EMPLOYEES") == 0


def test_export_with_flashback_shows_all_tables_at_one_instant(oracle):
    oracle.order({"fault": "hang", "table": "JOBS"})
    client = oracle.start_export(schemas="HR", flashback_time="systimestamp")
    oracle.query('DELETE FROM "HR.EMPLOYEES"')
    oracle.order()

    assert client.wait(20) == 0
    assert re_rows(oracle.log("exp.log"), "EMPLOYEES") == 107


def re_rows(log: str, table: str) -> int:
    (line,) = [line for line in log.splitlines() if f'exported "HR"."{table}"' in line]
    return int(line.split()[-2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "TO_TIMESTAMP_TZ('2026-01-02T03:04:05 +00:00','YYYY-MM-DD\"T\"HH24:MI:SS TZH:TZM')",
            1767323045000,
        ),
        (
            "TO_TIMESTAMP_TZ('2026-01-02 05:04:05.25 +02:00','YYYY-MM-DD HH24:MI:SS.FF TZH:TZM')",
            1767323045000,
        ),
        ("to_timestamp_tz('02-JAN-2026 03:04:05 UTC','DD-MON-YYYY HH24:MI:SS TZR')", 1767323045000),
    ],
)
def test_flashback_time_is_read_with_its_zone(text, expected):
    assert parse_time(text) == expected
