"""A command on the host gives its output while it runs, and never a part for the whole."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.adapters.ssh_shell import RemoteShell
from oracle_backup.adapters.ssh_streams import leashed
from oracle_backup.errors import HostUnreachableError, RemoteCommandError
from support.faulty_proxy import faulty_proxy
from support.job_host import find_shells

pytestmark = pytest.mark.integration

CONTENT = os.urandom(2_500_000)
LONG_SCRIPT = (
    "sleep 300 & echo $! > {folder}/first.pid; "
    "sh -c 'echo $$ > {folder}/second.pid; echo on; while :; do sleep 1; done'; echo never"
)


def pids_of(folder):
    return [int(path.read_text()) for path in folder.glob("*.pid")]


@pytest.fixture(params=["openssh", "asyncssh", "local"])
def shell(request):
    """A shell over SSH, and the one of this very machine: they do the same."""
    if request.param == "local":
        return LocalShell()
    server = request.getfixturevalue("openssh" if request.param == "openssh" else "asyncssh_host")
    return RemoteShell(server.connect(), host_label="ora01")


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "it's a $dump.dmp"
    path.write_bytes(CONTENT)
    return str(path)


def read_all(file):
    pieces = []
    while piece := file.read(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def test_command_gives_its_output_while_it_runs(shell):
    with shell.open_command("echo early; echo said >&2; sleep 300") as command:
        assert command.read(100) == b"early\n"
        assert command.exit_code is None


def test_command_gives_all_of_its_output(shell, dump):
    with shell.open_command(f"cat < {shlex.quote(dump)}") as (command):
        assert read_all(command) == CONTENT
        assert (command.exit_code, command.stderr) == (0, "")
        assert command.read(1) == b""


def test_command_that_ends_badly_is_no_short_output(shell):
    with shell.open_command("echo half; echo why it ended >&2; exit 3") as command:
        assert command.read(5) == b"half\n"
        for _ in range(2):
            with pytest.raises(RemoteCommandError, match="exit code 3, why it ended") as caught:
                command.read(5)
        assert caught.value.exit_code == command.exit_code == 3
        assert command.stderr == "why it ended\n"


def test_command_that_a_signal_ended_is_no_short_output(shell):
    with (
        shell.open_command("echo half; sh -c 'kill -9 $$'") as command,
        # ksh93 adds 256 to a signal's number, others 128.
        pytest.raises(RemoteCommandError, match=r"exit code (137|265)"),
    ):
        read_all(command)


def test_command_whose_link_breaks_is_no_short_output(asyncssh_host):
    asyncssh_host.faults.drop_after_output = 1_000_000
    asyncssh_host.faults.drops_left = 1
    shell = RemoteShell(asyncssh_host.connect(), host_label="ora01")
    command = shell.open_command("head -c 3000000 /dev/zero")

    for _ in range(2):
        with pytest.raises(HostUnreachableError):
            read_all(command)


def test_command_that_talks_a_lot_of_errors_does_not_stand_still(shell):
    """Standard error shares the window with standard output."""
    script = "head -c 5000000 /dev/zero | tr '\\0' e >&2; echo last >&2; echo done"
    with shell.open_command(script) as command:
        assert read_all(command) == b"done\n"
        assert command.stderr.endswith("elast\n")
        assert len(command.stderr) <= 65536


def test_command_that_says_nothing_for_too_long_is_broken(shell):
    with (
        shell.open_command("sleep 300", stall_seconds=0.3, doing="think") as command,
        pytest.raises(HostUnreachableError, match=r"think .* nothing came for 0\.3 s"),
    ):
        command.read(1)


def test_command_ends_when_it_is_closed(shell, tmp_path):
    """Also one that is busy and writes nothing, with all that it has started."""
    command = shell.open_command(LONG_SCRIPT.format(folder=tmp_path))
    assert command.read(3) == b"on\n"
    command.close()
    command.close()

    wait_until(lambda: not any(is_alive(pid) for pid in pids_of(tmp_path)))
    with pytest.raises(ValueError, match="closed"):
        command.read(1)
    assert shell.run("echo on", timeout_seconds=20).stdout == "on\n"


def test_command_ends_when_its_link_breaks(openssh, tmp_path):
    with faulty_proxy(openssh.port) as proxy:
        shell = RemoteShell(openssh.connect(port=proxy.port), host_label="ora01")
        command = shell.open_command(LONG_SCRIPT.format(folder=tmp_path))
        command.read(3)
        assert any(is_alive(pid) for pid in pids_of(tmp_path))
        proxy.cut_now()

        with pytest.raises(HostUnreachableError):
            command.read(1)
        wait_until(lambda: not any(is_alive(pid) for pid in pids_of(tmp_path)))


@pytest.mark.parametrize("installed", find_shells(), ids=lambda one: one.name)
def test_leash_works_in_every_shell(installed, tmp_path):
    """The Oracle host's ``sh`` is whatever that system has."""
    argv = [*installed.command, "-s"]
    held = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    def start(script):
        process = subprocess.Popen(argv, start_new_session=True, **held)
        process.stdin.write(f"{{\n{leashed(script)}\n}}\n".encode())
        process.stdin.flush()
        return process

    with start("echo out; echo err >&2; cat; exit 7") as ends:
        assert (ends.stdout.read(), ends.stderr.read()) == (b"out\n", b"err\n")
        assert ends.wait(60) == 7
    with start(LONG_SCRIPT.format(folder=tmp_path)) as killed:
        assert killed.stdout.read(3) == b"on\n"
        killed.stdin.close()
        assert killed.wait(60) != 0
        assert killed.stderr.read() == b""
    wait_until(lambda: not any(is_alive(pid) for pid in pids_of(tmp_path)))


def test_command_shows_nothing_of_its_script_to_ps(shell):
    with shell.open_command("marker=top-secret-$$; ps axww -o args") as command:
        said = read_all(command)
    assert b"sh" in said
    assert b"top-secret" not in said


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
