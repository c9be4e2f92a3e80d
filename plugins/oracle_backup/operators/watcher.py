"""Does any failed step end the run red?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, TriggerRule
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from airflow.sdk import Context


class WatcherOperator(BaseOperator):
    """
    Fail as soon as any step before it has failed.

    Airflow takes a run's state from its last tasks. Without this one, a report that went out
    well would turn a failed backup green.

    Succeeds never: it is skipped where no step failed, and a skipped leaf leaves the run green.

    :raises AirflowFailException: always. Not retried.
    """

    ui_color = "#ffffff"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trigger_rule", TriggerRule.ONE_FAILED)
        super().__init__(**kwargs)

    def execute(self, context: Context) -> None:
        """Fail; the reason is the failed step's."""
        raise AirflowFailException("A step of this run failed: see the report, or that task.")
