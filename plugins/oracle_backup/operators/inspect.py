"""What did the export really do?"""

from __future__ import annotations

import posixpath
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.domain.codes import Severity
from oracle_backup.domain.names import is_dump_of
from oracle_backup.domain.table_figures import tables_and_codes
from oracle_backup.domain.verdict import DumpFile, Judgement, Verdict, VerdictRules, judge
from oracle_backup.errors import ExportFailedError, LogNotUnderstoodError, StatementError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import export_host
from oracle_backup.operators.export_look import read_export_log
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import Shell
    from oracle_backup.domain.log import ExportLog

JUDGEMENT_KEY = "judgement"
"""XCom key under which the report finds the verdict, also where the task failed."""

_TABLE_TYPES = {"TABLE", "TABLE_DATA", "SCHEMA_EXPORT"}
"""Excluding one of these leaves tables or their rows out on purpose."""
_CREATED_MARGIN = timedelta(minutes=1)
"""A table made about when the snapshot was taken may or may not be in it."""


class InspectOperator(BaseOperator):
    """
    Judge an export by its log, its exit code and the files that are there.

    Reads only. The log's end line is trusted before the exit code, as Data Pump's clients die
    and mislead; what is not understood counts as failed. A table that the schema had at the
    snapshot and that has no row line makes the export incomplete, by name.

    Succeeds with ``complete`` and with ``incomplete``: an incomplete export is archived too, and
    makes the run red later, in ``RetainOperator``.

    :param schema_name: schema, as Oracle stores it.
    :param export: what ``DataPumpExportOperator`` returned. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param oracle_conn_id: Oracle connection, asked which tables the schema had.
    :param tolerate: codes that leave an export complete, beside the known harmless ones.
    :param warning_phrases: text in the log that makes a verdict incomplete.
    :param error_phrases: text in the log that makes a verdict failed.

    :returns: XCom ``{"verdict", "reasons", "warnings", "codes", "dump_files": [{"path",
        "size_bytes"}], "log_path", "log_size_bytes", "tables", "rows", "biggest": [{"table",
        "rows", "size_bytes"}], "troubled": [{"table", "code", "causes"}], "troubled_count",
        "telling_codes"}``, of tables the first ten; the same under the key ``judgement``, which is
        there also where the task fails.
    :raises ExportFailedError: the verdict is ``failed``. Not retried.
    :raises LogNotUnderstoodError: the verdict is ``unknown``. Not retried.
    :raises HostUnreachableError, DatabaseUnreachableError: no connection. Retried.
    """

    template_fields: Sequence[str] = ("export",)
    ui_color = "#f5e6c8"

    def __init__(
        self,
        *,
        schema_name: str,
        export: Any,
        ssh_conn_id: str,
        oracle_conn_id: str,
        tolerate: Sequence[str] = (),
        warning_phrases: Sequence[str] = (),
        error_phrases: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.schema_name = schema_name
        self.export = export
        self.ssh_conn_id = ssh_conn_id
        self.oracle_conn_id = oracle_conn_id
        self.tolerate = tolerate
        self.warning_phrases = warning_phrases
        self.error_phrases = error_phrases

    def execute(self, context: Context) -> dict[str, Any]:
        """Read log and files, judge, and fail where there is nothing to archive."""
        with told_to_report(context):
            with export_host(self.ssh_conn_id, self.export).shell() as shell:
                phrases = (*self.warning_phrases, *self.error_phrases)
                log = read_export_log(shell, self.export, phrases=phrases)
                files = self._find_files(shell, log)
                log_size = shell.stat([self.export["log_path"]])[self.export["log_path"]]
            judgement = judge(
                log,
                exit_code=self.export["exit_code"],
                dump_files=files,
                rules=self._rules(expected_tables=self._expected_tables()),
            )
            found = self._found(log, judgement, files, log_size)
            context["ti"].xcom_push(key=JUDGEMENT_KEY, value=found)
            self._say(log, judgement)
            self._raise_if_useless(judgement)
        return found

    def _find_files(self, shell: Shell, log: ExportLog) -> list[DumpFile]:
        folder, stem = self.export["folder"], self.export["stem"]
        names = {posixpath.basename(path) for path in log.dump_files}
        if self.export["tool"] == "exp":
            # exp prints no list; it writes the one file it was told.
            names.add(self.export["dump_pattern"])
        # Only names this run has given away are its files, whatever a log says.
        paths = sorted(posixpath.join(folder, name) for name in names if is_dump_of(stem, name))
        sizes = shell.stat(paths)
        return [DumpFile(path=path, size_bytes=sizes[path]) for path in paths]

    def _expected_tables(self) -> frozenset[tuple[str, str]] | None:
        """
        Return the tables that must be in the dump, or None where that can't be known.

        Only Data Pump names each table, and only with a change number read beforehand is it known
        which tables there were. What was left out on purpose is not missing.
        """
        parameters = self.export["parameters"]
        excluded = {kind.partition("/")[0] for kind in parameters.get("exclude", ())}
        no_rows = excluded & _TABLE_TYPES or parameters.get("content") == "metadata_only"
        if self.export["snapshot_scn"] is None or no_rows:
            return None
        left_out = {(self.schema_name, name) for name in parameters.get("exclude_tables", ())}
        snapshot_time = datetime.fromisoformat(self.export["snapshot_time"])
        with OracleDatabaseHook(self.oracle_conn_id).database() as database:
            try:
                # By the database's own clock, whose seconds are about as true as change numbers.
                age = database.snapshot().time - snapshot_time + _CREATED_MARGIN
                return database.tables(self.schema_name, older_than=age) - left_out
            except StatementError as error:
                self.log.warning("The dump's tables were not compared with the schema's: %s", error)
                return None

    def _rules(self, *, expected_tables: frozenset[tuple[str, str]] | None) -> VerdictRules:
        return VerdictRules(
            expected_tables=expected_tables,
            tolerate=tuple(self.tolerate),
            warning_phrases=tuple(self.warning_phrases),
            error_phrases=tuple(self.error_phrases),
        )

    def _found(
        self,
        log: ExportLog,
        judgement: Judgement,
        files: Sequence[DumpFile],
        log_size: int | None,
    ) -> dict[str, Any]:
        return {
            **judgement.to_dict(),
            "dump_files": [
                {"path": file.path, "size_bytes": file.size_bytes}
                for file in files
                if file.size_bytes is not None
            ],
            "log_path": self.export["log_path"],
            "log_size_bytes": log_size,
            "tables": log.table_count,
            "rows": log.row_count,
            **tables_and_codes(log, tolerate=self.tolerate),
        }

    def _say(self, log: ExportLog, judgement: Judgement) -> None:
        self.log.info(
            "Verdict %s: %d tables with %d rows.",
            judgement.verdict.value,
            log.table_count,
            log.row_count,
        )
        for reason in judgement.reasons:
            self.log.info("  because: %s", reason)
        for warning in judgement.warnings:
            self.log.warning("%s", warning)

    def _raise_if_useless(self, judgement: Judgement) -> None:
        if judgement.verdict in {Verdict.COMPLETE, Verdict.INCOMPLETE}:
            return
        failed = judgement.verdict is Verdict.FAILED
        reasons = " ".join(judgement.reasons)
        raise (ExportFailedError if failed else LogNotUnderstoodError)(
            f"The export's verdict is {judgement.verdict.value}: {reasons}",
            hint=f"{_todo(judgement)} Then clear the export task to run it again.",
        )


def _todo(judgement: Judgement) -> str:
    """Return what is to be done about what ended the export: the causes under it, if there are."""
    grave = (Severity.FATAL, Severity.DETAIL, Severity.LOSS)
    todos = [one.todo for kind in grave for one in judgement.codes if one.severity is kind]
    return " ".join(dict.fromkeys(todos[:3])) or "Mend that."
