"""
What only the shell of this very machine has to take care of.

What it has in common with the one over SSH is in test_ssh_shell.py and test_ssh_commands.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oracle_backup.adapters.archive.host_encoder import HostEncoder, probe_host_encoder
from oracle_backup.adapters.local_shell import LocalShell, machine_name
from oracle_backup.errors import HostError, RemoteCommandError
from support.archives import dump_like

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 60


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def read_all(stream) -> bytes:
    return b"".join(iter(lambda: stream.read(1 << 20), b""))


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_scripts_see_nothing_of_the_worker_s_environment(monkeypatch: pytest.MonkeyPatch):
    """It may hold Airflow's connections and keys, and a tool's environment shows in /proc."""
    monkeypatch.setenv("AIRFLOW_CONN_ORACLE", "secret-of-airflow")
    monkeypatch.setenv("ORACLE_SID", "WORKERS")
    shell = LocalShell()

    said = shell.run("env", timeout_seconds=PATIENCE_SECONDS).stdout
    with shell.open_command("env") as command:
        said += command.read(1 << 20).decode()

    # A shell adds some of its own.
    ours = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TZ", "USER", "OLDPWD", "PWD", "SHLVL", "_")
    assert {line.partition("=")[0] for line in said.splitlines()} <= set(ours)
    assert f"HOME={os.environ['HOME']}" in said


def test_user_without_a_home_in_the_environment_has_that_of_the_system(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("HOME")

    said = LocalShell().run('echo "$HOME"; pwd', timeout_seconds=PATIENCE_SECONDS).stdout

    assert said.split() == [str(Path("~").expanduser())] * 2


def test_home_that_is_no_folder_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/no/such/folder")

    with pytest.raises(HostError, match=r"Cannot start a shell on .*HOME is a folder"):
        LocalShell().run("true", timeout_seconds=PATIENCE_SECONDS)


def test_label_names_the_machine():
    assert LocalShell().host_label == f"{machine_name()} (this machine)"


def test_run_gives_bytes_as_they_came():
    """The trigger counts the bytes of a log, whatever their character set."""
    code, stdout, stderr = LocalShell().run_for_bytes(
        "printf '\\361\\377'; printf '\\200' >&2; exit 3", timeout_seconds=PATIENCE_SECONDS
    )

    assert (code, stdout, stderr) == (3, b"\xf1\xff", b"\x80")


def test_script_that_says_too_much_is_left():
    shell = LocalShell(max_output_bytes=100_000)

    with pytest.raises(RemoteCommandError, match="more than 100000 bytes"):
        shell.run("while :; do echo too much; done", timeout_seconds=PATIENCE_SECONDS)


def test_what_a_script_has_detached_lives_on(tmp_path: Path):
    """The export must survive the task that started it."""
    pid_file = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ >{pid_file}; exec sleep 300' </dev/null >/dev/null 2>&1 &"
    program = (
        "import sys; from oracle_backup.adapters.local_shell import LocalShell; "
        "LocalShell().run(sys.argv[1], timeout_seconds=60)"
    )
    subprocess.run(
        [sys.executable, "-c", program, script],
        env={**os.environ, "PYTHONPATH": "plugins"},
        check=True,
        timeout=PATIENCE_SECONDS,
        start_new_session=True,
    )
    wait_until(lambda: pid_file.exists() and pid_file.read_text().strip())
    pid = int(pid_file.read_text())
    try:
        assert is_alive(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_command_ends_with_the_process_that_reads_it(tmp_path: Path):
    """A worker that is killed leaves no encoder behind."""
    pid_file = tmp_path / "pid"
    program = (
        "import sys; from oracle_backup.adapters.local_shell import LocalShell; "
        "c = LocalShell().open_command(sys.argv[1]); c.read(1); print('on', flush=True); c.read(1)"
    )
    script = f"echo $$ >{pid_file}; echo on; sleep 300"
    with subprocess.Popen(
        [sys.executable, "-c", program, script],
        env={**os.environ, "PYTHONPATH": "plugins"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"on\n"
        reader.kill()
    pid = int(pid_file.read_text())

    wait_until(lambda: not is_alive(pid))


def test_command_that_ignores_its_end_is_ended_all_the_same(tmp_path: Path):
    pid_file = tmp_path / "pid"
    script = f"trap '' TERM; sh -c 'echo $$ >{pid_file}; echo on; while :; do sleep 1; done'"
    command = LocalShell().open_command(script)
    command.read(1)
    command.close()
    pid = int(pid_file.read_text())

    wait_until(lambda: not is_alive(pid))


def test_command_that_closes_its_output_and_goes_on_is_no_short_output(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("oracle_backup.adapters.local_streams._END_SECONDS", 0.3)
    with (
        LocalShell().open_command("echo half; exec >&- 2>&-; sleep 300") as command,
        pytest.raises(RemoteCommandError, match="closed its output, but did not end"),
    ):
        read_all(command)


def test_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Root may read everything, so the refusal is the system's only in its words."""
    path = tmp_path / "closed.dmp"
    path.write_bytes(b"x")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RemoteCommandError, match=f"Cannot read {path} on .*: Permission denied"):
        LocalShell().open_file(str(path))
    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(RemoteCommandError, match=f"Cannot see {path} on .*: Permission denied"):
        LocalShell().stat([str(path)])


def test_pipe_is_no_file(tmp_path: Path):
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "pipe")

    assert LocalShell().stat([f"{tmp_path}/pipe"]) == {f"{tmp_path}/pipe": None}
    with pytest.raises(RemoteCommandError, match="no file"):
        LocalShell().open_file(f"{tmp_path}/pipe")


def test_this_machine_packs_its_own_dump(tmp_path: Path):
    """`compress_on: host` is the same machine then; it packs as a pipe all the same."""
    shell = LocalShell()
    program = probe_host_encoder(shell)
    if program is None:
        pytest.skip("7-Zip (7zz, 7z) is not installed")
    dump = tmp_path / "it's a $dump.dmp"
    dump.write_bytes(dump_like(1_500_000))
    packed = HostEncoder(shell, program=program, level=1).open(str(dump), size_bytes=1_500_000)

    assert 0 < len(read_all(packed)) < 1_500_000
    assert len(packed.sha256()) == 64
    packed.close()
