"""How the command line finds connections without a running Airflow, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import pytest
import yaml

from oracle_backup.cli.places import open_places
from oracle_backup.errors import ConfigError
from support.kept_backups import keep_backup
from support.predecessor_files import config, credentials, write_files

pytestmark = pytest.mark.integration

DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CANARY = "canary-3f9d"
FERNET_KEY = "ZmRmZGZkZmRmZGZkZmRmZGZkZmRmZGZkZmRmZGZkZmQ="


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of a user for whom no Airflow was ever set up."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def backup(command_line):
    return keep_backup(command_line.store, schema="HR", moment=DAY)


def list_apart(command_line, *more, home, **environment):
    scratch = home.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    said = command_line.run_apart(
        "list",
        "--json",
        "--no-cache",
        "--config",
        str(command_line.config),
        *more,
        home=home,
        TMPDIR=str(scratch),
        **environment,
    )
    assert list(scratch.iterdir()) == []
    return said


def has_listed(said):
    assert said.code == 0, said.err
    return len(said.json["stores"][0]["backups"]) == 1


def test_file_is_enough_and_nothing_is_left_behind(command_line, home):
    file = str(command_line.connections)

    assert has_listed(list_apart(command_line, "--connections-file", file, home=home))
    assert list(home.iterdir()) == []


def test_environment_is_enough_and_nothing_is_left_behind(command_line, home):
    store = json.dumps(command_line.lab.connections["lab_store"])

    assert has_listed(list_apart(command_line, home=home, AIRFLOW_CONN_LAB_STORE=store))
    assert list(home.iterdir()) == []


def test_secrets_backend_is_asked(command_line, home):
    backend = {
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(
            {"connections_file_path": str(command_line.connections)}
        ),
    }

    assert has_listed(list_apart(command_line, home=home, **backend))
    assert list(home.iterdir()) == []


def test_airflows_database_is_asked(command_line, home, tmp_path):
    airflow_home = tmp_path / "airflow"
    settings = {
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__FERNET_KEY": FERNET_KEY,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), **settings}
    for words in (["db", "migrate"], ["connections", "import", str(command_line.connections)]):
        airflow = Path(sys.executable).with_name("airflow")
        subprocess.run([airflow, *words], env=clean, check=True, capture_output=True, timeout=240)

    assert has_listed(list_apart(command_line, home=home, **settings))


def test_airflow_without_a_database_gets_none(command_line, home, tmp_path):
    airflow_home = tmp_path / "airflow"
    airflow_home.mkdir()

    said = list_apart(command_line, home=home, AIRFLOW_HOME=str(airflow_home))

    assert said.code == 2
    assert "'lab_store'" in said.json["stores"][0]["error"]
    assert list(airflow_home.iterdir()) == []


def test_airflow_that_can_not_be_loaded_is_told_without_its_address(command_line, home):
    broken = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"nonsense+driver://user:{CANARY}@host/db"}

    said = list_apart(command_line, home=home, **broken)

    assert said.code == 2
    assert "Airflow can't be loaded here" in said.err
    assert CANARY not in said.err
    # With a file nothing of that Airflow matters.
    file = str(command_line.connections)
    assert has_listed(list_apart(command_line, "--connections-file", file, home=home, **broken))


def test_settings_of_an_airflow_do_not_matter_where_a_file_is_given(command_line, home):
    (home / "airflow").mkdir()
    settings = home / "airflow" / "airflow.cfg"
    settings.write_text("[logging]\nlogging_config_class = nowhere.CONFIG\n")
    file = str(command_line.connections)

    assert has_listed(list_apart(command_line, "--connections-file", file, home=home))
    assert list(settings.parent.iterdir()) == [settings]


def as_uri(connection):
    extra = urlencode({"__extra__": json.dumps(connection["extra"])})
    login = f"{connection['login']}:{quote(connection['password'], safe='')}"
    return f"sftp://{login}@{connection['host']}:{connection['port']}/?{extra}"


@pytest.mark.parametrize("form", ["json", "yaml", "yml", "env", "uri in json", "extra_dejson"])
def test_file_may_have_each_form_of_airflows_import(command_line, form):
    connection = dict(command_line.lab.connections["lab_store"])
    command_line.connections = command_line.folder / f"connections.{form.split()[-1]}"
    if form == "env":
        text = f"# a comment\n\nlab_store={as_uri(connection)}\n"
    elif form == "uri in json":
        text = json.dumps({"lab_store": as_uri(connection)})
    elif form == "extra_dejson":
        command_line.connections = command_line.folder / "connections.json"
        connection["extra_dejson"] = connection.pop("extra")
        text = json.dumps({"lab_store": connection})
    else:
        write = json.dumps if form == "json" else yaml.safe_dump
        text = write({"lab_store": connection})
    command_line.connections.write_text(text, encoding="utf-8")
    command_line.connections.chmod(0o600)

    said = command_line.run("list", "--json")

    assert has_listed(said)
    assert said.err == ""


def test_file_comes_before_the_environment(command_line, monkeypatch):
    wrong = {**command_line.lab.connections["lab_store"], "port": 1}
    monkeypatch.setenv("AIRFLOW_CONN_LAB_STORE", json.dumps(wrong))

    assert has_listed(command_line.run("list", "--json"))


def test_file_that_others_may_read_is_warned_of(command_line):
    command_line.connections.chmod(0o640)

    said = command_line.run("list", "--json")

    assert has_listed(said)
    assert "chmod 600" in said.err


def test_environment_is_put_back_and_never_holds_a_secret(command_line):
    secrets = [
        one["password"] for one in command_line.lab.connections.values() if "password" in one
    ]
    before = dict(os.environ)
    options = command_line.options("list")

    with open_places(options) as places:
        with places.store(places.chosen()[0].all_stores[0]) as store:
            assert list(store.list("lab"))
        assert not [value for value in os.environ.values() for one in secrets if one in value]

    assert dict(os.environ) == before


def test_unreadable_config_of_the_file_changes_nothing(command_line):
    command_line.connections.write_text('{"lab_store": {"pasword": "canary-3f9d"}}')
    before = dict(os.environ)

    with pytest.raises(ConfigError, match="pasword") as caught:
        open_places(command_line.options("list")).__enter__()

    assert CANARY not in str(caught.value)
    assert dict(os.environ) == before


def test_secrets_are_in_no_argument_list_and_no_environment(command_line, home):
    secrets = [
        one["password"] for one in command_line.lab.connections.values() if "password" in one
    ] + [command_line.lab.connections["lab_host"]["extra"]["private_key"].splitlines()[1]]
    command_line.configure({"HR": {}}, archive={"password_conn_id": "lab_archive"})
    arguments = command_line.arguments("check", "--connections", "--timeout", "5", "--json")
    command_line.lab.pause("listener")
    seen = ""
    try:
        process = command_line.start(*arguments, home=home)
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            seen += said_of(watched) + "".join(map(said_of, children_of(watched)))
            time.sleep(0.02)
    finally:
        command_line.lab.resume("listener")
    out, err = process.communicate()

    assert process.returncode == 5
    assert "--connections-file" in seen
    assert not [one for one in secrets if one in seen + out + err]


def children_of(process):
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def said_of(process):
    try:
        return f"{process.cmdline()}{process.environ()}"
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def test_connections_of_the_predecessors_files_are_found(command_line, home):
    connections = command_line.lab.connections
    store, database = connections["lab_store"], connections["lab_database"]
    secrets = credentials(
        BBDD=[
            database["host"],
            database["port"],
            database["extra"]["service_name"],
            database["login"],
            database["password"],
        ],
        SFTP=[
            store["host"],
            store["port"],
            store["login"],
            store["password"],
            store["extra"]["host_key"],
            "",
        ],
    )
    file = write_files(command_line.folder / "moved", config(), secrets)
    foreign = command_line.lab.paths.store / "copias" / "BackupTraza" / "HR-20251231020000.7z"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"an old backup")

    said = command_line.run_apart(
        "list",
        "--json",
        "--config",
        str(file),
        home=home,
        ORACLE_HOME=str(command_line.lab.paths.oracle_home),
    )

    assert said.code == 0, said.err
    (found,) = said.json["stores"]
    assert [one["archive"] for one in found["foreign"]] == [foreign.name]
    assert store["password"] not in said.out + said.err
