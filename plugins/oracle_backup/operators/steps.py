"""What have all steps of a backup in common: which run is this, and how do they fail?"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk.log import redact

from oracle_backup.errors import BackupError
from oracle_backup.notifications.run_facts import PROBLEM_KEY, run_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from airflow.sdk import Context

__all__ = [
    "NOTES_KEY",
    "PROBLEM_KEY",
    "SKIPPED_KEY",
    "run_moment",
    "run_param",
    "run_url",
    "told_to_report",
]

NOTES_KEY = "notes"
"""XCom key under which a step leaves sentences for the report, also where it failed."""

SKIPPED_KEY = "skipped"
"""XCom key under which the preflight says why a missed run exports nothing."""

log = logging.getLogger(__name__)


def run_moment(context: Context) -> datetime:
    """
    Return when the run was due, or its start where it was due at no time.

    A run started by hand may have no logical date in Airflow 3; ``run_after`` is always there,
    and the same on every retry.
    """
    dag_run = context["dag_run"]
    return dag_run.logical_date or dag_run.run_after


def run_param(context: Context, name: str, *, default: Any) -> Any:
    """Return what the trigger form gave, or the default in a run without it."""
    params: Mapping[str, Any] = context.get("params") or {}
    return params.get(name, default)


@contextmanager
def told_to_report(context: Context) -> Iterator[None]:
    """Leave the reason of a failure where the report finds it, then let the step fail."""
    ti = context["ti"]
    try:
        yield
    except BackupError as error:
        problem = {
            "kind": type(error).__name__,
            "message": error.args[0].removesuffix(error.hint).rstrip(),
            "hint": error.hint.strip(),
        }
        # What Airflow knows as a secret is blotted out here too, as it is in the task's log.
        ti.xcom_push(key=PROBLEM_KEY, value=redact(problem))
        raise
