"""How is one schema exported, once, whatever dies meanwhile?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.domain.lost_job import TRY_KEY, LogEnd, Step, log_end
from oracle_backup.domain.names import USUAL_SHAPE, NameShape
from oracle_backup.errors import ExportLostError
from oracle_backup.operators.export_end import (
    close,
    dispose,
    examine,
    follow,
    halt,
    note_client,
    replace,
    resume_halted,
    was_cleared,
)
from oracle_backup.operators.export_errors import gave_up_error, overdue_error, wait_error
from oracle_backup.operators.export_launch import begin
from oracle_backup.operators.export_record import (
    ExportPlan,
    build_result,
    claim_record,
    load_record,
    next_record,
    save_record,
)
from oracle_backup.operators.export_stall import (
    SECOND_LOOK_SECONDS,
    StallMail,
    is_suspected,
    is_told,
    look_at_moving,
    look_at_quiet,
)
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context


class DataPumpExportOperator(BaseOperator):
    """
    Export one Oracle schema with Data Pump or the legacy exp on the Oracle host.

    Starts the tool detached on the host, then defers: the export survives a lost connection and
    restarts of worker, triggerer and scheduler, and holds no worker slot. Its name is stored
    before it starts, and making its directory on the host is a lock: a retry finds the job by its
    name and follows it instead of starting a second one. Clearing an export that has ended starts
    the next generation of it, under its own name.

    Where the client ends in any odd way, the log and the database decide (``domain/lost_job.py``):
    a job that goes on is followed there; one that died with its instance is removed and started
    once more; one that somebody stopped on purpose is reported and left as it is. An export that
    stands still is told of by mail while it runs. What is stopped leaves no half dump files.

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
    :param options: further keyword arguments for ``ExportParameters``, and
        ``encryption_password_conn_id``, the connection that holds that password.
    :param shape: how dump set and log are called.
    :param max_duration: longest time the export may take; then it is stopped in the database.
    :param stall_after: time in which neither log nor dump files nor the job's own figures move,
        after which people are told.
    :param smtp_conn_id: SMTP connection for that mail, or None for none.
    :param to: its recipients.
    :param sender: its sender, or None for the connection's.
    :param timezone: zone in which its times are shown.
    :param language: of that mail, ``en`` or ``es``.
    :param poll_interval: seconds between two looks at first (default 2); they grow to 60.

    :returns: XCom ``{"job", "generation", "stem", "folder", "log_path", "dump_pattern", "tool",
        "exit_code", "started", "ended", "stopped", "snapshot_time", "snapshot_scn",
        "parameters", "notes"}``; the notes, sentences for the report, also under the key ``notes``,
        which is there also where the task fails. The exit code is None where the client died and
        the job was followed in the database.
    :raises HostUnreachableError: no connection to start or follow it. Retried.
    :raises DatabaseUnreachableError: the database did not answer when it had to be asked. Retried.
    :raises ExportLostError: it was told to stop and does not, or its record is gone. Retried.
    :raises ExportFailedError: it took too long, somebody stopped it on purpose, or it died twice.
        Not retried.
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
        options: Mapping[str, Any] | None = None,
        shape: NameShape = USUAL_SHAPE,
        max_duration: timedelta = timedelta(hours=24),
        stall_after: timedelta = timedelta(hours=2),
        poll_interval: float = 2.0,
        smtp_conn_id: str | None = None,
        to: Sequence[str] = (),
        sender: str | None = None,
        timezone: str = "UTC",
        language: str = "en",
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
        self.options = options
        self.shape = shape
        self.max_duration = max_duration
        self.stall_after = stall_after
        self.poll_interval = poll_interval
        self.smtp_conn_id = smtp_conn_id
        self.to = to
        self.sender = sender
        self.timezone = timezone
        self.language = language

    def execute(self, context: Context) -> None:
        """Start the job, or find it started; then wait for it in the triggerer."""
        # By this a trigger of an earlier try knows that it was cleared.
        context["ti"].xcom_push(key=TRY_KEY, value=context["ti"].try_number)
        with told_to_report(context):
            record = claim_record(context, ExportPlan.of(self))
            if record.get("halted"):
                record, goes_on = resume_halted(context, ExportPlan.of(self), record)
                if goes_on:
                    self._wait(record)
            record = begin(context, ExportPlan.of(self), record)
        self._wait(record)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on after an event of the trigger; where the export has ended, let it be judged."""
        with told_to_report(context):
            record = load_record(context)
            if record is None:
                raise ExportLostError(
                    f"Airflow has lost its record of job {event['job']}.",
                    hint="The next try looks for the job by its name.",
                )
            match event["status"]:
                case "quiet":
                    mail = StallMail(
                        smtp_conn_id=self.smtp_conn_id,
                        to=self.to,
                        sender=self.sender,
                        timezone=self.timezone,
                        language=self.language,
                    )
                    record = look_at_quiet(context, ExportPlan.of(self), record, event, mail=mail)
                    self._wait(record, event=event, offset=event["offset"])
                case "moving":
                    record = look_at_moving(context, record)
                    self._wait(record, event=event, offset=event["offset"])
                case "overdue":
                    record = dispose(
                        context, ExportPlan.of(self), record, why="it took longer than max_duration"
                    )
                    raise overdue_error(record, max_duration=self.max_duration)
                case "refused" | "unreachable":
                    raise wait_error(event, ssh_conn_id=self.ssh_conn_id)
            return self._end(context, note_client(context, record, event), event)

    def _end(
        self, context: Context, record: dict[str, Any], event: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Do what log and database say of an export whose client has ended."""
        plan = ExportPlan.of(self)
        if was_cleared(plan, record):
            self.log.info("Job %s was stopped as its task was cleared.", record["job"])
            following = next_record(context, plan, record, restarted=False)
            self._wait(begin(context, plan, following))
        decision, said = examine(plan, record)
        match decision.step:
            case Step.FOLLOW:
                self._wait(follow(context, record), event=event, offset=_log_offset(event))
            case Step.ASK_LATER:
                asked = save_record(context, record, source="log")
                self._wait(asked, event=event, offset=_log_offset(event))
            case Step.START_AGAIN:
                self._wait(begin(context, plan, replace(context, plan, record, decision)))
            case Step.STOPPED_ON_PURPOSE:
                # Not ended: a person decides in the database whether it goes on.
                raise halt(context, record, state=decision.view)
            case Step.GIVE_UP:
                dispose(context, plan, record, why="it had died")
                raise gave_up_error(record, decision)
        if is_told(record) and log_end(said) is LogEnd.GOOD:
            record = look_at_moving(context, record)
        record = close(context, plan, record, decision, said)
        result = build_result(record, event=event)
        self.log.info(
            "Job %s has ended, exit code %s. The verdict is the next task's.",
            result["job"],
            result["exit_code"],
        )
        return result

    def _wait(
        self, record: Mapping[str, Any], *, event: Mapping[str, Any] | None = None, offset: int = 0
    ) -> None:
        """Give the worker slot up until something happens to the job; never returns."""
        from oracle_backup.triggers.remote_job import RemoteJobTrigger

        quiet_seconds = (event or {}).get("quiet_seconds") or 0.0
        stall_after = self.stall_after.total_seconds()
        if is_suspected(record):
            stall_after = quiet_seconds + min(stall_after, SECOND_LOOK_SECONDS)
        self.defer(
            trigger=RemoteJobTrigger(
                ssh_conn_id=self.ssh_conn_id,
                machine=record.get("machine"),
                job=record["job"],
                deadline=record["deadline"],
                folder=record["folder"],
                stem=record["stem"],
                log_path=record["log_path"],
                oracle_conn_id=self.oracle_conn_id if self.tool == "expdp" else None,
                offset=offset,
                source=record.get("source", "output"),
                told_quiet=is_told(record),
                quiet_seconds=quiet_seconds,
                poll_interval=self.poll_interval,
                stall_after=stall_after,
            ),
            method_name="execute_complete",
        )


def _log_offset(event: Mapping[str, Any]) -> int:
    """
    Return from which byte of the server's log on the task's log goes on.

    The log holds what the client printed, after a longer head: so a little is said twice, and
    nothing is left out.
    """
    return min(int(event["offset"] or 0), int(event["log_bytes"] or 0))
