"""Who tells of a run that is not done in time, while it is still at work?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference

from oracle_backup.notifications.backup_report import BackupReportNotifier
from oracle_backup.notifications.unreported import REPORT_TASK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta


def late_alert(
    *,
    database: str,
    schema_name: str,
    smtp_conn_id: str,
    to: Sequence[str],
    sender: str | None,
    timezone: str,
    language: str,
    deadline: timedelta | None,
) -> DeadlineAlert | None:
    """
    Return the alert for a DAG's late runs, or None where there is no deadline or nobody to tell.

    :param deadline: how long after it was queued a run may take.
    """
    if deadline is None or not to:
        return None
    told = {
        "to": list(to),
        "smtp_conn_id": smtp_conn_id,
        "sender": sender,
        "database": database,
        "schema_name": schema_name,
        "language": language,
        "timezone": timezone,
        "reported_by": REPORT_TASK,
    }
    return DeadlineAlert(
        # A run that was started by hand may have no logical date; it was queued all the same.
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=deadline,
        callback=AsyncCallback(BackupReportNotifier, told),
        name="late",
    )
