"""Which figures of each schema and store does ``status --prometheus`` print?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.cli.prometheus import Gauge
from oracle_backup.cli.store_reading import StoreContent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_backup.cli.store_reading import StoreFailure
    from oracle_backup.domain.manifest import BackupFacts
    from oracle_backup.domain.status import SchemaStatus

_PREFIX = "oracle_backup_"


def gauges_of(
    statuses: Sequence[SchemaStatus],
    stores: Sequence[StoreContent | StoreFailure],
    *,
    problem_count: int,
) -> list[Gauge]:
    """Return the figures; one that is not known has no sample."""
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
        _of_copies("backups", "Whole backups on the store.", statuses, lambda _: True),
        _of_copies("good_backups", "Of these, complete and verified.", statuses, _counts),
        _of_copies("damaged_backups", "Of these, damaged.", statuses, lambda one: bool(one.damage)),
        *_of_stores(stores),
        Gauge(
            name=f"{_PREFIX}config_problems",
            help="Problems in the config file.",
            samples=[({}, problem_count)],
        ),
    ]


def _level(status: SchemaStatus) -> float:
    return int(status.level)


def _counts(facts: BackupFacts) -> bool:
    return facts.counts


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
    is_counted: Callable[[BackupFacts], bool],
) -> Gauge:
    return Gauge(
        name=f"{_PREFIX}{name}",
        help=text,
        samples=[
            (
                {"database": one.database, "schema": one.schema, "store": store},
                sum(map(is_counted, view.backups)),
            )
            for one in statuses
            for store, view in one.views.items()
            if view is not None
        ],
    )


def _of_stores(stores: Sequence[StoreContent | StoreFailure]) -> list[Gauge]:
    read = [one for one in stores if isinstance(one, StoreContent)]

    def label(one: StoreContent | StoreFailure) -> dict[str, str]:
        return {"store": one.use.settings.label, "path": one.use.settings.path}

    return [
        Gauge(
            name=f"{_PREFIX}store_up",
            help="Whether the store could be read.",
            samples=[(label(one), isinstance(one, StoreContent)) for one in stores],
        ),
        Gauge(
            name=f"{_PREFIX}half_backups",
            help="Manifests whose archive is gone or has another size.",
            samples=[(label(one), len(one.catalogue.half)) for one in read],
        ),
        Gauge(
            name=f"{_PREFIX}foreign_archives",
            help="Archives without a manifest.",
            samples=[(label(one), one.catalogue.foreign_count) for one in read],
        ),
        Gauge(
            name=f"{_PREFIX}foreign_archives_bytes",
            help="How large these are together.",
            samples=[(label(one), one.catalogue.foreign_bytes) for one in read],
        ),
    ]
