"""Does any failed step end the run red?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from oracle_backup.operators.steps import SKIPPED_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context


class WatcherOperator(BaseOperator):
    """
    Decide the colour of the run: the last task, which fails unless every step has succeeded.

    Airflow takes a run's state from its last tasks. Without this one, a report that went out well
    would turn a failed backup green. It has to be a teardown that fails the run: marking a run
    failed by hand skips every task that has not begun, but not teardowns, and a skipped last task
    would leave that run green.

    Succeeds when all steps did. A missed run that exports nothing fails with its reason.

    :param steps: ids of the tasks that must have succeeded.

    :raises AirflowFailException: a step did not succeed. Not retried.
    """

    ui_color = "#ffffff"

    def __init__(self, *, steps: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.steps = steps

    def execute(self, context: Context) -> None:
        """Fail where a step did; the reason is that step's."""
        run = context["dag_run"]
        answer = context["ti"].get_task_states(
            dag_id=run.dag_id, task_ids=list(self.steps), run_ids=[run.run_id]
        )
        states = answer.get(run.run_id, {})
        wrong = [
            f"{step} ({states.get(step)})" for step in self.steps if states.get(step) != "success"
        ]
        skipped = context["ti"].xcom_pull(task_ids=self.steps[0], key=SKIPPED_KEY)
        if skipped:
            # A night without a backup is red, whoever wanted it so.
            raise AirflowFailException(f"There is no backup for this run. {skipped}")
        if wrong:
            raise AirflowFailException(
                f"This run is red because of {', '.join(wrong)}: see the report, or that task."
            )
        self.log.info("Every step has succeeded.")
