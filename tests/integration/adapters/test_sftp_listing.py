"""Whatever a server lists, nothing outside its folder is ever named, and nothing comes twice."""

from __future__ import annotations

import logging
import tracemalloc

import asyncssh
import paramiko
import pytest

from oracle_backup.adapters import sftp_listing
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.errors import StoreError, StoreUnreachableError

pytestmark = pytest.mark.integration


@pytest.fixture
def store(asyncssh_host):
    (asyncssh_host.root / "db").mkdir()
    return SftpStore(
        asyncssh_host.sftp(),
        root="/",
        label="nas",
        reconnect=asyncssh_host.sftp,
        stall_seconds=5,
        pause=lambda _: None,
    )


def names(store, folder="db"):
    return [entry.name for entry in store.list(folder)]


ODD = [
    b"../../etc/passwd",
    b"/etc/shadow",
    b"",
    b"a\nb",
    b"a\x00b",
    b"caf\xe9.7z",
    "\u202egpj.7z".encode(),
    "a\u2028b".encode(),
    b"x" * 300,
    b"y" * 4096,
    b"db/a.7z",
    b"a\\b",
]


def test_odd_names_are_left_out_and_counted(asyncssh_host, store, caplog):
    asyncssh_host.faults.listing = [b".", b"..", *ODD, b"-rf", b"honest.7z"]

    with caplog.at_level(logging.INFO):
        assert names(store) == ["db/-rf", "db/honest.7z"]
    warnings = [record.getMessage() for record in caplog.records if "left alone" in record.msg]
    assert len(warnings) == 1
    assert f"lists {len(ODD)} entries in db" in warnings[0]
    assert "\n" not in warnings[0]
    assert "\u202e" not in warnings[0]
    assert len(warnings[0]) < 1000


def test_names_that_come_twice_count_once(asyncssh_host, store, caplog):
    asyncssh_host.faults.listing = [b"a.7z", b"b.7z", b"a.7z", b"a.7z"]

    assert names(store) == ["db/a.7z", "db/b.7z"]
    assert "lists 2 entries" in caplog.text


def test_entries_without_size_or_kind_are_no_files(asyncssh_host, store, monkeypatch):
    bare = asyncssh.SFTPAttrs()
    name = asyncssh.SFTPName(b"a.7z", b"a.7z", bare)

    async def scandir(_self, _path):
        yield name

    monkeypatch.setattr("support.asyncssh_servers._FaultySftp.scandir", scandir)
    (entry,) = store.list("db")

    assert (entry.name, entry.size_bytes, entry.is_file) == ("db/a.7z", 0, False)


def test_link_that_breaks_in_the_middle_repeats_nothing(asyncssh_host, store, caplog):
    asyncssh_host.faults.listing = [b"%05d.7z" % number for number in range(1000)]
    asyncssh_host.faults.drop_after_listed = 500
    asyncssh_host.faults.drops_left = 2

    found = names(store)

    assert found == [f"db/{number:05}.7z" for number in range(1000)]
    assert "left alone" not in caplog.text


def test_other_questions_in_between_do_no_harm(asyncssh_host, store):
    """Also when one of them finds the link broken and opens a new one."""
    asyncssh_host.faults.listing = [b"%05d.7z" % number for number in range(1000)]
    found = []
    for entry in store.list("db"):
        found.append(entry.name)
        if len(found) in {10, 300, 301, 999}:
            asyncssh_host.clients[-1].close()
            assert store.size("db/none") is None

    assert found == [f"db/{number:05}.7z" for number in range(1000)]


def test_link_that_stays_broken_is_no_end_of_the_list(asyncssh_host, store):
    asyncssh_host.faults.listing = [b"%05d.7z" % number for number in range(1000)]
    asyncssh_host.faults.drop_after_listed = 500
    asyncssh_host.faults.drops_left = 1000

    with pytest.raises(StoreUnreachableError):
        names(store)


def test_list_without_end_is_left(asyncssh_host, store, monkeypatch):
    monkeypatch.setattr(sftp_listing, "MAX_ENTRIES", 500)
    asyncssh_host.faults.listing = [b"%05d.7z" % number for number in range(1000)]

    with pytest.raises(StoreError, match="more than 500 entries") as caught:
        names(store)
    assert type(caught.value) is StoreError


@pytest.mark.parametrize("count", [0, 10**6, 2**32 - 1])
def test_answer_with_a_false_count_is_no_list(store, monkeypatch, count):
    """No server library sends one, so the answer is changed where it arrives."""
    real = paramiko.SFTPClient._read_response

    def read_response(self, waitfor=None):
        kind, message = real(self, waitfor)
        if kind == paramiko.sftp.CMD_NAME:
            place = message.packet.tell()
            body = message.asbytes()
            message = paramiko.Message(body[:place] + count.to_bytes(4, "big") + body[place + 4 :])
            message.get_bytes(place)
        return kind, message

    monkeypatch.setattr(paramiko.SFTPClient, "_read_response", read_response)
    with pytest.raises(StoreUnreachableError, match="Garbage"):
        names(store)


def test_memory_stays_small_however_long_the_list(openssh, tmp_path):
    """Only a number is kept of each name that has come."""
    for number in range(10_000):
        (tmp_path / f"{number:0200}.7z").touch()
    store = SftpStore(openssh.sftp(), root=str(tmp_path), label="nas")
    tracemalloc.start()
    try:
        count = sum(1 for _ in store.list(""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 10_000
    assert peak < 10_000 * 200


def test_missing_folder_and_closed_folder_differ(asyncssh_host, store):
    assert names(store, "missing") == []
    asyncssh_host.faults.list_error = asyncssh.SFTPPermissionDenied("Permission denied")
    with pytest.raises(StoreError):
        names(store)
