"""Who has ended a trigger: a person, or a triggerer that has lost it to another."""

import asyncio
import logging
import threading
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
from airflow.sdk.execution_time.xcom import XCom

from oracle_backup.domain.lost_job import TRY_KEY
from oracle_backup.triggers import taken_over
from oracle_backup.triggers.taken_over import is_taken_over, make_ready

INSTANCE = SimpleNamespace(dag_id="d", run_id="r", task_id="export", try_number=2)


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Airflow, which tells this state or fails so, and takes its time if told so."""
    said = SimpleNamespace(state=None, begun=2, error=None, asked=[], may_answer=threading.Event())
    said.may_answer.set()

    def tell(**question: object) -> dict[str, dict[str, object]]:
        said.asked.append(question)
        said.may_answer.wait(60)
        if said.error:
            raise said.error
        return {"r": {"export": said.state}} if said.state != "gone" else {}

    def tell_xcom(*, key: str, **task: object) -> int | None:
        assert task == {"dag_id": "d", "run_id": "r", "task_id": "export", "map_index": -1}
        return said.begun if key == TRY_KEY else None

    monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", tell)
    monkeypatch.setattr(XCom, "get_one", tell_xcom)
    return said


def taken(instance: object = INSTANCE) -> bool:
    return asyncio.run(is_taken_over(instance, log=logging.getLogger("task")))


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "scheduled", None, "gone"])
def test_task_that_waits_no_more_was_ended(airflow: SimpleNamespace, state: str | None):
    airflow.state = state

    assert not taken()
    assert airflow.asked == [{"dag_id": "d", "task_ids": ["export"], "run_ids": ["r"]}]


@pytest.mark.parametrize("begun", [2, None])
def test_task_that_still_waits_is_followed_by_another(airflow: SimpleNamespace, begun: int | None):
    airflow.state, airflow.begun = "deferred", begun

    assert taken()


def test_task_that_was_cleared_and_waits_again_was_ended(airflow: SimpleNamespace):
    airflow.state, airflow.begun = "deferred", 3

    assert not taken()


def test_getting_ready_asks_once_and_raises_nothing(airflow: SimpleNamespace):
    airflow.error = RuntimeError("the database is away")

    asyncio.run(make_ready(INSTANCE))
    asyncio.run(make_ready(None))

    assert len(airflow.asked) == 1


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
