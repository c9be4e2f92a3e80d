"""From Airflow's connections to a store and a host, over real links."""

from __future__ import annotations

import json
import time

import pytest

from oracle_backup.errors import (
    HostKeyError,
    HostUnreachableError,
    LoginRejectedError,
    StoreKeyError,
    StoreLoginError,
    StoreUnreachableError,
)
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.hooks.store import ArchiveStoreHook
from support.asyncssh_servers import PASSWORD, USER

pytestmark = pytest.mark.integration


@pytest.fixture
def connect(asyncssh_host, monkeypatch):
    """Set Airflow's connection ``nas``, which is also the host's."""

    def set_connection(**changes):
        extra = {
            "host_key": f"{asyncssh_host.host_key.get_name()} {asyncssh_host.host_key.get_base64()}"
        }
        values = {
            "conn_type": "sftp",
            "host": "127.0.0.1",
            "port": asyncssh_host.port,
            "login": USER,
            "password": PASSWORD,
            "extra": extra,
        }
        monkeypatch.setenv("AIRFLOW_CONN_NAS", json.dumps(values | changes))

    set_connection()
    return set_connection


def put(store, content):
    part = store.open_part("a.7z")
    part.write(content)
    store.finish(part)


def test_store_is_opened_and_comes_back_after_a_break(asyncssh_host, connect):
    with ArchiveStoreHook("nas", path="/backups").store() as store:
        put(store, b"one")
        (asyncssh_host.root / "backups" / "b.7z").write_bytes(b"two")
        asyncssh_host.faults.drop_at = "stat"
        asyncssh_host.faults.drops_left = 1
        assert store.size("b.7z") == 3

    assert asyncssh_host.faults.drops_left == 0
    assert asyncssh_host.faults.logins == 2


def test_store_keeps_its_bandwidth_limit(connect):
    hook = ArchiveStoreHook("nas", path="/backups", bandwidth_limit_bytes=1_000_000)
    with hook.store() as store:
        began = time.monotonic()
        put(store, bytes(2_000_000))
        assert time.monotonic() - began > 1.5


def test_store_that_says_nothing_counts_as_broken(asyncssh_host, connect):
    asyncssh_host.faults.stall_at = "stat"
    asyncssh_host.faults.drops_left = 1
    with ArchiveStoreHook("nas", path="/backups", stall_seconds=1).store() as store:
        assert store.size("a.7z") is None
    assert asyncssh_host.faults.logins == 2


def test_host_is_opened_and_a_file_goes_on_after_a_break(asyncssh_host, connect, tmp_path):
    dump = tmp_path / "a.dmp"
    dump.write_bytes(bytes(3_000_000))
    asyncssh_host.faults.drop_after_output = 1_000_000
    asyncssh_host.faults.drops_left = 1
    size = 0
    with OracleHostHook("nas").shell() as shell, shell.open_file(str(dump)) as file:
        while data := file.read(1 << 20):
            size += len(data)

    assert size == 3_000_000
    assert asyncssh_host.faults.logins == 2


@pytest.mark.parametrize(
    ("changes", "of_host", "of_store"),
    [
        ({"password": "wrong-and-secret"}, LoginRejectedError, StoreLoginError),
        ({"port": 1}, HostUnreachableError, StoreUnreachableError),
        ({"extra": {}}, HostKeyError, StoreKeyError),
    ],
    ids=["password", "port", "key"],
)
def test_connection_that_does_not_work_is_told_without_its_password(
    connect, changes, of_host, of_store
):
    connect(**changes)
    host, store = OracleHostHook("nas"), ArchiveStoreHook("nas", path="/backups")
    # The provider tries three times, seconds apart.
    host.conn_retry_attempts = store.conn_retry_attempts = 1

    with pytest.raises(of_host) as on_host, host.shell():
        pass
    with pytest.raises(of_store) as on_store, store.store():
        pass
    for caught in (on_host, on_store):
        assert PASSWORD not in str(caught.value)
        assert "wrong-and-secret" not in str(caught.value)
