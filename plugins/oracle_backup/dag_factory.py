"""
From the settings of one schema to its backup DAG.

Read `build_backup_dag` from top to bottom: it is the picture in the README.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    DAG,
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
)

from oracle_backup.domain import names
from oracle_backup.domain.retention import RetentionPolicy
from oracle_backup.errors import RETRIED, BackupError
from oracle_backup.notifications.unreported import mail_unreported
from oracle_backup.operators.archive import ArchiveOperator
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.export import DataPumpExportOperator
from oracle_backup.operators.inspect import InspectOperator
from oracle_backup.operators.preflight import PreflightOperator
from oracle_backup.operators.refuse import RefuseOperator
from oracle_backup.operators.report import ReportOperator
from oracle_backup.operators.retain import RetainOperator
from oracle_backup.operators.verify import VerifyOperator
from oracle_backup.operators.watcher import WatcherOperator

if TYPE_CHECKING:
    from oracle_backup.config.entries import BrokenSchema
    from oracle_backup.config.load import Config
    from oracle_backup.config.model import RetentionSettings, SchemaSettings

STEPS = ("preflight", "export", "inspect", "archive", "verify", "retain", "clean_up")
"""The steps a report tells about, in order."""

NLS_LANG = "AMERICAN_AMERICA.AL32UTF8"
"""English messages, and no letter lost: other languages are read too, but not asked for."""

_RETRY_DELAY = timedelta(minutes=2)
_SHORT = timedelta(minutes=30)
_LONG = timedelta(hours=24)


def build_dags(config: Config) -> list[DAG]:
    """Given the config, return a DAG for each schema in it, wrong ones included."""
    return [
        *(build_backup_dag(settings) for settings in config.schemas if settings.enabled),
        *(build_broken_dag(broken, path=str(config.path)) for broken in config.broken),
    ]


def build_backup_dag(settings: SchemaSettings) -> DAG:
    """Given a schema's settings, return its backup DAG."""
    s = settings
    target = {"database": s.database, "schema_name": s.schema_name}
    store = {"sftp_conn_id": s.store.conn_id, "store_path": s.store.path}
    with DAG(
        dag_id=names.dag_id(database=s.database, schema=s.schema_name),
        description=f"Backs up schema {s.schema_name} of {s.database}.",
        doc_md=_describe(s),
        tags=["oracle", "backup", s.database],
        schedule=_timetable(s),
        catchup=False,
        max_active_runs=1,
        on_failure_callback=mail_unreported(
            **target,
            smtp_conn_id=s.mail.conn_id,
            to=s.mail.to,
            sender=s.mail.sender,
            timezone=s.timezone,
            steps=STEPS,
        ),
        params=_params(),
        default_args=_default_args(retries=s.retries),
    ) as dag:
        preflight = PreflightOperator(
            task_id="preflight",
            **target,
            **store,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            tool=s.export.tool,
            oracle_home=s.environment.oracle_home,
            directory=s.export.directory,
            export_path=s.export.path if s.export.tool == "exp" else None,
            container=s.environment.container,
            start_late_limit=s.start_late_limit,
            execution_timeout=_SHORT,
        )
        export = DataPumpExportOperator(
            task_id="export",
            **target,
            preflight=preflight.output,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            environment=_environment(s),
            tool=s.export.tool,
            directory=s.export.directory,
            login_method=s.login.method,
            connect_identifier=s.login.connect_identifier,
            consistent=s.export.consistent,
            exclude=s.export.exclude,
            parallel=s.export.parallel,
            file_size=s.export.file_size,
            max_duration=s.export.max_duration,
            stall_after=s.export.stall_after,
            execution_timeout=_SHORT,
        )
        inspect = InspectOperator(
            task_id="inspect",
            schema_name=s.schema_name,
            export=export.output,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            tolerate=s.export.tolerate,
            warning_phrases=s.export.warning_phrases,
            error_phrases=s.export.error_phrases,
            execution_timeout=_SHORT,
        )
        archive = ArchiveOperator(
            task_id="archive",
            **target,
            **store,
            preflight=preflight.output,
            export=export.output,
            inspection=inspect.output,
            ssh_conn_id=s.host_conn_id,
            level=s.archive.level,
            password_conn_id=s.archive.password_conn_id,
            threads=s.archive.threads,
            warn_rows_drop=s.export.warn_rows_drop,
            execution_timeout=_LONG,
        )
        verify = VerifyOperator(
            task_id="verify",
            **store,
            archive=archive.output,
            password_conn_id=s.archive.password_conn_id,
            outlets=[backup_asset(s)],
            execution_timeout=_LONG,
        )
        retain = RetainOperator(
            task_id="retain",
            **target,
            **store,
            folder=f"{s.database}/{names.name_token(s.schema_name)}",
            inspection=inspect.output,
            policy=_policy(s.retention),
            timezone=s.timezone,
            execution_timeout=_SHORT,
        )
        clean_up = CleanUpOperator(
            task_id="clean_up",
            schema_name=s.schema_name,
            export=export.output,
            verification=verify.output,
            ssh_conn_id=s.host_conn_id,
            keep_dump=s.keep_dump,
            execution_timeout=_SHORT,
        ).as_teardown()
        report = ReportOperator(
            task_id="report",
            **target,
            ssh_conn_id=s.host_conn_id,
            smtp_conn_id=s.mail.conn_id,
            to=s.mail.to,
            sender=s.mail.sender,
            when=s.mail.when,
            timezone=s.timezone,
            steps=STEPS,
            execution_timeout=_SHORT,
        ).as_teardown()
        watcher = WatcherOperator(
            task_id="watcher", steps=(*STEPS, "report"), execution_timeout=_SHORT
        ).as_teardown(on_failure_fail_dagrun=True)

        verify >> retain >> clean_up >> report
        # Each step by itself: a step that never ran because of another says nothing new.
        steps = [preflight, export, inspect, archive, verify, retain, clean_up]
        steps >> report
        [*steps, report] >> watcher
    return dag


def backup_asset(settings: SchemaSettings) -> Asset:
    """Return the asset that each verified backup of a schema updates, for others to wait for."""
    token = names.name_token(settings.schema_name)
    return Asset(
        name=f"oracle-backup/{settings.database}/{token}",
        uri=f"oracle-backup://{settings.database}/{token}",
        group="oracle_backup",
    )


def build_broken_dag(broken: BrokenSchema, *, path: str) -> DAG:
    """Given a schema whose settings are wrong, return a DAG that fails with the reasons."""
    with DAG(
        dag_id=f"{names.DAG_PREFIX}{broken.key}",
        description="Not backed up: its settings are wrong.",
        doc_md="\n".join(
            [
                f"**Not backed up.** `{path}` has problems:",
                "",
                *(f"- `{problem.replace('`', chr(39))}`" for problem in broken.problems),
            ]
        ),
        tags=["oracle", "backup", "broken"],
        # It fails each day, so that nobody can miss it.
        schedule=CronTriggerTimetable("0 2 * * *", timezone="UTC", run_immediately=False),
        catchup=False,
        max_active_runs=1,
        default_args=_default_args(retries=0),
    ) as dag:
        RefuseOperator(
            task_id="refuse",
            database=broken.database,
            schema_name=broken.schema,
            problems=broken.problems,
            path=path,
            execution_timeout=_SHORT,
        )
    return dag


def _timetable(settings: SchemaSettings) -> CronTriggerTimetable | None:
    if settings.schedule is None:
        return None
    # No start date and no run at once: unpausing a DAG at noon starts no export at noon.
    return CronTriggerTimetable(
        settings.schedule, timezone=settings.timezone, run_immediately=False
    )


def _default_args(*, retries: int) -> dict[str, Any]:
    return {
        "owner": "oracle-backup",
        "retries": retries,
        "retry_delay": _RETRY_DELAY,
        "retry_policy": ExceptionRetryPolicy(
            rules=[
                *(RetryRule(exception=kind, action=RetryAction.RETRY) for kind in RETRIED),
                RetryRule(exception=BackupError, action=RetryAction.FAIL),
            ]
        ),
    }


def _params() -> dict[str, Param]:
    return {
        "pin": Param(
            default=False,
            type="boolean",
            title="Pin",
            description="Keep this backup for ever, whatever retention says.",
        ),
        "note": Param(
            default=None,
            type=["null", "string"],
            maxLength=500,
            title="Note",
            description="Kept in the manifest and shown in the report.",
        ),
        "keep_dump": Param(
            default=False,
            type="boolean",
            title="Keep the dump on the host",
            description="Leave dump and log where Data Pump wrote them.",
        ),
    }


def _environment(settings: SchemaSettings) -> dict[str, str | None]:
    """Return the tool's environment: said in full, so that no profile of the host matters."""
    place = settings.environment
    return {
        "ORACLE_HOME": place.oracle_home,
        "ORACLE_SID": place.oracle_sid,
        "TNS_ADMIN": place.tns_admin,
        "ORACLE_PDB_SID": place.pdb,
        "TWO_TASK": None,
        "NLS_LANG": NLS_LANG,
        "LD_LIBRARY_PATH": f"{place.oracle_home}/lib",
    }


def _policy(retention: RetentionSettings) -> RetentionPolicy:
    return RetentionPolicy(
        last=retention.keep_last or 0,
        hourly=retention.keep_hourly or 0,
        daily=retention.keep_daily or 0,
        weekly=retention.keep_weekly or 0,
        monthly=retention.keep_monthly or 0,
        yearly=retention.keep_yearly or 0,
        within=retention.keep_within,
    )


def _describe(settings: SchemaSettings) -> str:
    s = settings
    when = f"`{s.schedule}` ({s.timezone})" if s.schedule else "only when triggered by hand"
    secret = "encrypted (AES-256)" if s.archive.password_conn_id else "not encrypted"
    return "\n".join(
        [
            f"Backs up schema **{s.schema_name}** of database **{s.database}**.",
            "",
            f"- Runs: {when}",
            f"- Exported with: `{s.export.tool}`, "
            f"{'one consistent instant' if s.export.consistent else 'each table by itself'}",
            f"- Sent to: `{s.store.path}` (connection `{s.store.conn_id}`), {secret}",
            f"- Keeps: {_policy(s.retention).in_words()}",
            f"- Report to: {', '.join(s.mail.to)}",
            "",
            "How to get data back: `docs/how-to/restore.md`.",
        ]
    )
