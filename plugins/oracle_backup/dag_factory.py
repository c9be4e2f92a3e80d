"""
From the settings of one schema to its backup DAG.

Read `build_backup_dag` from top to bottom: it is the picture in the README.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, CronTriggerTimetable

from oracle_backup.config.expected_age import expected_age
from oracle_backup.dag_parts import (
    backup_asset,
    default_args,
    describe,
    form,
    host_rules,
    store_places,
    timetable,
    tool_environment,
)
from oracle_backup.domain import names
from oracle_backup.notifications.deadline import late_alert
from oracle_backup.notifications.unreported import mail_unreported
from oracle_backup.operators.archive import ArchiveOperator
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.export import DataPumpExportOperator
from oracle_backup.operators.inspect import InspectOperator
from oracle_backup.operators.preflight import PreflightOperator
from oracle_backup.operators.refuse import RefuseOperator
from oracle_backup.operators.report import ReportOperator
from oracle_backup.operators.retain import RetainOperator
from oracle_backup.operators.run_records import runs_asset
from oracle_backup.operators.verify import VerifyOperator
from oracle_backup.operators.watcher import WatcherOperator

if TYPE_CHECKING:
    from oracle_backup.config.entries import BrokenSchema
    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

STEPS = ("preflight", "export", "inspect", "archive", "verify", "retain", "clean_up")
"""The steps a report tells about, in order."""

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
    stores = store_places(s)
    with DAG(
        dag_id=names.dag_id(database=s.database, schema=s.schema_name),
        description=f"Backs up schema {s.schema_name} of {s.database}.",
        doc_md=describe(s),
        tags=["oracle", "backup", s.database],
        schedule=timetable(s),
        catchup=False,
        max_active_runs=1,
        on_failure_callback=mail_unreported(
            **target,
            smtp_conn_id=s.mail.conn_id,
            to=s.mail.told_of("failed"),
            sender=s.mail.sender,
            timezone=s.timezone,
            steps=STEPS,
            subject=s.mail.subject,
            message=s.mail.message,
            host_name=s.host_name,
            language=s.mail.language,
            heartbeat=s.ping_url is not None,
        ),
        deadline=late_alert(
            **target,
            smtp_conn_id=s.mail.conn_id,
            to=s.mail.told_of("failed"),
            sender=s.mail.sender,
            timezone=s.timezone,
            language=s.mail.language,
            deadline=s.deadline,
        ),
        params=form(),
        default_args=default_args(retries=s.retries, retry_delay=s.retry_delay),
    ) as dag:
        preflight = PreflightOperator(
            task_id="preflight",
            **target,
            stores=stores,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            tool=s.export.tool,
            oracle_home=s.environment.oracle_home,
            directory=s.export.directory,
            export_path=s.export.path if s.export.tool == "exp" else None,
            container=s.environment.container,
            heartbeat=s.ping_url is not None,
            login_method=s.login.method,
            consistent=s.export.consistent,
            parallel=s.export.parallel,
            file_size=s.export.file_size,
            options=s.export_options(),
            licensed=s.licensed,
            shape=s.name_shape,
            # What stays there on purpose is nothing to warn of.
            keep_dump=s.keep_dump or s.host_retention is not None,
            start_late_limit=s.start_late_limit,
            missed=s.missed,
            timezone=s.timezone,
            # Of several missed runs one exports the data of now: each has to see the others.
            max_active_tis_per_dag=1,
            execution_timeout=_SHORT,
        )
        export = DataPumpExportOperator(
            task_id="export",
            **target,
            preflight=preflight.output,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            environment=tool_environment(s),
            tool=s.export.tool,
            directory=s.export.directory,
            login_method=s.login.method,
            connect_identifier=s.login.connect_identifier,
            consistent=s.export.consistent,
            exclude=s.export.exclude,
            parallel=s.export.parallel,
            file_size=s.export.file_size,
            options=s.export_options(),
            shape=s.name_shape,
            max_duration=s.export.max_duration,
            stall_after=s.export.stall_after,
            smtp_conn_id=s.mail.conn_id,
            to=s.mail.told_of("failed"),
            sender=s.mail.sender,
            timezone=s.timezone,
            language=s.mail.language,
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
            stores=stores,
            preflight=preflight.output,
            export=export.output,
            inspection=inspect.output,
            ssh_conn_id=s.host_conn_id,
            shape=s.name_shape,
            level=s.archive.level,
            password_conn_id=s.archive.password_conn_id,
            threads=s.archive.threads,
            encoder=s.archive.encoder,
            compress_on=s.archive.compress_on,
            warn_rows_drop=s.export.warn_rows_drop,
            execution_timeout=_LONG,
        )
        verify = VerifyOperator(
            task_id="verify",
            stores=stores,
            archive=archive.output,
            password_conn_id=s.archive.password_conn_id,
            outlets=[backup_asset(s)],
            execution_timeout=_LONG,
        )
        retain = RetainOperator(
            task_id="retain",
            **target,
            stores=stores,
            folder=s.folder,
            inspection=inspect.output,
            policy=s.retention.policy,
            timezone=s.timezone,
            expected_age=expected_age(s),
            max_delete=s.retention.max_delete,
            preflight=preflight.output if s.host_retention else None,
            execution_timeout=_SHORT,
        )
        clean_up = CleanUpOperator(
            task_id="clean_up",
            **target,
            export=export.output,
            preflight=preflight.output,
            verification=verify.output,
            ssh_conn_id=s.host_conn_id,
            oracle_conn_id=s.database_conn_id,
            tool=s.export.tool,
            directory=s.export.directory,
            shape=s.name_shape,
            keep_dump=s.keep_dump,
            host_retention=host_rules(s),
            stores=stores,
            execution_timeout=_SHORT,
        ).as_teardown()
        report = ReportOperator(
            task_id="report",
            **target,
            ssh_conn_id=s.host_conn_id,
            smtp_conn_id=s.mail.conn_id,
            recipients={one: s.mail.told_of(one) for one in ("success", "warnings", "failed")},
            sender=s.mail.sender,
            subject=s.mail.subject,
            message=s.mail.message,
            host_name=s.host_name,
            timezone=s.timezone,
            language=s.mail.language,
            stores=stores,
            folder=s.folder,
            records=runs_asset(database=s.database, schema=s.schema_name),
            steps=STEPS,
            heartbeat=s.ping_url is not None,
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
        default_args=default_args(retries=0, retry_delay=timedelta(0)),
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
