"""The predecessor's own two files run a whole backup, and nothing else has to be there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.cli.main import main
from support.predecessor_files import SAMPLE, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.stage import Lab
    from support.backups import Backups, Outcome

PASSWORD = "ContraseñaCifrado-canario"
FOLDER = "RUTA_RELATIVA_REMOTA/BackupTraza"
ARCHIVE = re.compile(r"HR-[0-9]{14}\.7z")
SUBJECT = "Proceso de backup del servidor 127.0.0.1 de la base de datos LABPDB1"
MESSAGE = "Revisar log y ruta del proceso de backup con estos datos."

needs_7zip = pytest.mark.skipif(
    shutil.which("7zz") is None, reason="7zz is not installed (apt-get install 7zip)"
)


def lab_files(lab: Lab, folder: Path, *, kept: int = 5, **entry: Any) -> Path:
    """Write its README's sample with the lab's values filled in, and nothing else changed."""
    config = json.loads(SAMPLE.read_text(encoding="utf-8"))
    config["Backup"][0] |= {"Esquema": "HR", "Password": PASSWORD, **entry}
    config["ConfiguracionSFTP"]["NumeroBackupsaMantener"] = kept
    login = json.loads(SAMPLE.with_name("credenciales.json").read_text(encoding="utf-8"))
    database, store, mail = (
        lab.connections[f"lab_{name}"] for name in ("database", "store", "mail")
    )
    login["BBDD"] = [
        *(database["host"], database["port"], "LABPDB1"),
        *(database["login"], database["password"]),
    ]
    login["SFTP"][:4] = [store["host"], store["port"], store["login"], store["password"]]
    login["CORREO"][1:] = [mail["host"], mail["port"], mail["login"], mail["password"]]
    return write_files(folder, config, login)


@pytest.fixture
def script(backups: Backups, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine like the script's: Oracle's tools on PATH, the lab reachable, no connections."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
        monkeypatch.delenv(name)
    # DATA_PUMP_DIR leads there; what empties the folder of dumps has taken it along.
    (lab.paths.dumps / "dpdump").mkdir()
    monkeypatch.setenv("PATH", f"{lab.paths.oracle_home}/bin:{os.environ['PATH']}")
    monkeypatch.delenv("ORACLE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(lab.paths.home))
    monkeypatch.setenv("TZ", "Europe/Madrid")

    def run(path: Path):
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
        return backups.run_configured()

    return run


@needs_7zip
def test_sample_runs_a_whole_backup_that_opens_with_its_password(
    script: Any, lab: Lab, tmp_path: Path
):
    outcome = script(lab_files(lab, tmp_path / "script"))

    assert outcome.state == "success"
    (archive,) = outcome.archives
    assert archive.parent == lab.paths.store / FOLDER
    assert ARCHIVE.fullmatch(archive.name)
    assert outcome.manifest["verdict"] == "complete"
    done = subprocess.run(
        ["7zz", "x", "-y", f"-o{tmp_path / 'out'}", str(archive)],
        input=f"{PASSWORD}\n".encode(),
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    stem = archive.name.removesuffix(".7z")
    found = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert set(found) == {f"{stem}.dmp", f"{stem}.log"}
    assert "successfully completed" in found[f"{stem}.log"].read_text(encoding="utf-8")

    assert_mail_is_the_predecessors(outcome)


def assert_mail_is_the_predecessors(outcome: Outcome) -> None:
    assert outcome.mail["Subject"] == SUBJECT
    assert outcome.mail["From"] == "usuario_envio@dominio.com"
    assert outcome.mail["To"] == "it@dominio.com"
    assert MESSAGE in outcome.mail_text
    assert "<p>" not in outcome.mail_text
    # It never looked at the store's key; who is told nothing may think that somebody did.
    assert "predecessor_sftp" in outcome.mail_text


def test_as_many_backups_stay_as_the_file_says(script: Any, lab: Lab, tmp_path: Path):
    path = lab_files(lab, tmp_path / "script", kept=2)

    outcomes = [script(path) for _ in range(3)]

    assert [one.state for one in outcomes] == ["success"] * 3
    assert len(outcomes[-1].archives) == len(outcomes[-1].manifests) == 2
    assert outcomes[0].archives[0] not in outcomes[-1].archives


def test_backups_the_script_left_are_never_touched(script: Any, lab: Lab, tmp_path: Path):
    old = lab.paths.store / FOLDER / "HR-20250922123045.7z"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"7z\xbc\xaf\x27\x1c of the script")
    path = lab_files(lab, tmp_path / "script", kept=1)

    for _ in range(2):
        assert script(path).state == "success"

    assert old.read_bytes() == b"7z\xbc\xaf\x27\x1c of the script"
    assert len(list(old.parent.glob("*.7z"))) == 2


def test_exp_writes_below_the_scripts_folder_and_is_packed_from_there(
    script: Any, lab: Lab, tmp_path: Path
):
    path = lab_files(lab, tmp_path / "script", Comando="exp", Password="")
    (tmp_path / "script" / "backups").mkdir()

    outcome = script(path)

    assert outcome.state == "success"
    assert outcome.manifest["tool"] == "exp"
    assert list((tmp_path / "script" / "backups").iterdir()) == []


def test_no_password_is_anywhere_it_must_not_be(
    script: Any, lab: Lab, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    path = lab_files(lab, tmp_path / "script")
    secrets = [PASSWORD] + [
        lab.connections[f"lab_{name}"]["password"] for name in ("database", "store", "mail")
    ]

    with watched_processes(secrets) as seen:
        outcome = script(path)

    assert outcome.state == "success"
    assert seen == []
    said = "".join(capfd.readouterr())
    assert "export" in said
    database = Path(os.environ["AIRFLOW_HOME"]) / "airflow.db"
    logs = [one for one in database.parent.rglob("*") if one.is_file()]
    assert database in logs
    places = [*logs, *outcome.manifests, *lab.mails(), *files_in(lab.paths.home)]
    leaks = [
        (place.name, number)
        for place in places
        for number, secret in enumerate(secrets)
        if secret.encode() in place.read_bytes() or json.dumps(secret)[1:-1] in said
    ]
    assert leaks == []
    assert not [secret for secret in secrets if secret in said]


def test_imported_files_run_the_same_backup(
    script: Any, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = lab_files(lab, tmp_path / "script")
    moved = tmp_path / "moved"
    assert main(["import-config", str(path), "--output-dir", str(moved)]) == 0
    shutil.rmtree(tmp_path / "script")
    connections = json.loads((moved / "connections.json").read_text(encoding="utf-8"))
    for name, connection in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))

    outcome = script(moved / "backups.yaml")

    assert outcome.state == "success"
    (archive,) = outcome.archives
    assert archive.parent == lab.paths.store / FOLDER
    assert outcome.mail["Subject"] == SUBJECT


def test_airflows_own_connection_wins(
    script: Any, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = lab_files(lab, tmp_path / "script")
    login = path.with_name("credenciales.json")
    said = json.loads(login.read_text(encoding="utf-8"))
    said["SFTP"][3] = "another password"
    login.write_text(json.dumps(said), encoding="utf-8")
    monkeypatch.setenv("AIRFLOW_CONN_PREDECESSOR_SFTP", json.dumps(lab.connections["lab_store"]))
    monkeypatch.setenv("AIRFLOW_CONN_PREDECESSOR_HOST", json.dumps(lab.connections["lab_host"]))

    outcome = script(path)

    assert outcome.state == "success"
    # This connection has a host key.
    assert "predecessor_sftp" not in outcome.mail_text


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def watched_processes(secrets: list[str]) -> Iterator[list[str]]:
    """Look at all arguments and environments, until leaving; tell which show a secret."""
    wanted = [secret.encode() for secret in secrets]
    seen: list[str] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        content = (process / name).read_bytes()
                    except OSError:
                        continue
                    if any(secret in content for secret in wanted):
                        seen.append(f"{process.name} {name}")
            time.sleep(0.01)

    # What the operating system tells of this process's own environment is that of its start.
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_watch_sees_what_it_is_for():
    with watched_processes(["canary-of-the-watch"]) as seen:
        subprocess.run(["sh", "-c", "sleep 1", "canary-of-the-watch"], check=True, timeout=60)

    assert any(one.endswith("cmdline") for one in seen)
