"""Who has ended a trigger: a person, or a triggerer that has lost it to another."""

import asyncio
import logging
import threading
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

from oracle_backup.triggers import taken_over
from oracle_backup.triggers.taken_over import is_taken_over

INSTANCE = SimpleNamespace(dag_id="d", run_id="r", task_id="export")


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Airflow, which tells this state or fails so, and takes its time if told so."""
    said = SimpleNamespace(state=None, error=None, asked=[], may_answer=threading.Event())
    said.may_answer.set()

    def tell(**question: object) -> dict[str, dict[str, object]]:
        said.asked.append(question)
        said.may_answer.wait(60)
        if said.error:
            raise said.error
        return {"r": {"export": said.state}} if said.state != "gone" else {}

    monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", tell)
    return said


def taken(instance: object = INSTANCE) -> bool:
    return asyncio.run(is_taken_over(instance, log=logging.getLogger("task")))


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "scheduled", None, "gone"])
def test_task_that_waits_no_more_was_ended(airflow: SimpleNamespace, state: str | None):
    airflow.state = state

    assert not taken()
    assert airflow.asked == [{"dag_id": "d", "task_ids": ["export"], "run_ids": ["r"]}]


def test_task_that_still_waits_is_followed_by_another(airflow: SimpleNamespace):
    airflow.state = "deferred"

    assert taken()


def test_job_counts_as_followed_where_airflow_does_not_tell(
    airflow: SimpleNamespace, caplog: pytest.LogCaptureFixture
):
    airflow.error = RuntimeError("the database is away")

    assert taken()
    assert "the database is away" in caplog.text


def test_airflow_that_does_not_answer_is_not_waited_for(
    airflow: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(taken_over, "_ASK_SECONDS", 0.05)
    airflow.may_answer.clear()

    async def asked() -> bool:
        try:
            return await is_taken_over(INSTANCE, log=logging.getLogger("task"))
        finally:
            airflow.may_answer.set()

    assert asyncio.run(asked())
    assert "TimeoutError" in caplog.text


def test_trigger_of_no_task_has_been_ended():
    assert not taken(None)
