"""The lab's host behaves as sshd does for sessions without a terminal."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time

import paramiko
import psutil
import pytest

from lab.stage import Lab

pytestmark = pytest.mark.integration

# A channel's window and the pumps' buffers; far less than what the tests push through.
MOST_BUFFERED_BYTES = 12 * 1024 * 1024


@pytest.fixture
def client(airflow_lab):
    from airflow.providers.ssh.hooks.ssh import SSHHook

    with SSHHook(ssh_conn_id="lab_host").get_conn() as connected:
        yield connected


def run(client, command, stdin=b""):
    stdin_file, stdout, stderr = client.exec_command(command)
    stdin_file.write(stdin)
    stdin_file.channel.shutdown_write()
    out, err = stdout.read(), stderr.read()
    return stdout.channel.recv_exit_status(), out, err


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def open_client(lab, **changes):
    connection = lab.connections["lab_host"]
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(connection["extra"]["private_key"]))
    settings = {
        "hostname": connection["host"],
        "port": connection["port"],
        "username": connection["login"],
        "pkey": key,
        "allow_agent": False,
        "look_for_keys": False,
    }
    client.connect(**(settings | changes))
    return client


def test_host_runs_a_script_from_stdin_and_keeps_its_streams_and_exit_code_apart(client):
    status, out, err = run(client, "sh -s", b"echo out; echo err >&2; exit 7\n")

    assert (status, out, err) == (7, b"out\n", b"err\n")


def test_host_gives_a_command_a_clean_environment_and_its_home(client, airflow_lab):
    status, out, _ = run(client, "env; pwd")

    names = {line.split("=")[0] for line in out.decode().splitlines() if "=" in line}
    assert status == 0
    assert names == {"HOME", "PATH", "USER", "LOGNAME", "SHELL", "LAB_STATE", "PWD"}
    assert out.decode().splitlines()[-1] == str(airflow_lab.paths.home)
    assert "PATH=/usr/bin:/bin\n" in out.decode()


def test_host_streams_binary_data_both_ways_unchanged(client, airflow_lab):
    data = bytes(range(256)) * 40_000
    status, out, _ = run(client, "cat > up.bin; cat up.bin", data)

    assert status == 0
    assert hashlib.sha256(out).digest() == hashlib.sha256(data).digest()
    assert (airflow_lab.paths.home / "up.bin").stat().st_size == len(data)


def test_host_holds_a_command_back_when_the_client_does_not_read(client, airflow_lab):
    server = psutil.Process(
        json.loads((airflow_lab.paths.run / "host.json").read_text(encoding="utf-8"))["pid"]
    )
    before = server.memory_info().rss

    _, stdout, _ = client.exec_command("head -c 400000000 /dev/zero; echo done >&2")
    time.sleep(1)
    grown = server.memory_info().rss - before
    ended = stdout.channel.exit_status_ready()

    assert not ended
    assert grown < MOST_BUFFERED_BYTES
    assert (
        sum(len(chunk) for chunk in iter(lambda: stdout.channel.recv(1 << 20), b"")) == 400_000_000
    )


def test_host_goes_on_when_a_command_does_not_read_its_stdin(client):
    deaf = "exec <&-; sleep 1; echo ended"

    assert run(client, deaf, b"x" * 4_000_000) == (0, b"ended\n", b"")


def test_host_reports_the_signal_that_ended_a_command(airflow_lab):
    import asyncssh

    async def killed():
        async with _connect_async(airflow_lab) as connection:
            return await connection.run("kill -KILL $$")

    result = asyncio.run(killed())
    assert isinstance(result, asyncssh.SSHCompletedProcess)
    assert result.exit_signal[0] == "KILL"


def test_host_passes_a_signal_of_the_client_on(airflow_lab):
    async def trapped():
        async with _connect_async(airflow_lab) as connection:
            process = await connection.create_process(
                "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
            )
            await process.stdout.readline()
            process.send_signal("TERM")
            return await process.wait()

    result = asyncio.run(trapped())
    assert (result.exit_status, result.stdout) == (3, "caught\n")


def test_host_closes_the_pipes_when_the_connection_is_lost(airflow_lab):
    client = open_client(airflow_lab)
    _, stdout, _ = client.exec_command("echo $$; exec cat")
    pid = int(stdout.readline())

    client.get_transport().sock.close()

    wait_until(lambda: not is_running(pid))


def test_host_ends_a_writer_by_sigpipe_when_the_connection_is_lost(airflow_lab):
    client = open_client(airflow_lab)
    _, stdout, _ = client.exec_command("echo $$; while echo tick; do sleep 0.05; done")
    pid = int(stdout.readline())

    client.get_transport().sock.close()

    wait_until(lambda: not is_running(pid))


def test_host_lets_what_is_detached_live_on_when_the_connection_is_lost(airflow_lab):
    client = open_client(airflow_lab)
    started = "setsid sh -c 'echo $$ > detached.pid; exec sleep 60' </dev/null >/dev/null 2>&1 &"
    status, _, _ = run(client, started)
    file = airflow_lab.paths.home / "detached.pid"
    wait_until(lambda: file.exists() and file.read_text())
    pid = int(file.read_text())

    client.get_transport().sock.close()
    time.sleep(0.3)

    assert status == 0
    assert is_running(pid)
    psutil.Process(pid).kill()


def test_host_serves_sftp_from_the_home_folder(client, airflow_lab):
    (airflow_lab.paths.home / "a file").write_bytes(b"content")

    with client.open_sftp() as sftp:
        assert sftp.normalize(".") == str(airflow_lab.paths.home)
        with sftp.open("a file") as file:
            assert file.read() == b"content"


def test_host_refuses_another_key(airflow_lab):
    with pytest.raises(paramiko.AuthenticationException):
        open_client(airflow_lab, pkey=paramiko.RSAKey.generate(2048))


def test_host_refuses_another_user_with_the_right_key(airflow_lab):
    with pytest.raises(paramiko.AuthenticationException):
        open_client(airflow_lab, username="root")


def test_host_has_the_key_the_connection_names(airflow_lab, monkeypatch):
    from airflow.providers.ssh.hooks.ssh import SSHHook

    connection = json.loads(json.dumps(airflow_lab.connections["lab_host"]))
    connection["extra"]["host_key"] = airflow_lab.connections["lab_store"]["extra"]["host_key"]
    monkeypatch.setenv("AIRFLOW_CONN_LAB_HOST", json.dumps(connection))

    hook = SSHHook(ssh_conn_id="lab_host")
    hook.conn_retry_attempts = 1
    with pytest.raises(paramiko.BadHostKeyException):
        hook.get_conn()


def test_host_serves_airflows_async_hook(airflow_lab):
    from airflow.providers.ssh.hooks.ssh import SSHHookAsync

    async def hello():
        connection = await SSHHookAsync(ssh_conn_id="lab_host").get_conn()
        async with connection:
            result = await connection.run("cat", input="hello")
        return result.exit_status, result.stdout

    assert asyncio.run(hello()) == (0, "hello")


@pytest.fixture
def hold(airflow_lab):
    """Holds that are over when the test is."""
    holds = []

    def begin(**order):
        holds.append(airflow_lab.hold_commands(**order))
        return holds[-1]

    yield begin
    for held in holds:
        held.release()


def begin(client, command, stdin=b""):
    stdin_file, stdout, _ = client.exec_command(command)
    stdin_file.write(stdin)
    stdin_file.channel.shutdown_write()
    return stdout


def test_host_holds_a_command_before_it_begins_until_it_is_released(client, airflow_lab, hold):
    file = airflow_lab.paths.home / "begun"
    held = hold(match=r"mark=7\b", when="before")

    stdout = begin(client, "sh -s", b"mark=7; touch begun; echo $mark\n")
    wait_until(lambda: held.held() == 1)
    assert run(client, "sh -s", b"mark=77; echo $mark\n") == (0, b"77\n", b"")
    assert not file.exists()
    held.release()

    assert stdout.read() == b"7\n"
    assert file.exists()
    wait_until(lambda: held.held() == 0)


def test_host_holds_the_end_of_a_command_that_ran(client, airflow_lab, hold):
    file = airflow_lab.paths.home / "done"
    held = hold(match="touch done", when="after")

    stdout = begin(client, "touch done; exit 4")
    wait_until(lambda: held.held() == 1)
    assert file.exists()
    assert not stdout.channel.exit_status_ready()
    held.release()

    assert stdout.channel.recv_exit_status() == 4


def test_host_never_runs_a_held_command_whose_client_has_gone(airflow_lab, hold):
    held = hold(match="touch never", when="before")
    client = open_client(airflow_lab)
    begin(client, "touch never")
    wait_until(lambda: held.held() == 1)

    client.get_transport().sock.close()
    wait_until(lambda: held.held() == 0)
    held.release()

    with open_client(airflow_lab) as other:
        assert run(other, "test -e never")[0] == 1


def test_host_runs_a_command_that_sends_nothing_while_another_is_held(client, hold):
    hold(match="no such text", when="before")

    _, stdout, _ = client.exec_command("echo at once")

    assert stdout.read() == b"at once\n"


def test_host_forgets_at_its_restart_what_it_held(tmp_path):
    with Lab(tmp_path / "lab", servers=["host"]) as lab:
        held = lab.hold_commands(match="touch never", when="before")
        client = open_client(lab)
        begin(client, "touch never")
        wait_until(lambda: held.held() == 1)

        lab.restart("host")
        assert held.held() == 0
        held.release()

        with open_client(lab) as other:
            assert run(other, "test -e never")[0] == 1


def test_host_drops_every_connection_and_lets_commands_live_on(airflow_lab):
    client, other = open_client(airflow_lab), open_client(airflow_lab)
    _, stdout, _ = client.exec_command("echo $$; exec sleep 60 </dev/null >/dev/null 2>&1")
    pid = int(stdout.readline())

    airflow_lab.drop_connections()

    wait_until(lambda: not (client.get_transport().active or other.get_transport().active))
    assert is_running(pid)
    psutil.Process(pid).kill()
    with open_client(airflow_lab) as again:
        assert run(again, "echo here")[1] == b"here\n"


def _connect_async(lab):
    import asyncssh

    connection = lab.connections["lab_host"]
    return asyncssh.connect(
        connection["host"],
        connection["port"],
        username=connection["login"],
        client_keys=[asyncssh.import_private_key(connection["extra"]["private_key"])],
        known_hosts=([asyncssh.import_public_key(connection["extra"]["host_key"])], [], []),
    )
