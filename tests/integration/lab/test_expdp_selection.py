"""What SCHEMAS, TABLES, EXCLUDE, INCLUDE, QUERY and CONTENT leave in and out."""

from __future__ import annotations

import re

import pytest

from integration.lab.oracle_stage import OracleStage

pytestmark = pytest.mark.integration


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def _rows(oracle: OracleStage, **parameters: str) -> dict[str, int]:
    """Export and return the rows of each table or partition the log lists."""
    oracle.export(**parameters)
    found = re.findall(r'exported "\w+"\."([^"]+(?:":"\w+)?)" .* (\d+) rows', oracle.log("exp.log"))
    return {name.replace('":"', ":"): int(count) for name, count in found}


_HR = {"REGIONS", "COUNTRIES", "LOCATIONS", "JOBS", "DEPARTMENTS", "EMPLOYEES", "JOB_HISTORY"}


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"exclude": "STATISTICS"}, _HR),
        ({"exclude": "TABLE:\"IN ('JOBS','REGIONS')\""}, _HR - {"JOBS", "REGIONS"}),
        ({"exclude": "TABLE:\"LIKE 'JOB%'\""}, _HR - {"JOBS", "JOB_HISTORY"}),
        ({"include": "TABLE:\"= 'JOBS'\""}, {"JOBS"}),
        ({"content": "METADATA_ONLY"}, set()),
    ],
)
def test_expdp_leaves_out_what_it_is_told_to(oracle, parameters, names):
    assert set(_rows(oracle, schemas="HR", **parameters)) == names


def test_expdp_without_statistics_does_not_process_them(oracle):
    oracle.export(schemas="HR", exclude="STATISTICS")

    assert "STATISTICS/" not in oracle.log("exp.log")


def test_expdp_exports_tables_and_single_partitions(oracle):
    rows = _rows(oracle, tables="HR.JOBS,SALES.ORDERS:Q1_2024,HR.NONE")

    assert rows == {"JOBS": 5, "ORDERS:Q1_2024": 50}
    assert "ORA-39166: Object HR.NONE was not found" in oracle.log("exp.log")
    assert "Processing object type TABLE_EXPORT/TABLE/TABLE_DATA" in oracle.log("exp.log")


def test_expdp_exports_the_rows_a_query_picks(oracle):
    rows = _rows(oracle, schemas="HR", query='HR.EMPLOYEES:"where EMPLOYEE_ID < 110"')

    assert rows["EMPLOYEES"] == 10
    assert rows["REGIONS"] == 4


def test_expdp_of_everything_leaves_oracles_own_users_out(oracle):
    rows = _rows(oracle, full="y")

    assert _HR | {"CUSTOMERS", "Mixed Case", "LOG_TABLE"} <= set(rows)
    assert "DATABASE_EXPORT/SCHEMA/TABLE/TABLE" in oracle.log("exp.log")


def test_expdp_estimate_writes_no_dump(oracle):
    done = oracle.export(schemas="HR", estimate_only="y")

    assert done.returncode == 0
    assert "Total estimation using BLOCKS method: " in done.stderr
    assert list(oracle.dumps.glob("*.dmp")) == []
