"""What a missed run does: it sees the stores' backups and the runs beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from oracle_backup.domain.missed import MissedRun
from oracle_backup.operators.preflight_findings import Findings
from oracle_backup.operators.preflight_missed import settle_missed
from oracle_backup.operators.steps import NOTES_KEY, SKIPPED_KEY

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOO_FAR = "undo is gone"


class Runs:
    """Stands for the task instance: the runs of the DAG, and what their preflights returned."""

    def __init__(self, **runs: dict[str, Any]) -> None:
        self.runs = runs
        self.pushed: dict[str, Any] = {}

    def get_task_states(self, *, dag_id: str, task_ids: list[str]) -> dict[str, dict[str, str]]:
        assert (dag_id, task_ids) == ("dag", ["preflight", "verify"])
        return {run: dict(told["states"]) for run, told in self.runs.items()}

    def xcom_pull(self, *, task_ids: str, run_id: str) -> Any:
        assert task_ids == "preflight"
        return self.runs[run_id].get("facts")

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value


def run(verify: str | None, *, facts: dict[str, Any]) -> dict[str, Any]:
    return {"states": {"preflight": "success", "verify": verify}, "facts": facts}


def settle(
    runs: Runs,
    *,
    policy: str = "now",
    problem: str = TOO_FAR,
    newest_good: datetime | None = None,
) -> None:
    settle_missed(
        {"dag_run": SimpleNamespace(dag_id="dag", run_id="mine"), "ti": runs},  # type: ignore[arg-type]
        MissedRun(moment=DUE, late=timedelta(days=3), is_asked_for=True),
        Findings(facts={}, as_of_problem=problem, newest_good=newest_good),
        policy=policy,
        zone="UTC",
    )


def test_run_that_can_show_its_time_says_so_to_the_report() -> None:
    runs = Runs()

    settle(runs, problem="")

    (note,) = runs.pushed[NOTES_KEY]
    assert "as of that time" in note


def test_run_that_is_skipped_leaves_its_reason() -> None:
    runs = Runs()

    with pytest.raises(AirflowSkipException, match=TOO_FAR):
        settle(runs, policy="skip")

    assert TOO_FAR in runs.pushed[SKIPPED_KEY]


def test_run_joins_another_that_exports_the_data_of_now() -> None:
    runs = Runs(other=run(None, facts={"as_of": None}), mine=run(None, facts={"as_of": None}))

    with pytest.raises(AirflowSkipException, match="Run other is exporting the data of now"):
        settle(runs)


@pytest.mark.parametrize(
    "other",
    [
        run(None, facts={"as_of": {"time": DUE.isoformat(), "scn": 1}}),
        run("failed", facts={"as_of": None}),
        run("upstream_failed", facts={"as_of": None}),
        run("success", facts={"as_of": None}),
    ],
)
def test_run_does_not_join_one_of_the_past_or_one_that_is_over(other: dict[str, Any]) -> None:
    runs = Runs(other=other)

    settle(runs)

    assert "for all missed runs" in runs.pushed[NOTES_KEY][0]


def test_run_is_covered_by_a_good_backup_of_a_later_time_only() -> None:
    with pytest.raises(AirflowSkipException, match="There is a good backup as of 2026-11-23 02:00"):
        settle(Runs(), newest_good=DUE)

    earlier = Runs()
    settle(earlier, newest_good=DUE - timedelta(seconds=1))
    assert NOTES_KEY in earlier.pushed
