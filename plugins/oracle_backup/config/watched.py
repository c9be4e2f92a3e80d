"""What of the config file does the watchdog look after?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from oracle_backup.config.expected_age import expected_age, first_due
from oracle_backup.config.load import Config
from oracle_backup.config.model import SchemaSettings
from oracle_backup.domain.watch.alarm import schema_key
from oracle_backup.domain.watch.subjects import (
    BrokenEntry,
    Route,
    Watched,
    WatchedSchema,
    WatchedStore,
)


def watched(config: Config) -> Watched:
    """
    Return what is looked after.

    When the file was changed last is when its newest schema can have been added: the manifests do
    not tell of a schema that has none, and nothing else is known without Airflow.
    """
    changed = changed_at(config.path)
    return Watched(
        path=str(config.path),
        changed=changed,
        schemas=tuple(watched_schema(one, added=changed) for one in config.schemas if one.enabled),
        switched_off=frozenset(
            schema_key(one.database, one.schema_name) for one in config.schemas if not one.enabled
        ),
        broken=tuple(
            BrokenEntry(database=one.database, schema=one.schema, problems=one.problems)
            for one in config.broken
        ),
        section_problems=config.section_problems,
        to=config.watchdog.to,
    )


def watched_schema(settings: SchemaSettings, *, added: datetime | None) -> WatchedSchema:
    """
    Return what is looked after of one schema.

    :param added: when it was added at the latest, where that is known.
    """
    mail = settings.mail
    return WatchedSchema(
        database=settings.database,
        schema=settings.schema_name,
        folder=settings.folder,
        stores=tuple(
            WatchedStore(
                name=one.label,
                conn_id=one.conn_id,
                path=one.path,
                bandwidth_limit_bytes=one.bandwidth_limit_bytes,
            )
            for one in settings.all_stores
        ),
        expected=expected_age(settings),
        max_drill_age=settings.max_drill_age,
        first_due=None if added is None else first_due(settings, added=added),
        route=Route(conn_id=mail.conn_id, sender=mail.sender or "", language=mail.language),
        to=mail.everybody,
    )


def changed_at(path: Path) -> datetime | None:
    """Return when a file was changed last; None where that can't be told."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
