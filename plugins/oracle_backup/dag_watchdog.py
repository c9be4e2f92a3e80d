"""From the config file to the DAG that looks after all backups, however it is with their DAGs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, CronTriggerTimetable

from oracle_backup.config.load import Config, config_path, load_config
from oracle_backup.config.sections import WatchdogSettings
from oracle_backup.config.watched import changed_at, watched
from oracle_backup.dag_parts import default_args
from oracle_backup.domain.watch.letters import readers_of
from oracle_backup.domain.watch.memory import Memory
from oracle_backup.domain.watch.subjects import Watched
from oracle_backup.errors import ConfigError
from oracle_backup.notifications.unwatched import mail_unwatched
from oracle_backup.operators.watchdog import WatchdogOperator

if TYPE_CHECKING:
    from pathlib import Path

DAG_ID = "oracle_watchdog"
_DESCRIPTION = """\
Asks the stores whether every schema of the config has a good backup that is young enough, and
mails what has changed. It needs nothing of the backups' own DAGs, which may be paused or gone.

A red run means that the watchdog itself could not do its work, or that a mail was refused.
What it remembers is the state of the asset `oracle-backup-watchdog`.
`docs/how-to/be-told-of-missing-backups.md` says what it tells, and when.
"""


def build_watchdog_dag(path: Path | None = None) -> DAG | None:
    """
    Return the DAG, or None where the config wants none.

    With a config file that can't be read there is one that says so: all backups stand still then.

    :param path: the config file. Left out: the one Airflow uses.
    """
    path = path or config_path()
    try:
        config = load_config(path)
    except ConfigError as error:
        subject = Watched(path=str(path), changed=changed_at(path), unreadable=str(error))
        return _build(subject, WatchdogSettings())
    return _build_of(config)


def _build_of(config: Config) -> DAG | None:
    return _build(watched(config), config.watchdog) if config.watchdog.enabled else None


def _build(subject: Watched, settings: WatchdogSettings) -> DAG:
    readers = readers_of(subject, Memory())
    with DAG(
        dag_id=DAG_ID,
        description="Tells by mail which schemas have no good backup.",
        doc_md=_DESCRIPTION,
        tags=["oracle", "backup", "watchdog"],
        schedule=CronTriggerTimetable(
            settings.schedule, timezone=settings.timezone, run_immediately=False
        ),
        catchup=False,
        max_active_runs=1,
        # It touches no database and no backup; and while it is paused, nobody watches.
        is_paused_upon_creation=False,
        on_failure_callback=mail_unwatched(readers=readers, timezone=settings.timezone),
        default_args=default_args(retries=2, retry_delay=timedelta(minutes=1)),
    ) as dag:
        WatchdogOperator(
            task_id="look",
            watched=subject,
            remind_after=settings.remind_after,
            timezone=settings.timezone,
            execution_timeout=timedelta(minutes=25),
        )
    return dag
