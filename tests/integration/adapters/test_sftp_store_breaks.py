"""A link that breaks, stalls or lies in the middle of a file."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from datetime import timedelta
from pathlib import Path

import asyncssh
import pytest

from oracle_backup.adapters.sftp_link import open_session
from oracle_backup.adapters.sftp_requests import CHUNK_BYTES, WINDOW
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.errors import IntegrityError, StoreError, StoreUnreachableError
from support.faulty_proxy import faulty_proxy
from support.openssh import SKIP_REASON
from support.proftpd import find_proftpd, proftpd_server
from support.sftp_stores import ARCHIVE, SERVERS, open_store, root_on, send, server_of

pytestmark = pytest.mark.integration

# More than the window of requests holds, so that writing has to wait for answers.
CONTENT = os.urandom(CHUNK_BYTES * WINDOW + 2_000_001)


@pytest.fixture(params=SERVERS)
def server(request):
    return server_of(request)


@pytest.fixture
def proxy(server):
    with faulty_proxy(server.port) as running:
        yield running


@pytest.fixture
def root(server, tmp_path):
    return root_on(server, tmp_path)


@pytest.mark.parametrize("after", [10_000, 1_000_000, 4_000_000, 6_000_000])
def test_write_goes_on_after_a_cut_inside_a_packet(server, proxy, root, after):
    store = open_store(server, root[0], port=proxy.port)
    proxy.arm(cut_up=after, times=2)

    send(store, CONTENT)

    assert (root[1] / ARCHIVE).read_bytes() == CONTENT
    assert [path.name for path in root[1].iterdir()] == [ARCHIVE]
    assert proxy.accepted >= 2


@pytest.mark.parametrize("way", ["stall_up", "stall_down"])
def test_write_goes_on_after_a_stall(server, proxy, root, way):
    store = open_store(server, root[0], port=proxy.port, stall_seconds=1)
    proxy.arm(**{way: 2_000_000 if way == "stall_up" else 2_000})

    send(store, CONTENT)

    assert (root[1] / ARCHIVE).read_bytes() == CONTENT
    assert proxy.accepted == 2


@pytest.mark.parametrize("fault", ["cut_down", "stall_down"])
def test_read_goes_on_after_a_break(server, proxy, root, fault):
    store = open_store(server, root[0], port=proxy.port, stall_seconds=1)
    send(store, CONTENT)
    proxy.arm(**{fault: 3_000_000})

    with store.open_read(ARCHIVE) as file:
        assert file.read() == CONTENT
    assert proxy.accepted == 2


@pytest.mark.skipif(bool(SKIP_REASON), reason=SKIP_REASON)
@pytest.mark.parametrize("send_buffer", [None, 4096])
def test_write_goes_on_when_the_server_stands_still(openssh, tmp_path, send_buffer):
    """The process behind the link is stopped: TCP still takes bytes, then not even those."""
    clients = []

    def connect():
        clients.append(openssh.connect())
        if send_buffer is not None:
            link = clients[-1].get_transport().sock
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        return open_session(clients[-1], stall_seconds=1)

    store = SftpStore(
        connect(),
        root=str(tmp_path),
        label="nas",
        reconnect=connect,
        pause=lambda _: None,
        stall_seconds=1,
    )
    part = store.open_part(ARCHIVE)
    part.write(CONTENT)
    _, stdout, _ = clients[0].exec_command("echo $PPID")
    pid = int(stdout.read())
    os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(4):
            part.write(CONTENT)
        store.finish(part)
    finally:
        os.kill(pid, signal.SIGKILL)

    assert (tmp_path / ARCHIVE).read_bytes() == CONTENT * 5


def test_server_that_accepts_and_says_nothing_is_unreachable(openssh, tmp_path):
    with faulty_proxy(openssh.port) as proxy:
        client = openssh.connect(port=proxy.port)
        proxy.arm(stall_down=0)
        began = time.monotonic()
        with pytest.raises(Exception, match=r".*") as caught:
            open_session(client, stall_seconds=0.5)
    assert time.monotonic() - began < 30
    assert isinstance(caught.value, (EOFError, OSError)) or "SSH" in type(caught.value).__name__


@pytest.mark.parametrize("left", [0, 1_000_000])
def test_server_that_forgot_what_it_had_acknowledged_is_an_error(asyncssh_host, left):
    """Going on would leave a hole."""
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.drop_after_written = 6_000_000
    asyncssh_host.faults.drops_left = 1
    asyncssh_host.faults.forget_on_drop = left

    with pytest.raises(StoreError, match=rf"has {left} bytes after a break") as caught:
        send(store, CONTENT)
    assert type(caught.value) is StoreError
    assert list((asyncssh_host.root / "store").iterdir()) == []


def write_and_finish(store, part, content):
    part.write(content)
    store.finish(part)


@pytest.mark.parametrize("lie", [10**9, -(10**9)])
def test_server_that_lies_about_the_size_after_a_break_is_an_error(asyncssh_host, lie):
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.drop_after_written = 3_000_000
    asyncssh_host.faults.drops_left = 1
    part = store.open_part(ARCHIVE)
    asyncssh_host.faults.size_lie = max(lie, -2_000_000)

    with pytest.raises(StoreError):
        write_and_finish(store, part, CONTENT * 2)
    asyncssh_host.faults.size_lie = 0
    store.abandon(part)
    assert list((asyncssh_host.root / "store").iterdir()) == []


def test_server_that_tells_no_sizes_is_an_error(asyncssh_host):
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.no_sizes = True

    with pytest.raises(StoreError):
        send(store, CONTENT)
    assert ARCHIVE not in [path.name for path in (asyncssh_host.root / "store").iterdir()]


def test_rename_that_did_nothing_is_an_error(asyncssh_host):
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.rename_does_nothing = True

    with pytest.raises(StoreError, match="has None bytes"):
        send(store, CONTENT)


def test_file_that_changed_size_while_its_link_was_down_is_noticed(asyncssh_host):
    store = open_store(asyncssh_host, "/store")
    send(store, CONTENT)
    asyncssh_host.faults.drop_after_read = 1_000_000
    asyncssh_host.faults.drops_left = 1
    with store.open_read(ARCHIVE) as file:
        file.read(10)
        with (asyncssh_host.root / "store" / ARCHIVE).open("ab") as longer:
            longer.write(b"more")
        with pytest.raises(IntegrityError, match="after a break"):
            file.read()


def test_server_that_lets_nobody_go_on_writing_is_tried_again_later(tmp_path_factory, tmp_path):
    """ProFTPD as its makers deliver it: a file that exists may not be written to."""
    if find_proftpd() is None:
        pytest.skip("ProFTPD is not installed")
    folder = tmp_path_factory.mktemp("proftpd")
    with (
        proftpd_server(folder, overwrite=False) as server,
        faulty_proxy(server.port) as proxy,
    ):
        store = open_store(server, str(tmp_path / "s"), port=proxy.port)
        send(store, b"x" * 100, "other.7z")
        proxy.arm(cut_up=3_000_000)

        with pytest.raises(StoreUnreachableError, match="AllowOverwrite"):
            send(store, CONTENT)
        assert [path.name for path in (tmp_path / "s").iterdir()] == ["other.7z"]


@pytest.mark.parametrize("stage", ["open", "mkdir", "close", "stat", "rename", "remove"])
def test_every_stage_comes_back_after_a_break(asyncssh_host, stage):
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.drop_at = stage
    asyncssh_host.faults.drops_left = 2

    send(store, CONTENT)
    store.write_text("m.json", "{}")
    store.write_text("m.json", "{1}", replace=True)
    store.remove("m.json")

    assert asyncssh_host.faults.drops_left == 0
    assert (asyncssh_host.root / "store" / ARCHIVE).read_bytes() == CONTENT
    # What a break left behind is for the sweep.
    store.sweep_parts("", timedelta(0))
    assert {path.name for path in (asyncssh_host.root / "store").iterdir()} == {ARCHIVE}


def test_manifest_whose_rename_was_not_answered_is_looked_at(asyncssh_host):
    store = open_store(asyncssh_host, "/store")
    store.write_text("m.json", "one", replace=True)
    asyncssh_host.faults.drop_before_rename_answer = True
    asyncssh_host.faults.drops_left = 1

    store.write_text("m.json", "two", replace=True)

    assert store.read_bytes("m.json", max_bytes=9) == b"two"
    assert asyncssh_host.faults.drops_left == 0


@pytest.mark.parametrize("replace", [False, True])
def test_manifest_that_arrives_damaged_never_gets_its_name(asyncssh_host, replace):
    store = open_store(asyncssh_host, "/store")
    if replace:
        store.write_text("m.json", "good one", replace=True)
    asyncssh_host.faults.swallow_writes_after = 0

    with pytest.raises(StoreError):
        store.write_text("m.json", "bad one!", replace=replace)
    kept = {path.name: path.read_text() for path in (asyncssh_host.root / "store").iterdir()}
    assert kept == ({"m.json": "good one"} if replace else {})


def test_abandon_does_not_wait_for_a_store_that_is_away(asyncssh_host):
    """Whoever abandons may have been told to end at once."""
    pauses = []
    store = SftpStore(
        asyncssh_host.sftp(),
        root="/store",
        label="nas",
        reconnect=lambda: asyncssh_host.connect(port=1).open_sftp(),
        pause=pauses.append,
    )
    part = store.open_part(ARCHIVE)
    asyncssh_host.clients[0].close()

    store.abandon(part)

    assert pauses == []


def test_modes_are_ours_whatever_the_server_masks(server, root):
    store = open_store(server, root[0])
    part = store.open_part(f"db/HR/{ARCHIVE}")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in root[1].rglob("*")}
    store.finish(part)

    assert modes.pop("db") == modes.pop("HR") == 0o700
    assert list(modes.values()) == [0o600]
    assert stat.S_IMODE((root[1] / "db" / "HR" / ARCHIVE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "error", [asyncssh.SFTPOpUnsupported("no"), asyncssh.SFTPPermissionDenied("no")]
)
def test_server_that_knows_no_modes_is_told_in_the_log(asyncssh_host, error, caplog):
    asyncssh_host.faults.mode_error = error
    (asyncssh_host.root / "store").mkdir()
    store = open_store(asyncssh_host, "/store")

    send(store, CONTENT)

    assert (asyncssh_host.root / "store" / ARCHIVE).read_bytes() == CONTENT
    assert "would not set the mode" in caplog.text


def test_bandwidth_limit_holds_for_writing_and_reading(openssh, tmp_path):
    """As a lower bound only: how fast it is without, the machine decides."""
    limited = open_store(openssh, str(tmp_path), bandwidth_limit_bytes=8_000_000)
    began = time.monotonic()
    send(limited, CONTENT)
    middle = time.monotonic()
    with limited.open_read(ARCHIVE) as file:
        assert file.read() == CONTENT
    ended = time.monotonic()

    least = len(CONTENT) / 8_000_000 - 0.3
    assert middle - began >= least
    assert ended - middle >= least
    assert Path(tmp_path / ARCHIVE).read_bytes() == CONTENT


def test_what_a_caller_changes_afterwards_is_not_sent(asyncssh_host):
    """Also where it has to be sent once more."""
    store = open_store(asyncssh_host, "/store")
    asyncssh_host.faults.drop_after_written = 1_000_000
    asyncssh_host.faults.drops_left = 1
    part = store.open_part(ARCHIVE)
    buffer = bytearray(1_000_000)
    for letter in b"abcdefg":
        buffer[:] = bytes([letter]) * len(buffer)
        part.write(memoryview(buffer))
    store.finish(part)

    assert asyncssh_host.faults.drops_left == 0
    pieces = (asyncssh_host.root / "store" / ARCHIVE).read_bytes()
    assert pieces == b"".join(bytes([letter]) * 1_000_000 for letter in b"abcdefg")
