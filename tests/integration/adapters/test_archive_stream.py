"""From a host to a store in one stream, over links that break."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.seven_zip import find_seven_zip
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.adapters.ssh_shell import RemoteShell
from oracle_backup.errors import (
    HostUnreachableError,
    IntegrityError,
    SourceChangedError,
    StoreFullError,
)
from support.archives import dump_like, make_member
from support.seven_zips import run_seven_zip

pytestmark = pytest.mark.integration

SEVEN_ZIP = find_seven_zip()
needs_seven_zip = pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip (7zz, 7z) is not installed")

CONTENT = dump_like(6_000_000)
# Chunks of noise, so that the packed stream is long as well.
NOISE = os.urandom(3_000_000)


def no_pause(_seconds):
    """Stand in for the seconds before a link is opened again."""


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "erp.dmp"
    path.write_bytes(CONTENT + NOISE)
    return path


@pytest.fixture
def shell(asyncssh_host):
    return RemoteShell(
        asyncssh_host.connect(),
        host_label="ora01",
        reconnect=asyncssh_host.connect,
        pause=no_pause,
    )


@pytest.fixture
def store(openssh, tmp_path):
    return SftpStore(
        openssh.sftp(), root=str(tmp_path / "store"), label="nas", reconnect=openssh.sftp
    )


def member_of(shell, path, **changes):
    values = {
        "name": path.name,
        "size_bytes": path.stat().st_size,
        "open": lambda offset: shell.open_file(str(path), offset=offset),
    }
    return ArchiveMember(**(values | changes))


def send(store, members, *, name="erp.7z", **options):
    part = store.open_part(name)
    try:
        written = write_archive(members, sink=part, **options)
        store.finish(part)
    except BaseException:
        store.abandon(part)
        raise
    return written


def stored(tmp_path):
    folder = tmp_path / "store"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("password", [None, "contraseña"])
@pytest.mark.parametrize("level", [0, 1])
def test_stream_arrives_whole(store, shell, dump, level, password):
    written = send(store, [member_of(shell, dump)], level=level, password=password)

    with store.open_read("erp.7z") as source:
        read_archive(source, password=password, expected=written)


@pytest.mark.parametrize("drops", [1, 4])
def test_stream_survives_a_source_that_breaks(asyncssh_host, store, shell, dump, drops):
    asyncssh_host.faults.drop_after_output = 3_000_000
    asyncssh_host.faults.drops_left = drops

    written = send(store, [member_of(shell, dump)])

    assert asyncssh_host.faults.drops_left == 0
    with store.open_read("erp.7z") as source:
        read_archive(source, expected=written)


def test_stream_survives_a_store_that_breaks(asyncssh_host, dump):
    store = SftpStore(
        asyncssh_host.sftp(),
        root="/store",
        label="nas",
        reconnect=asyncssh_host.sftp,
        pause=no_pause,
    )
    asyncssh_host.faults.drop_after_written = 2_000_000
    asyncssh_host.faults.drops_left = 3

    written = send(store, [make_member("erp.dmp", CONTENT + NOISE)], password="x")

    assert asyncssh_host.faults.drops_left == 0
    with store.open_read("erp.7z") as source:
        read_archive(source, password="x", expected=written)


def test_stream_gives_up_on_a_source_that_stays_away(asyncssh_host, store, shell, dump, tmp_path):
    send(store, [make_member("old.dmp", b"last good")], name="good.7z")
    asyncssh_host.faults.drop_after_output = 3_000_000
    asyncssh_host.faults.drops_left = 1000

    with pytest.raises(HostUnreachableError):
        send(store, [member_of(shell, dump)])
    assert stored(tmp_path) == ["good.7z"]


@pytest.mark.parametrize("size", [9_000_001, 30_000_000])
def test_stream_notices_a_source_that_is_too_short(store, shell, dump, tmp_path, size):
    with pytest.raises(SourceChangedError, match=r"erp\.dmp"):
        send(store, [member_of(shell, dump, size_bytes=size)])
    assert stored(tmp_path) == []


@pytest.mark.parametrize("size", [0, 1, 8_999_999])
def test_stream_notices_a_source_that_has_grown(store, shell, dump, tmp_path, size):
    with pytest.raises(SourceChangedError, match="grown"):
        send(store, [member_of(shell, dump, size_bytes=size)])
    assert stored(tmp_path) == []


def test_stream_leaves_nothing_on_a_full_store(asyncssh_host, shell, dump):
    import asyncssh

    store = SftpStore(asyncssh_host.sftp(), root="/store", label="nas")
    asyncssh_host.faults.write_error = asyncssh.SFTPFailure("No space left on device")
    asyncssh_host.faults.write_error_after = 1_500_000

    with pytest.raises(StoreFullError):
        send(store, [member_of(shell, dump)])
    assert list((asyncssh_host.root / "store").iterdir()) == []


@pytest.mark.parametrize("place", [0, 5, 20, 32, 2_000_000, -1, -40])
def test_reading_back_notices_a_flipped_bit_on_the_way(asyncssh_host, place):
    store = SftpStore(asyncssh_host.sftp(), root="/store", label="nas")
    written = send(store, [make_member("erp.dmp", CONTENT + NOISE)])
    asyncssh_host.faults.flip_read_at = place % written.size_bytes

    with pytest.raises(IntegrityError), store.open_read("erp.7z") as source:
        read_archive(source, expected=written)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("encoder", "size_bytes", "is_read_back"),
    [
        # One byte more than 32 bits count. Decoding takes as long again, and is the same for all.
        pytest.param("7zz", (1 << 32) + 1, False, marks=needs_seven_zip),
        ("lzma", 1 << 29, True),
    ],
)
def test_memory_does_not_grow_with_the_dump(tmp_path, encoder, size_bytes, is_read_back):
    """Gigabytes that pack 1000:1, in a process of its own."""
    script = """
import sys
from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.writer import write_archive
path, size_bytes, encoder, is_read_back = sys.argv[1:]
SIZE = int(size_bytes)
def most_mib():
    # Not getrusage: its peak is inherited from the process that started this one.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
class Zeros:
    left = SIZE
    def read(self, size):
        size = min(size, self.left); self.left -= size
        return bytes(size)
    def close(self): pass
member = ArchiveMember(name="zeros", size_bytes=SIZE, open=lambda offset: Zeros())
with open(path, "wb") as sink:
    written = write_archive([member], sink=sink, level=1, password="x", threads=2, encoder=encoder)
print(most_mib())
if is_read_back == "True":
    with open(path, "rb") as source:
        read_archive(source, password="x", expected=written)
    print(most_mib())
"""
    path = tmp_path / "zeros.7z"
    given = [str(path), str(size_bytes), encoder, str(is_read_back)]
    done = subprocess.run(
        [sys.executable, "-c", script, *given], capture_output=True, text=True, check=True
    )
    assert all(int(line) < 200 for line in done.stdout.split()), done.stdout
    if SEVEN_ZIP is not None:
        listed = run_seven_zip(SEVEN_ZIP, "l", path, "-slt", password="x").stdout
        assert f"Size = {size_bytes}\n" in listed
