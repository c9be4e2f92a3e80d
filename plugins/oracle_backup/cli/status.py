"""``status``: is every schema protected, for a monitor that asks from outside?"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.cli.places import (
    add_place_options,
    add_schema_options,
    choose,
    open_places,
    seconds,
)
from oracle_backup.cli.prometheus import render_metrics
from oracle_backup.cli.status_metrics import gauges_of
from oracle_backup.cli.store_reading import StoreContent, StoreFailure, read_stores
from oracle_backup.cli.tables import printable, render_table, terminal_columns
from oracle_backup.config.expected_age import expected_age
from oracle_backup.domain.status import Level, SchemaStatus, StoreView, judge_schema
from oracle_backup.domain.units import format_age, format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

_EPILOG: Final = """\
Asks the stores, and nothing else: neither Airflow nor a database has to run. A schema is
  critical  without a complete and verified backup, when the newest one is older than max_age (or
            than its schedule allows), or when none of its stores can be read; a wrong entry of
            the config is critical too, because nothing is backed up for it
  warning   when its newest backup is incomplete, a store can't be read or lags behind another,
            or an archive is gone, changed or damaged
Schemas that are switched off are left out.

Exit codes, as Nagios and its kin take them: 0 all in order, 1 a warning, 2 critical, or wrong use
or config. The first line of the output says why.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "status",
        help="tell whether every schema has a good backup that is young enough",
        description="Tell whether every schema has a good backup that is young enough.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_schema_options(parser)
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=120,
        metavar="S",
        help="seconds the stores have to answer (default: 120)",
    )
    add_place_options(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument(
        "--prometheus", action="store_true", help="print metrics in Prometheus's text format"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask, print, and return the exit code."""
    with open_places(options) as places:
        config = places.config
        schemas = _asked_for(config, options)
        stores = read_stores(places, schemas, stream=sys.stderr, timeout_seconds=options.timeout)
    now = datetime.now(UTC)
    statuses = [_judge(one, stores, now=now) for one in schemas]
    level = max((one.level for one in statuses), default=Level.OK)
    if config.problems:
        level = Level.CRITICAL
    if options.json:
        print(json.dumps(_as_dict(level, statuses, stores, config), indent=1))
    elif options.prometheus:
        problems = len(config.problems)
        print(render_metrics(gauges_of(statuses, stores, problem_count=problems)), end="")
    else:
        _print(level, statuses, stores, config)
    return int(level)


def _asked_for(config: Config, options: argparse.Namespace) -> tuple[SchemaSettings, ...]:
    if options.database is None and options.schema is None:
        chosen = config.schemas
    else:
        chosen = choose(config, database=options.database, schema=options.schema)
    return tuple(one for one in chosen if one.enabled)


def _judge(
    settings: SchemaSettings, stores: Sequence[StoreContent | StoreFailure], *, now: datetime
) -> SchemaStatus:
    views: dict[str, StoreView | None] = {}
    for one in stores:
        if not any(user is settings for user in one.use.schemas):
            continue
        views[_name(one, settings)] = _view(one, settings)
    return judge_schema(
        views,
        database=settings.database,
        schema=settings.schema_name,
        expected=expected_age(settings),
        now=now,
    )


def _name(store: StoreContent | StoreFailure, settings: SchemaSettings) -> str:
    """Return what the schema itself calls the store."""
    key = (store.use.settings.conn_id, store.use.settings.path)
    return next(one.label for one in settings.all_stores if (one.conn_id, one.path) == key)


def _view(store: StoreContent | StoreFailure, settings: SchemaSettings) -> StoreView | None:
    if isinstance(store, StoreFailure):
        return None
    where = {
        "database": settings.database,
        "schema": settings.schema_name,
        "folder": settings.folder,
    }
    return StoreView(
        backups=[one.manifest for one in store.catalogue.of(**where)],
        half_count=len(store.catalogue.half_of(**where)),
    )


def _as_dict(
    level: Level,
    statuses: Sequence[SchemaStatus],
    stores: Sequence[StoreContent | StoreFailure],
    config: Config,
) -> dict[str, Any]:
    return {
        "level": level.name.lower(),
        "schemas": [_schema(one) for one in statuses],
        "stores": [_store(one) for one in stores],
        "problems": list(config.problems),
    }


def _schema(status: SchemaStatus) -> dict[str, Any]:
    newest = status.newest
    return {
        "database": status.database,
        "schema": status.schema,
        "level": status.level.name.lower(),
        "reasons": list(status.reasons),
        "newest_good": None
        if newest is None
        else {
            "archive": newest.archive.name,
            "snapshot_time": newest.snapshot_time.isoformat().replace("+00:00", "Z"),
            "size_bytes": newest.archive.size_bytes,
        },
        "newest_verdict": status.newest_of_all.verdict if status.newest_of_all else None,
        "age_seconds": None if status.age is None else round(status.age.total_seconds()),
        "expected_age_seconds": None
        if status.expected is None
        else round(status.expected.total_seconds()),
        "backups": {
            name: None if view is None else len(view.backups) for name, view in status.views.items()
        },
    }


def _store(store: StoreContent | StoreFailure) -> dict[str, Any]:
    head = {"store": store.use.settings.label, "path": store.use.settings.path}
    if isinstance(store, StoreFailure):
        return {**head, "error": str(store.error)}
    return {
        **head,
        "error": None,
        "half": len(store.catalogue.half),
        "foreign": store.catalogue.foreign_count,
        "foreign_bytes": store.catalogue.foreign_bytes,
        "damaged_manifests": store.catalogue.damaged_count,
    }


def _print(
    level: Level,
    statuses: Sequence[SchemaStatus],
    stores: Sequence[StoreContent | StoreFailure],
    config: Config,
) -> None:
    print(_first_line(level, statuses, config))
    if statuses:
        print()
        headers = ("SCHEMA", "STATE", "NEWEST GOOD (UTC)", "AGE", "MAX AGE", "SIZE", "WHY")
        rows = [_row(one) for one in statuses]
        for line in render_table(
            headers, rows, columns=terminal_columns(sys.stdout), right={"SIZE"}
        ):
            print(line)
    for store in stores:
        if isinstance(store, StoreFailure):
            print(printable(f"{store.use.settings.label}: {store.error}"))
        elif count := store.catalogue.foreign_count:
            print(f"{store.use.settings.label}: {count} foreign archives; `list` names them.")
    for problem in config.problems:
        print(problem)


def _first_line(level: Level, statuses: Sequence[SchemaStatus], config: Config) -> str:
    """Return what a monitor shows: the worst first."""
    told = [
        f"{one.database}/{one.schema}: {one.reasons[0]}"
        for one in sorted(statuses, key=lambda one: one.level, reverse=True)
        if one.reasons
    ]
    if config.problems:
        told.insert(0, f"{len(config.problems)} problems in {config.path}")
    counted = f"{len(statuses)} schemas"
    return f"{level.name}: {counted}" + (f". {'; '.join(map(printable, told))}" if told else "")


def _row(status: SchemaStatus) -> tuple[str, ...]:
    newest = status.newest
    return (
        f"{status.database}/{status.schema}",
        status.level.name,
        f"{newest.snapshot_time:%Y-%m-%d %H:%M}" if newest else "-",
        "-" if status.age is None else format_age(status.age),
        "-" if status.expected is None else format_age(status.expected),
        format_bytes(newest.archive.size_bytes) if newest else "-",
        "; ".join(status.reasons),
    )
