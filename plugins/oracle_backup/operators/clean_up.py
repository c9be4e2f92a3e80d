"""What of a backup stays on the Oracle host, and what goes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.remote_job.scripts import build_remove, parse_answers
from oracle_backup.domain.names import USUAL_SHAPE, BackupNames, NameShape
from oracle_backup.errors import HostError
from oracle_backup.hooks.host import export_host
from oracle_backup.operators.export_leftovers import Leftovers, remove_half_files, remove_records
from oracle_backup.operators.export_net import ExportNet, end_what_nobody_follows
from oracle_backup.operators.export_record import HALTED_KEY
from oracle_backup.operators.host_retention import retain_on_host
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.retain import GIVEN_UP_KEY
from oracle_backup.operators.steps import NOTES_KEY, run_moment, run_param, told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.domain.retention import PruneRules
    from oracle_backup.operators.stores import StorePlace

_TIMEOUT_SECONDS = 120
_NEVER_BEGUN = frozenset({"upstream_failed", "skipped", "removed", "None"})


class CleanUpOperator(BaseOperator):
    """
    Remove dump and log from the Oracle host once they are safe on the store.

    Runs whatever happened before. Removes files only where the archive was verified, or where
    the export failed and left no usable dump; else they are the only copy, and stay. The job's
    directory goes last, after the report has read the tool's output from it. With a dump go the
    log and the directory of the generations it has replaced, where they left no dump.

    Where dumps have a retention of their own on the host, that decides after each good backup
    which of those stay whose archives were verified, this run's and earlier ones.

    The safety net under the export as well: a job of this run that still lives although its task
    has ended, in the database or on the host, is stopped there, its half dump files go, and the
    report says so. A job that somebody else has stopped on purpose is left as it is.

    Succeeds also where there is nothing to do.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param export: what ``DataPumpExportOperator`` returned, or None. (templated)
    :param preflight: what ``PreflightOperator`` returned, or None. (templated)
    :param verification: what ``VerifyOperator`` returned, or None. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param oracle_conn_id: Oracle connection, through which a job is stopped.
    :param tool: ``expdp`` or ``exp``.
    :param directory: directory object (expdp).
    :param shape: how dump set and log are called.
    :param keep_dump: leave dump and log on the host in any case.
    :param host_retention: what of the dumps on the host is kept; None for nothing.
    :param stores: where the manifests are that name these dumps.
    :param retain_task_id: task that has left word of backups which no store has any more.
    :param export_task_id: task that may have left a job running.
    :param inspect_task_id: task whose judgement is asked for.

    :returns: XCom ``{"removed": [paths], "finished": whether nothing is left to fetch there}``;
        sentences for the report under the key ``notes``.
    :raises HostUnreachableError: the host did not answer. Retried.
    :raises HostError: a file can't be removed, or a job can't be stopped. Not retried.
    :raises DatabaseUnreachableError: neither host nor database could stop a job. Retried.
    """

    template_fields: Sequence[str] = ("export", "preflight", "verification")
    ui_color = "#eeeeee"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        export: Any,
        preflight: Any,
        verification: Any,
        ssh_conn_id: str,
        oracle_conn_id: str,
        tool: str = "expdp",
        directory: str | None = None,
        shape: NameShape = USUAL_SHAPE,
        keep_dump: bool = False,
        host_retention: PruneRules | None = None,
        stores: Sequence[StorePlace] = (),
        export_task_id: str = "export",
        inspect_task_id: str = "inspect",
        retain_task_id: str = "retain",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.export = export
        self.preflight = preflight
        self.verification = verification
        self.ssh_conn_id = ssh_conn_id
        self.oracle_conn_id = oracle_conn_id
        self.tool = tool
        self.directory = directory
        self.shape = shape
        self.keep_dump = keep_dump
        self.host_retention = host_retention
        self.stores = stores
        self.export_task_id = export_task_id
        self.inspect_task_id = inspect_task_id
        self.retain_task_id = retain_task_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Decide, say why, then remove."""
        with told_to_report(context):
            if not self.export:
                self._note(context, self._end_what_nobody_follows(context))
                return {"removed": [], "finished": False}
            judgement = context["ti"].xcom_pull(task_ids=self.inspect_task_id, key=JUDGEMENT_KEY)
            paths, finished = self._decide(context, judgement or {})
            removed = self._remove(paths)
            prunes = self._prunes_host(context, judgement or {})
            if prunes:
                removed += self._retain_on_host(context)
            if (paths or prunes) and self.export["generation"] > 1:
                removed += self._remove_replaced(context)
            if not paths and (judgement or {}).get("verdict") == "failed":
                self._note(context, self._remove_half_files(context))
        return {"removed": removed, "finished": finished}

    def _end_what_nobody_follows(self, context: Context) -> list[str]:
        """
        End an export of this run that still lives although its task has ended.

        A task that is ended by hand in the second before the triggerer has taken it over, or while
        the triggerer or the host is away, is told to nobody who could stop its job.
        """
        run, ti = context["dag_run"], context["ti"]
        states = ti.get_task_states(
            dag_id=run.dag_id, task_ids=[self.export_task_id], run_ids=[run.run_id]
        )
        if str(states.get(run.run_id, {}).get(self.export_task_id)) in _NEVER_BEGUN:
            self.log.info("No export was started, so there is nothing to remove.")
            return []
        return end_what_nobody_follows(self._net(context))

    def _remove_replaced(self, context: Context) -> list[str]:
        """Remove what is left of the generations before this one: it has taken their place."""
        net = self._net(context)
        with export_host(self.ssh_conn_id, self.export).shell() as shell:
            removed = [
                path
                for generation in range(1, self.export["generation"])
                for path in remove_records(net.leftovers(generation), shell=shell)
            ]
        for path in removed:
            self.log.info("Removed %s from the host.", path)
        return removed

    def _net(self, context: Context) -> ExportNet:
        run = context["dag_run"]
        halted = context["ti"].xcom_pull(task_ids=self.export_task_id, key=HALTED_KEY)
        return ExportNet(
            dag_id=run.dag_id,
            run_id=run.run_id,
            moment=run_moment(context),
            database=self.database,
            schema=self.schema_name,
            folder=(self.preflight or {}).get("folder"),
            tool=self.tool,
            directory=self.directory,
            ssh_conn_id=self.ssh_conn_id,
            oracle_conn_id=self.oracle_conn_id,
            halted=halted,
            shape=self.shape,
        )

    def _prunes_host(self, context: Context, judgement: dict[str, Any]) -> bool:
        """Whether the dumps on the host are gone through: only after a good backup."""
        return (
            self.host_retention is not None
            and bool(self.verification)
            and judgement.get("verdict") == "complete"
            and not self._keeps(context)
        )

    def _retain_on_host(self, context: Context) -> list[str]:
        ti = context["ti"]
        names = BackupNames(
            database=self.database,
            schema=self.schema_name,
            moment=run_moment(context),
            generation=self.export["generation"],
            shape=self.shape,
        )
        removed, said = retain_on_host(
            names,
            folder=self.export["folder"],
            stores=self.stores,
            rules=self.host_retention,
            given_up=ti.xcom_pull(task_ids=self.retain_task_id, key=GIVEN_UP_KEY) or (),
            ssh_conn_id=self.ssh_conn_id,
            log=self.log,
        )
        ti.xcom_push(key=NOTES_KEY, value=said)
        return removed

    def _note(self, context: Context, notes: list[str]) -> None:
        """Leave sentences for the report."""
        for note in notes:
            self.log.warning("%s", note)
        if notes:
            context["ti"].xcom_push(key=NOTES_KEY, value=notes)

    def _remove_half_files(self, context: Context) -> list[str]:
        """Remove what a failed export has written so far."""
        if self._keeps(context):
            return []
        left = Leftovers.of(
            self.export, directory=self.directory, oracle_conn_id=self.oracle_conn_id
        )
        with export_host(self.ssh_conn_id, self.export).shell() as shell:
            return remove_half_files(left, shell=shell)

    def _keeps(self, context: Context) -> bool:
        return self.keep_dump or bool(run_param(context, "keep_dump", default=False))

    def _decide(self, context: Context, judgement: dict[str, Any]) -> tuple[list[str], bool]:
        dumps = [file["path"] for file in judgement.get("dump_files", ())]
        log_path = self.export["log_path"]
        if self._keeps(context):
            self.log.info("keep_dump: %s and its log stay on the host.", ", ".join(dumps))
            return [], bool(self.verification)
        if self.verification and self.host_retention:
            return [], True
        if self.verification:
            return [*dumps, log_path], True
        if judgement.get("verdict") == "failed":
            self.log.info("The export failed: its dump is of no use. The log stays: %s.", log_path)
            return [], False
        self.log.warning(
            "Not on the store, so it stays on the host: %s.", ", ".join(dumps) or log_path
        )
        return [], False

    def _remove(self, paths: Sequence[str]) -> list[str]:
        if not paths:
            return []
        script = build_remove(job=self.export["job"], paths=paths, remove_directory=False)
        with export_host(self.ssh_conn_id, self.export).shell() as shell:
            answers = parse_answers(shell.run(script, timeout_seconds=_TIMEOUT_SECONDS).stdout)
        removed = answers.get("removed", [])
        for path in removed:
            self.log.info("Removed %s from the host.", path)
        if kept := answers.get("kept"):
            raise HostError(
                f"The SSH user may not remove {', '.join(kept)} on {shell.host_label}.",
                hint="Give it the right to write to that folder, or remove them by hand.",
            )
        return removed
