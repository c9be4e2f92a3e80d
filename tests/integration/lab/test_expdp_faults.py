"""Ordered faults look like Oracle's: exit code, console, log and files."""

from __future__ import annotations

import pytest

from integration.lab.oracle_stage import OracleStage

pytestmark = pytest.mark.integration


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def test_fault_that_does_not_exist_is_refused(oracle):
    with pytest.raises(ValueError, match="unknown fault 'ora-1555'"):
        oracle.order({"fault": "ora-1555"})


@pytest.mark.parametrize("code", ["01555", "01466"])
def test_table_that_cannot_be_read_is_left_out_and_the_job_ends_with_5(oracle, code):
    oracle.order({"fault": f"ora-{code}", "schema": "HR", "table": "EMPLOYEES"})

    done = oracle.export(schemas="HR")

    assert done.returncode == 5
    log = oracle.log("exp.log").splitlines()
    at = log.index(
        'ORA-31693: Table data object "HR"."EMPLOYEES" failed to load/unload and is being'
        " skipped due to error:"
    )
    assert log[at + 1] == "ORA-02354: error in exporting/importing data"
    assert log[at + 2].startswith(f"ORA-{code}: ")
    assert log[at + 3] == ""
    assert '. . exported "HR"."EMPLOYEES"' not in done.stderr
    assert "completed with 1 error(s) at" in log[-1]


def test_table_left_out_comes_back_empty(oracle):
    oracle.order({"fault": "ora-01555", "table": "EMPLOYEES"})
    oracle.export(schemas="HR")

    oracle.import_(remap_schema="HR:COPY")

    assert oracle.query('SELECT count(*) FROM "COPY.EMPLOYEES"') == [(0,)]
    assert oracle.query('SELECT count(*) FROM "COPY.REGIONS"') == [(4,)]


def test_fault_is_used_up(oracle):
    oracle.order({"fault": "ora-01555", "table": "EMPLOYEES", "times": 1})

    codes = [oracle.export(schemas="HR", dumpfile=f"{n}.dmp").returncode for n in (1, 2)]

    assert codes == [5, 0]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("ora-39070", "ORA-29283: invalid file operation: cannot open file [29435]"),
        ("ora-27038", "ORA-27038: created file already exists"),
        ("bad-login", "ORA-01017: invalid username/password; logon denied"),
    ],
)
def test_refusal_before_the_job_starts_leaves_no_job(oracle, fault, text):
    oracle.order({"fault": fault})

    done = oracle.export(schemas="HR")

    assert done.returncode == 1
    assert text in done.stderr
    assert oracle.history() == []
    assert "Job " not in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("fault", "code"),
    [("fatal", "ORA-39126"), ("disk-full", "ORA-19502"), ("ora-39095", "ORA-39095")],
)
def test_fatal_error_stops_the_job(oracle, fault, code):
    oracle.order({"fault": fault, "table": "JOBS"})

    done = oracle.export(schemas="HR", job_name="OB_1")

    assert done.returncode == 1
    assert code in oracle.log("exp.log")
    assert 'Job "BACKUP"."OB_1" stopped due to fatal error at' in done.stderr.splitlines()[-1]
    assert oracle.job_states() == ["NOT RUNNING"]


def test_log_may_end_in_the_middle_of_a_line_of_a_good_export(oracle):
    oracle.order({"fault": "truncated-log", "table": "JOBS"})

    done = oracle.export(schemas="HR")

    assert done.returncode == 0
    assert oracle.log("exp.log").splitlines()[-1].startswith('. . exported "HR"."J')
    assert not oracle.log("exp.log").endswith("\n")


def test_dump_may_be_missing_or_empty_after_a_good_export(oracle):
    oracle.order({"fault": "missing-dump", "times": 1})
    missing = oracle.export(schemas="HR", dumpfile="m.dmp")
    oracle.order({"fault": "empty-dump", "times": 1})
    empty = oracle.export(schemas="HR", dumpfile="e.dmp")

    assert (missing.returncode, empty.returncode) == (0, 0)
    assert not (oracle.dumps / "m.dmp").exists()
    assert (oracle.dumps / "e.dmp").stat().st_size == 0


def test_job_goes_on_when_its_client_is_killed_or_loses_sight(oracle):
    oracle.order({"fault": "kill-client", "times": 1}, {"fault": "ora-31626", "times": 1})

    killed = oracle.export(schemas="HR", dumpfile="k.dmp")
    lost = oracle.export(schemas="HR", dumpfile="l.dmp", job_name="OB_2")
    oracle.wait_for(lambda: oracle.history() == ["success", "success"])

    assert killed.returncode == -9
    assert lost.returncode == 1
    assert "ORA-39086: cannot retrieve job information" in lost.stderr
    assert "successfully completed" in oracle.log("exp.log")


def test_job_waits_for_space_and_counts_it_as_an_error(oracle):
    oracle.order({"fault": "resumable-wait", "table": "JOBS"})
    client = oracle.start_export(schemas="HR", job_name="OB_1")

    oracle.wait_for(lambda: oracle.query("SELECT 1 FROM dba_resumable WHERE status = 'SUSPENDED'"))
    assert "ORA-39171: Job is experiencing a resumable wait.\n" in oracle.log("exp.log")
    oracle.order()

    assert client.wait(20) == 5
    assert oracle.query("SELECT 1 FROM dba_resumable") == []


def test_slow_table_takes_its_time(oracle):
    oracle.order({"fault": "slow", "table": "EMPLOYEES", "rows_per_second": 100})

    done = oracle.export(schemas="HR")

    assert "elapsed 0 00:00:01" in done.stderr.splitlines()[-1]
