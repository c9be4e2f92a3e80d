"""
The Docker files say what docs/how-to/install.md promises, as far as reading them can tell.

No container is started here or anywhere else in the tests.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yaml"
PLACEHOLDER = re.compile(r"\$\{(?P<name>[A-Z_a-z]+)(?P<mark>:-|:\?)?(?P<rest>[^}]*)\}")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|FERNET|KEY|CONN$|BACKEND$")

CORE = {
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-worker",
    "airflow-triggerer",
    "airflow-init",
    "airflow-cli",
    "flower",
}
STORES = {"postgres", "redis"}
LAB = {"lab-oracle", "lab-oracle-host", "lab-store", "lab-mail"}
# Airflow makes these when it first starts.
MADE_AT_START = {"logs", "config"}


@pytest.fixture(scope="module")
def text() -> str:
    return COMPOSE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


def services_in_profile(compose: dict[str, Any], profile: str) -> set[str]:
    return {
        name
        for name, service in compose["services"].items()
        if profile in service.get("profiles", [])
    }


def environments(compose: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {name: service.get("environment", {}) for name, service in compose["services"].items()}


def host_path(volume: str) -> str | None:
    """Return the path before the colon with defaults filled in; None for a named volume."""
    source = PLACEHOLDER.sub(lambda found: found["rest"], volume).split(":")[0]
    return source.removeprefix("./") if source.startswith((".", "/")) else None


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    plain = (line.partition(";")[0].partition("#")[0].strip() for line in lines)
    return dict(line.split("==") for line in plain if "==" in line)


def test_compose_has_airflows_services_and_the_labs(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == CORE | STORES | LAB


def test_compose_starts_nothing_of_a_profile_by_default(compose: dict[str, Any]) -> None:
    assert services_in_profile(compose, "lab") == LAB
    assert services_in_profile(compose, "debug") == {"airflow-cli"}
    assert services_in_profile(compose, "flower") == {"flower"}


def test_compose_has_the_anchors_of_airflows_own_file(text: str) -> None:
    for anchor in ("airflow-common", "airflow-common-env", "airflow-common-depends-on"):
        assert f"&{anchor}\n" in text
        assert f"*{anchor}\n" in text


def test_every_airflow_service_runs_the_image_that_is_built_here(compose: dict[str, Any]) -> None:
    services = [compose["services"][name] for name in CORE]

    assert {service["build"] for service in services} == {"."}
    assert len({service["image"] for service in services}) == 1


def test_every_airflow_service_has_the_same_jwt_and_fernet_key(compose: dict[str, Any]) -> None:
    common = compose["x-airflow-common"]["environment"]

    for name in CORE:
        environment = environments(compose)[name]
        for key in ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY"):
            assert environment[key] == common[key], (name, key)
        # Whatever a service adds of its own, it takes nothing of the common part away.
        assert common.items() <= environment.items(), name


def test_no_secret_stands_in_the_file_or_has_a_default(compose: dict[str, Any]) -> None:
    for name, environment in environments(compose).items():
        for key, value in environment.items():
            found = [match.groupdict() for match in PLACEHOLDER.finditer(str(value))]
            if "redis://" in str(value) or not SECRET_NAME.search(key):
                continue
            assert found, (name, key)
            for placeholder in found:
                # Either the start ends with a message, or there is nothing to fall back on.
                assert placeholder["mark"] == ":?" or not placeholder["rest"], (name, key)


def test_no_address_holds_a_password(text: str) -> None:
    assert not re.search(r"://[^\s:/@]+:[^\s$@]+@", text)


def test_the_env_file_is_not_handed_to_containers(compose: dict[str, Any]) -> None:
    assert not [name for name, one in compose["services"].items() if "env_file" in one]


def test_env_example_names_what_the_file_asks_for_and_fills_in_nothing(text: str) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    # A shell's variable in a command of the file has two dollars, and is none of compose's.
    asked = {
        match["name"]: match["mark"] for match in PLACEHOLDER.finditer(text.replace("$$", "##"))
    }
    optional = {"AIRFLOW_PROJ_DIR", "AIRFLOW_IMAGE_NAME"}

    assert set(given.values()) == {""}
    assert set(given) == set(asked) - optional
    assert not [name for name in optional if asked[name] == ":?"]


def test_env_is_ignored_by_git() -> None:
    assert "/.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_every_mounted_path_exists_or_is_made_at_the_start(compose: dict[str, Any]) -> None:
    for name in CORE:
        for volume in compose["services"][name]["volumes"]:
            path = host_path(volume)
            assert path is not None
            assert (ROOT / path).is_dir() or path in MADE_AT_START, (name, volume)


def test_every_named_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if host_path(volume) is None
    }

    assert used == set(compose["volumes"])


def test_the_config_file_is_where_the_mounted_include_has_it(compose: dict[str, Any]) -> None:
    path = compose["x-airflow-common"]["environment"]["ORACLE_BACKUP_CONFIG"]

    assert (ROOT / Path(path).relative_to("/opt/airflow")).is_file()


def test_ports_are_open_on_this_machine_only(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), (name, port)


def test_every_dependency_is_a_service(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name


def test_files_say_that_they_were_never_run(text: str) -> None:
    install = (ROOT / "docs/how-to/install.md").read_text(encoding="utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "CHECKED STATICALLY ONLY" in text.partition("---")[0]
    assert "Checked statically only" in dockerfile
    assert "never" in install
    assert "statically" in install


def test_requirements_pin_what_constraints_pin() -> None:
    locked = pins("constraints.txt")

    for name, version in pins("requirements.txt").items():
        assert locked[name.lower()] == version, name


def test_image_has_the_airflow_that_is_pinned() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    version = pins("requirements.txt")["apache-airflow"]

    assert f"FROM apache/airflow:{version}-python3.12\n" in dockerfile
    assert "--constraint /tmp/constraints.txt" in dockerfile
    assert "--requirement /tmp/requirements.txt" in dockerfile
