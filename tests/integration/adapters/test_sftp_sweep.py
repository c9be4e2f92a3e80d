"""What dead runs leave on a store goes, by the store's own clock, and nothing else."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import asyncssh
import pytest

from support.sftp_stores import ARCHIVE, SERVERS, open_store, root_on, send, server_of

pytestmark = pytest.mark.integration

CONTENT = os.urandom(100_000)


@pytest.fixture(params=SERVERS)
def server(request):
    return server_of(request)


@pytest.fixture
def root(server, tmp_path):
    return root_on(server, tmp_path)


def leave_parts(store, folder):
    """Make what dead runs leave, and what looks like it."""
    for name in (ARCHIVE, f"{ARCHIVE}.json"):
        part = store.open_part(f"db/{name}")
        part.write(b"of a dead run")
        part.flush()
    for name in ("notes.0123abcd.part", f"{ARCHIVE}.part", "x.zip.0123abcd.part"):
        (folder / name).write_bytes(b"of somebody else")
    (folder / f"{ARCHIVE}.0123abcd.part").mkdir()
    (folder / f"{ARCHIVE}.0123abce.part").symlink_to("/etc/passwd")


def age(folder, seconds):
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink():
            then = time.time() - seconds
            os.utime(path, (then, then))


def test_sweep_removes_old_parts_of_ours_only(server, root):
    store = open_store(server, root[0])
    send(store, CONTENT, name=f"db/{ARCHIVE}")
    folder = root[1] / "db"
    leave_parts(store, folder)
    age(folder, 7200)
    live = store.open_part(f"db/{ARCHIVE}")
    before = {path.name for path in folder.iterdir()}

    swept = store.sweep_parts("db", timedelta(hours=1))

    assert len(swept) == 2
    assert {path.name for path in folder.iterdir()} == before - {
        name.removeprefix("db/") for name in swept
    }
    live.write(b"still alive")
    store.abandon(live)


@pytest.mark.parametrize("shift", [-86400 * 365, 86400 * 365])
def test_sweep_goes_by_the_servers_clock(asyncssh_host, shift):
    """A server whose clock is a year off: its parts are not a year old."""
    asyncssh_host.faults.clock_shift_seconds = shift
    store = open_store(asyncssh_host, "/")
    store.open_part(f"db/{ARCHIVE}")

    assert store.sweep_parts("db", timedelta(hours=1)) == ()
    age(asyncssh_host.root / "db", 7200)
    assert len(store.sweep_parts("db", timedelta(hours=1))) == 1
    assert list((asyncssh_host.root / "db").iterdir()) == []


def test_sweep_where_files_have_no_times_removes_nothing(asyncssh_host):
    store = open_store(asyncssh_host, "/")
    store.open_part(f"db/{ARCHIVE}")
    age(asyncssh_host.root / "db", 7200)
    asyncssh_host.faults.no_times = True

    assert store.sweep_parts("db", timedelta(0)) == ()
    assert len(list((asyncssh_host.root / "db").iterdir())) == 1


def test_sweep_of_a_folder_without_parts_writes_nothing(asyncssh_host):
    store = open_store(asyncssh_host, "/")
    send(store, CONTENT, name=f"db/{ARCHIVE}")
    asyncssh_host.faults.open_error = asyncssh.SFTPPermissionDenied("Permission denied")

    assert store.sweep_parts("db", timedelta(0)) == ()
