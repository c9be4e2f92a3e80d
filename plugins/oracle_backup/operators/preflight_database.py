"""What is asked of the database before an export?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from oracle_backup.domain.missed import reach_problem
from oracle_backup.domain.preflight import (
    judge_container,
    judge_roles,
    judge_undo,
    passed,
    problem,
    warning,
)
from oracle_backup.domain.preflight_options import (
    dump_template,
    judge_file_count,
    judge_licences,
    used_options,
)
from oracle_backup.domain.preflight_space import expected_dump_bytes
from oracle_backup.domain.units import format_bytes
from oracle_backup.errors import StatementError

if TYPE_CHECKING:
    from oracle_backup.adapters.oracle_database import OracleDatabase
    from oracle_backup.domain.missed import MissedRun
    from oracle_backup.operators.preflight_findings import Findings, Wanted


def ask_database(database: OracleDatabase, wanted: Wanted, findings: Findings) -> None:
    """Ask for everything but the write probe. Raise DatabaseUnreachableError for the link."""
    session = database.session()
    facts = findings.facts
    facts["database_version"] = database.version()
    facts["dump_template"] = dump_template(facts["database_version"])
    facts["container"] = session.container
    with findings.optional("The database's character set"):
        facts["character_set"] = database.character_set()
    findings.take(
        passed(
            f"Database {session.database} {facts['database_version']} answers as user "
            f"{session.user} in container {session.container or 'none'}."
        )
    )
    findings.take(judge_container(session.container, expected=wanted.container))
    with findings.part():
        _ask_schema(database, wanted, findings)
    if wanted.is_pump:
        with findings.part():
            _ask_directory(database, wanted, findings)
        # Now, and not in the night in which a client dies.
        for sentence in database.job_blind_spots():
            findings.take(warning(sentence))
    with findings.optional("Whether the user may export the schema"):
        judgement = judge_roles(
            database.roles(),
            user=session.user,
            schema=wanted.schema,
            is_the_tools_login=wanted.login_method == "password",
        )
        findings.take(judgement)
    _ask_options(database, wanted, findings)
    if wanted.options["consistent"]:
        _ask_instant(database, wanted, findings)
    if wanted.missed is not None:
        _ask_past(database, wanted, wanted.missed, findings)


def _ask_schema(database: OracleDatabase, wanted: Wanted, findings: Findings) -> None:
    if not database.has_schema(wanted.schema):
        findings.take(
            problem(
                f"There is no schema {wanted.schema} in this container. "
                "Check its name in the config file, and the service the connection leads to."
            )
        )
        return
    with findings.optional(f"How large schema {wanted.schema} is"):
        size = database.schema_size_bytes(wanted.schema)
        findings.facts["schema_size_bytes"] = size
        findings.take(passed(f"Schema {wanted.schema} has segments of {format_bytes(size)}."))


def _ask_directory(database: OracleDatabase, wanted: Wanted, findings: Findings) -> None:
    path = database.directory_path(wanted.directory or "")
    if path is None:
        findings.take(
            problem(
                f"The backup user sees no directory object {wanted.directory}. As a DBA: "
                f"create directory {wanted.directory} as '/a/folder'; "
                f"grant read, write on directory {wanted.directory} to the backup user."
            )
        )
    findings.facts["folder"] = path


def _ask_options(database: OracleDatabase, wanted: Wanted, findings: Findings) -> None:
    options = wanted.options
    if used_options(options):
        banner: str | None = None
        installed: dict[str, bool] = {}
        with findings.optional("The edition of the database"):
            banner = database.banner()
        with findings.optional("Which options the database has"):
            installed = database.options()
        findings.take(
            judge_licences(options, licensed=wanted.licensed, banner=banner, installed=installed)
        )
    findings.take(
        judge_file_count(
            template=findings.facts["dump_template"],
            file_size=options["file_size"],
            dump_bytes=expected_dump_bytes(
                segments_bytes=findings.facts.get("schema_size_bytes"),
                last=findings.last,
                parallel=1,
            ),
            parallel=wanted.parallel,
        )
    )


def _ask_instant(database: OracleDatabase, wanted: Wanted, findings: Findings) -> None:
    """Ask whether one instant of all tables can be read, and for long enough."""
    if wanted.is_pump:
        try:
            database.snapshot()
        except StatementError as error:
            findings.take(
                warning(
                    f"The user can't read V$DATABASE, so the export's instant will be its start as "
                    f"Data Pump takes it, and its change number stays unknown: {error.message}"
                )
            )
    with findings.optional("Whether undo is kept for long enough"):
        undo = database.undo()
        findings.take(
            judge_undo(
                retention_seconds=undo.retention_seconds,
                tuned_seconds=undo.tuned_seconds,
                last_duration_seconds=findings.facts["last_duration_seconds"],
            )
        )


def _ask_past(
    database: OracleDatabase, wanted: Wanted, missed: MissedRun, findings: Findings
) -> None:
    """Ask whether the data of a missed run's own time can still be read, and by which number."""
    if not wanted.is_pump or not wanted.options["consistent"]:
        findings.as_of_problem = "only a consistent export with expdp can show a past instant"
        return
    reach: float | None = None
    with findings.optional("How far back undo reaches"):
        undo = database.undo()
        # What was really kept, not what is asked for: on a busy database it is less.
        reach = undo.retention_seconds if undo.tuned_seconds is None else undo.tuned_seconds
    findings.as_of_problem = reach_problem(
        missed,
        reach_seconds=reach,
        last_duration_seconds=findings.facts["last_duration_seconds"],
        zone=wanted.zone,
    )
    if findings.as_of_problem:
        return
    try:
        scn = database.scn_at(datetime.now(UTC) - missed.moment)
    except StatementError as error:
        findings.as_of_problem = (
            f"the database does not know that instant any more: {error.message}"
        )
        return
    findings.facts["as_of"] = {"time": missed.moment.isoformat(), "scn": scn}
