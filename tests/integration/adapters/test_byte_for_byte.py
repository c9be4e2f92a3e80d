"""
Names, passwords and paths from the config to Oracle's tool: byte for byte, or refused at the start.

The way is the real one: config file, parameters, job script, a shell of this machine, a parameter
file on disk, and the parser of the stand-in tool.
"""

from __future__ import annotations

import dataclasses
import posixpath
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from integration.lab.oracle_stage import OracleStage
from lab.oracle import instance
from lab.oracle.login import read_userid
from lab.oracle.model import Column, Table
from lab.oracle.parameters import Request, parse
from lab.oracle.selection import identifier, passes
from lab.oracle.tables import create_table, keep_history
from oracle_backup.adapters.remote_job.scripts import JobSpec, build_start
from oracle_backup.config.load import Config, load_config
from oracle_backup.domain.parameter_file import (
    ExportParameters,
    Login,
    render_attach,
    render_data_pump,
    render_legacy,
)
from oracle_backup.errors import ConfigError
from support.job_host import JobHost, find_shells, job_host
from support.odd_text import OddText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from oracle_backup.config.model import SchemaSettings

pytestmark = pytest.mark.integration

SHELLS = find_shells()
BATCH = 100
PATIENCE_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Case:
    """What somebody wrote: in the config a schema, a table and a path; in Airflow passwords."""

    number: int
    schema: str
    table: str
    path: str
    password: str
    dump_password: str

    @property
    def database(self) -> str:
        return f"d{self.number}"

    def written(self) -> dict[str, Any]:
        return {
            "environment": {"oracle_home": "/u01/home", "oracle_sid": "ORCL"},
            "schemas": {
                self.schema: {
                    "environment": {"tns_admin": self.path},
                    "export": {
                        "exclude_tables": [self.table],
                        "encryption": "all",
                        "encryption_password_conn_id": "dump",
                    },
                },
                "LEGACY": {"export": {"tool": "exp", "path": self.path}},
            },
        }


def draw_cases(count: int, *, seed: int) -> Iterator[Case]:
    text = OddText(seed)
    for number in range(count):
        yield Case(
            number,
            text.schema_name(),
            text.schema_name(),
            text.path(),
            text.password(),
            text.password(),
        )


def load_cases(cases: list[Case], folder: Path) -> Config:
    file = folder / "backups.yaml"
    defaults = {
        "host_conn_id": "host",
        "database_conn_id": "database",
        "store": {"conn_id": "store", "path": "/"},
        "mail": {"to": ["dba@example.com"]},
    }
    databases = {case.database: case.written() for case in cases}
    whole = {"defaults": defaults, "databases": databases}
    file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return load_config(file)


class Tally:
    """How many values went which way, so that a test that refuses everything is found out."""

    def __init__(self) -> None:
        self.arrived = 0
        self.refused = 0

    def assert_both(self, count: int) -> None:
        assert self.arrived >= count * 0.4, f"only {self.arrived} of {count} arrived"
        assert self.refused >= count * 0.1, f"only {self.refused} of {count} were refused"


def dictionary_name(written: str) -> str:
    return written[1:-1] if written.startswith('"') else written.upper()


def export_parameters(case: Case, found: SchemaSettings) -> ExportParameters:
    """Return what the export operator makes of a schema's settings."""
    options = found.export_options()
    encrypted = options.pop("encryption_password_conn_id", None)
    legacy = found.export.tool == "exp"
    return ExportParameters(
        schema=found.schema_name,
        directory=found.export.path if legacy else found.export.directory,
        dump_file="DUMP.dmp" if legacy else "DUMP_%L.dmp",
        log_file="DUMP.log",
        job_name="OB_ABCDEFGHIJKL_G1",
        login=Login(method="password", user=found.schema_name, password=case.password),
        encryption_password=case.dump_password if encrypted else "",
        **options,
    )


def has_what_no_file_carries(password: str) -> bool:
    return bool(set(password) & {'"', "\\"}) or not password.isprintable()


def wait_for_end(host: JobHost, job: str) -> Path:
    """Wait until a job has ended; return its directory."""
    directory = host.directory.with_name(job)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (directory / "exit_code").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return directory


@dataclasses.dataclass(frozen=True)
class Parcel:
    """
    What one case sends to a tool, and who looks at what arrives of it.

    :param check: is given the file that arrived, and the environment.
    """

    parameter_file: str
    attach_file: str | None
    environment: dict[str, str]
    unset: tuple[str, ...]
    check: Callable[[Path, dict[str, str]], None]


def send(host: JobHost, job: str, parcels: Sequence[Parcel]) -> None:
    """
    Start one job with all that these cases send, as the adapter does, and check what arrives.

    The job's parameter file is theirs, one after the other; a variable bears its parcel's number.
    """
    spec = JobSpec(
        job=job,
        tool=str(host.tool),
        environment={
            **{name: None for parcel in parcels for name in parcel.unset},
            **{
                f"{name}_{at}": value
                for at, parcel in enumerate(parcels)
                for name, value in parcel.environment.items()
            },
        },
        parameter_file="".join(parcel.parameter_file for parcel in parcels),
        attach_file="".join(parcel.attach_file or "" for parcel in parcels) or None,
    )
    host.run(build_start(spec))
    directory = wait_for_end(host, spec.job)
    pairs = (directory / "environment").read_bytes().decode().split("\0")
    environment = dict(pair.split("=", 1) for pair in pairs if pair)
    arrived = (directory / "arrived.par").read_bytes()
    assert arrived == spec.parameter_file.encode()
    for at, parcel in enumerate(parcels):
        length = len(parcel.parameter_file.encode())
        file = directory / f"arrived_{at}.par"
        file.write_bytes(arrived[:length])
        arrived = arrived[length:]
        assert not environment.keys() & set(parcel.unset)
        parcel.check(file, {name: environment[f"{name}_{at}"] for name in parcel.environment})


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[JobHost]]:
    """A host for each shell found here, with a tool that puts away what it was given."""
    contexts = [job_host(shell) for shell in SHELLS]
    made = [context.__enter__() for context in contexts]
    for host in made:
        host.tool.write_text(
            f'#!/bin/sh\ncat "${{1#parfile=}}" >arrived.par\nexec {shutil.which("env")} -0 '
            ">environment\n"
        )
    yield made
    for context in contexts:
        context.__exit__(None, None, None)


def data_pump_parcel(case: Case, found: SchemaSettings) -> Parcel:
    parameters = export_parameters(case, found)

    def check(file: Path, seen: dict[str, str]) -> None:
        assert seen == {"TNS_ADMIN": found.environment.tns_admin, "ORACLE_SID": "ORCL"}
        request = parse("expdp", [f'parfile="{file}"'])
        check_login(request, case, found)
        assert request.legacy == []
        assert identifier(str(request.one("schemas"))) == dictionary_name(case.schema)
        assert request.one("encryption_password") == case.dump_password
        table = dictionary_name(case.table)
        assert found.export.exclude_tables == (table,)
        (rule,) = request.many("exclude")
        assert not passes("TABLE", table, include=[], exclude=[rule])
        assert passes("TABLE", f"{table}X", include=[], exclude=[rule])
        assert set(request.values) == {
            *("userid", "job_name", "schemas", "directory", "dumpfile", "logfile", "metrics"),
            *("reuse_dumpfiles", "logtime", "flashback_time", "exclude", "encryption"),
            "encryption_password",
        }

    return Parcel(
        parameter_file=render_data_pump(parameters),
        attach_file=render_attach(parameters),
        environment={"TNS_ADMIN": str(found.environment.tns_admin), "ORACLE_SID": "ORCL"},
        unset=("TWO_TASK",),
        check=check,
    )


def legacy_parcel(case: Case, found: SchemaSettings) -> Parcel:
    parameters = export_parameters(case, found)

    def check(file: Path, seen: dict[str, str]) -> None:
        assert seen == {}
        request = parse("exp", [f'parfile="{file}"'])
        check_login(request, case, found)
        folder = posixpath.normpath(case.path).replace("//", "/")
        assert request.one("file") == posixpath.join(folder, "DUMP.dmp")
        assert request.one("log") == posixpath.join(folder, "DUMP.log")
        assert set(request.values) == {"userid", "owner", "file", "log", "statistics", "consistent"}

    return Parcel(
        parameter_file=render_legacy(parameters),
        attach_file=None,
        environment={},
        unset=("TNS_ADMIN",),
        check=check,
    )


def check_login(request: Request, case: Case, found: SchemaSettings) -> None:
    login = read_userid(str(request.one("userid")))
    assert identifier(login.user) == found.schema_name
    assert login.password == case.password
    assert login.identifier is None


def check_refusal(case: Case, config: Config) -> set[str]:
    """Check that what is wrong in a case is said with its path; return which schemas that are."""
    broken = [entry for entry in config.broken if entry.database == case.database]
    for entry in broken:
        assert all(
            line.startswith(f"databases.{case.database}.schemas.") for line in entry.problems
        )
    problems = [line for entry in broken for line in entry.problems]
    told = "\n".join(problems)
    assert all(line.isprintable() for line in problems)
    assert ("environment.tns_admin: must" in told) == ("LEGACY.export.path: must" in told)
    return {entry.schema for entry in broken}


def pack(case: Case, config: Config, tally: Tally) -> Iterator[Parcel]:
    """Yield what a case sends to a tool; check that the rest of it is refused."""
    refused = check_refusal(case, config)
    settings = {
        found.schema_name: found for found in config.schemas if found.database == case.database
    }
    tally.refused += len(refused)
    for password in (case.password, case.dump_password):
        if has_what_no_file_carries(password):
            tally.refused += 1
    for found in settings.values():
        legacy = found.export.tool == "exp"
        passwords = [case.password] if legacy else [case.password, case.dump_password]
        wrong = any(map(has_what_no_file_carries, passwords)) or (
            not legacy and not 0 < len(case.dump_password.encode(errors="replace")) <= 128
        )
        if wrong:
            render = render_legacy if legacy else render_data_pump
            with pytest.raises(ConfigError):
                render(export_parameters(case, found))
            continue
        yield (legacy_parcel if legacy else data_pump_parcel)(case, found)
        tally.arrived += 1


def run_batch(
    cases: list[Case], config: Config, host: JobHost, tally: Tally, *, in_one_job: int
) -> None:
    parcels = [parcel for case in cases for parcel in pack(case, config, tally)]
    for kind in ("TWO_TASK", "TNS_ADMIN"):
        alike = [parcel for parcel in parcels if kind in parcel.unset]
        for first in range(0, len(alike), in_one_job):
            job = f"OB_{kind}_{cases[0].number}_{first}"
            send(host, job, alike[first : first + in_one_job])


def run_cases(
    count: int, *, seed: int, hosts: list[JobHost], folder: Path, in_one_job: int = 1
) -> None:
    tally = Tally()
    cases = list(draw_cases(count, seed=seed))
    with ThreadPoolExecutor(len(hosts)) as pool:
        for first in range(0, count, BATCH):
            batch = cases[first : first + BATCH]
            config = load_cases(batch, folder)
            # Each shell in one thread: what it leaves behind is removed after each batch.
            work = [
                pool.submit(
                    run_batch,
                    batch[at :: len(hosts)],
                    config,
                    host,
                    tally,
                    in_one_job=in_one_job,
                )
                for at, host in enumerate(hosts)
            ]
            for one in work:
                one.result()
            for host in hosts:
                shutil.rmtree(host.directory.parent, ignore_errors=True)
    tally.assert_both(count)


def test_200_odd_values_arrive_or_are_refused(hosts: list[JobHost], tmp_path: Path) -> None:
    """Each in a job of its own."""
    run_cases(200, seed=20261123, hosts=hosts, folder=tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_10000_odd_values_arrive_or_are_refused(hosts: list[JobHost], tmp_path: Path) -> None:
    """Many in each job: what takes long is to start one."""
    run_cases(10_000, seed=1, hosts=hosts, folder=tmp_path, in_one_job=25)


@pytest.fixture
def oracle(tmp_path: Path) -> Iterator[OracleStage]:
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def add_schema(oracle: OracleStage, name: str, *, password: str) -> None:
    """Make a user who may export, with two empty tables."""
    connection = instance.connect(oracle.home)
    instance.add_user(connection, name, password=password)
    connection.execute("INSERT INTO lab_roles VALUES (?, 'DATAPUMP_EXP_FULL_DATABASE')", (name,))
    for table in (Table(name, one, (Column("ID", "NUMBER"),)) for one in ("KEPT", "LEFT OUT")):
        create_table(connection, table, defined_ms=instance.created_ms(connection))
        keep_history(connection, table)
    connection.close()


def export_odd_schema(case: Case, found: SchemaSettings, host: JobHost, oracle: OracleStage) -> str:
    """Export a schema with its own odd name and password; return what the tool said."""
    options = {"exclude_tables": ("LEFT OUT",), "encryption": "all"}
    parameters = dataclasses.replace(
        export_parameters(case, found),
        **options,
        job_name=f"OB_REAL_{case.number}",
        dump_file=f"REAL_{case.number}_%L.dmp",
        log_file=f"REAL_{case.number}.log",
    )
    environment = {
        "ORACLE_HOME": str(oracle.home),
        "ORACLE_SID": instance.SID,
        "ORACLE_PDB_SID": instance.SERVICE,
        "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
        "TWO_TASK": None,
    }
    spec = JobSpec(
        job=parameters.job_name,
        tool=str(oracle.home / "bin" / "expdp"),
        environment=environment,
        parameter_file=render_data_pump(parameters),
    )
    host.run(build_start(spec))
    directory = wait_for_end(host, spec.job)
    said = (directory / "output").read_text(encoding="utf-8")
    assert (directory / "exit_code").read_text().strip() == "0", said
    return said


def run_real_cases(count: int, *, seed: int, oracle: OracleStage, folder: Path) -> None:
    """Run whole exports until so many have been made."""
    made = 0
    with job_host(SHELLS[0]) as host:
        for case in draw_cases(count * 20, seed=seed):
            config = load_cases([case], folder)
            odd = [found for found in config.schemas if found.export.tool == "expdp"]
            passwords = (case.password, case.dump_password)
            if not odd or any(map(has_what_no_file_carries, passwords)):
                continue
            if not 0 < len(case.dump_password.encode()) <= 128:
                continue
            name = odd[0].schema_name
            # The stand-in keeps rows in SQLite, which takes A and a for one name.
            if oracle.query("SELECT 1 FROM dba_users WHERE upper(username) = upper(?)", name):
                continue
            add_schema(oracle, name, password=case.password)
            said = export_odd_schema(case, odd[0], host, oracle)
            assert f'Starting "{name}"."OB_REAL_{case.number}":  ' in said
            assert f'. . exported "{name}"."KEPT"' in said
            assert "LEFT OUT" not in said
            assert case.password not in said or len(case.password) < 4
            made += 1
            if made == count:
                return
    raise AssertionError(f"only {made} of {count} exports could be made")


def test_real_tool_logs_in_and_exports_under_odd_names(oracle: OracleStage, tmp_path: Path) -> None:
    run_real_cases(8, seed=7, oracle=oracle, folder=tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_real_tool_logs_in_and_exports_under_200_odd_names(
    oracle: OracleStage, tmp_path: Path
) -> None:
    run_real_cases(200, seed=11, oracle=oracle, folder=tmp_path)
