"""A job has a life of its own on the server: it outlives its client and obeys whoever attaches."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from integration.lab.oracle_stage import LOGIN, OracleStage

pytestmark = pytest.mark.integration

HANG = {"fault": "hang", "table": "JOBS"}
_HEEDS_CTRL_C = ("env", "--default-signal=INT")


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def _processes(oracle: OracleStage, name: str) -> list[psutil.Process]:
    marker = f"LAB_STATE={oracle.home.parent}"
    found = []
    for process in psutil.process_iter():
        try:
            environment = Path(f"/proc/{process.pid}/environ").read_text("utf-8", "replace")
            if marker in environment.split("\0") and process.cmdline()[:1] == [name]:
                found.append(process)
        except (OSError, psutil.Error):
            continue
    return found


def test_expdp_job_outlives_its_client(oracle):
    oracle.order(HANG)
    client = oracle.start_export(schemas="HR", job_name="OB_1")

    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    oracle.wait_for(
        lambda: oracle.query("SELECT attached_sessions FROM dba_datapump_jobs") == [(0,)]
    )
    assert oracle.job_states() == ["EXECUTING"]
    oracle.order()
    oracle.wait_for(lambda: oracle.history() == ["success"])

    assert "successfully completed at" in oracle.log("exp.log").splitlines()[-1]


def test_expdp_job_outlives_the_group_and_session_of_its_client(oracle):
    oracle.order(HANG)
    client = oracle.start_export(schemas="HR")

    (server,) = _processes(oracle, "ora_dm00_labcdb")

    assert os.getsid(server.pid) != os.getsid(client.pid)
    assert server.ppid() != client.pid


def test_expdp_hides_its_arguments(oracle):
    oracle.order(HANG)
    client = oracle.start_export(schemas="HR")

    arguments = [word for word in psutil.Process(client.pid).cmdline() if word]
    assert arguments == ["expdp"]
    assert _processes(oracle, "expdp")


def test_expdp_refuses_the_name_of_a_living_job(oracle):
    oracle.order(HANG)
    oracle.start_export(schemas="HR", job_name="OB_1", dumpfile="one.dmp")

    done = oracle.export(schemas="HR", job_name="OB_1", dumpfile="two.dmp")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == ["ORA-31634: job already exists", ""]
    assert not (oracle.dumps / "two.dmp").exists()


def test_attach_shows_the_job_and_leaves_it_alone(oracle):
    oracle.order(HANG)
    oracle.start_export(schemas="HR", job_name="OB_1")

    done = oracle.attach("status", "exit_client", job="OB_1")

    assert done.returncode == 0
    assert done.stderr.count("Job: OB_1\n  Owner: BACKUP\n  Operation: EXPORT\n") == 2
    assert "  State: EXECUTING\n" in done.stderr
    assert f"  Dump File: {oracle.dumps}/a_01.dmp\n" in done.stderr
    assert oracle.job_states() == ["EXECUTING"]


def test_attach_ends_at_the_end_of_input(oracle):
    oracle.order(HANG)
    oracle.start_export(schemas="HR", job_name="OB_1")

    assert oracle.attach(job="OB_1").returncode == 0
    assert oracle.job_states() == ["EXECUTING"]


def test_kill_job_removes_job_dump_files_and_control_table(oracle):
    oracle.order(HANG)
    client = oracle.start_export(schemas="HR", job_name="OB_1")

    done = oracle.attach("kill_job", "yes", job="OB_1")

    assert "Are you sure you wish to stop this job ([yes]/no): " in done.stderr
    assert oracle.job_states() == []
    assert oracle.query("SELECT 1 FROM dba_tables WHERE table_name = 'OB_1'") == []
    assert list(oracle.dumps.glob("*.dmp")) == []
    assert oracle.history() == ["killed"]
    assert client.wait(10) == 1
    assert '"BACKUP"."OB_1" stopped due to fatal error at' in oracle.log("exp.log")


def test_kill_job_is_taken_back_by_no(oracle):
    oracle.order(HANG)
    oracle.start_export(schemas="HR", job_name="OB_1")

    oracle.attach("kill_job", "no", job="OB_1")

    assert oracle.job_states() == ["EXECUTING"]


def test_stopped_job_goes_on_where_it_was(oracle):
    oracle.order(HANG)
    client = oracle.start_export(schemas="HR", job_name="OB_1")
    oracle.wait_for(lambda: '"HR"."LOCATIONS"' in oracle.log("exp.log"))
    oracle.attach("stop_job=immediate", "yes", job="OB_1")
    assert oracle.job_states() == ["NOT RUNNING"]
    assert client.wait(10) == 1

    oracle.order()
    idle = oracle.attach("status", "continue_client", job="OB_1")

    assert "  State: IDLING\n" in idle.stderr
    assert idle.returncode == 0
    log = oracle.log("exp.log")
    assert 'Job "BACKUP"."OB_1" stopped by user request at' in log
    assert log.count('. . exported "HR"."REGIONS"') == 1
    assert log.count(". . exported") == 7
    assert oracle.import_(dumpfile="a_01.dmp", remap_schema="HR:COPY").returncode == 0
    assert oracle.query('SELECT count(*) FROM "COPY.EMPLOYEES"') == [(107,)]


def test_interrupted_client_takes_commands_and_the_job_goes_on(oracle):
    oracle.order(HANG)
    parfile = oracle.parfile(userid=LOGIN, schemas="HR", directory="BACKUP_DIR", job_name="OB_1")
    client = subprocess.Popen(
        # What a shell starts in the background ignores Ctrl-C, and all that comes from it too.
        [*_HEEDS_CTRL_C, str(oracle.home / "bin" / "expdp"), f"parfile={parfile}"],
        env=oracle.environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    oracle.wait_for(lambda: oracle.query("SELECT 1 FROM dba_datapump_jobs WHERE attached_sessions"))

    # Only once it relays lines is the client where Ctrl-C leads into interactive mode.
    for line in client.stderr:
        if "LOCATIONS" in line:
            break
    client.send_signal(signal.SIGINT)
    _, shown = client.communicate("status\nexit_client\n", timeout=60)

    assert client.returncode == 0
    assert "Export> " in shown
    assert "  State: EXECUTING" in shown
    assert oracle.job_states() == ["EXECUTING"]


def test_attach_to_nothing_is_refused(oracle):
    done = oracle.attach(job="OB_9")

    assert done.returncode == 1
    assert "ORA-31626: job does not exist" in done.stderr


def test_job_whose_server_process_dies_is_not_running_and_its_client_knows(oracle):
    oracle.order({"fault": "crash", "table": "JOBS"})

    done = oracle.export(schemas="HR", job_name="OB_1")

    assert done.returncode == 1
    assert "UDE-31626: operation generated ORACLE error 31626" in done.stderr
    assert oracle.job_states() == ["NOT RUNNING"]
    assert "Job " not in oracle.log("exp.log").splitlines()[-1]


def test_job_that_is_not_running_can_be_killed(oracle):
    oracle.order({"fault": "crash", "table": "JOBS"})
    oracle.export(schemas="HR", job_name="OB_1")

    oracle.attach("kill_job", "yes", job="OB_1")

    assert oracle.job_states() == []
    assert list(oracle.dumps.glob("*.dmp")) == []


def test_attach_fails_when_the_dump_files_of_a_stopped_job_are_gone(oracle):
    oracle.order({"fault": "crash", "table": "JOBS"})
    oracle.export(schemas="HR", job_name="OB_1")
    (oracle.dumps / "a_01.dmp").unlink()

    done = oracle.attach("kill_job", "yes", job="OB_1")

    assert done.returncode == 1
    assert 'ORA-31640: unable to open dump file "' in done.stderr


def test_pace_is_kept_and_shown_in_longops(oracle):
    oracle.order(pace=100)
    client = oracle.start_export(schemas="HR", job_name="OB_1")

    oracle.wait_for(lambda: oracle.query('SELECT message FROM "v$session_longops"'))

    message = oracle.query('SELECT opname, message FROM "v$session_longops"')[0]
    assert message[0] == "OB_1"
    assert message[1].startswith("OB_1: EXPORT : 0 out of ")
    oracle.order()
    assert client.wait(20) == 0
