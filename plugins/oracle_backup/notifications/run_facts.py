"""
What does a callback of Airflow's know of its run?

It is called in a worker, in the DAG processor or in the triggerer, and is given more or less in
each: at least the DAG and the run's id.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from airflow.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError
from airflow.sdk.log import redact

from oracle_backup.domain.report.model import Problem, Step
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from airflow.sdk import Context

PROBLEM_KEY: Final = "problem"
"""XCom key under which a failed step tells the report why."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """
    A run, as far as it is known.

    :param moment: when it was due, or its start where it was due at no time.
    :param reason: why it ended, in Airflow's word.
    :param states: of its tasks by their ids; empty where they can't be asked for.
    :param problems: why tasks failed.
    """

    dag_id: str
    run_id: str
    moment: datetime | None
    reason: str
    states: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    def steps(self, names: Iterable[str]) -> tuple[Step, ...]:
        """Return these tasks with their states."""
        return tuple(Step(name=one, state=self.states.get(one) or "not run") for one in names)


def run_url(dag_id: str, run_id: str) -> str:
    """Return where Airflow shows the run, or nothing where its address is not configured."""
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{quote(dag_id)}/runs/{quote(run_id, safe='')}" if base else ""


def facts_of(context: Context) -> RunFacts:
    """Return what the context of a callback tells, in a worker or in the DAG processor."""
    given: Mapping[str, Any] = context  # Airflow leaves out more than its type says
    run, ti = given.get("dag_run"), given.get("ti")
    dag_id = run.dag_id if run is not None else given["dag"].dag_id
    run_id = run.run_id if run is not None else given["run_id"]
    states = _states(ti, dag_id, run_id) if ti is not None else {}
    return RunFacts(
        dag_id=dag_id,
        run_id=run_id,
        moment=(run.logical_date or run.run_after) if run is not None else None,
        reason=str(given.get("reason") or ""),
        states=states,
        problems=_problems(given, states),
    )


def _states(ti: Any, dag_id: str, run_id: str) -> dict[str, str]:
    try:
        answer = ti.get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    except (AirflowRuntimeError, AirflowException) as error:
        log.warning("The states of its tasks can't be told: %s", error)
        return {}
    return {name: str(state) for name, state in answer.items() if state}


def _problems(given: Mapping[str, Any], states: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return why tasks failed, as they have left it, and the exception that is at hand."""
    ti, error = given.get("ti"), given.get("exception")
    found = {}
    for name, state in states.items():
        told = _told(ti, name) if state == "failed" else None
        if told is not None:
            found[name] = Problem(step=name, message=told["message"], hint=told["hint"])
    if error is not None and ti is not None and ti.task_id not in found:
        hint = error.hint if isinstance(error, BackupError) else ""
        message = error.message if isinstance(error, BackupError) else f"{error}"
        # What Airflow knows as a secret is blotted out here too, as it is in the task's log.
        found[ti.task_id] = Problem(
            step=ti.task_id,
            message=str(redact(message)) or type(error).__name__,
            hint=str(redact(hint)),
        )
    return tuple(found.values())


def _told(ti: Any, task_id: str) -> Mapping[str, Any] | None:
    try:
        told = ti.xcom_pull(task_ids=task_id, key=PROBLEM_KEY)
    except (AirflowRuntimeError, AirflowException) as error:
        log.warning("Why task %s failed can't be told: %s", task_id, error)
        return None
    return told if isinstance(told, dict) else None
