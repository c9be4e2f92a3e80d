"""
From a schema's ``ping_url`` in the config file to its monitor outside.

The address is as good as a secret, so no task carries it: it would stand in the serialized DAG
and in the UI. It is read from the config file when it is needed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from airflow.sdk.log import mask_secret, redact

from oracle_backup.adapters.heartbeat import Heartbeat, Signal
from oracle_backup.config.load import load_config
from oracle_backup.domain.metrics import run_verdict
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

    from oracle_backup.domain.report.model import BackupReport

_RUNS = UUID("ec17e84f-788a-43c5-a6fb-274d7194236e")
"""A namespace of our own, at random: a monitor takes nothing but a UUID for a run's name."""
_SECRET_LETTERS = 16
"""From so many letters on, one part of the address is no word that also stands elsewhere."""

log = logging.getLogger(__name__)


def run_uuid(*, dag_id: str, run_id: str) -> UUID:
    """Return what a monitor knows a run by; the same for its start and its end."""
    return uuid5(_RUNS, f"{dag_id}\0{run_id}")


def ping_start(run: DagRunProtocol, *, database: str, schema: str) -> None:
    """Tell the schema's monitor that a run starts. Never raises."""
    uuid = run_uuid(dag_id=run.dag_id, run_id=run.run_id)
    _ping(Signal.START, database=database, schema=schema, run=uuid)


def ping_end(report: BackupReport) -> None:
    """
    Tell the schema's monitor how a run has ended. Never raises.

    Good is only what leaves the run green: every step has succeeded, and the backup is good.
    """
    good = report.is_good and all(step.state == "success" for step in report.steps)
    _ping(
        Signal.SUCCESS if good else Signal.FAIL,
        database=report.database,
        schema=report.schema,
        run=run_uuid(dag_id=report.dag_id, run_id=report.run_id),
        text=f"{run_verdict(report)}: {report.headline}",
    )


def _ping(signal: Signal, *, database: str, schema: str, run: UUID, text: str = "") -> None:
    try:
        url = _find_url(database, schema)
        if url is None:
            return
        _mask(url)
        problem = Heartbeat(url).ping(signal, run=run, text=str(redact(text)))
    except BackupError as error:
        problem, url = str(error), ""
    except Exception as error:  # whatever this breaks, it must not be a backup
        log.exception("The heartbeat is broken.")
        problem, url = type(error).__name__, ""
    told = f"its monitor at {urlsplit(url).hostname}" if url else "its monitor"
    if problem:
        log.warning(
            "%s on %s: %s could not be told of the run's %s: %s. The backup does not mind.",
            schema,
            database,
            told,
            _NOUNS[signal],
            problem.rstrip("."),
        )
    else:
        log.info("Told %s of the run's %s.", told, _NOUNS[signal])


_NOUNS = {Signal.START: "start", Signal.SUCCESS: "good end", Signal.FAIL: "bad end"}


def _find_url(database: str, schema: str) -> str | None:
    for settings in load_config().schemas:
        if (settings.database, settings.schema_name) == (database, schema):
            return settings.ping_url
    return None


def _mask(url: str) -> None:
    """Let Airflow blot the address out of all logs, should anything ever write it there."""
    path = urlsplit(url).path.strip("/")
    for secret in (path, *path.split("/")):
        if len(secret) >= _SECRET_LETTERS:
            mask_secret(secret)
