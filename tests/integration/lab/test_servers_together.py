"""The host, the listener and the stand-in tools work on one instance, and end as one."""

from __future__ import annotations

import time

import oracledb
import paramiko
import pytest

from lab import processes
from lab.oracle.faults import set_faults
from lab.stage import Lab

pytestmark = pytest.mark.integration

EXPORT = """\
umask 077
export ORACLE_HOME='{oracle_home}' ORACLE_SID=LABCDB
cat > {job}.par <<EOT
userid=backup/{password}@LABPDB1
schemas={schema}
directory=BACKUP_DIR
dumpfile={job}.dmp
logfile={job}.log
job_name={job}
EOT
{start}
"""
RUN = '"$ORACLE_HOME/bin/expdp" parfile={job}.par </dev/null'
DETACH = 'setsid "$ORACLE_HOME/bin/expdp" parfile={job}.par </dev/null >/dev/null 2>&1 &'


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Shared by the module: each test exports under a name of its own."""
    folder = tmp_path_factory.mktemp("together") / "a lab"
    with Lab(folder, servers=["host", "listener"], scale=0.05) as started:
        yield started


def export(lab, *, job, schema, start):
    """Run a script on the host over SSH; return its exit code and what it wrote to stderr."""
    connection = lab.connections["lab_host"]
    script = EXPORT.format(
        oracle_home=lab.paths.oracle_home,
        password=lab.connections["lab_database"]["password"],
        job=job,
        schema=schema,
        start=start.format(job=job),
    )
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            connection["host"],
            connection["port"],
            connection["login"],
            key_filename=str(lab.keys.client),
            allow_agent=False,
            look_for_keys=False,
        )
        stdin, stdout, stderr = client.exec_command("sh -s")
        stdin.write(script)
        stdin.channel.shutdown_write()
        text = stderr.read().decode()
        return stdout.channel.recv_exit_status(), text


def open_session(lab):
    connection = lab.connections["lab_database"]
    return oracledb.connect(
        user=connection["login"],
        password=connection["password"],
        host=connection["host"],
        port=connection["port"],
        service_name=connection["extra"]["service_name"],
    )


def state_of(session, job):
    with session.cursor() as cursor:
        cursor.execute("select state from dba_datapump_jobs where job_name = :j", [job])
        row = cursor.fetchone()
    return row and row[0]


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_tools_on_the_host_log_in_with_the_labs_password_and_alias(lab):
    status, text = export(lab, job="OB_ONE", schema="HR", start=RUN)

    assert status == 0, text
    assert 'Job "BACKUP"."OB_ONE" successfully completed' in text
    assert (lab.paths.dumps / "OB_ONE.dmp").stat().st_size > 0


def test_listener_shows_a_running_job_and_kills_it(lab):
    set_faults(lab.paths.oracle_home, pace_rows_per_second=20)
    export(lab, job="OB_TWO", schema="SALES", start=DETACH)
    with open_session(lab) as session:
        wait_for(lambda: state_of(session, "OB_TWO") == "EXECUTING")

        session.cursor().execute(
            "declare h number; begin h := dbms_datapump.attach('OB_TWO', 'BACKUP');"
            " dbms_datapump.stop_job(h, 1, 0); end;"
        )

        wait_for(lambda: state_of(session, "OB_TWO") is None)
    assert not (lab.paths.dumps / "OB_TWO.dmp").exists()


def test_control_table_of_a_running_job_cannot_be_dropped(lab):
    set_faults(lab.paths.oracle_home, pace_rows_per_second=20)
    export(lab, job="OB_FOUR", schema="SALES", start=DETACH)
    with open_session(lab) as session:
        wait_for(lambda: state_of(session, "OB_FOUR") == "EXECUTING")

        with pytest.raises(oracledb.DatabaseError, match="ORA-00054"):
            session.cursor().execute("drop table backup.ob_four purge")


def test_control_table_of_a_dead_job_can_be_dropped_and_the_job_is_gone(lab):
    set_faults(lab.paths.oracle_home, pace_rows_per_second=20)
    export(lab, job="OB_FIVE", schema="SALES", start=DETACH)
    with open_session(lab) as session:
        wait_for(lambda: state_of(session, "OB_FIVE") == "EXECUTING")
        for process in processes.processes_of(lab.paths.state):
            if process.pid not in {server.pid for server in lab._servers.values()}:
                process.kill()
        wait_for(lambda: state_of(session, "OB_FIVE") == "NOT RUNNING")

        session.cursor().execute("drop table backup.ob_five purge")

        assert state_of(session, "OB_FIVE") is None


def test_job_outlives_the_host_and_not_the_lab(lab):
    set_faults(lab.paths.oracle_home, pace_rows_per_second=20)
    export(lab, job="OB_THREE", schema="SALES", start=DETACH)
    with open_session(lab) as session:
        wait_for(lambda: state_of(session, "OB_THREE") == "EXECUTING")
        lab.kill("host")
        time.sleep(0.5)
        outlived = state_of(session, "OB_THREE")

    lab.stop()

    # The last test of the module: its lab is at an end.
    assert outlived == "EXECUTING"
    assert processes.processes_of(lab.paths.state) == []
