"""What does a missed run do, given what the database and the stores have said?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from oracle_backup.domain.missed import Plan, decide, runs_between
from oracle_backup.operators.steps import NOTES_KEY, SKIPPED_KEY

if TYPE_CHECKING:
    from datetime import datetime
    from typing import NoReturn

    from airflow.sdk import Context

    from oracle_backup.domain.missed import MissedRun
    from oracle_backup.operators.preflight_findings import Findings

_OVER = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
_LAST_STEP = "verify"

log = logging.getLogger(__name__)


def settle_missed(
    context: Context, missed: MissedRun, findings: Findings, *, policy: str, zone: str
) -> None:
    """
    Decide what a missed run exports; the facts tell the export which instant it shows.

    :raises AirflowSkipException: it exports nothing, for the reason that the report tells.
    """
    covered = ""
    if findings.as_of_problem and policy == "now":
        covered = _covered(context, missed, newest_good=findings.newest_good)
    decision = decide(
        missed,
        policy=policy,
        as_of_problem=findings.as_of_problem,
        covered_by=covered,
        zone=zone,
    )
    if decision.plan is Plan.SKIP:
        skip(context, decision.reason)
    log.warning("%s", decision.reason)
    context["ti"].xcom_push(key=NOTES_KEY, value=[decision.reason])


def skip(context: Context, reason: str) -> NoReturn:
    """Leave the reason where the report finds it, and end the run without an export."""
    context["ti"].xcom_push(key=SKIPPED_KEY, value=reason)
    raise AirflowSkipException(reason)


def _covered(context: Context, missed: MissedRun, *, newest_good: datetime | None) -> str:
    """Say what shows the data of a later time already, or is about to; nothing where nothing."""
    if newest_good is not None and newest_good >= missed.moment:
        return f"There is a good backup as of {newest_good:%Y-%m-%d %H:%M:%S} UTC"
    for run_id in _live_runs(context):
        found = context["ti"].xcom_pull(task_ids="preflight", run_id=run_id) or {}
        if not found.get("as_of"):
            return f"Run {run_id} is exporting the data of now"
    return ""


def _live_runs(context: Context) -> list[str]:
    """Return the runs of this DAG whose backup is under way."""
    run = context["dag_run"]
    answer = context["ti"].get_task_states(dag_id=run.dag_id, task_ids=["preflight", _LAST_STEP])
    states = {
        run_id: {step: str(state) if state else None for step, state in steps.items()}
        for run_id, steps in answer.items()
    }
    return runs_between(states, begun="preflight", done=_LAST_STEP, own=run.run_id, over=_OVER)
