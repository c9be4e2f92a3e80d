"""What of a backup stays on the Oracle host, and what goes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.remote_job.scripts import (
    JobState,
    build_list,
    build_remove,
    build_status,
    build_stop,
    parse_answers,
    parse_status,
)
from oracle_backup.domain.names import job_family
from oracle_backup.errors import HostError
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.steps import run_param, told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

_TIMEOUT_SECONDS = 120


class CleanUpOperator(BaseOperator):
    """
    Remove dump and log from the Oracle host once they are safe on the store.

    Runs whatever happened before. Removes files only where the archive was verified, or where
    the export failed and left no usable dump; else they are the only copy, and stay. The job's
    directory goes last, after the report has read the tool's output from it. An export of this
    run that still runs although its task has ended is stopped in the database.

    Succeeds also where there is nothing to do.

    :param schema_name: schema, as Oracle stores it.
    :param export: what ``DataPumpExportOperator`` returned, or None. (templated)
    :param verification: what ``VerifyOperator`` returned, or None. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param keep_dump: leave dump and log on the host in any case.
    :param export_task_id: task that may have left a job running.
    :param inspect_task_id: task whose judgement is asked for.

    :returns: XCom ``{"removed": [paths], "finished": whether nothing is left to fetch there}``
    :raises HostUnreachableError: the host did not answer. Retried.
    :raises HostError: a file can't be removed. Not retried.
    """

    template_fields: Sequence[str] = ("export", "verification")
    ui_color = "#eeeeee"

    def __init__(
        self,
        *,
        schema_name: str,
        export: Any,
        verification: Any,
        ssh_conn_id: str,
        keep_dump: bool = False,
        export_task_id: str = "export",
        inspect_task_id: str = "inspect",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.schema_name = schema_name
        self.export = export
        self.verification = verification
        self.ssh_conn_id = ssh_conn_id
        self.keep_dump = keep_dump
        self.export_task_id = export_task_id
        self.inspect_task_id = inspect_task_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Decide, say why, then remove."""
        with told_to_report(context):
            if not self.export:
                self._stop_what_nobody_follows(context)
                return {"removed": [], "finished": False}
            judgement = context["ti"].xcom_pull(task_ids=self.inspect_task_id, key=JUDGEMENT_KEY)
            paths, finished = self._decide(context, judgement or {})
            removed = self._remove(paths)
        return {"removed": removed, "finished": finished}

    def _stop_what_nobody_follows(self, context: Context) -> None:
        """
        Stop an export of this run that still runs although its task has ended.

        A task that is ended by hand in the second before the triggerer has taken it over is told
        to nobody who could stop its job.
        """
        run = context["dag_run"]
        states = context["ti"].get_task_states(
            dag_id=run.dag_id, task_ids=[self.export_task_id], run_ids=[run.run_id]
        )
        if states.get(run.run_id, {}).get(self.export_task_id) != "failed":
            self.log.info("No export was started, so there is nothing to remove.")
            return
        family = job_family(dag_id=run.dag_id, run_id=run.run_id, schema=self.schema_name)
        with OracleHostHook(self.ssh_conn_id).shell() as shell:
            listed = shell.run(build_list(prefix=family), timeout_seconds=_TIMEOUT_SECONDS)
            for job in parse_answers(listed.stdout).get("job", []):
                looked = shell.run(build_status(job=job), timeout_seconds=_TIMEOUT_SECONDS)
                if parse_status(looked.stdout.encode()).state is not JobState.RUNNING:
                    continue
                self.log.warning("Job %s still runs and its task has ended: stopping it.", job)
                script = build_stop(job=job, why="its task had ended")
                stopped = shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)
                if parse_answers(stopped.stdout).get("state") == ["running"]:
                    raise HostError(
                        f"Job {job} on {shell.host_label} can't be stopped.",
                        hint="Stop it in the database (KILL_JOB).",
                    )
        self.log.info("No export left anything to fetch, so there is nothing to remove.")

    def _decide(self, context: Context, judgement: dict[str, Any]) -> tuple[list[str], bool]:
        dumps = [file["path"] for file in judgement.get("dump_files", ())]
        log_path = self.export["log_path"]
        if self.keep_dump or run_param(context, "keep_dump", default=False):
            self.log.info("keep_dump: %s and its log stay on the host.", ", ".join(dumps))
            return [], bool(self.verification)
        if self.verification:
            return [*dumps, log_path], True
        if judgement.get("verdict") == "failed":
            self.log.info("The export failed: its dump is of no use. The log stays: %s.", log_path)
            return dumps, False
        self.log.warning(
            "Not on the store, so it stays on the host: %s.", ", ".join(dumps) or log_path
        )
        return [], False

    def _remove(self, paths: Sequence[str]) -> list[str]:
        if not paths:
            return []
        script = build_remove(job=self.export["job"], paths=paths, remove_directory=False)
        with OracleHostHook(self.ssh_conn_id).shell() as shell:
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
