"""A store's own hash is used where it can be trusted to be of the same file, and nowhere else."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oracle_backup.adapters import sftp_hash
from oracle_backup.adapters.sftp_hash import build_hash_script, parse_hash
from oracle_backup.adapters.sftp_store import SftpStore
from support.faulty_proxy import faulty_proxy
from support.openssh import SKIP_REASON, openssh_server

pytestmark = pytest.mark.integration

CONTENT = os.urandom(1_000_001)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def put(store, name, content=CONTENT):
    part = store.open_part(name)
    part.write(content)
    store.finish(part)


@pytest.mark.parametrize(
    "name", ["a.7z", "it's $(touch pwned) `touch pwned`.7z", "-rf", "a b/-n", '"; touch pwned; "']
)
def test_server_that_runs_commands_tells_the_hash(openssh, tmp_path, name):
    store = SftpStore(openssh.sftp(), root=str(tmp_path / "-root"), label="nas")
    put(store, name)

    assert store.sha256(name) == DIGEST
    assert not list(Path.cwd().glob("pwned"))
    assert not list(Path.home().glob("pwned"))


def test_path_relative_to_the_login_folder_is_the_same_for_commands(openssh):
    folder = Path.home() / "-oracle-backup-test"
    store = SftpStore(openssh.sftp(), root=folder.name, label="nas")
    try:
        put(store, "-a.7z")
        assert store.sha256("-a.7z") == DIGEST
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_server_for_sftp_only_tells_nothing_and_goes_on(tmp_path_factory, tmp_path):
    if SKIP_REASON:
        pytest.skip(SKIP_REASON)
    with openssh_server(tmp_path_factory.mktemp("sftp-only"), sftp_only=True) as server:
        store = SftpStore(server.sftp(), root=str(tmp_path), label="nas")
        put(store, "a.7z")

        assert store.sha256("a.7z") is None
        assert store.sha256("a.7z") is None
        assert store.read_bytes("a.7z", max_bytes=10**9) == CONTENT


def test_proftpd_tells_nothing_and_goes_on(proftpd, tmp_path):
    store = SftpStore(proftpd.sftp(), root=str(tmp_path), label="nas")
    put(store, "a.7z")

    assert store.sha256("a.7z") is None
    assert store.size("a.7z") == len(CONTENT)


def test_server_that_says_it_runs_no_commands(asyncssh_host):
    asyncssh_host.faults.no_commands = True
    store = SftpStore(asyncssh_host.sftp(), root="/", label="nas")
    put(store, "a.7z")

    assert store.sha256("a.7z") is None


def test_command_that_sees_another_file_does_not_count(asyncssh_host):
    """This server's SFTP has a root of its own, as with a chroot; its commands see the machine."""
    other = asyncssh_host.root.parent / "other.7z"
    other.write_bytes(b"another file")
    inside = asyncssh_host.root / str(other).lstrip("/")
    inside.parent.mkdir(parents=True)
    store = SftpStore(asyncssh_host.sftp(), root=str(other.parent), label="nas")
    put(store, "other.7z")

    assert store.sha256("other.7z") is None
    other.unlink()
    assert store.sha256("other.7z") is None


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\n",
        b"oracle-backup-commands\noracle-backup-sha256 1000001 " + b"0" * 63,
        b"oracle-backup-commands\noracle-backup-sha256 999 " + b"0" * 64,
        b"oracle-backup-sha256 1000001 " + b"0" * 64 + b"\n\x1b[2Joracle-backup-commands",
        b"\xff\xfe" * 1000,
        b"x" * 5_000_000,
        b"oracle-backup-commands",
    ],
)
def test_hostile_answers_mean_nothing(asyncssh_host, output):
    asyncssh_host.faults.command_output = output
    # asyncssh hangs up where paramiko widens the window of a channel in the moment of its end.
    store = SftpStore(
        asyncssh_host.sftp(),
        root="/",
        label="nas",
        reconnect=asyncssh_host.sftp,
        pause=lambda _: None,
    )
    put(store, "a.7z")

    assert store.sha256("a.7z") is None
    assert store.size("a.7z") == len(CONTENT)


def test_server_that_never_answers_a_command_is_left(openssh, tmp_path, monkeypatch):
    monkeypatch.setattr("oracle_backup.adapters.ssh_scripts.OPEN_SECONDS", 0.5)
    with faulty_proxy(openssh.port) as proxy:

        def connect():
            return openssh.connect(port=proxy.port).open_sftp()

        store = SftpStore(
            connect(), root=str(tmp_path), label="nas", reconnect=connect, pause=lambda _: None
        )
        put(store, "a.7z")
        size = store.size("a.7z")
        hashes = sftp_hash.RemoteHash(store._link)
        proxy.arm(stall_down=0)

        assert hashes.of(str(tmp_path / "a.7z"), size_bytes=size) is None
        assert store.size("a.7z") == len(CONTENT)


def test_command_that_is_too_slow_is_left(asyncssh_host, monkeypatch):
    monkeypatch.setattr(sftp_hash, "build_hash_script", lambda _path, **_: "sleep 60")
    monkeypatch.setattr(sftp_hash, "_PATIENCE_SECONDS", 0.3)
    store = SftpStore(asyncssh_host.sftp(), root="/", label="nas")
    put(store, "a.7z")

    assert store.sha256("a.7z") is None
    assert store.size("a.7z") == len(CONTENT)


TOOLS = {
    "sha256sum": 'exec {python} -c "{hash}; print(h, chr(32) + chr(45))"',
    "shasum": '[ "$*" = "-a 256" ] && exec {python} -c "{hash}; print(h, chr(32) + chr(45))"',
    "sha256": '[ "$*" = "-q" ] && exec {python} -c "{hash}; print(h)"',
    "digest": '[ "$*" = "-a sha256" ] && exec {python} -c "{hash}; print(h)"',
    "openssl": '[ "$*" = "dgst -sha256 -r" ] && exec {python} -c "{hash}; print(h, chr(42))"',
}


@pytest.mark.parametrize("shell", ["dash", "bash", "ksh", "busybox"])
@pytest.mark.parametrize("tool", [*TOOLS, None])
def test_script_uses_what_the_server_has(tmp_path, shell, tool):
    """Linux, macOS, FreeBSD, Solaris, and whatever else has OpenSSL."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    for name in ("ls", "awk"):
        (tmp_path / name).symlink_to(shutil.which(name))
    if tool is not None:
        code = "import hashlib, sys; h = hashlib.sha256(sys.stdin.buffer.read()).hexdigest()"
        stand_in = tmp_path / tool
        body = TOOLS[tool].format(python=sys.executable, hash=code)
        stand_in.write_text(f"#!/bin/sh\n{body}\n")
        stand_in.chmod(0o755)
    file = tmp_path / "it's a file"
    file.write_bytes(CONTENT)
    argv = [program, "sh"] if shell == "busybox" else [program]
    done = subprocess.run(
        [*argv, "-c", build_hash_script(str(file))],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    if tool is None:
        assert done.returncode == 69
    else:
        assert parse_hash(done.stdout, size_bytes=len(CONTENT)) == DIGEST, done.stderr
        assert parse_hash(done.stdout, size_bytes=len(CONTENT) + 1) is None


def test_script_of_a_missing_file_or_a_folder_fails(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        done = subprocess.run(
            ["sh", "-c", build_hash_script(str(path))], capture_output=True, check=False
        )
        assert done.returncode != 0
        assert done.stdout == b""
