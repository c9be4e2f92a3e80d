"""
Which figures of a run and of a schema are measured, and what are they called?

The names are those of ``status --prometheus`` where the figure is the same; the board and the
alert rules in ``include/monitoring`` rest on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from oracle_backup.domain.names import name_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oracle_backup.domain.report.model import BackupReport
    from oracle_backup.domain.status import SchemaStatus

PREFIX = "oracle_backup"
_OF_SCHEMA = ("database", "schema")


class Kind(Enum):
    """What a metric does: count, or hold the last value."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """
    A figure that is measured.

    :param name: without the prefix.
    :param help: what it is, in a line.
    :param tags: what tells its values apart, in the order in which they stand in a name.
    """

    name: str
    help: str
    kind: Kind = Kind.GAUGE
    tags: tuple[str, ...] = _OF_SCHEMA

    @property
    def full_name(self) -> str:
        """Its name in Airflow's metrics, behind Airflow's own prefix."""
        return f"{PREFIX}.{self.name}"

    @property
    def prometheus_name(self) -> str:
        """Its name in Prometheus, where Airflow's prefix is taken off on the way."""
        return f"{PREFIX}_{self.name}{'_total' if self.kind is Kind.COUNTER else ''}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric, with what tells it apart."""

    metric: Metric
    value: float
    tags: Mapping[str, str] = field(default_factory=dict)


RUNS = Metric(
    name="runs",
    help="Runs that have ended, by verdict: complete is a good backup, skipped none on purpose.",
    kind=Kind.COUNTER,
    tags=(*_OF_SCHEMA, "verdict"),
)
LAST_RUN_GOOD = Metric(name="last_run_good", help="1 where the last run made a good backup.")
DUMP_BYTES = Metric(name="dump_bytes", help="Size of the dump set in the last archive.")
ARCHIVE_BYTES = Metric(name="archive_bytes", help="Size of the last archive.")
RATIO = Metric(name="compression_ratio", help="How many times smaller the archive is.")
ROWS = Metric(name="rows", help="Rows in the last export.")
TABLES = Metric(name="tables", help="Tables in the last export.")
STEP_SECONDS = Metric(
    name="step_seconds", help="How long each step of the last run took.", tags=(*_OF_SCHEMA, "step")
)
STATUS = Metric(name="status", help="0 in order, 1 warning, 2 critical.")
NEWEST_GOOD = Metric(
    name="newest_good_timestamp_seconds",
    help="Instant that the newest complete and verified backup shows.",
)
NEWEST_GOOD_AGE = Metric(
    name="newest_good_age_seconds", help="How old the newest complete and verified backup is."
)
EXPECTED_AGE = Metric(name="expected_age_seconds", help="How old it may be.")

OF_RUNS: tuple[Metric, ...] = (
    RUNS,
    LAST_RUN_GOOD,
    DUMP_BYTES,
    ARCHIVE_BYTES,
    RATIO,
    ROWS,
    TABLES,
    STEP_SECONDS,
)
"""What each run measures, at its end."""
OF_SCHEMAS: tuple[Metric, ...] = (STATUS, NEWEST_GOOD, NEWEST_GOOD_AGE, EXPECTED_AGE)
"""What each look at the stores measures."""


def run_verdict(report: BackupReport) -> str:
    """Return a run's verdict in a word: complete only where it is good, or ``skipped``."""
    return "skipped" if report.skipped and report.verdict is None else report.shown_verdict


def measures_of_run(report: BackupReport) -> list[Measure]:
    """Given a run's report, return its figures; one that is not known is left out."""
    tags = _tags(report.database, report.schema)
    archive = report.archive
    known: dict[Metric, float | None] = {
        LAST_RUN_GOOD: int(report.is_good),
        DUMP_BYTES: archive.dump_bytes if archive else None,
        ARCHIVE_BYTES: archive.size_bytes if archive else None,
        RATIO: archive.dump_bytes / archive.size_bytes if archive and archive.size_bytes else None,
        ROWS: report.rows,
        TABLES: report.tables,
    }
    return [
        Measure(RUNS, 1, {**tags, "verdict": run_verdict(report)}),
        *_measured(known, tags),
        *(
            Measure(STEP_SECONDS, step.seconds, {**tags, "step": step.name})
            for step in report.steps
            # Airflow gives a step that was skipped no time at all.
            if step.seconds
        ),
    ]


def measures_of_statuses(statuses: Iterable[SchemaStatus]) -> list[Measure]:
    """Given how protected schemas are, return the figures of that; one not known is left out."""
    found: list[Measure] = []
    for status in statuses:
        newest = status.newest
        known: dict[Metric, float | None] = {
            STATUS: int(status.level),
            NEWEST_GOOD: newest.snapshot_time.timestamp() if newest else None,
            NEWEST_GOOD_AGE: status.age.total_seconds() if status.age is not None else None,
            EXPECTED_AGE: status.expected.total_seconds() if status.expected is not None else None,
        }
        found += _measured(known, _tags(status.database, status.schema))
    return found


def _measured(known: Mapping[Metric, float | None], tags: Mapping[str, str]) -> Iterator[Measure]:
    for metric, value in known.items():
        if value is not None:
            yield Measure(metric, value, tags)


def _tags(database: str, schema: str) -> dict[str, str]:
    # As in the DAG's id: a backend that takes no $ in a name would drop the whole figure.
    return {"database": database, "schema": name_token(schema)}
