"""The lab's store is an SFTP server as one meets them, and can fail on demand."""

from __future__ import annotations

import time

import paramiko
import pytest

pytestmark = pytest.mark.integration


@pytest.fixture
def sftp(airflow_lab):
    from airflow.providers.sftp.hooks.sftp import SFTPHook

    with SFTPHook(ssh_conn_id="lab_store").get_managed_conn() as connected:
        yield connected


@pytest.fixture
def faults(airflow_lab):
    """Asks the store for faults, and mends it afterwards."""
    yield airflow_lab.set_store_faults
    airflow_lab.set_store_faults()


def write(sftp, name, data):
    # Not pipelined: paramiko then loses the errors of the last writes of a file.
    with sftp.open(name, "wb") as file:
        file.write(data)


def statvfs(sftp):
    """Return block size, fragment size, total and free; paramiko has no call for the extension."""
    kind, answer = sftp._request(
        paramiko.sftp.CMD_EXTENDED, "statvfs@openssh.com", sftp._adjust_cwd("/")
    )
    assert kind == paramiko.sftp.CMD_EXTENDED_REPLY
    return [answer.get_int64() for _ in range(4)]


def test_store_keeps_what_is_written_and_renames_over_an_existing_file(sftp, airflow_lab):
    write(sftp, "/kept.part", b"new" * 100_000)
    write(sftp, "/kept", b"old")

    sftp.posix_rename("/kept.part", "/kept")

    assert (airflow_lab.paths.store / "kept").read_bytes() == b"new" * 100_000
    assert not (airflow_lab.paths.store / "kept.part").exists()
    assert sftp.stat("/kept").st_size == 300_000


def test_store_rename_without_posix_does_not_overwrite(sftp):
    write(sftp, "/one", b"1")
    write(sftp, "/two", b"2")

    with pytest.raises(OSError, match=r"Failure|exists"):
        sftp.rename("/one", "/two")


def test_store_shows_its_folder_as_the_root(sftp, airflow_lab):
    write(sftp, "../../outside", b"inside")

    assert sftp.normalize(".") == "/"
    assert (airflow_lab.paths.store / "outside").read_bytes() == b"inside"


def test_store_tells_its_free_space(sftp):
    block, fragment, total, free = statvfs(sftp)

    assert block
    assert fragment
    assert 0 < free <= total


def test_store_refuses_a_wrong_password(airflow_lab):
    connection = airflow_lab.connections["lab_store"]
    transport = paramiko.Transport((connection["host"], connection["port"]))

    with pytest.raises(paramiko.AuthenticationException):
        transport.connect(username=connection["login"], password="wrong")
    transport.close()


def test_store_runs_no_commands(airflow_lab):
    connection = airflow_lab.connections["lab_store"]
    transport = paramiko.Transport((connection["host"], connection["port"]))
    transport.connect(username=connection["login"], password=connection["password"])

    with pytest.raises(paramiko.SSHException), transport.open_session() as channel:
        channel.exec_command("true")
    transport.close()


def test_store_is_full_at_its_capacity_and_says_how_much_is_free(sftp, faults, airflow_lab):
    used = sum(p.stat().st_size for p in airflow_lab.paths.store.rglob("*") if p.is_file())
    faults(capacity_bytes=used + 100_000)

    _, fragment, _, free = statvfs(sftp)
    with pytest.raises(OSError, match=r"[Nn]o space|Failure"):
        write(sftp, "/too-big", b"x" * 200_000)
    assert 90_000 < fragment * free <= 100_000

    faults()
    write(sftp, "/too-big", b"x" * 200_000)


def test_store_denies_what_it_is_told_to(sftp, faults):
    sftp.mkdir("/denied")
    write(sftp, "/denied/file", b"x")
    faults(deny=["/denied"])

    with pytest.raises(PermissionError):
        sftp.listdir("/denied")
    with pytest.raises(PermissionError):
        sftp.open("/denied/file")
    assert "denied" in sftp.listdir("/")


def test_store_cuts_the_connection_after_so_many_bytes(sftp, faults, airflow_lab):
    faults(drop_after_bytes=1_000_000)

    with pytest.raises((OSError, EOFError, paramiko.SSHException)):
        write(sftp, "/cut", b"x" * 8_000_000)

    assert (airflow_lab.paths.store / "cut").stat().st_size < 2_000_000


def test_store_changes_bytes_in_silence(sftp, faults, airflow_lab):
    faults(corrupt=["*.7z"])

    write(sftp, "/a.7z", b"x" * 10)
    write(sftp, "/a.json", b"x" * 10)

    assert (airflow_lab.paths.store / "a.7z").read_bytes() == b"x" * 9 + bytes([ord("x") ^ 0xFF])
    assert (airflow_lab.paths.store / "a.json").read_bytes() == b"x" * 10


def test_store_slows_down(sftp, faults):
    faults(bytes_per_second=1_000_000)

    started = time.monotonic()
    write(sftp, "/slow", b"x" * 300_000)

    assert time.monotonic() - started > 0.2


def test_store_can_hide_its_free_space(sftp, faults):
    faults(no_statvfs=True)

    with pytest.raises(OSError, match=r"not supported|[Uu]nsupported"):
        statvfs(sftp)
