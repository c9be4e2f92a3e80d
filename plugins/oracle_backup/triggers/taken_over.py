"""Has a person ended a task, or has only its trigger been given to another triggerer?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from oracle_backup.domain.lost_job import TRY_KEY
from oracle_backup.triggers.host_link import said

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFERRED = "deferred"
_ASK_SECONDS = 10


async def make_ready(instance: Any) -> None:
    """Ask once and forget the answer, so that the next comes soon: the first one takes seconds."""
    if instance is not None:
        with suppress(Exception):
            await sync_to_async(_ask, thread_sensitive=False)(instance)


async def is_taken_over(instance: Any, *, log: Any) -> bool:
    """
    Return whether the task still waits, so that another triggerer follows its job.

    Airflow calls a trigger's `on_kill` not only where a person has acted. A triggerer that could
    not tell for half a minute that it lives, because the database was away or it was overloaded,
    loses its triggers to another; when it finds them gone, it takes that for a person's act. A
    task that was cleared may wait again by now: that is another try.

    Where Airflow does not tell, the job counts as followed: whatever is left of it is found by the
    task's next try, or by the run's last tasks.

    :param instance: the task instance as Airflow gives it to a trigger; None for no task.
    """
    if instance is None:
        return False
    ask = sync_to_async(_ask, thread_sensitive=False)
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            return await ask(instance)
    except Exception as error:  # noqa: BLE001 - whatever it is, an export of hours is at stake
        log.warning("Airflow does not tell whether the task was ended: %s", said(error))
        return True


def _ask(instance: Any) -> bool:
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from airflow.sdk.execution_time.xcom import XCom

    task = {"dag_id": instance.dag_id, "run_id": instance.run_id, "task_id": instance.task_id}
    found: Mapping[str, Mapping[str, Any]] = RuntimeTaskInstance.get_task_states(
        dag_id=instance.dag_id, task_ids=[instance.task_id], run_ids=[instance.run_id]
    )
    if str(found.get(instance.run_id, {}).get(instance.task_id)) != _DEFERRED:
        return False
    begun = XCom.get_one(key=TRY_KEY, map_index=-1, **task)
    return begun is None or int(begun) == instance.try_number
