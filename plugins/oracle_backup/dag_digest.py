"""From the config file to the DAG that tells of all backups in one mail a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, CronTriggerTimetable

from oracle_backup.config.expected_age import cron_of
from oracle_backup.config.load import load_config
from oracle_backup.dag_parts import default_args, store_places
from oracle_backup.domain import names
from oracle_backup.domain.digest.night import SchemaNight, State
from oracle_backup.errors import ConfigError
from oracle_backup.operators.digest import DigestLetter, DigestOperator, DigestSchema
from oracle_backup.operators.run_records import runs_asset

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

DAG_ID = "oracle_backup_digest"
_DESCRIPTION = """\
Mails one digest of all schemas to those whose `mail.when` is `digest`, also when there is nothing
to tell: a digest that stays away means trouble.

A red run means that a mail was refused; the digest's text is in the log of the task `send`.
`docs/how-to/send-mail.md` says who gets what.
"""


def build_digest_dag(path: Path | None = None) -> DAG | None:
    """
    Return the DAG, or None where nobody wants a digest.

    A config file that can't be read is told by the backups' own DAG file, and by the watchdog.

    :param path: the config file. Left out: the one Airflow uses.
    """
    try:
        config = load_config(path)
    except ConfigError:
        return None
    letters = letters_of(config)
    if not letters or not config.digest.enabled:
        return None
    return _build(config, letters)


def letters_of(config: Config) -> tuple[DigestLetter, ...]:
    """Return who is told of which schemas: one letter for all who want the same in one way."""
    wanted: dict[tuple[str, str | None, str, str], list[str]] = defaultdict(list)
    for one in config.schemas:
        for address in one.mail.recipients("digest") if one.enabled else ():
            way = (one.mail.conn_id, one.mail.sender, one.mail.language, address)
            wanted[way].append(one.key)
    readers: dict[tuple[str, str | None, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (conn_id, sender, language, address), keys in wanted.items():
        readers[(conn_id, sender, language, tuple(keys))].append(address)
    return tuple(
        DigestLetter(
            to=tuple(to), schemas=keys, smtp_conn_id=conn_id, sender=sender, language=language
        )
        for (conn_id, sender, language, keys), to in readers.items()
    )


def _build(config: Config, letters: tuple[DigestLetter, ...]) -> DAG:
    told = {key for letter in letters for key in letter.schemas}
    settings = config.digest
    with DAG(
        dag_id=DAG_ID,
        description="Tells of all backups in one mail.",
        doc_md=_DESCRIPTION,
        tags=["oracle", "backup", "digest"],
        schedule=CronTriggerTimetable(
            settings.schedule, timezone=settings.timezone, run_immediately=False
        ),
        catchup=False,
        max_active_runs=1,
        # It touches no database and no backup, and whoever waits for it must not wait in vain.
        is_paused_upon_creation=False,
        default_args=default_args(retries=6, retry_delay=timedelta(minutes=5)),
    ) as dag:
        DigestOperator(
            task_id="send",
            letters=letters,
            schemas=tuple(_schema(one) for one in config.schemas if one.key in told),
            broken=tuple(
                SchemaNight(
                    database=one.database,
                    schema=one.schema,
                    state=State.BROKEN,
                    problems=one.problems,
                )
                for one in config.broken
            ),
            timezone=settings.timezone,
            problems=tuple(
                problem for problem in config.section_problems if problem.startswith("digest")
            ),
            execution_timeout=timedelta(minutes=30),
        )
    return dag


def _schema(settings: SchemaSettings) -> DigestSchema:
    s = settings
    return DigestSchema(
        key=s.key,
        database=s.database,
        schema=s.schema_name,
        dag_id=names.dag_id(database=s.database, schema=s.schema_name),
        cron=cron_of(s.schedule) if s.schedule is not None else None,
        zone=s.timezone,
        records=runs_asset(database=s.database, schema=s.schema_name),
        stores=store_places(s),
        folder=s.folder,
    )
