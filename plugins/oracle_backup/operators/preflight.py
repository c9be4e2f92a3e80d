"""Is everything there that a backup needs? Asked before the export, all at once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.domain.names import name_token
from oracle_backup.domain.units import format_bytes
from oracle_backup.errors import (
    RETRIED,
    BackupError,
    PreflightError,
    PreflightUnreachableError,
)
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.hooks.store import ArchiveStoreHook
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.oracle_database import OracleDatabase
    from oracle_backup.adapters.ports import ArchiveStore, Shell

_TOOL_TIMEOUT_SECONDS = 60
_SCRIPT_TIMEOUT_SECONDS = 60
_SPACE_MARGIN = 1.05
"""A dump can be a little larger than the segments it comes from: 5 % for its own structures."""


@dataclass(slots=True)
class _Findings:
    """
    What the checks have found so far: facts for the next tasks, problems for the person.

    :param passing: how many of the problems may go away by themselves.
    """

    facts: dict[str, Any]
    problems: list[str]
    passed: list[str]
    passing: int = 0


class PreflightOperator(BaseOperator):
    """
    Check host, database and store before a schema is exported.

    Looks only, and writes nothing but a probe file to the store's folder, which it removes.
    Every check is made even if one before it failed, so that one run shows all there is to mend.

    Succeeds when host, database and store answer, the tool is there, the directory object leads
    to a folder the SSH user can read, the schema exists, the session is in the right container,
    and the folder has room for the schema's segments.

    :param database: the database's name in the config.
    :param schema_name: schema to be exported, as Oracle stores it.
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param oracle_conn_id: Oracle connection to the database.
    :param sftp_conn_id: SFTP connection to the store.
    :param store_path: the store's folder.
    :param tool: ``expdp`` or ``exp``.
    :param oracle_home: ``ORACLE_HOME`` on the host.
    :param directory: directory object (expdp).
    :param export_path: folder on the host (exp).
    :param container: expected ``CON_NAME``, or None for any.
    :param start_late_limit: a scheduled run may not start later than this after its time.

    :returns: XCom ``{"folder", "tool_version", "database_version", "character_set", "container",
        "schema_size_bytes", "free_bytes", "unchecked_host_keys"}``
    :raises PreflightError: one or more checks found a problem. Not retried.
    :raises PreflightUnreachableError: all problems are of a kind that passes. Retried.
    """

    ui_color = "#e3eefc"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        ssh_conn_id: str,
        oracle_conn_id: str,
        sftp_conn_id: str,
        store_path: str,
        tool: str,
        oracle_home: str,
        directory: str | None = None,
        export_path: str | None = None,
        container: str | None = None,
        start_late_limit: timedelta | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.ssh_conn_id = ssh_conn_id
        self.oracle_conn_id = oracle_conn_id
        self.sftp_conn_id = sftp_conn_id
        self.store_path = store_path
        self.tool = tool
        self.oracle_home = oracle_home
        self.directory = directory
        self.export_path = export_path
        self.container = container
        self.start_late_limit = start_late_limit

    def execute(self, context: Context) -> dict[str, Any]:
        """Run all checks; return what the next tasks want to know."""
        findings = _Findings(facts={"folder": self.export_path}, problems=[], passed=[])
        with told_to_report(context):
            self._check_start(context)
            # The database first: it knows the folder and the size the host is asked about.
            for check in (self._ask_database, self._ask_host, self._ask_store):
                self._guarded(check, findings)
            for line in findings.passed:
                self.log.info("%s", line)
            if findings.problems:
                passing = findings.passing == len(findings.problems)
                raise (PreflightUnreachableError if passing else PreflightError)(
                    f"Schema {self.schema_name} on {self.database} can't be backed up, "
                    f"{len(findings.problems)} problem(s):",
                    problems=tuple(findings.problems),
                    hint="Nothing was exported. Mend these, then clear the run.",
                )
        return findings.facts

    def _guarded(self, check: Callable[[_Findings], None], findings: _Findings) -> None:
        try:
            check(findings)
        except BackupError as error:
            findings.problems.append(str(error))
            findings.passing += isinstance(error, RETRIED)

    def _check_start(self, context: Context) -> None:
        run = context["dag_run"]
        if self.start_late_limit is None or run.run_type != "scheduled":
            return
        late = datetime.now(UTC) - run.run_after
        if late > self.start_late_limit:
            raise PreflightError(
                f"This run was due at {run.run_after:%Y-%m-%d %H:%M} UTC, "
                f"{late.total_seconds() / 3600:.1f} hours ago:",
                problems=("an export now could meet the day's work",),
                hint="Trigger the DAG by hand if that is fine, or raise start_late_limit.",
            )

    def _ask_database(self, findings: _Findings) -> None:
        with OracleDatabaseHook(self.oracle_conn_id).database() as database:
            session = database.session()
            facts = findings.facts
            facts["database_version"] = database.version()
            facts["character_set"] = database.character_set()
            facts["container"] = session.container
            findings.passed.append(
                f"Database {session.database} {facts['database_version']} answers as user "
                f"{session.user} in container {session.container or 'none'}."
            )
            if self.container and session.container.upper() != self.container.upper():
                findings.problems.append(
                    f"The session is in container {session.container}, not {self.container}. "
                    "Mend service_name of the Oracle connection."
                )
            self._guarded(lambda found: self._ask_schema(database, found), findings)
            if self.tool == "expdp":
                self._guarded(lambda found: self._ask_directory(database, found), findings)

    def _ask_schema(self, database: OracleDatabase, findings: _Findings) -> None:
        if not database.has_schema(self.schema_name):
            findings.problems.append(
                f"There is no schema {self.schema_name} in this container. "
                "Check its name in the config file, and the service the connection leads to."
            )
            return
        size = database.schema_size_bytes(self.schema_name)
        findings.facts["schema_size_bytes"] = size
        findings.passed.append(f"Schema {self.schema_name} has segments of {format_bytes(size)}.")

    def _ask_directory(self, database: OracleDatabase, findings: _Findings) -> None:
        path = database.directory_path(self.directory or "")
        if path is None:
            findings.problems.append(
                f"The backup user sees no directory object {self.directory}. As a DBA: "
                f"create directory {self.directory} as '/a/folder'; "
                f"grant read, write on directory {self.directory} to the backup user."
            )
        findings.facts["folder"] = path

    def _ask_host(self, findings: _Findings) -> None:
        hook = OracleHostHook(self.ssh_conn_id)
        self._note_host_key(hook, findings)
        with hook.shell() as shell:
            findings.passed.append(f"Oracle host {shell.host_label} answers.")
            self._guarded(lambda found: self._ask_tool(shell, found), findings)
            if findings.facts["folder"]:
                self._guarded(lambda found: self._ask_folder(shell, found), findings)

    def _ask_tool(self, shell: Shell, findings: _Findings) -> None:
        path = f"{self.oracle_home}/bin/{self.tool}"
        script = (
            f"ORACLE_HOME={shlex.quote(self.oracle_home)}; export ORACLE_HOME\n"
            f"[ -x {shlex.quote(path)} ] || exit 127\n"
            # The help's first lines tell the release, without a login.
            f"{shlex.quote(path)} help=y </dev/null 2>&1"
        )
        done = shell.run(script, timeout_seconds=_TOOL_TIMEOUT_SECONDS)
        if done.exit_code == 127:
            findings.problems.append(
                f"There is no program {path} on {shell.host_label}. Check environment.oracle_home."
            )
            return
        release = next((line.strip() for line in done.stdout.splitlines() if "Release" in line), "")
        findings.facts["tool_version"] = release or None
        findings.passed.append(f"Tool {path}: {release or 'it does not tell its release'}.")

    def _ask_folder(self, shell: Shell, findings: _Findings) -> None:
        folder = findings.facts["folder"]
        quoted = shlex.quote(folder)
        script = f"[ -d {quoted} ] && [ -r {quoted} ] && [ -x {quoted} ] && df -Pk {quoted}"
        done = shell.run(script, timeout_seconds=_SCRIPT_TIMEOUT_SECONDS)
        free = _free_bytes(done.stdout.splitlines())
        if done.exit_code != 0 or free is None:
            findings.problems.append(
                f"The SSH user can't read the folder {folder} on {shell.host_label}. "
                "Create it, or put the user into the group that owns it."
            )
            return
        findings.facts["free_bytes"] = free
        findings.passed.append(f"Folder {folder} has {format_bytes(free)} free.")
        needed = findings.facts.get("schema_size_bytes", 0) * _SPACE_MARGIN
        if needed > free:
            findings.problems.append(
                f"Folder {folder} has {format_bytes(free)} free, and the schema's segments take "
                f"{format_bytes(needed)}. Free space there or point the directory elsewhere."
            )

    def _ask_store(self, findings: _Findings) -> None:
        hook = ArchiveStoreHook(self.sftp_conn_id, path=self.store_path)
        self._note_host_key(hook, findings)
        with hook.store() as store:
            self._probe(store)
            free = store.free_bytes()
            room = "does not tell its free space" if free is None else f"has {format_bytes(free)}"
            findings.passed.append(f"Store {store.label} answers, can be written to and {room}.")

    def _probe(self, store: ArchiveStore) -> None:
        name = f"{self.database}/{name_token(self.schema_name)}/.preflight"
        store.write_text(name, "Written and removed before each backup.\n", replace=True)
        store.remove(name)

    def _note_host_key(self, hook: Any, findings: _Findings) -> None:
        unchecked = findings.facts.setdefault("unchecked_host_keys", [])
        if hook.no_host_key_check:
            unchecked.append(hook.ssh_conn_id)
            self.log.warning(
                "Connection %r does not verify the host key; every report will say so.",
                hook.ssh_conn_id,
            )


def _free_bytes(lines: Sequence[str]) -> int | None:
    """Given what ``df -Pk`` printed, return the free bytes. POSIX fixes the columns."""
    if len(lines) < 2:
        return None
    # A device name may hold blanks, so the columns are counted from the right.
    words = lines[-1].split()
    try:
        percent = next(at for at, word in enumerate(words) if word.endswith("%"))
        return int(words[percent - 1]) * 1024
    except (StopIteration, ValueError):
        return None
