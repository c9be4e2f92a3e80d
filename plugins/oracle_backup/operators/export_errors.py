"""What is said of an export that can't go on, and what is its reader to do?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_backup.errors import (
    ExportFailedError,
    HostError,
    HostUnreachableError,
    LoginRejectedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from oracle_backup.domain.lost_job import Decision


def gave_up_error(record: Mapping[str, Any], decision: Decision) -> ExportFailedError:
    """Return the error for an export that has died a second time."""
    return ExportFailedError(
        f"Job {record['job']} died in the database, as the one before it did: {decision.why}. It "
        "was not started a third time.",
        hint="Read the alert log of the instance and the host's system log for a crash, a restart "
        "or a lack of memory. Mend that, then clear the task export.",
    )


def overdue_error(record: Mapping[str, Any], *, max_duration: timedelta) -> ExportFailedError:
    """Return the error for an export that took too long, and was stopped as far as is known."""
    took = f"Job {record['job']} took longer than {max_duration}"
    if record["may_live"]:
        return ExportFailedError(
            f"{took}, and it may still run: it could not be stopped.",
            hint="Stop it in the database (KILL_JOB). A cleared task stops it before it exports.",
        )
    return ExportFailedError(
        f"{took} and was stopped in the database.",
        hint="Raise export.max_duration, or find out what slowed it down: its log is above.",
    )


def wait_error(event: Mapping[str, Any], *, ssh_conn_id: str) -> HostError:
    """Return the error for a wait that did not come to the job's end."""
    job = event["job"]
    if event["status"] == "refused":
        return LoginRejectedError(
            f"The Oracle host refused the connection {ssh_conn_id!r} while job {job} ran: "
            f"{event['message']}.",
            hint="Mend the connection, then clear the task: the job is found again.",
        )
    return HostUnreachableError(
        f"The Oracle host did not answer for so long that the wait for job {job} was given up: "
        f"{event['message']}.",
        hint="The job was not touched; the next try finds it again.",
    )
