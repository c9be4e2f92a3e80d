"""Runs as a digest remembers them, and schemas as it sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from oracle_backup.domain.digest.night import SchemaNight, State
from oracle_backup.domain.digest.record import RunRecord
from support.builders import DUE


def make_record(**changes: Any) -> RunRecord:
    """Return a good run of one night."""
    values: dict[str, Any] = {
        "run_id": "scheduled__2026-11-23T02:00:00+00:00",
        "run_url": "https://airflow.example/dags/oracle_backup__erp__HR/runs/1",
        "moment": DUE,
        "told_at": DUE + timedelta(minutes=10),
        "result": "success",
        "snapshot_time": DUE + timedelta(seconds=12),
        "size_bytes": 1024**3,
        "seconds": 600.0,
    }
    return RunRecord(**(values | changes))


def make_bad_record(**changes: Any) -> RunRecord:
    """Return a run that made no backup."""
    values: dict[str, Any] = {
        "result": "failed",
        "reason": "ORA-01555: snapshot too old.",
        "todo": "Raise the undo retention.",
        "snapshot_time": None,
        "size_bytes": None,
    }
    return make_record(**(values | changes))


def make_night(**changes: Any) -> SchemaNight:
    """Return a schema whose backup was made."""
    values: dict[str, Any] = {
        "database": "erp",
        "schema": "HR",
        "state": State.SUCCESS,
        "runs": (make_record(),),
        "newest_data": DUE + timedelta(seconds=12),
        "size_before": 1024**3,
    }
    return SchemaNight(**(values | changes))
