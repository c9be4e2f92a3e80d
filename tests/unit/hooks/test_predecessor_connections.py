"""Connections that Airflow does not have are answered from the predecessor's files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowNotFoundException

from oracle_backup.errors import ConfigError
from oracle_backup.hooks.connections import archive_password, find_connection
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.hooks.store import ArchiveStoreHook
from support.predecessor_files import backup, config, credentials, write_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config.json that Airflow uses."""
    path = write_files(
        tmp_path / "script", config(Backup=[backup(Password="archivo-secreto")]), credentials()
    )
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
    return path


@pytest.fixture
def masked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Airflow was told to hide in logs."""
    found: list[Any] = []
    monkeypatch.setattr("oracle_backup.hooks.connections.mask_secret", found.append)
    return found


def test_connection_is_answered_from_the_files_and_its_password_hidden(masked: list[Any]) -> None:
    found = find_connection("predecessor_sftp")

    assert (found.host, found.port, found.login) == ("sftp.dominio.com", 2222, "copias")
    assert found.password == "sftp-secreto"
    assert masked == ["sftp-secreto"]


def test_password_of_archives_is_answered_too(masked: list[Any]) -> None:
    assert archive_password("predecessor_password_1") == "archivo-secreto"
    assert "archivo-secreto" in masked


def test_airflows_own_connection_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"conn_type": "sftp", "host": "other.example.com", "password": "of Airflow's"}
    monkeypatch.setenv("AIRFLOW_CONN_PREDECESSOR_SFTP", json.dumps(own))

    assert find_connection("predecessor_sftp").host == "other.example.com"


def test_edited_file_holds_at_once(path: Path) -> None:
    before = find_connection("predecessor_bbdd").password
    write_files(path.parents[1], config(), credentials(BBDD={4: "new-secret"}))

    assert (before, find_connection("predecessor_bbdd").password) == ("bbdd-secreto", "new-secret")


@pytest.mark.parametrize("conn_id", ["predecessor_host", "predecessor_password_2", "backup_store"])
def test_connection_that_is_in_neither_is_not_found(conn_id: str) -> None:
    with pytest.raises(AirflowNotFoundException, match=conn_id):
        find_connection(conn_id)


def test_with_a_backups_yaml_the_files_answer_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yaml = path.with_name("backups.yaml")
    yaml.write_text("databases: {}")
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(yaml))

    with pytest.raises(AirflowNotFoundException):
        find_connection("predecessor_sftp")


def test_files_that_can_not_be_read_are_told_as_such(path: Path) -> None:
    path.write_text("{")

    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        archive_password("predecessor_password_1")


def test_hooks_ask_here() -> None:
    store = ArchiveStoreHook("predecessor_sftp", path="/copias")
    login = OracleDatabaseHook("predecessor_bbdd").login(
        method="password", connect_identifier="//db1:1521/ORCL"
    )

    assert (store.remote_host, store.port) == ("sftp.dominio.com", 2222)
    assert not store.no_host_key_check
    assert (login.user, login.password) == ("SYSTEM", "bbdd-secreto")
    assert ReportMailHook("predecessor_correo").sender(None) == "envio@dominio.com"


def test_store_whose_key_is_not_known_is_opened_without_looking_at_it(path: Path) -> None:
    write_files(path.parents[1], config(), credentials(SFTP={4: ""}))

    assert ArchiveStoreHook("predecessor_sftp", path="/copias").no_host_key_check
