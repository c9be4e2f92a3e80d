"""Which figures of each schema and store does ``status --prometheus`` print?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.cli.prometheus import Gauge
from oracle_backup.domain.watch.alarm import Kind
from oracle_backup.domain.watch.subjects import StoreAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_backup.domain.manifest import BackupFacts
    from oracle_backup.domain.status import SchemaStatus, StoreView
    from oracle_backup.domain.watch.judge import Look
    from oracle_backup.domain.watch.subjects import StoreSilence, WatchedStore

    Stores = Sequence[tuple[WatchedStore, StoreAnswer | StoreSilence]]

_PREFIX = "oracle_backup_"


def gauges_of(
    look: Look,
    stores: Stores,
    *,
    problem_count: int,
) -> list[Gauge]:
    """Return the figures; one that is not known has no sample."""
    statuses = look.statuses
    return [
        _of_schemas("status", "0 in order, 1 warning, 2 critical.", statuses, _level),
        _of_schemas(
            "newest_good_timestamp_seconds",
            "Instant that the newest complete and verified backup shows.",
            statuses,
            lambda one: _newest(one, lambda facts: facts.snapshot_time.timestamp()),
        ),
        _of_schemas(
            "newest_good_age_seconds",
            "How old the newest complete and verified backup is.",
            statuses,
            lambda one: None if one.age is None else one.age.total_seconds(),
        ),
        _of_schemas(
            "expected_age_seconds",
            "How old it may be.",
            statuses,
            lambda one: None if one.expected is None else one.expected.total_seconds(),
        ),
        _of_schemas(
            "newest_good_size_bytes",
            "Size of its archive.",
            statuses,
            lambda one: _newest(one, lambda facts: facts.archive.size_bytes),
        ),
        _of_schemas(
            "newest_good_export_seconds",
            "How long its export took.",
            statuses,
            lambda one: _newest(
                one, lambda facts: (facts.export_ended - facts.export_started).total_seconds()
            ),
        ),
        _of_schemas(
            "drill_passed_timestamp_seconds",
            "When the last rehearsed restore that passed was.",
            statuses,
            lambda one: None if one.drills.passed is None else one.drills.passed.timestamp(),
        ),
        _of_copies("backups", "Whole backups on the store.", statuses, lambda one: one.count),
        _of_copies(
            "good_backups",
            "Of these, complete and verified.",
            statuses,
            lambda one: one.good_count,
        ),
        _of_copies("damaged_backups", "Of these, damaged.", statuses, lambda one: len(one.damaged)),
        *_of_stores(stores),
        Gauge(
            name=f"{_PREFIX}alarms",
            help="Alarms of each kind.",
            samples=[
                ({"kind": kind.value}, sum(one.kind is kind for one in look.alarms))
                for kind in Kind
            ],
        ),
        Gauge(
            name=f"{_PREFIX}config_problems",
            help="Problems in the config file.",
            samples=[({}, problem_count)],
        ),
    ]


def _level(status: SchemaStatus) -> float:
    return int(status.level)


def _newest(status: SchemaStatus, figure: Callable[[BackupFacts], float]) -> float | None:
    return None if status.newest is None else figure(status.newest)


def _of_schemas(
    name: str,
    text: str,
    statuses: Sequence[SchemaStatus],
    figure: Callable[[SchemaStatus], float | None],
) -> Gauge:
    return Gauge(
        name=f"{_PREFIX}{name}",
        help=text,
        samples=[
            ({"database": one.database, "schema": one.schema}, value)
            for one in statuses
            if (value := figure(one)) is not None
        ],
    )


def _of_copies(
    name: str,
    text: str,
    statuses: Sequence[SchemaStatus],
    count: Callable[[StoreView], int],
) -> Gauge:
    return Gauge(
        name=f"{_PREFIX}{name}",
        help=text,
        samples=[
            (
                {"database": one.database, "schema": one.schema, "store": store},
                count(view),
            )
            for one in statuses
            for store, view in one.views.items()
            if view is not None
        ],
    )


def _of_stores(stores: Stores) -> list[Gauge]:
    read = [(_label(store), one) for store, one in stores if isinstance(one, StoreAnswer)]

    return [
        Gauge(
            name=f"{_PREFIX}store_up",
            help="Whether the store could be read.",
            samples=[(_label(store), isinstance(one, StoreAnswer)) for store, one in stores],
        ),
        Gauge(
            name=f"{_PREFIX}half_backups",
            help="Manifests whose archive is gone or has another size.",
            samples=[(label, one.lost) for label, one in read],
        ),
        Gauge(
            name=f"{_PREFIX}foreign_archives",
            help="Archives without a manifest.",
            samples=[(label, one.foreign) for label, one in read],
        ),
        Gauge(
            name=f"{_PREFIX}foreign_archives_bytes",
            help="How large these are together.",
            samples=[(label, one.foreign_bytes) for label, one in read],
        ),
    ]


def _label(store: WatchedStore) -> dict[str, str]:
    return {"store": store.name, "path": store.path}
