"""Who outside Airflow learns how a run has ended, beside those who are mailed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.domain.metrics import measures_of_run
from oracle_backup.hooks.heartbeat import ping_end
from oracle_backup.hooks.metrics import emit

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport


def tell_outside(report: BackupReport, *, heartbeat: bool) -> None:
    """
    Give a run's figures to Airflow's metrics, and its end to its monitor. Never raises.

    Called by the report once its mail is out, and for a run that died before its report by the
    callback: so once for each run, unless the report dies in between.

    :param heartbeat: whether the schema has a monitor.
    """
    emit(measures_of_run(report))
    if heartbeat:
        ping_end(report)
