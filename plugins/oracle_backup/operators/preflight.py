"""Is everything there that a backup needs? Asked before the export, all at once."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.domain.missed import find_missed
from oracle_backup.domain.names import USUAL_SHAPE, BackupNames, NameShape
from oracle_backup.domain.preflight import jobs_of_run
from oracle_backup.errors import BackupError, PreflightError, PreflightUnreachableError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.heartbeat import ping_start
from oracle_backup.hooks.host import host_hook
from oracle_backup.operators.preflight_database import ask_database
from oracle_backup.operators.preflight_findings import Findings, Wanted
from oracle_backup.operators.preflight_host import ask_host, probe_directory
from oracle_backup.operators.preflight_missed import settle_missed
from oracle_backup.operators.preflight_store import judge_stores, open_stores
from oracle_backup.operators.preflight_sweep import sweep
from oracle_backup.operators.steps import run_moment, told_to_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from airflow.sdk import Context

    from oracle_backup.adapters.oracle_database import OracleDatabase
    from oracle_backup.adapters.ports import Shell
    from oracle_backup.domain.missed import MissedRun
    from oracle_backup.operators.stores import StorePlace


class PreflightOperator(BaseOperator):
    """
    Check host, database and stores before a schema is exported.

    Every check is made even if one before it failed, so that one run shows all there is to mend.
    A question that the user has not the privilege to ask gives a warning, not a failure, unless
    the backup can't do without the answer.

    Writes probe files, which it removes: to each store, to ``~/.oracle-backup`` on the host, and
    to the folder of the dumps, where the database writes one that the SSH user has to read back.
    Removes what jobs of more than 30 days ago have left: directories on the host, and control
    tables of dead jobs that bear a name of ours. Dump files of earlier runs are only told of.

    Succeeds when host, database and stores answer; the tool is there; the schema exists and may be
    exported; the session is in the right container; the database can write to a folder that the
    SSH user can read; dump and archive will fit; and what is asked for is there and licensed.

    :param database: the database's name in the config.
    :param schema_name: schema to be exported, as Oracle stores it.
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param oracle_conn_id: Oracle connection to the database.
    :param stores: where archives go; of several, one that is in order suffices.
    :param tool: ``expdp`` or ``exp``.
    :param oracle_home: ``ORACLE_HOME`` on the host.
    :param directory: directory object (expdp).
    :param export_path: folder on the host (exp).
    :param container: expected ``CON_NAME``, or None for any.
    :param heartbeat: the schema has a ``ping_url`` in the config file, which is told of the start.
    :param login_method: how the export logs in; with another than ``password`` the roles of the
        connection's user are not the export's.
    :param consistent: whether the export shows one instant, for which undo is needed.
    :param parallel: its worker processes.
    :param file_size: largest size of one of its files, as in ``5G``, or None.
    :param options: its other options that are not at their defaults, as in
        ``{"compression": "all"}``.
    :param licensed: what is licensed: ``enterprise_edition``, ``advanced_compression``,
        ``advanced_security``.
    :param shape: how files are called.
    :param keep_dump: dumps of earlier runs are kept on purpose, so nothing warns of them.
    :param start_late_limit: a scheduled run that starts later than this after its time was missed.
    :param missed: what becomes of a missed run whose own time undo does not reach any more:
        ``skip`` or ``now``.
    :param timezone: the schema's time zone.

    :returns: XCom ``{"folder", "tool_version", "database_version", "dump_template",
        "character_set", "container", "schema_size_bytes", "free_bytes", "last_duration_seconds",
        "unchecked_host_keys", "as_of", "warnings"}``; ``as_of`` is ``{"time", "scn"}`` of a missed
        run that exports the data of its own time, else None. Under the key ``skipped``, why a
        missed run exports nothing.
    :raises AirflowSkipException: the run was missed and exports nothing.
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
        tool: str,
        oracle_home: str,
        stores: Sequence[StorePlace],
        directory: str | None = None,
        export_path: str | None = None,
        container: str | None = None,
        heartbeat: bool = False,
        login_method: str = "password",
        consistent: bool = True,
        parallel: int = 1,
        file_size: str | None = None,
        options: Mapping[str, Any] | None = None,
        licensed: Sequence[str] = (),
        shape: NameShape = USUAL_SHAPE,
        keep_dump: bool = False,
        start_late_limit: timedelta | None = None,
        missed: str = "skip",
        timezone: str = "UTC",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.ssh_conn_id = ssh_conn_id
        self.oracle_conn_id = oracle_conn_id
        self.stores = stores
        self.tool = tool
        self.oracle_home = oracle_home
        self.directory = directory
        self.export_path = export_path
        self.container = container
        self.heartbeat = heartbeat
        self.login_method = login_method
        self.consistent = consistent
        self.parallel = parallel
        self.file_size = file_size
        self.options = options
        self.licensed = licensed
        self.shape = shape
        self.keep_dump = keep_dump
        self.start_late_limit = start_late_limit
        self.missed = missed
        self.timezone = timezone

    def execute(self, context: Context) -> dict[str, Any]:
        """Run all checks; return what the next tasks want to know."""
        if self.heartbeat:
            ping_start(context["dag_run"], database=self.database, schema=self.schema_name)
        findings = Findings(facts=self._no_facts())
        missed = self._missed(context)
        with told_to_report(context):
            if missed is not None and self.missed == "skip" and not missed.is_asked_for:
                # Nobody has to be asked to know this.
                self._settle(context, missed, findings)
            self._ask(self._wanted(context, missed), findings)
            self._tell(findings)
            if missed is not None:
                self._settle(context, missed, findings)
        return {**findings.facts, "warnings": list(findings.judgement.warnings)}

    def _tell(self, findings: Findings) -> None:
        """Log what was found. Raise PreflightError where there are problems."""
        judgement = findings.judgement
        for line in judgement.passed:
            self.log.info("%s", line)
        for line in judgement.warnings:
            self.log.warning("%s", line)
        if not judgement.problems:
            return
        passing = findings.passing == len(judgement.problems)
        besides = "".join(f"\n  - {line}" for line in judgement.warnings)
        raise (PreflightUnreachableError if passing else PreflightError)(
            f"Schema {self.schema_name} on {self.database} can't be backed up, "
            f"{len(judgement.problems)} problem(s):",
            problems=judgement.problems,
            hint="Nothing was exported. Mend these, then clear the run."
            + (f"\nWorth knowing besides:{besides}" if besides else ""),
        )

    def _no_facts(self) -> dict[str, Any]:
        return {
            "folder": self.export_path,
            "dump_template": "%U",
            "character_set": None,
            "last_duration_seconds": None,
            "unchecked_host_keys": [],
            "as_of": None,
        }

    def _wanted(self, context: Context, missed: MissedRun | None) -> Wanted:
        run = context["dag_run"]
        moment = run_moment(context)
        names = BackupNames(
            database=self.database,
            schema=self.schema_name,
            moment=moment,
            generation=1,
            shape=self.shape,
        )
        return Wanted(
            database=self.database,
            schema=self.schema_name,
            tool=self.tool,
            oracle_home=self.oracle_home,
            directory=self.directory,
            path=self.export_path,
            container=self.container,
            login_method=self.login_method,
            keep_dump=self.keep_dump,
            names=names,
            own_jobs=jobs_of_run(dag_id=run.dag_id, run_id=run.run_id, schema=self.schema_name),
            probe=f"{names.stem}.probe",
            options={
                "consistent": self.consistent,
                "parallel": self.parallel,
                "file_size": self.file_size,
                **(self.options or {}),
            },
            licensed=self.licensed,
            missed=missed,
            zone=self.timezone,
        )

    def _missed(self, context: Context) -> MissedRun | None:
        run = context["dag_run"]
        return find_missed(
            run_type=run.run_type,
            logical_date=run.logical_date,
            run_after=run.run_after,
            now=datetime.now(UTC),
            late_limit=self.start_late_limit,
        )

    def _settle(self, context: Context, missed: MissedRun, findings: Findings) -> None:
        settle_missed(context, missed, findings, policy=self.missed, zone=self.timezone)

    def _ask(self, wanted: Wanted, findings: Findings) -> None:
        """Ask stores, database and host, in this order: what one tells, the next is judged by."""
        try:
            with ExitStack() as opened:
                stores = open_stores(opened, self.stores, wanted, findings)
                database = self._open_database(opened, wanted, findings)
                # After the database, which tells how large the schema is.
                judge_stores(stores, findings)
                self._ask_host(opened, database, wanted, findings)
        except BackupError as error:
            # Whatever was to be asked has been: only a link broke as it was closed.
            self.log.info("On closing a connection: %s", error)

    def _open_database(
        self, opened: ExitStack, wanted: Wanted, findings: Findings
    ) -> OracleDatabase | None:
        """Ask the database; return it, or None where it does not answer."""
        with findings.necessary():
            database = opened.enter_context(OracleDatabaseHook(self.oracle_conn_id).database())
            ask_database(database, wanted, findings)
            return database
        return None

    def _ask_host(
        self,
        opened: ExitStack,
        database: OracleDatabase | None,
        wanted: Wanted,
        findings: Findings,
    ) -> None:
        with findings.necessary():
            hook = host_hook(self.ssh_conn_id)
            findings.note_host_key(hook)
            shell: Shell = opened.enter_context(hook.shell())
            ask_host(shell, wanted, findings)
            # Only a folder that can be read tells its free space.
            if database is not None and wanted.is_pump and "free_bytes" in findings.facts:
                with findings.part():
                    probe_directory(database, shell, wanted, findings)
            with findings.part():
                sweep(database, shell, wanted, findings)
