"""How does a trigger stop a job, first in the database and then on the host?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from oracle_backup.adapters.remote_job.scripts import build_stop, parse_answers
from oracle_backup.triggers.host_link import REFUSALS, TROUBLE, said

if TYPE_CHECKING:
    from oracle_backup.triggers.host_link import HostLink

_SQL_SECONDS = 10
_GRACE_SECONDS = 8
"""How long the client may take to end by itself once its job is stopped."""


async def stop_job(
    link: HostLink,
    *,
    job: str,
    oracle_conn_id: str | None,
    why: str,
    log: Any,
    limit_seconds: float | None = None,
) -> str:
    """
    Stop a job for good; return what went wrong and what to do, or nothing.

    :param oracle_conn_id: where its control table is, or None for a tool that is its own job.
    :param limit_seconds: how long all of it may take.
    """
    told: bool | None = False
    try:
        async with asyncio.timeout(limit_seconds):
            if oracle_conn_id is not None:
                told = await _stop_in_database(oracle_conn_id, job, log=log)
            script = build_stop(
                job=job, why=why, grace_seconds=_GRACE_SECONDS, attach=told is not True
            )
            answers = parse_answers((await link.run(script)).decode("utf-8", "replace"))
    except TimeoutError:
        trouble = f"that took longer than {limit_seconds:.0f} s"
    except (*REFUSALS, *TROUBLE) as error:
        trouble = said(error)
    else:
        state = answers.get("state", ["unknown"])[0]
        log.info("Job %s on the Oracle host: %s.", job, state)
        attached = answers.get("attach_exit_code") == ["0"]
        if state != "running" and (told is not None or attached):
            return ""
        # Without its client a job goes on.
        trouble = "it still runs" if state == "running" else "its client has not ended it either"
    left = (
        "The database has ended it; its client on the host may be left."
        if told
        else "It may still run: stop it in the database (KILL_JOB)."
    )
    message = f"Job {job} could not be stopped on the host: {trouble}. {left}"
    log.error(message)
    return message


async def _stop_in_database(oracle_conn_id: str, job: str, *, log: Any) -> bool | None:
    """
    Stop the job over SQL, control table and half-written dump files included.

    Return False where the database knows no such job, and None, and log why, where it can't be
    done so: there is the other way, by attaching the tool to the job.
    """
    # Not asyncio.to_thread: only in asgiref's threads can Airflow be asked for a connection.
    stop = sync_to_async(_stop, thread_sensitive=False)
    try:
        async with asyncio.timeout(_SQL_SECONDS):
            stopped: bool = await stop(oracle_conn_id, job)
    except TimeoutError:
        log.warning("The database did not answer within %d s.", _SQL_SECONDS)
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the other way is to be tried
        log.warning("Job %s can't be stopped over SQL: %s", job, error)
        return None
    if stopped:
        log.info("Job %s was stopped in the database.", job)
    else:
        log.info("The database knows no job %s.", job)
    return stopped


def _stop(oracle_conn_id: str, job: str) -> bool:
    from oracle_backup.hooks.database import OracleDatabaseHook

    with OracleDatabaseHook(oracle_conn_id).database() as database:
        view = database.job(job)
        return view is not None and database.stop_job(job, owner=view.owner)
