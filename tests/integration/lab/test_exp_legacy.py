"""exp and imp: work in the client, warnings that leave no trace in the exit code."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from integration.lab.oracle_stage import LOGIN, OracleStage

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.integration


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def _exp(
    oracle: OracleStage, tool: str = "exp", **parameters: str
) -> subprocess.CompletedProcess[str]:
    return oracle.run(tool, f"parfile={oracle.parfile(userid=LOGIN, **parameters)}")


def test_exp_writes_file_and_log_where_it_runs(oracle, tmp_path):
    file, log = tmp_path / "hr.dmp", tmp_path / "hr.log"

    done = _exp(oracle, owner="HR", file=str(file), log=str(log))

    assert done.returncode == 0
    assert file.read_bytes().startswith(b"EXPORT:V19.00.00\n")
    row = ". . exporting table                      EMPLOYEES        107 rows exported\n"
    assert row in done.stderr
    assert row in log.read_text()
    assert log.read_text().endswith("Export terminated successfully without warnings.\n")
    assert oracle.history() == ["success"]


def test_exp_and_imp_bring_rows_back(oracle, tmp_path):
    _exp(oracle, owner="SALES", file=str(tmp_path / "s.dmp"), consistent="y")

    done = _exp(oracle, "imp", file=str(tmp_path / "s.dmp"), fromuser="SALES", touser="EMPTYISH")

    assert done.returncode == 0
    assert done.stderr.endswith("Import terminated successfully without warnings.\n")
    query = 'SELECT * FROM "SALES.CUSTOMERS" EXCEPT SELECT * FROM "EMPTYISH.CUSTOMERS"'
    assert oracle.query(query) == []
    assert oracle.query('SELECT count(*) FROM "EMPTYISH.ORDERS"') == [(400,)]


def test_exp_with_warnings_ends_with_0(oracle, tmp_path):
    oracle.order({"tool": "exp", "fault": "ora-01555", "table": "EMPLOYEES"})

    done = _exp(oracle, tables="(HR.EMPLOYEES,HR.NONE,HR.JOBS)", file=str(tmp_path / "t.dmp"))

    assert done.returncode == 0
    assert "EXP-00056: ORACLE error 1555 encountered\nORA-01555: snapshot too old" in done.stderr
    assert "EXP-00011: HR.NONE does not exist\n" in done.stderr
    assert done.stderr.endswith("Export terminated successfully with warnings.\n")


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"owner": "NOBODY"}, "EXP-00010: NOBODY is not a valid username"),
        ({"file": "/nonexistent/x.dmp"}, "EXP-00028: failed to open /nonexistent/x.dmp for write"),
        ({"userid": "backup/wrong@LABPDB1"}, "EXP-00056: ORACLE error 1017 encountered"),
        ({"schemas": "HR"}, "LRM-00101: unknown parameter name 'schemas'"),
    ],
)
def test_exp_that_fails_ends_with_1_and_exp_00000(oracle, tmp_path, parameters, line):
    done = oracle.run(
        "exp",
        "parfile="
        + oracle.parfile(
            **{"userid": LOGIN, "owner": "HR", "file": str(tmp_path / "x.dmp")} | parameters
        ),
    )

    assert done.returncode == 1
    assert line in done.stderr
    assert done.stderr.endswith("EXP-00000: Export terminated unsuccessfully\n")


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"direct": "y"}, "Direct"),
        ({"buffer": "10000000"}, "Conventional"),
        ({"buffer": "1", "direct": "n"}, "Conventional"),
    ],
)
def test_exp_reads_rows_by_the_path_it_is_told(oracle, tmp_path, parameters, path):
    done = _exp(oracle, owner="HR", file=str(tmp_path / "x.dmp"), **parameters)

    assert done.returncode == 0
    assert f". about to export HR's tables via {path} Path ...\n" in done.stderr
    assert "EMPLOYEES        107 rows exported\n" in done.stderr


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"direct": "maybe"}, "LRM-00105: 'maybe' is not a legal boolean for 'direct'"),
        ({"buffer": "10M"}, "LRM-00104: '10M' is not a legal integer for 'buffer'"),
    ],
)
def test_exp_refuses_values_of_another_kind(oracle, tmp_path, parameters, line):
    done = _exp(oracle, owner="HR", file=str(tmp_path / "x.dmp"), **parameters)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{line}\nEXP-00019: ")
    assert not (tmp_path / "x.dmp").exists()


def test_exp_ends_with_its_client(oracle, tmp_path):
    oracle.order({"fault": "hang", "table": "JOBS"})
    log = tmp_path / "x.log"
    parameters = {"userid": LOGIN, "owner": "HR", "file": str(tmp_path / "x.dmp"), "log": str(log)}
    client = oracle.start("exp", f"parfile={oracle.parfile(**parameters)}")
    oracle.wait_for(lambda: log.exists() and "LOCATIONS" in log.read_text())

    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    oracle.order()

    assert "terminated" not in log.read_text()
    done = _exp(oracle, "imp", file=str(tmp_path / "x.dmp"), fromuser="HR", touser="EMPTYISH")
    assert done.returncode == 0
    assert "IMP-00009: abnormal end of export file\n" in done.stderr
    assert done.stderr.endswith("Import terminated successfully with warnings.\n")


def test_exp_warns_of_a_client_character_set_that_differs(oracle, tmp_path):
    parfile = oracle.parfile(userid=LOGIN, owner="HR", file=str(tmp_path / "x.dmp"))

    done = oracle.run("exp", f"parfile={parfile}", NLS_LANG=None)

    assert "server uses AL32UTF8 character set (possible charset conversion)" in done.stderr


def test_exp_ends_in_spanish_without_marks_in_a_7_bit_terminal(oracle, tmp_path):
    parfile = oracle.parfile(userid=LOGIN, tables="HR.NONE", file=str(tmp_path / "x.dmp"))

    done = oracle.run("exp", f"parfile={parfile}", NLS_LANG="SPANISH_SPAIN.US7ASCII")

    last = "La exportacion ha terminado correctamente pero con advertencias.\n"
    assert done.stderr.endswith(last)
