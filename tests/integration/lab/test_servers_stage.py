"""A lab starts and ends as a whole, keeps its secrets, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time

import oracledb
import psutil
import pytest

from lab import processes
from lab.paths import INCLUDE
from lab.servers.launch import LabError
from lab.stage import SERVERS, Lab

pytestmark = pytest.mark.integration


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def secrets_of(lab):
    texts = [connection.get("password") for connection in lab.connections.values()]
    return [text for text in texts if text]


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def run_python(code, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(INCLUDE)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_lab_has_a_connection_for_each_server(running_lab):
    assert set(running_lab.connections) == {
        *("lab_host", "lab_database", "lab_store", "lab_mail", "lab_archive")
    }
    assert set(running_lab.ports) == set(SERVERS)
    assert json.loads(running_lab.paths.connections.read_text()) == running_lab.connections


def test_lab_writes_what_is_secret_for_its_owner_only(running_lab):
    paths = running_lab.paths
    private = [paths.connections, *(p for p in paths.keys.iterdir() if p.suffix != ".pub")]

    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in private} == {"0o600"}
    assert stat.S_IMODE(paths.state.stat().st_mode) == 0o700


def test_lab_shows_no_secret_in_arguments_environments_or_logs(running_lab):
    servers = processes.processes_of(running_lab.paths.state)
    shown = [" ".join(process.cmdline()) + str(process.environ()) for process in servers]
    shown += [path.read_text(errors="replace") for path in running_lab.paths.run.iterdir()]

    assert len(servers) >= len(SERVERS)
    assert [s for s in secrets_of(running_lab) if any(s in text for text in shown)] == []


def test_lab_gives_airflow_its_connections_by_file(running_lab):
    code = (
        "from airflow.sdk import BaseHook\n"
        "for name in ('lab_host', 'lab_database', 'lab_store', 'lab_mail', 'lab_archive'):\n"
        "    c = BaseHook.get_connection(name)\n"
        "    print(name, c.conn_type, c.port, sorted(c.extra_dejson))"
    )

    out = run_python(code, **running_lab.environment).stdout

    lines = [line for line in out.splitlines() if line.startswith("lab_")]
    assert f"lab_mail smtp {running_lab.ports['mail']} ['disable_tls', 'from_email']" in lines
    assert len(lines) == 5


def test_lab_starts_only_what_is_wanted(own_state):
    with Lab(own_state, servers=["store"]) as lab:
        assert set(lab.ports) == {"store"}
        assert set(lab.connections) == {"lab_store", "lab_archive"}
        assert not lab.paths.instance.exists()


def test_lab_refuses_a_server_it_does_not_have(own_state):
    with pytest.raises(LabError, match="no server printer"):
        Lab(own_state, servers=["store", "printer"])


def test_lab_leaves_nothing_running_when_it_stops(own_state):
    with Lab(own_state, servers=["store", "mail"]) as lab:
        ports = dict(lab.ports)
        assert len(processes.processes_of(lab.paths.state)) == 2

    assert processes.processes_of(lab.paths.state) == []
    assert not any(answers(port) for port in ports.values())
    assert list(lab.paths.run.glob("*.json")) == []


def test_lab_ends_what_was_detached_through_its_host(own_state):
    with Lab(own_state, servers=["mail"]) as lab:
        # As a server-side job does: a session of its own, deaf to SIGTERM, nobody's child.
        started = subprocess.run(
            ["sh", "-c", "(trap '' TERM; setsid sleep 60 >/dev/null 2>&1 & echo $!)"],
            env={"PATH": os.defpath, processes.MARKER: str(lab.paths.state)},
            capture_output=True,
            text=True,
            check=True,
        )
        pid = int(started.stdout)
        assert psutil.pid_exists(pid)

    wait_until(lambda: not psutil.pid_exists(pid))


def test_lab_servers_and_jobs_end_when_the_lab_is_killed(own_state):
    code = (
        "import sys, time, pathlib; from lab.stage import Lab\n"
        "lab = Lab(pathlib.Path(sys.argv[1]), servers=['store', 'mail', 'listener', 'host'],"
        " scale=0.01).start()\n"
        "print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(own_state)],
        env=os.environ | {"PYTHONPATH": str(INCLUDE)},
        stdout=subprocess.PIPE,
    ) as lab:
        assert lab.stdout.readline() == b"up\n"
        assert len(processes.processes_of(own_state.resolve())) == 4
        detached = subprocess.Popen(
            ["sleep", "60"],
            env=os.environ | {processes.MARKER: str(own_state.resolve())},
            start_new_session=True,
        )
        lab.kill()

    assert detached.wait(timeout=10) != 0

    wait_until(lambda: processes.processes_of(own_state.resolve()) == [])


def test_lab_does_not_share_its_state_with_another(own_state):
    with (
        Lab(own_state, servers=["mail"]) as first,
        pytest.raises(LabError, match="Another lab already runs"),
    ):
        Lab(own_state, servers=["mail"]).start()
    assert not answers(first.connections["lab_mail"]["port"])


def test_lab_shows_the_log_of_a_server_that_does_not_start(own_state):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        lab = Lab(own_state, servers=["store", "mail"], ports={"mail": taken.getsockname()[1]})
        with pytest.raises(LabError, match=r"The lab's mail ended(.|\n)*address already in use"):
            lab.start()

    assert processes.processes_of(lab.paths.state) == []


def test_lab_restarts_a_server_on_its_port_with_its_keys(own_state):
    with Lab(own_state, servers=["store"]) as lab:
        port, key = lab.ports["store"], lab.connections["lab_store"]["extra"]["host_key"]
        lab.kill("store")
        assert not answers(port)

        lab.restart("store")

        assert (lab.ports["store"], lab.keys.public(lab.keys.store)) == (port, key)
        assert answers(port)


def test_lab_can_freeze_a_server(own_state):
    with Lab(own_state, servers=["store"]) as lab:
        with socket.create_connection(("127.0.0.1", lab.ports["store"]), timeout=5) as client:
            assert client.recv(4) == b"SSH-"
        lab.pause("store")
        with socket.create_connection(("127.0.0.1", lab.ports["store"]), timeout=0.5) as client:
            with pytest.raises(TimeoutError):
                client.recv(4)
            lab.resume("store")
            client.settimeout(5)
            assert client.recv(4) == b"SSH-"


def test_lab_keeps_its_data_and_changes_its_passwords_between_starts(own_state):
    def connect(connection):
        return oracledb.connect(
            user=connection["login"],
            password=connection["password"],
            host=connection["host"],
            port=connection["port"],
            service_name=connection["extra"]["service_name"],
        )

    with Lab(own_state, servers=["listener"], scale=0.01) as lab:
        first = lab.connections["lab_database"]
        with connect(first) as session, session.cursor() as cursor:
            cursor.execute("insert into hr.regions (region_id, region_name) values (77, 'Kept')")
            session.commit()

    with Lab(own_state, servers=["listener"], scale=0.01) as lab:
        second = lab.connections["lab_database"]
        with connect(second) as session, session.cursor() as cursor:
            cursor.execute("select region_name from hr.regions where region_id = 77")
            assert cursor.fetchone() == ("Kept",)
        with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
            connect(second | {"password": first["password"]})


def test_lab_up_runs_until_interrupted_and_prints_no_secret(own_state):
    with subprocess.Popen(
        [sys.executable, "-m", "lab", "up", "--state", own_state, "--servers", "store", "mail"],
        env=os.environ | {"PYTHONPATH": str(INCLUDE)},
        stdout=subprocess.PIPE,
        text=True,
    ) as lab:
        printed = []
        for line in lab.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                break
        connections = json.loads((own_state / "connections.json").read_text(encoding="utf-8"))
        lab.send_signal(signal.SIGINT)
        printed.append(lab.stdout.read())
        status = lab.wait(timeout=15)

    text = "".join(printed)
    assert status == 0
    assert f"store     127.0.0.1:{connections['lab_store']['port']}" in text
    assert "The lab has ended." in text
    assert not any(c.get("password", "\0") in text for c in connections.values())
