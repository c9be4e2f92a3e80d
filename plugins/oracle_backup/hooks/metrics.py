"""
From figures to Airflow's metrics, wherever these go: StatsD, DataDog or OpenTelemetry.

Plain StatsD knows no tags and Airflow drops them there, so that all schemas would share one
figure. There the tags stand in the name, as Airflow does it with its own: ``oracle_backup.rows``
of schema HR is ``oracle_backup.rows.erp.HR``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow.configuration import conf

from oracle_backup.domain.metrics import Kind, measures_of_statuses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_backup.domain.metrics import Measure
    from oracle_backup.domain.status import SchemaStatus

log = logging.getLogger(__name__)


def emit(measures: Iterable[Measure]) -> None:
    """Hand figures to Airflow's metrics. Never raises: no backup fails for want of a number."""
    try:
        # Imported here: every process that parses DAGs imports this module.
        from airflow.sdk.observability import stats

        tags_in_name = _drops_tags()
        for one in measures:
            name, tags = one.metric.full_name, dict(one.tags)
            if tags_in_name:
                # A dot would be one more level.
                name = ".".join((name, *(tags[tag].replace(".", "__") for tag in one.metric.tags)))
                tags = {}
            if one.metric.kind is Kind.COUNTER:
                stats.incr(name, int(one.value), tags=tags)
            else:
                stats.gauge(name, one.value, tags=tags)
    except Exception:  # whatever a backend raises
        log.warning("Figures could not be handed to Airflow's metrics.", exc_info=True)


def emit_ages(statuses: Iterable[SchemaStatus]) -> None:
    """Hand what a look at the stores has found to Airflow's metrics. Never raises."""
    emit(measures_of_statuses(statuses))


def _drops_tags() -> bool:
    """Return whether Airflow's metrics go to a StatsD that takes no tags."""
    return conf.getboolean("metrics", "statsd_on", fallback=False) and not any(
        conf.getboolean("metrics", option, fallback=False)
        # Airflow asks DataDog first, and InfluxDB's StatsD takes tags in a form of its own.
        for option in ("statsd_datadog_enabled", "statsd_influxdb_enabled")
    )
