"""How is one schema exported, once, whatever dies meanwhile?"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.remote_job.scripts import (
    JobSpec,
    JobState,
    JobStatus,
    build_start,
    build_status,
    parse_answers,
    parse_status,
)
from oracle_backup.domain.names import BackupNames, job_name
from oracle_backup.domain.parameter_file import (
    ExportParameters,
    render_attach,
    render_data_pump,
    render_legacy,
)
from oracle_backup.errors import (
    ExportFailedError,
    ExportLostError,
    HostError,
    HostUnreachableError,
    LoginRejectedError,
    StatementError,
)
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.operators.steps import run_moment, told_to_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import Shell

_SCRIPT_TIMEOUT_SECONDS = 60
_STOP_PATIENCE_SECONDS = 120
_RECORD_KEY = "export"
_OWN_KEYS = {"ended", "deadline", "stored"}
"""What of the record is of use to this task only."""
_RECORD_FRESH = timedelta(minutes=10)
"""A snapshot older than this is no longer what a new export should show."""
_RECORD_KEPT = timedelta(days=90)
"""Longer than anybody clears an old run; without it a cleared export would be generation 1."""


class DataPumpExportOperator(BaseOperator):
    """
    Export one Oracle schema with Data Pump or the legacy exp on the Oracle host.

    Starts the tool detached on the host, then defers: the export survives a lost connection and
    restarts of worker, triggerer and scheduler, and holds no worker slot. Its name is stored
    before it starts, and making its directory on the host is a lock: a retry finds the job by its
    name and follows it instead of starting a second one. Clearing an export that has ended starts
    the next generation of it, under its own name.

    Succeeds when the tool has ended, well or not: ``InspectOperator`` judges what it wrote.

    :param database: the database's name in the config.
    :param schema_name: schema to export, as Oracle stores it.
    :param preflight: what ``PreflightOperator`` returned. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param oracle_conn_id: Oracle connection; also the tool's login with ``password``.
    :param tool: ``expdp`` or ``exp``.
    :param directory: directory object (expdp).
    :param login_method: ``password``, ``wallet`` or ``os``.
    :param connect_identifier: what follows the ``@`` of the login, or None.
    :param environment: variables for the tool; None unsets one. ``ORACLE_HOME`` must be there.
    :param consistent: export one instant; its change number is read first and recorded.
    :param exclude: object types to leave out.
    :param parallel: worker processes of Data Pump.
    :param file_size: largest size of a dump file, as in ``5G``, or None.
    :param max_duration: longest time the export may take; then it is stopped in the database.
    :param stall_after: time without output after which the log warns.
    :param poll_interval: seconds between two looks at first (default 2); they grow to 60.

    :returns: XCom ``{"job", "generation", "stem", "folder", "log_path", "dump_pattern", "tool",
        "exit_code", "started", "ended", "stopped", "snapshot_time", "snapshot_scn",
        "parameters"}``
    :raises HostUnreachableError: no connection to start or follow it. Retried.
    :raises ExportLostError: its process is gone, and the database still runs it. Retried.
    :raises ExportFailedError: it was stopped for taking too long. Not retried.
    """

    template_fields: Sequence[str] = ("preflight",)
    ui_color = "#f5e6c8"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        preflight: Any,
        ssh_conn_id: str,
        oracle_conn_id: str,
        environment: Mapping[str, str | None],
        tool: str = "expdp",
        directory: str | None = None,
        login_method: str = "password",
        connect_identifier: str | None = None,
        consistent: bool = True,
        exclude: Sequence[str] = (),
        parallel: int = 1,
        file_size: str | None = None,
        max_duration: timedelta = timedelta(hours=24),
        stall_after: timedelta = timedelta(hours=2),
        poll_interval: float = 2.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.preflight = preflight
        self.ssh_conn_id = ssh_conn_id
        self.oracle_conn_id = oracle_conn_id
        self.environment = environment
        self.tool = tool
        self.directory = directory
        self.login_method = login_method
        self.connect_identifier = connect_identifier
        self.consistent = consistent
        self.exclude = exclude
        self.parallel = parallel
        self.file_size = file_size
        self.max_duration = max_duration
        self.stall_after = stall_after
        self.poll_interval = poll_interval

    def execute(self, context: Context) -> None:
        """Start the job, or find it started; then wait for it in the triggerer."""
        from oracle_backup.triggers.remote_job import RemoteJobTrigger

        with told_to_report(context):
            record = self._start(context)
        self.defer(
            trigger=RemoteJobTrigger(
                ssh_conn_id=self.ssh_conn_id,
                job=record["job"],
                deadline=record["deadline"],
                poll_interval=self.poll_interval,
                stall_after=self.stall_after.total_seconds(),
            ),
            method_name="execute_complete",
        )

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Say what the wait ended with; leave the judging to the next task."""
        with told_to_report(context):
            record = context["task_state_store"].get(_RECORD_KEY)
            if not isinstance(record, dict):
                raise ExportLostError(
                    f"Airflow has lost its record of job {event['job']}.",
                    hint="The next try looks for the job by its name.",
                )
            status = event["status"]
            if status == "lost":
                self._look_for_the_job(event)
            if status in {"ended", "lost", "overdue"}:
                # From here on a cleared task is a wish for a new export.
                self._store(context, {**record, "ended": True})
            if status not in {"ended", "lost"}:
                raise self._error(event)
        self.log.info(
            "Job %s ended with exit code %s. The verdict is the next task's.",
            event["job"],
            event["exit_code"],
        )
        return {
            **{
                key: value
                for key, value in record.items()
                if key not in {"ended", "deadline", "stored"}
            },
            **{key: event[key] for key in ("exit_code", "started", "ended", "stopped")},
        }

    def _claim(self, context: Context) -> dict[str, Any]:
        """Return the record of this run's export; it is stored before anything starts."""
        stored = context["task_state_store"].get(_RECORD_KEY)
        if isinstance(stored, dict) and not stored["ended"]:
            self.log.info("Job %s was begun before: looking for it.", stored["job"])
            return stored
        generation = stored["generation"] + 1 if isinstance(stored, dict) else 1
        record = self._new_record(context, generation=generation)
        self._store(context, record)
        return record

    def _store(self, context: Context, record: dict[str, Any]) -> None:
        context["task_state_store"].set(_RECORD_KEY, record, retention=_RECORD_KEPT)

    def _new_record(self, context: Context, *, generation: int) -> dict[str, Any]:
        run = context["dag_run"]
        names = BackupNames(
            database=self.database,
            schema=self.schema_name,
            moment=run_moment(context),
            generation=generation,
        )
        snapshot_time, scn = self._snapshot()
        folder = self.preflight["folder"]
        return {
            "job": job_name(
                dag_id=run.dag_id, run_id=run.run_id, schema=self.schema_name, generation=generation
            ),
            "generation": generation,
            "stem": names.stem,
            "folder": folder,
            "log_path": f"{folder.rstrip('/')}/{names.log}",
            "dump_pattern": names.dump_pattern if self.tool == "expdp" else names.dump,
            "tool": self.tool,
            "snapshot_time": snapshot_time.isoformat(),
            "snapshot_scn": scn,
            "parameters": {
                "tool": self.tool,
                "directory": self.directory,
                "consistent": self.consistent,
                "exclude": list(self.exclude),
                "parallel": self.parallel,
                "file_size": self.file_size,
            },
            "stored": datetime.now(UTC).isoformat(),
            "deadline": (datetime.now(UTC) + self.max_duration).isoformat(),
            "ended": False,
        }

    def _snapshot(self) -> tuple[datetime, int | None]:
        """Return the instant the data will show, and its change number where it may be read."""
        if not self.consistent or self.tool != "expdp":
            return datetime.now(UTC), None
        with OracleDatabaseHook(self.oracle_conn_id).database() as database:
            try:
                snapshot = database.snapshot()
            except StatementError as error:
                self.log.warning("%s The snapshot is the export's start instead.", error)
                return datetime.now(UTC), None
        self.log.info("The data will be as of %s, SCN %d.", snapshot.time, snapshot.scn)
        return snapshot.time, snapshot.scn

    def _start(self, context: Context) -> dict[str, Any]:
        """Start the job unless it was started before; return its record."""
        record = self._claim(context)
        with OracleHostHook(self.ssh_conn_id).shell() as shell:
            record = self._renewed(context, shell, record)
            if not self._launch(shell, record) and self._was_stopped(shell, record["job"]):
                # Somebody ended the task and cleared it: that asks for another export.
                self.log.info("Job %s was stopped on purpose: starting the next.", record["job"])
                self._store(context, {**record, "ended": True})
                record = self._claim(context)
                self._launch(shell, record)
        return record

    def _renewed(self, context: Context, shell: Shell, record: dict[str, Any]) -> dict[str, Any]:
        """
        Return the record, anew where it is old and its job was never started.

        Its snapshot and its deadline were set when it was stored. A try that reached no host may
        be followed by the next one a day later.
        """
        age = datetime.now(UTC) - datetime.fromisoformat(record["stored"])
        if age < _RECORD_FRESH:
            return record
        status = self._look(shell, record["job"])
        if status.state not in {JobState.ABSENT, JobState.PREPARED}:
            return record
        self.log.info("Job %s was never started: its snapshot is taken anew.", record["job"])
        renewed = self._new_record(context, generation=record["generation"])
        self._store(context, renewed)
        return renewed

    def _look(self, shell: Shell, job: str) -> JobStatus:
        done = shell.run(build_status(job=job), timeout_seconds=_SCRIPT_TIMEOUT_SECONDS)
        return parse_status(done.stdout.encode())

    def _launch(self, shell: Shell, record: dict[str, Any]) -> bool:
        """Start the job; return whether it was this call that made it."""
        parameters = self._parameters(record)
        legacy = self.tool == "exp"
        spec = JobSpec(
            job=record["job"],
            tool=f"{self.environment['ORACLE_HOME']}/bin/{self.tool}",
            environment=self.environment,
            parameter_file=render_legacy(parameters) if legacy else render_data_pump(parameters),
            attach_file=None if legacy else render_attach(parameters),
        )
        done = shell.run(build_start(spec), timeout_seconds=_SCRIPT_TIMEOUT_SECONDS)
        answers = parse_answers(done.stdout)
        if "directory" not in answers:
            raise HostError(
                f"The Oracle host {shell.host_label} did not start the export; it said: "
                f"{done.stderr.strip()[-500:] or 'nothing'}.",
                hint="Check the SSH user's shell and home directory.",
            )
        created = answers["created"] == ["yes"]
        verb = "Started" if created else "Found"
        self.log.info("%s job %s in %s.", verb, record["job"], answers["directory"][0])
        return created

    def _was_stopped(self, shell: Shell, job: str) -> bool:
        """Return whether the job was stopped on purpose; wait for its end if so."""
        give_up = time.monotonic() + _STOP_PATIENCE_SECONDS
        while True:
            status = self._look(shell, job)
            if status.stopped is None or status.state is not JobState.RUNNING:
                return status.stopped is not None
            if time.monotonic() > give_up:
                raise ExportLostError(
                    f"Job {job} was stopped, and still runs after {_STOP_PATIENCE_SECONDS} s.",
                    hint="Stop it in the database (KILL_JOB), then clear the task.",
                )
            time.sleep(2)

    def _parameters(self, record: dict[str, Any]) -> ExportParameters:
        login = OracleDatabaseHook(self.oracle_conn_id).login(
            method=self.login_method, connect_identifier=self.connect_identifier
        )
        legacy = self.tool == "exp"
        return ExportParameters(
            schema=self.schema_name,
            directory=record["folder"] if legacy else (self.directory or ""),
            dump_file=record["dump_pattern"],
            log_file=record["log_path"].rpartition("/")[2],
            job_name=record["job"],
            login=login,
            consistent=self.consistent,
            flashback_scn=record["snapshot_scn"],
            exclude=tuple(self.exclude),
            parallel=self.parallel,
            file_size=self.file_size,
        )

    def _look_for_the_job(self, event: dict[str, Any]) -> None:
        """Raise where the database still runs a job whose client is gone; else let it be judged."""
        view = None
        if self.tool == "expdp":
            with OracleDatabaseHook(self.oracle_conn_id).database() as database:
                view = database.job(event["job"])
        if view is not None:
            raise ExportLostError(
                f"The client of job {event['job']} is gone, and the database shows the job as "
                f"{view.state}.",
                hint="It is looked at again with the next try. To give it up, stop it in the "
                "database (KILL_JOB), then clear the task.",
            )
        self.log.warning(
            "The process of job %s is gone without an exit code, and the database runs no such "
            "job. Its log decides.",
            event["job"],
        )

    def _error(self, event: dict[str, Any]) -> HostError | ExportFailedError:
        job = event["job"]
        if event["status"] == "overdue":
            return ExportFailedError(
                f"Job {job} took longer than {self.max_duration} and was stopped in the database.",
                hint="Raise export.max_duration, or find out what slowed it down: its log is "
                "above.",
            )
        if event["status"] == "refused":
            return LoginRejectedError(
                f"The Oracle host refused the connection {self.ssh_conn_id!r} while job {job} "
                f"ran: {event['message']}.",
                hint="Mend the connection, then clear the task: the job is found again.",
            )
        return HostUnreachableError(
            f"The Oracle host did not answer for so long that the wait for job {job} was given "
            f"up: {event['message']}.",
            hint="The job was not touched; the next try finds it again.",
        )
