"""
Each way to log in, with the environment of the config, through a shell to the stand-in tools.

What the SSH user's profile exports is hostile here, and may not win.
"""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from integration.lab.oracle_stage import PASSWORD, OracleStage
from lab.oracle import instance
from oracle_backup.adapters.remote_job.scripts import JobSpec, build_start
from oracle_backup.config.load import load_config
from oracle_backup.domain.parameter_file import (
    ExportParameters,
    Login,
    render_data_pump,
    render_legacy,
)
from support.job_host import JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_backup.config.model import SchemaSettings

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 120
JOB = "OB_LOGIN_G1"
HOSTILE = {
    "ORACLE_HOME": "/nowhere",
    "ORACLE_SID": "WRONG",
    "ORACLE_PDB_SID": "WRONGPDB",
    "TNS_ADMIN": "/nowhere",
    "TWO_TASK": "WRONG",
    "NLS_LANG": "SPANISH_SPAIN.WE8ISO8859P1",
    "LD_LIBRARY_PATH": "/nowhere",
}
IN_PDB = {"oracle_sid": instance.SID, "pdb": instance.SERVICE}
"""Logging in without the network."""
CASES = {
    "password": ({"method": "password"}, IN_PDB, "BACKUP", "BACKUP/********"),
    "password over the network": (
        {"method": "password", "connect_identifier": "LABPDB1"},
        {},
        "BACKUP",
        "BACKUP/********@LABPDB1",
    ),
    "password by host and port": (
        {"method": "password", "connect_identifier": "//127.0.0.1:1521/LABPDB1"},
        {"oracle_sid": "UNUSED"},
        "BACKUP",
        "BACKUP/********@//127.0.0.1:1521/LABPDB1",
    ),
    "wallet": (
        {"method": "wallet", "connect_identifier": "LABPDB1"},
        {},
        "BACKUP",
        "/********@LABPDB1",
    ),
    "os": ({"method": "os"}, IN_PDB, "OPS$ORACLE", "/********"),
}


@pytest.fixture(params=find_shells(), ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


@pytest.fixture
def oracle(tmp_path: Path) -> Iterator[OracleStage]:
    stage = OracleStage(tmp_path)
    stage.add_wallet("LABPDB1")
    yield stage
    stage.close()


def load_settings(folder: Path, **options: object) -> SchemaSettings:
    """Read the settings of a schema from a config file."""
    written = {
        "host_conn_id": "host",
        "database_conn_id": "database",
        "store": {"conn_id": "store", "path": "/"},
        "mail": {"to": ["dba@example.com"]},
    }
    whole = {"databases": {"erp": {"schemas": {"HR": written | options}}}}
    file = folder / "backups.yaml"
    file.write_text(yaml.safe_dump(whole))
    config = load_config(file)
    assert config.problems == ()
    return config.schemas[0]


def spec_of(found: SchemaSettings, oracle: OracleStage, *, tool: str = "expdp") -> JobSpec:
    """Return the job that the export operator would start."""
    from oracle_backup.dag_parts import tool_environment

    # The config takes no path with a blank, which this instance's has.
    environment = {
        name: value and value.replace("/oracle_home", str(oracle.home))
        for name, value in tool_environment(found).items()
    }
    legacy = tool == "exp"
    parameters = ExportParameters(
        schema=found.schema_name,
        directory=str(oracle.dumps) if legacy else "BACKUP_DIR",
        dump_file="HR.dmp",
        log_file="HR.log",
        job_name=JOB,
        login=Login(
            method=found.login.method,
            user="BACKUP" if found.login.method == "password" else "",
            password=PASSWORD if found.login.method == "password" else "",
            connect_identifier=found.login.connect_identifier or "",
        ),
    )
    return JobSpec(
        job=JOB,
        tool=str(oracle.home / "bin" / tool),
        environment=environment,
        parameter_file=render_legacy(parameters) if legacy else render_data_pump(parameters),
    )


def run_in_hostile_session(host: JobHost, spec: JobSpec) -> tuple[str, str]:
    """Start the job in a session whose profile has exported odd things; wait for its end."""
    profile = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in HOSTILE.items())
    host.run(profile + build_start(spec))
    directory = host.directory.with_name(spec.job)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (directory / "exit_code").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return (
        (directory / "exit_code").read_text().strip(),
        (directory / "output").read_text(encoding="utf-8"),
    )


@pytest.mark.parametrize("case", CASES)
def test_expdp_logs_in_as_the_config_says(
    host: JobHost, oracle: OracleStage, tmp_path: Path, case: str
) -> None:
    login, environment, user, shown = CASES[case]
    found = load_settings(
        tmp_path, login=login, environment={"oracle_home": "/oracle_home"} | environment
    )

    exit_code, said = run_in_hostile_session(host, spec_of(found, oracle))

    assert exit_code == "0", said
    assert f'Starting "{user}"."{JOB}":  {shown} parfile=job.par' in said
    assert '. . exported "HR"."EMPLOYEES"' in said
    assert PASSWORD not in said


def test_exp_logs_in_as_the_operating_system_user(
    host: JobHost, oracle: OracleStage, tmp_path: Path
) -> None:
    found = load_settings(
        tmp_path,
        login={"method": "os"},
        environment={"oracle_home": "/oracle_home"} | IN_PDB,
        export={"tool": "exp", "path": str(oracle.dumps)},
    )

    exit_code, said = run_in_hostile_session(host, spec_of(found, oracle, tool="exp"))

    assert exit_code == "0", said
    assert said.endswith("Export terminated successfully without warnings.\n")


def test_wrong_pluggable_database_is_not_made_good_by_a_profile(
    host: JobHost, oracle: OracleStage, tmp_path: Path
) -> None:
    found = load_settings(
        tmp_path,
        login={"method": "os"},
        environment={"oracle_home": "/oracle_home", "oracle_sid": instance.SID},
    )

    exit_code, said = run_in_hostile_session(host, spec_of(found, oracle))

    # Without a PDB the login lands in the root, where there is no such schema.
    assert "connected to the root" in said
    assert exit_code != "0"


@pytest.mark.parametrize("tns_admin", [None, "/etc/oracle.d/admin-1"])
def test_environment_reaches_the_tool_as_it_stands_in_the_config(
    host: JobHost, oracle: OracleStage, tmp_path: Path, tns_admin: str | None
) -> None:
    environment = {"oracle_home": "/u01/home", "oracle_sid": "+ASM1", "pdb": "pdb$1"}
    found = load_settings(tmp_path, environment=environment | {"tns_admin": tns_admin})
    from oracle_backup.dag_parts import tool_environment

    spec = JobSpec(
        job=JOB, tool=str(host.tool), environment=tool_environment(found), parameter_file="X=Y\n"
    )

    exit_code, said = run_in_hostile_session(host, spec)

    assert exit_code == "0", said
    seen = host.calls[0]["environment"]
    assert {name: seen.get(name) for name in HOSTILE} == {
        "ORACLE_HOME": "/u01/home",
        "ORACLE_SID": "+ASM1",
        "ORACLE_PDB_SID": "PDB$1",
        "TNS_ADMIN": tns_admin,
        "TWO_TASK": None,
        "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
        "LD_LIBRARY_PATH": "/u01/home/lib",
    }
    assert host.calls[0]["argv"] == ["parfile=job.par"]
