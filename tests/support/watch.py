"""What the watchdog looks after and finds, for tests: whole and plausible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from oracle_backup.domain.manifest import Drill, Manifest
from oracle_backup.domain.status import StoreView
from oracle_backup.domain.watch.subjects import (
    StoreAnswer,
    Watched,
    WatchedSchema,
    WatchedStore,
)
from support.builders import make_manifest

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NAS = WatchedStore(name="nas", conn_id="nas_conn", path="/backups")
OFF = WatchedStore(name="off", conn_id="off_conn", path="/backups")
DBA = "dba@example.com"


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def make_aged(hours: float, **changes: Any) -> Manifest:
    """Return the manifest of a backup whose data are so many hours old, good unless changed."""
    moment = hours_ago(hours)
    values: dict[str, Any] = {
        "snapshot_time": moment,
        "export_started": moment,
        "export_ended": moment,
        "archive_name": f"HR-{hours}.7z",
    }
    return make_manifest(**(values | changes))


def make_drill(hours: float, *, result: str = "passed", reason: str = "") -> Drill:
    return Drill(time=hours_ago(hours), kind="check", result=result, reason=reason)


def make_watched_schema(schema: str = "HR", **changes: Any) -> WatchedSchema:
    values: dict[str, Any] = {
        "database": "erp",
        "schema": schema,
        "folder": f"erp/{schema}",
        "stores": (NAS,),
        "expected": DAY,
        "to": (DBA,),
    }
    return WatchedSchema(**(values | changes))


def make_watched(*schemas: WatchedSchema, **changes: Any) -> Watched:
    values: dict[str, Any] = {
        "path": "/etc/backups.yaml",
        "changed": hours_ago(1000),
        "schemas": schemas or (make_watched_schema(),),
    }
    return Watched(**(values | changes))


def make_answer(
    views: dict[str, StoreView] | None = None, *, database: str = "erp", **changes: Any
) -> StoreAnswer:
    """Return what a store holds; ``views`` are by the schema, each in its usual folder."""
    values: dict[str, Any] = {
        "location": "sftp://backup@nas:22/backups",
        "views": {
            (database, schema, f"{database}/{schema}"): view
            for schema, view in (views or {}).items()
        },
    }
    return StoreAnswer(**(values | changes))


def good(hours: float = 6) -> StoreView:
    """Return what a store holds with one good backup."""
    return StoreView.of([make_aged(hours)])
