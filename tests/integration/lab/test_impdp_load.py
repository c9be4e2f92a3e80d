"""What was exported comes back, and a dump set that is not whole is refused."""

from __future__ import annotations

import re
import shutil

import pytest

from integration.lab.oracle_stage import OracleStage

pytestmark = pytest.mark.integration

_TABLES = ("CUSTOMERS", "PRODUCTS", "ORDERS", "ORDER_ITEMS")


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def _differences(oracle: OracleStage, table: str, one: str, other: str) -> list[tuple[object, ...]]:
    forth = f'SELECT * FROM "{one}.{table}" EXCEPT SELECT * FROM "{other}.{table}"'
    back = f'SELECT * FROM "{other}.{table}" EXCEPT SELECT * FROM "{one}.{table}"'
    return oracle.query(forth) + oracle.query(back)


@pytest.mark.parametrize(
    "way",
    [{}, {"filesize": "40KB", "parallel": "3"}, {"compression": "all"}],
    ids=["plain", "split", "compressed"],
)
def test_impdp_brings_every_row_of_every_type_back(oracle, way):
    assert oracle.export(schemas="SALES", **way).returncode == 0

    done = oracle.import_(remap_schema="SALES:DRILL", remap_tablespace="USERS:SCRATCH")

    assert done.returncode == 0
    assert [table for table in _TABLES if _differences(oracle, table, "SALES", "DRILL")] == []
    names = oracle.query("SELECT table_name FROM dba_tables WHERE owner = 'DRILL'")
    assert {name for (name,) in names} == set(_TABLES)


def test_impdp_counts_the_rows_the_export_counted(oracle):
    exported = oracle.export(schemas="SALES").stderr
    imported = oracle.import_(remap_schema="SALES:DRILL").stderr

    row = r'(?:ex|im)ported "\w+"(\."\w+"(?::"\w+")?) +([\d.]+ [KM]B) +(\d+) rows'
    assert sorted(re.findall(row, imported)) == sorted(re.findall(row, exported))
    assert len(re.findall(row, imported)) == 12


def test_impdp_says_master_table_before_starting(oracle):
    oracle.export(schemas="HR")
    lines = oracle.import_(remap_schema="HR:COPY").stderr.splitlines()

    at = lines.index('Master table "BACKUP"."SYS_IMPORT_FULL_01" successfully loaded/unloaded')
    assert lines[at + 1].startswith('Starting "BACKUP"."SYS_IMPORT_FULL_01":  backup/********@')


def test_impdp_leaves_a_table_that_exists_alone_and_says_so(oracle):
    oracle.export(schemas="HR")

    done = oracle.import_()

    assert done.returncode == 5
    assert 'ORA-31684: Object type USER:"HR" already exists\n\n' in done.stderr
    assert 'ORA-39151: Table "HR"."REGIONS" exists.' in done.stderr
    assert "completed with 8 error(s)" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("action", "rows"), [("truncate", 4), ("replace", 4), ("append", 5)])
def test_impdp_treats_a_table_that_exists_as_asked(oracle, action, rows):
    oracle.export(schemas="HR")
    oracle.query('DELETE FROM "HR.REGIONS"')
    oracle.query("INSERT INTO \"HR.REGIONS\" VALUES (77, 'Mine')")

    oracle.import_(tables="HR.REGIONS", table_exists_action=action)

    assert oracle.query('SELECT count(*) FROM "HR.REGIONS"') == [(rows,)]


def test_impdp_loads_the_tables_asked_for(oracle):
    oracle.export(schemas="HR")

    oracle.import_(tables="HR.REGIONS", remap_schema="HR:EMPTYISH")
    oracle.import_(include="TABLE:\"IN ('JOBS')\"", remap_schema="HR:EMPTYISH")

    names = oracle.query("SELECT table_name FROM dba_tables WHERE owner = 'EMPTYISH'")
    assert {name for (name,) in names} == {"LOG_TABLE", "Mixed Case", "REGIONS", "JOBS"}


def test_impdp_names_a_table_that_is_not_in_the_dump(oracle):
    oracle.export(schemas="HR")

    done = oracle.import_(tables="HR.NONE")

    assert done.returncode == 5
    assert "ORA-39166: Object HR.NONE was not found or could not be exported" in done.stderr


def test_impdp_brings_names_that_need_quotes_back(oracle):
    oracle.export(schemas="EMPTYISH")

    done = oracle.import_(remap_schema="EMPTYISH:OTHER")

    assert '. . imported "OTHER"."Mixed Case"' in done.stderr
    assert oracle.query('SELECT * FROM "OTHER.Mixed Case"')[2] == (3, "três")


def test_impdp_writes_an_sql_file_and_imports_nothing(oracle):
    oracle.export(schemas="SALES")

    done = oracle.import_(sqlfile="x.sql", remap_schema="SALES:DRILL")

    assert done.returncode == 0
    assert 'Master table "BACKUP"."SYS_SQL_FILE_FULL_01" successfully' in done.stderr
    text = oracle.log("x.sql")
    assert 'CREATE TABLE "DRILL"."ORDERS"' in text
    assert 'PARTITION "Q1_2024"  VALUES LESS THAN' in text
    assert oracle.query("SELECT 1 FROM dba_users WHERE username = 'DRILL'") == []


def test_impdp_of_metadata_only_makes_empty_tables(oracle):
    oracle.export(schemas="HR")

    oracle.import_(content="METADATA_ONLY", remap_schema="HR:COPY")

    assert oracle.query('SELECT count(*) FROM "COPY.EMPLOYEES"') == [(0,)]


def _break(oracle: OracleStage, how: str) -> None:
    first, second = oracle.dumps / "a_01.dmp", oracle.dumps / "a_02.dmp"
    if how == "gone":
        first.unlink()
    if how == "cut":
        first.write_bytes(first.read_bytes()[:-4096])
    if how == "foreign":
        first.write_bytes(b"MZ" + first.read_bytes()[2:])
    if how == "legacy":
        first.write_bytes(b"EXPORT:V19.00.00\n" + b"x" * 9000)
    if how == "incomplete":
        second.unlink()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("gone", "ORA-27037"),
        ("cut", "ORA-27046"),
        ("foreign", "ORA-31619"),
        ("legacy", "ORA-39143"),
        ("incomplete", "ORA-39059"),
    ],
)
def test_impdp_refuses_a_dump_set_that_is_not_whole(oracle, how, code):
    oracle.export(schemas="SALES", filesize="40KB")
    _break(oracle, how)

    done = oracle.import_(remap_schema="SALES:DRILL")

    assert done.returncode == 1
    assert code in done.stderr
    assert "Job " not in done.stderr.splitlines()[-1]
    assert oracle.query("SELECT 1 FROM dba_users WHERE username = 'DRILL'") == []


def test_impdp_never_ends_over_a_dump_damaged_in_its_middle(oracle):
    oracle.export(schemas="SALES", dumpfile="a.dmp")
    file = oracle.dumps / "a.dmp"
    data = bytearray(file.read_bytes())
    data[20000] ^= 0xFF
    file.write_bytes(data)
    parfile = oracle.parfile(
        userid='backup/"p@s/s w=#1"@LABPDB1',
        directory="BACKUP_DIR",
        dumpfile="a.dmp",
        remap_schema="SALES:DRILL",
    )

    client = oracle.start("impdp", f"parfile={parfile}")

    oracle.wait_for(lambda: oracle.job_states() == ["UNDEFINED"])
    assert "ORA-39776: fatal Direct Path API error" in oracle.log("import.log")
    assert client.poll() is None


def test_impdp_reads_a_set_moved_to_another_directory(oracle):
    oracle.export(schemas="HR")
    shutil.move(oracle.dumps / "a_01.dmp", oracle.dumps / "dpdump" / "b.dmp")

    done = oracle.import_(directory="DATA_PUMP_DIR", dumpfile="b.dmp", remap_schema="HR:COPY")

    assert done.returncode == 0
