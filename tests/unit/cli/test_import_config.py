"""The predecessor's files become ours, and nothing that is there is written over."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from oracle_backup.cli.main import main
from oracle_backup.config.load import load_config
from support.predecessor_files import SAMPLE, backup, config, credentials, write_files

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = ("bbdd-secreto", "correo-secreto", "sftp-secreto", "archivo-secreto")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The config.json of a script whose archives have a password."""
    return write_files(
        tmp_path / "script",
        config(Backup=[backup(Password="archivo-secreto"), backup(Esquema="SALES")]),
        credentials(),
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "moved"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_backups_yaml_says_the_same_and_the_connections_are_private(
    path: Path, target: Path
) -> None:
    before = os.umask(0)
    try:
        code = main(["import-config", str(path), "--output-dir", str(target)])
    finally:
        os.umask(before)

    assert code == 0
    assert load_config(target / "backups.yaml").schemas == load_config(path).schemas
    assert mode(target / "connections.json") == 0o600
    connections = json.loads((target / "connections.json").read_text(encoding="utf-8"))
    assert set(connections) == {
        *("predecessor_bbdd", "predecessor_sftp", "predecessor_correo", "predecessor_password_1")
    }
    assert connections["predecessor_password_1"]["password"] == "archivo-secreto"
    assert {one.name for one in target.iterdir()} == {"backups.yaml", "connections.json"}


def test_sample_of_its_readme_can_be_imported_and_checked(target: Path) -> None:
    assert main(["import-config", str(SAMPLE), "--output-dir", str(target)]) == 0

    assert main(["check", "--config", str(target / "backups.yaml")]) == 0


def test_connections_are_read_by_airflows_own_importer(path: Path, target: Path) -> None:
    from airflow.secrets.local_filesystem import load_connections_dict

    main(["import-config", str(path), "--output-dir", str(target)])

    found = load_connections_dict(str(target / "connections.json"))

    assert found["predecessor_sftp"].password == "sftp-secreto"
    assert found["predecessor_sftp"].port == 2222
    assert found["predecessor_bbdd"].extra_dejson == {"service_name": "ORCL"}


def test_what_became_what_is_told_without_a_password(
    path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import-config", str(path), "--output-dir", str(target)])

    said = capsys.readouterr().out
    lines = [line.split() for line in said.splitlines()]
    assert ["ConfiguracionSFTP.NumeroBackupsaMantener", "retention.keep_last", "5"] in lines
    assert ["Backup[1].Esquema", "databases.orcl.schemas.SALES"] in lines
    assert any(line[:2] == ["Backup[0].Password", "connection"] for line in lines)
    assert "Not carried over" in said
    assert "the task that started the script" in said
    assert "airflow connections import" in said
    assert not [secret for secret in SECRETS if secret in said]


def test_every_key_of_both_files_is_told_of(
    target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import-config", str(SAMPLE), "--output-dir", str(target), "--json"])

    said = json.loads(capsys.readouterr().out)
    told = {one["from"] for one in (*said["carried"], *said["lost"])}
    written = json.loads(SAMPLE.read_text(encoding="utf-8"))
    keys = {key for key, value in written.items() if isinstance(value, str)}
    keys |= {f"Backup[0].{key}" for key in written["Backup"][0]}
    for section in ("ConfiguracionSFTP", "AvisoCorreo"):
        keys |= {f"{section}.{key}" for key in written[section]}
    keys |= {f'"credenciales.json".{key}' for key in ("BBDD", "CORREO", "SFTP")}
    assert keys - told == set()


def test_account_is_told_as_json_too(
    path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import-config", str(path), "--output-dir", str(target), "--json"])

    said = json.loads(capsys.readouterr().out)
    assert said["written"] == {
        "config": str(target / "backups.yaml"),
        "connections": str(target / "connections.json"),
    }
    assert {
        "from": "FraseError",
        "to": "export.error_phrases",
        "value": ('"no ha terminado correctamente"'),
    } in said["carried"]
    assert {"from", "reason"} == set(said["lost"][0])
    assert not [secret for secret in SECRETS if secret in json.dumps(said)]


@pytest.mark.parametrize("name", ["backups.yaml", "connections.json"])
def test_nothing_that_is_there_is_written_over(
    path: Path, target: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target.mkdir()
    (target / name).write_text("mine")

    assert main(["import-config", str(path), "--output-dir", str(target)]) == 2

    assert (target / name).read_text() == "mine"
    assert [one.name for one in target.iterdir()] == [name]
    assert "would be written over" in capsys.readouterr().err


def test_dangling_link_is_not_written_through(path: Path, target: Path, tmp_path: Path) -> None:
    target.mkdir()
    (target / "connections.json").symlink_to(tmp_path / "elsewhere")

    assert main(["import-config", str(path), "--output-dir", str(target)]) == 2
    assert main(["import-config", str(path), "--output-dir", str(target), "--force"]) == 0

    assert not (tmp_path / "elsewhere").exists()
    assert mode(target / "connections.json") == 0o600


def test_force_writes_over_what_others_could_read(path: Path, target: Path) -> None:
    target.mkdir()
    for name in ("backups.yaml", "connections.json"):
        (target / name).write_text("old")
        (target / name).chmod(0o666)

    assert main(["import-config", str(path), "--output-dir", str(target), "--force"]) == 0

    assert mode(target / "connections.json") == 0o600
    assert "bbdd-secreto" in (target / "connections.json").read_text()
    assert len(list(target.iterdir())) == 2


def test_files_with_problems_are_refused_with_all_of_them(
    tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_files(
        tmp_path / "script",
        config(Backup=[backup(), backup(Esquema="H R"), backup(Esquema="X", Comando="rman")]),
        credentials(),
    )

    assert main(["import-config", str(path), "--output-dir", str(target)]) == 2

    said = capsys.readouterr().err
    assert "Backup[1].Esquema" in said
    assert "Backup[2].Comando" in said
    assert not target.exists()


def test_backups_yaml_needs_no_import(
    tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backups.yaml"
    path.write_text("databases: {}")

    assert main(["import-config", str(path), "--output-dir", str(target)]) == 2
    assert "none of the predecessor's files" in capsys.readouterr().err


def test_folder_nobody_can_write_to_is_told(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert main(["import-config", str(path), "--output-dir", str(tmp_path / "file" / "x")]) == 2
    assert "Cannot write" in capsys.readouterr().err
