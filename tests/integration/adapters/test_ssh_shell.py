"""Scripts run and files come whole over a real SSH link, also when the link is bad."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from oracle_backup.adapters.foreign_errors import host_errors
from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.adapters.patience import PAUSES_SECONDS
from oracle_backup.adapters.ssh_shell import RemoteShell
from oracle_backup.errors import (
    HostKeyError,
    HostUnreachableError,
    LoginRejectedError,
    RemoteCommandError,
    SourceChangedError,
)
from support.faulty_proxy import faulty_proxy

pytestmark = pytest.mark.integration

CONTENT = os.urandom(2_500_000)


def no_pause(_seconds):
    """Stand in for the seconds before a link is opened again."""


@pytest.fixture(params=["openssh", "asyncssh", "local"])
def shell(request):
    """A shell over SSH, and the one of this very machine: they do the same."""
    if request.param == "local":
        return LocalShell()
    server = request.getfixturevalue("openssh" if request.param == "openssh" else "asyncssh_host")
    return RemoteShell(server.connect(), host_label="ora01")


@pytest.fixture
def faulty(asyncssh_host):
    """A shell on the server with faults, which can reconnect."""
    return RemoteShell(
        asyncssh_host.connect(),
        host_label="ora01",
        reconnect=asyncssh_host.connect,
        stall_seconds=0.5,
        pause=no_pause,
    )


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


def test_run_returns_output_and_exit_code(shell):
    done = shell.run("echo out; echo err >&2; exit 5", timeout_seconds=20)

    assert (done.exit_code, done.stdout, done.stderr) == (5, "out\n", "err\n")


def test_run_gives_commands_an_empty_stdin(shell):
    done = shell.run("cat; echo end", timeout_seconds=20)

    assert (done.exit_code, done.stdout) == (0, "end\n")


def test_run_shows_nothing_of_the_script_to_ps(shell):
    done = shell.run("marker=top-secret-$$; ps axww -o args", timeout_seconds=20)

    assert "sh" in done.stdout
    assert "top-secret" not in done.stdout


def test_run_takes_a_long_script_and_gives_long_output(shell):
    script = "\n".join(f"echo {'x' * 90} {number}" for number in range(30_000))

    done = shell.run(script, timeout_seconds=60)

    assert done.stdout.splitlines()[-1] == f"{'x' * 90} 29999"
    assert len(done.stdout.splitlines()) == 30_000


def test_run_takes_heredocs_comments_and_bad_bytes(shell):
    done = shell.run("cat <<EOF\n}\nEOF\nprintf '\\377'\n# end", timeout_seconds=20)

    assert done.stdout == "}\n\ufffd"


def test_run_does_nothing_of_a_script_that_was_cut_off(shell, tmp_path):
    """The shell gets a braced group; without its end it must not run the beginning."""
    done = shell.run(f"touch {tmp_path}/ran\nif true; then", timeout_seconds=20)

    assert done.exit_code != 0
    assert not (tmp_path / "ran").exists()


def test_run_gives_up_after_its_time(shell):
    began = time.monotonic()
    with pytest.raises(RemoteCommandError, match="within 1 s"):
        shell.run("sleep 30", timeout_seconds=1)
    assert time.monotonic() - began < 10


def test_run_tells_a_signal_from_an_exit_code(shell):
    with pytest.raises(RemoteCommandError, match="signal") as caught:
        shell.run("kill -9 $$", timeout_seconds=20)
    assert caught.value.exit_code is None


def test_open_file_reads_all_of_it(shell, dump):
    with shell.open_file(dump) as file:
        assert file.size_bytes == len(CONTENT)
        assert read_all(file) == CONTENT


@pytest.mark.parametrize("offset", [1, 32768, 2_499_999, 2_500_000])
def test_open_file_goes_on_at_an_offset(shell, dump, offset):
    with shell.open_file(dump, offset=offset) as file:
        assert read_all(file) == CONTENT[offset:]


def test_open_file_can_be_left_in_the_middle(shell, dump):
    with shell.open_file(dump) as file:
        file.read(10)

    assert shell.run("echo on", timeout_seconds=20).stdout == "on\n"


def test_open_file_of_a_missing_file_is_an_error(shell, tmp_path):
    with pytest.raises(RemoteCommandError, match="no file"):
        shell.open_file(f"{tmp_path}/missing.dmp")


def test_read_notices_a_file_that_became_shorter(shell, dump):
    with shell.open_file(dump) as file:
        file.read(1)
        os.truncate(dump, 2_400_000)
        with pytest.raises(SourceChangedError, match="2400000 of 2500000"):
            # The pipe may hold what was read before; a file of megabytes does not fit into it.
            read_all(file)


def test_stat_tells_sizes_and_absence(shell, tmp_path, dump):
    (tmp_path / "empty").touch()
    (tmp_path / "a\nb").write_bytes(b"123")
    link = tmp_path / "link"
    link.symlink_to(dump)
    paths = [dump, *(f"{tmp_path}/{name}" for name in ("empty", "a\nb", "link", "missing", "."))]

    assert list(shell.stat(paths).values()) == [len(CONTENT), 0, 3, len(CONTENT), None, None]
    assert shell.stat([]) == {}


def test_link_that_breaks_while_reading_is_no_end_of_file(asyncssh_host, dump):
    asyncssh_host.faults.drop_after_output = 1_000_000
    file = RemoteShell(asyncssh_host.connect(), host_label="ora01").open_file(dump)
    asyncssh_host.faults.drops_left = 1

    with pytest.raises(HostUnreachableError):
        read_all(file)


@pytest.mark.parametrize("drops", [1, 4])
def test_file_goes_on_at_the_byte_after_its_link_broke(asyncssh_host, faulty, dump, drops):
    asyncssh_host.faults.drop_after_output = 1_000_000
    file = faulty.open_file(dump)
    asyncssh_host.faults.drops_left = drops

    assert read_all(file) == CONTENT
    assert asyncssh_host.faults.drops_left == 0


def test_file_gives_up_when_its_link_brings_nothing_more(asyncssh_host, dump):
    pauses = []
    shell = RemoteShell(
        asyncssh_host.connect(),
        host_label="ora01",
        reconnect=asyncssh_host.connect,
        pause=pauses.append,
    )
    file = shell.open_file(dump)
    # The size of the file still comes through.
    asyncssh_host.faults.drop_after_output = 1_000_000
    asyncssh_host.faults.drops_left = 1000

    with pytest.raises(HostUnreachableError):
        read_all(file)
    assert pauses[-len(PAUSES_SECONDS) :] == list(PAUSES_SECONDS)


@pytest.mark.parametrize("size", [2_000_000, None])
def test_file_that_shrank_while_its_link_was_down_is_noticed(asyncssh_host, faulty, dump, size):
    asyncssh_host.faults.drop_after_output = 1_000_000
    file = faulty.open_file(dump)
    asyncssh_host.faults.drops_left = 1
    file.read(1)
    os.truncate(dump, size) if size else Path(dump).unlink()

    with pytest.raises(SourceChangedError, match="2000000 of" if size else "gone"):
        read_all(file)


def test_file_goes_on_when_a_signal_ended_its_reader(openssh, dump):
    """So does a host that shuts down: first its processes, then its links."""
    shell = RemoteShell(
        openssh.connect(), host_label="ora01", reconnect=openssh.connect, pause=no_pause
    )
    os.truncate(dump, 50_000_000)
    with shell.open_file(dump) as file:
        file.read(1)
        kill_readers_of(dump)
        assert len(read_all(file)) == 49_999_999


def test_shell_without_reconnect_stays_broken(openssh):
    client = openssh.connect()
    shell = RemoteShell(client, host_label="ora01")
    client.close()

    with pytest.raises(HostUnreachableError, match="ora01"):
        shell.run("true", timeout_seconds=5)


def test_file_can_be_closed_when_its_link_breaks_just_then(openssh, dump, monkeypatch):
    """The transport may die between paramiko's look and its write; then a bare EOFError comes."""
    shell = RemoteShell(openssh.connect(), host_label="ora01")
    file = shell.open_file(dump)

    def break_now(*_args, **_kwargs):
        raise EOFError

    monkeypatch.setattr("paramiko.transport.Transport._send_user_message", break_now)
    file.close()


def test_stall_counts_as_a_broken_link(asyncssh_host, dump):
    asyncssh_host.faults.drop_after_output = 500_000
    asyncssh_host.faults.stall_reads = True
    shell = RemoteShell(asyncssh_host.connect(), host_label="ora01", stall_seconds=0.5)

    with pytest.raises(HostUnreachableError, match=r"nothing .* for 0\.5 s"):
        read_all(shell.open_file(dump))


def test_file_goes_on_after_a_stall(asyncssh_host, dump):
    def end_the_stall(_seconds):
        asyncssh_host.faults.stall_reads = False

    shell = RemoteShell(
        asyncssh_host.connect(),
        host_label="ora01",
        reconnect=asyncssh_host.connect,
        stall_seconds=0.5,
        pause=end_the_stall,
    )
    asyncssh_host.faults.drop_after_output = 500_000
    asyncssh_host.faults.stall_reads = True
    file = shell.open_file(dump)
    file.read(1)

    assert 1 + len(read_all(file)) == len(CONTENT)


def test_server_that_never_starts_the_command_is_unreachable(openssh, monkeypatch):
    monkeypatch.setattr("oracle_backup.adapters.ssh_scripts.OPEN_SECONDS", 0.3)
    with faulty_proxy(openssh.port) as proxy:
        shell = RemoteShell(openssh.connect(port=proxy.port), host_label="ora01")
        proxy.arm(stall_down=0)

        with pytest.raises(HostUnreachableError):
            shell.run("true", timeout_seconds=30)


def test_server_killed_while_a_script_runs_is_unreachable(openssh):
    shell = RemoteShell(openssh.connect(), host_label="ora01")
    # The script's parent is the server's process for this link.
    with pytest.raises(HostUnreachableError):
        shell.run("kill -9 $PPID; sleep 5", timeout_seconds=15)


def test_unknown_host_key_is_refused(asyncssh_host):
    with pytest.raises(HostKeyError), host_errors("ora01", doing="connect"):
        asyncssh_host.connect(know_key=False)


def test_changed_host_key_is_refused(asyncssh_host, openssh):
    asyncssh_host.host_key = openssh.host_key
    with pytest.raises(HostKeyError), host_errors("ora01", doing="connect"):
        asyncssh_host.connect()


def test_wrong_password_is_a_rejected_login(asyncssh_host):
    with pytest.raises(LoginRejectedError) as caught, host_errors("ora01", doing="connect"):
        asyncssh_host.connect(password="wrong-and-secret")
    assert "wrong-and-secret" not in str(caught.value)


def test_closed_port_is_unreachable(openssh):
    import paramiko

    client = paramiko.SSHClient()
    with pytest.raises(HostUnreachableError), host_errors("ora01", doing="connect"):
        client.connect("127.0.0.1", port=1, timeout=5, password="x")


def test_read_notices_a_reader_that_was_killed(openssh, dump):
    shell = RemoteShell(openssh.connect(), host_label="ora01")
    os.truncate(dump, 200_000_000)
    with shell.open_file(dump) as file:
        file.read(1)
        kill_readers_of(dump)
        with pytest.raises(RemoteCommandError, match="signal"):
            read_all(file)


def kill_readers_of(path):
    for process in Path("/proc").glob("[0-9]*"):
        try:
            reads = str((process / "fd" / "0").readlink())
        except OSError:
            continue
        if reads == path:
            os.kill(int(process.name), signal.SIGKILL)
