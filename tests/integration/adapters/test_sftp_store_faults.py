"""Whatever a server does, no half file gets a final name and what was finished stays."""

from __future__ import annotations

import os
import stat

import asyncssh
import pytest

from oracle_backup.adapters.foreign_errors import store_errors
from oracle_backup.adapters.patience import PAUSES_SECONDS
from oracle_backup.adapters.sftp_requests import CHUNK_BYTES, WINDOW
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.errors import (
    IntegrityError,
    NameTakenError,
    StoreError,
    StoreFullError,
    StoreKeyError,
    StoreLoginError,
    StorePermissionError,
    StoreUnreachableError,
)

pytestmark = pytest.mark.integration

# More than the window of requests holds, so that writing has to wait for answers.
CONTENT = os.urandom(CHUNK_BYTES * WINDOW + 2_000_001)


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def store(asyncssh_host, pauses):
    """A store that reconnects without waiting."""
    return SftpStore(
        asyncssh_host.sftp(),
        root="/backups",
        label="nas",
        reconnect=asyncssh_host.sftp,
        stall_seconds=0.5,
        pause=pauses.append,
    )


@pytest.fixture
def faults(asyncssh_host):
    return asyncssh_host.faults


def put(store, name, content):
    part = store.open_part(name)
    try:
        part.write(content)
        store.finish(part)
    except BaseException:
        store.abandon(part)
        raise


def served(asyncssh_host):
    folder = asyncssh_host.root / "backups"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_files_and_folders_belong_to_the_user_alone(openssh, tmp_path):
    store = SftpStore(openssh.sftp(), root=str(tmp_path / "new"), label="nas")
    part = store.open_part("db/a.7z")
    (path,) = (tmp_path / "new" / "db").iterdir()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    store.abandon(part)


def test_folders_that_exist_keep_their_modes(openssh, tmp_path):
    root = tmp_path / "shared"
    root.mkdir(mode=0o755)
    put(SftpStore(openssh.sftp(), root=str(root), label="nas"), "a.7z", b"1")

    assert stat.S_IMODE(root.stat().st_mode) == 0o755


def test_relative_root_begins_at_the_login_folder(asyncssh_host):
    store = SftpStore(asyncssh_host.sftp(), root="backups/oracle", label="nas")
    put(store, "a.7z", b"1")

    assert (asyncssh_host.root / "backups" / "oracle" / "a.7z").read_bytes() == b"1"


@pytest.mark.parametrize("drops", [1, 2, 3])
def test_write_goes_on_after_the_link_broke(asyncssh_host, store, faults, drops, pauses):
    part = store.open_part("a.7z")
    faults.drop_after_written = 1_000_000
    faults.drops_left = drops
    part.write(CONTENT)
    part.seek(0)
    part.write(b"start")
    store.finish(part)

    assert served(asyncssh_host) == {"a.7z": b"start" + CONTENT[5:]}
    assert pauses[:drops] == list(PAUSES_SECONDS[:drops])


def test_write_gives_up_when_the_link_keeps_breaking(asyncssh_host, store, faults, pauses):
    put(store, "good.7z", b"last good")
    faults.drop_after_written = 0
    faults.drops_left = 1000

    with pytest.raises(StoreUnreachableError):
        put(store, "a.7z", CONTENT)
    assert len(pauses) >= len(PAUSES_SECONDS)
    assert "a.7z" not in served(asyncssh_host)
    assert served(asyncssh_host)["good.7z"] == b"last good"


def test_write_without_reconnect_fails_at_once(asyncssh_host, faults):
    store = SftpStore(asyncssh_host.sftp(), root="/backups", label="nas")
    faults.drop_after_written = 1_000_000
    faults.drops_left = 1

    with pytest.raises(StoreUnreachableError):
        put(store, "a.7z", CONTENT)
    assert "a.7z" not in served(asyncssh_host)


def test_write_that_stalls_counts_as_broken(asyncssh_host, faults):
    store = SftpStore(asyncssh_host.sftp(), root="/backups", label="nas", stall_seconds=0.3)
    faults.stall_writes = True

    with pytest.raises(StoreUnreachableError, match="nas"):
        put(store, "a.7z", CONTENT)
    assert "a.7z" not in served(asyncssh_host)


def test_login_refused_after_a_break_is_not_tried_for_ever(store, faults):
    part = store.open_part("a.7z")
    faults.drop_after_written = 1_000_000
    faults.drops_left = 1
    faults.refuse_logins = True

    with pytest.raises(StoreLoginError):
        part.write(CONTENT)
    assert faults.logins == 2


@pytest.mark.parametrize("after", [0, 1, CHUNK_BYTES * 3, len(CONTENT) - CHUNK_BYTES])
@pytest.mark.parametrize("message", ["No space left on device", "Disk quota exceeded", "disk full"])
def test_full_disk_is_told_wherever_it_comes(asyncssh_host, store, faults, after, message):
    """Also in the answers to the last writes, which come after the last byte was sent."""
    put(store, "good.7z", b"last good")
    faults.written = 0
    faults.write_error = asyncssh.SFTPFailure(message)
    faults.write_error_after = after

    with pytest.raises(StoreFullError):
        put(store, "a.7z", CONTENT)
    assert served(asyncssh_host) == {"good.7z": b"last good"}


def test_full_disk_that_is_told_at_the_close_counts(asyncssh_host, store, faults):
    part = store.open_part("a.7z")
    part.write(CONTENT)
    faults.close_error = asyncssh.SFTPFailure("No space left on device")

    with pytest.raises(StoreFullError):
        store.finish(part)
    faults.close_error = None
    store.abandon(part)
    assert served(asyncssh_host) == {}


def test_failure_without_a_reason_is_an_error(asyncssh_host, store, faults):
    faults.write_error = asyncssh.SFTPFailure("Failure")

    with pytest.raises(StoreError, match="Failure") as caught:
        put(store, "a.7z", CONTENT)
    assert type(caught.value) is StoreError
    assert served(asyncssh_host) == {}


def write_ask_and_finish(store, part):
    part.write(b"kept" * 100)
    store.size("other.7z")
    store.finish(part)


def test_failure_whose_answer_came_with_anothers_is_not_forgotten(asyncssh_host, store, faults):
    """The file would have its length, and a hole."""
    part = store.open_part("a.7z")
    faults.write_error = asyncssh.SFTPFailure("Failure")
    part.write(b"lost" * 100)
    assert store.size("other.7z") is None
    faults.write_error = None

    with pytest.raises(StoreError, match="Failure"):
        write_ask_and_finish(store, part)
    store.abandon(part)
    assert served(asyncssh_host) == {}


def test_failure_without_a_reason_on_a_full_disk_is_told(store, faults, monkeypatch):
    monkeypatch.setattr(SftpStore, "free_bytes", lambda _self: 4096)
    faults.write_error = asyncssh.SFTPFailure("Failure")

    with pytest.raises(StoreFullError, match="4096 bytes are left"):
        put(store, "a.7z", CONTENT)


def test_permission_denied_on_write(asyncssh_host, store, faults):
    faults.write_error = asyncssh.SFTPPermissionDenied("Permission denied")

    with pytest.raises(StorePermissionError):
        put(store, "a.7z", CONTENT)
    assert served(asyncssh_host) == {}


def test_server_that_keeps_less_than_it_was_sent_is_noticed(asyncssh_host, store, faults):
    faults.swallow_writes_after = 1_000_000

    with pytest.raises(StoreError, match="were sent"):
        put(store, "a.7z", CONTENT)
    assert served(asyncssh_host) == {}


def test_rename_refused_leaves_no_final_name(asyncssh_host, store, faults):
    faults.rename_error = asyncssh.SFTPPermissionDenied("Permission denied")
    faults.no_posix_rename = True

    with pytest.raises(StoreError):
        put(store, "a.7z", b"1")
    assert served(asyncssh_host) == {}


def test_rename_by_extension_where_the_plain_one_is_missing(asyncssh_host, store, faults):
    faults.rename_error = asyncssh.SFTPOpUnsupported("rename")
    put(store, "a.7z", b"1")

    assert served(asyncssh_host) == {"a.7z": b"1"}


def test_rename_whose_answer_was_lost_counts_as_done(asyncssh_host, store, faults):
    faults.drop_before_rename_answer = True
    faults.drops_left = 1
    put(store, "a.7z", CONTENT)

    assert served(asyncssh_host) == {"a.7z": CONTENT}


def test_name_taken_in_between_is_noticed(asyncssh_host, store):
    part = store.open_part("a.7z")
    part.write(b"mine!")
    (asyncssh_host.root / "backups" / "a.7z").write_bytes(b"other")

    with pytest.raises(NameTakenError):
        store.finish(part)
    assert served(asyncssh_host)["a.7z"] == b"other"


def test_part_that_vanished_is_an_error(asyncssh_host, store):
    part = store.open_part("a.7z")
    part.write(b"mine")
    part.flush()
    next((asyncssh_host.root / "backups").iterdir()).unlink()

    with pytest.raises(StoreError):
        store.finish(part)


def test_manifest_is_replaced_without_the_extension(asyncssh_host, store, faults):
    faults.no_posix_rename = True
    store.write_text("m.json", "one", replace=True)
    store.write_text("m.json", "two", replace=True)

    assert served(asyncssh_host) == {"m.json": b"two"}


@pytest.mark.parametrize("drops", [1, 2])
def test_read_goes_on_after_the_link_broke(store, faults, drops):
    put(store, "a.7z", CONTENT)
    faults.drop_after_read = 1_000_000
    faults.drops_left = drops

    with store.open_read("a.7z") as file:
        assert file.read() == CONTENT


def test_read_that_stalls_counts_as_broken(asyncssh_host, faults):
    store = SftpStore(asyncssh_host.sftp(), root="/backups", label="nas", stall_seconds=0.3)
    put(store, "a.7z", CONTENT)
    faults.stall_reads = True

    with pytest.raises(StoreUnreachableError), store.open_read("a.7z") as file:
        file.read(1)


def test_read_copes_with_servers_that_give_less_than_asked(store, faults):
    put(store, "a.7z", CONTENT)
    faults.short_reads = 10_007

    with store.open_read("a.7z") as file:
        assert file.read() == CONTENT


def test_read_notices_a_file_that_became_shorter(asyncssh_host, store):
    put(store, "a.7z", CONTENT)

    with store.open_read("a.7z") as file:
        os.truncate(asyncssh_host.root / "backups" / "a.7z", 1000)
        with pytest.raises(IntegrityError, match=r"a\.7z"):
            file.read()


def test_list_raises_when_the_folder_is_closed(store, faults):
    put(store, "a.7z", b"1")
    faults.list_error = asyncssh.SFTPPermissionDenied("Permission denied")

    with pytest.raises(StorePermissionError):
        list(store.list(""))


def test_list_raises_when_the_server_fails(store, faults):
    put(store, "a.7z", b"1")
    faults.list_error = asyncssh.SFTPFailure("Failure")

    with pytest.raises(StoreError):
        list(store.list(""))


def test_list_does_not_take_a_link_for_a_file(openssh, tmp_path):
    (tmp_path / "a.7z").symlink_to("/etc/passwd")
    (tmp_path / "b.7z").mkdir()
    store = SftpStore(openssh.sftp(), root=str(tmp_path), label="nas")

    assert {entry.name: entry.is_file for entry in store.list("")} == {
        "a.7z": False,
        "b.7z": False,
    }


def test_list_of_many_files(openssh, tmp_path):
    for number in range(1200):
        (tmp_path / f"{number}.7z").touch()
    store = SftpStore(openssh.sftp(), root=str(tmp_path), label="nas")

    assert len(list(store.list(""))) == 1200


def test_every_question_comes_back_after_a_break(asyncssh_host, store):
    put(store, "a.7z", b"1")
    asyncssh_host.clients[-1].close()
    assert store.size("a.7z") == 1
    asyncssh_host.clients[-1].close()
    assert [entry.name for entry in store.list("")] == ["a.7z"]
    asyncssh_host.clients[-1].close()
    store.remove("a.7z")
    asyncssh_host.clients[-1].close()
    store.write_text("m.json", "x", replace=True)
    asyncssh_host.clients[-1].close()
    assert store.read_bytes("m.json", max_bytes=9) == b"x"


def test_free_bytes_are_those_of_the_file_system(openssh, tmp_path):
    store = SftpStore(openssh.sftp(), root=str(tmp_path / "not" / "yet"), label="nas")
    local = os.statvfs(tmp_path)
    free = store.free_bytes()

    assert free is not None
    assert abs(free - local.f_bavail * local.f_frsize) < 2**30


def test_root_that_is_a_file_is_an_error(openssh, tmp_path):
    (tmp_path / "root").write_bytes(b"")
    store = SftpStore(openssh.sftp(), root=str(tmp_path / "root"), label="nas")

    with pytest.raises(StoreError):
        store.open_part("a.7z")


def test_unknown_key_and_wrong_password_of_a_store(asyncssh_host):
    with pytest.raises(StoreKeyError), store_errors("nas", doing="connect"):
        asyncssh_host.connect(know_key=False)
    with pytest.raises(StoreLoginError) as caught, store_errors("nas", doing="connect"):
        asyncssh_host.connect(password="wrong-and-secret")
    assert "wrong-and-secret" not in str(caught.value)


def test_abandon_does_not_raise_when_the_link_is_gone(asyncssh_host):
    store = SftpStore(asyncssh_host.sftp(), root="/backups", label="nas")
    part = store.open_part("a.7z")
    part.write(b"1")
    asyncssh_host.clients[-1].close()
    store.abandon(part)


def test_real_server_that_is_killed_in_the_middle(openssh, tmp_path, pauses):
    """The server's process dies as in a reboot; a new session goes on at the byte."""
    client = openssh.connect()
    store = SftpStore(
        client.open_sftp(),
        root=str(tmp_path),
        label="nas",
        reconnect=openssh.sftp,
        pause=pauses.append,
    )
    part = store.open_part("a.7z")
    part.write(CONTENT)
    # Chunks whose answers nobody has read yet are on their way when the process goes.
    transport = client.get_transport()
    client.exec_command("kill -9 $PPID", timeout=10)
    transport.join(10)
    assert not transport.is_active()
    part.write(CONTENT)
    store.finish(part)

    assert pauses == [PAUSES_SECONDS[0]]
    assert (tmp_path / "a.7z").read_bytes() == CONTENT + CONTENT
