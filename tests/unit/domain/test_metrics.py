"""Which figures a run and a schema give, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from oracle_backup.cli.status_metrics import gauges_of
from oracle_backup.domain import metrics
from oracle_backup.domain.metrics import Kind, measures_of_run, measures_of_statuses
from oracle_backup.domain.report.model import Step
from oracle_backup.domain.status import StoreView, judge_schema
from oracle_backup.domain.watch.alarm import Level
from oracle_backup.domain.watch.judge import Look
from support.builders import make_archive_facts, make_report
from support.watch import NOW, make_aged, make_watched_schema


def figures(**changes: Any) -> dict[str, float]:
    """Return a report's figures by name, and by what tells them apart beside the schema."""
    found: dict[str, float] = {}
    for one in measures_of_run(make_report(**changes)):
        assert tuple(one.tags) == one.metric.tags
        assert (one.tags["database"], one.tags["schema"]) == ("erp", "HR")
        rest = [value for tag, value in one.tags.items() if tag not in {"database", "schema"}]
        found[" ".join([one.metric.name, *rest])] = one.value
    return found


def test_good_run_gives_all_its_figures() -> None:
    archive = replace(make_archive_facts(), size_bytes=250, dump_bytes=1000)
    steps = (
        Step(name="preflight", state="success", seconds=1.5),
        Step(name="export", state="success", seconds=60.0),
        Step(name="verify", state="skipped", seconds=0.0),
        Step(name="clean_up", state="success"),
    )

    assert figures(archive=archive, steps=steps, rows=7, tables=2) == {
        "runs complete": 1,
        "last_run_good": 1,
        "dump_bytes": 1000,
        "archive_bytes": 250,
        "compression_ratio": 4.0,
        "rows": 7,
        "tables": 2,
        "step_seconds preflight": 1.5,
        "step_seconds export": 60.0,
    }


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"verdict": None}, "failed"),
        ({"verdict": None, "skipped": "It was too late."}, "skipped"),
        ({"verdict": "failed", "skipped": "It was too late."}, "failed"),
        ({"verdict": "unknown"}, "unknown"),
        ({"verdict": "incomplete"}, "incomplete"),
        # What was never read back is no good backup.
        ({"verdict": "complete", "verified": False}, "failed"),
    ],
)
def test_run_that_is_not_good_counts_under_its_verdict(
    changes: dict[str, Any], verdict: str
) -> None:
    found = figures(**changes)

    assert [name for name in found if name.startswith("runs")] == [f"runs {verdict}"]
    assert found["last_run_good"] == 0


def test_what_is_not_known_is_left_out() -> None:
    found = figures(verdict=None, archive=None, rows=None, tables=None, steps=())

    assert found == {"runs failed": 1, "last_run_good": 0}


def test_empty_archive_has_no_ratio() -> None:
    assert "compression_ratio" not in figures(archive=replace(make_archive_facts(), size_bytes=0))


def test_names_of_schemas_are_those_of_the_dag() -> None:
    (run, *_) = measures_of_run(make_report(schema="A$B.C"))

    assert run.tags["schema"] == "A-24-B-2e-C"


def test_ages_are_the_figures_that_status_prints_under_the_same_names() -> None:
    facts = make_aged(6)
    statuses = tuple(
        judge_schema(
            make_watched_schema(schema, expected=expected), {"nas": StoreView.of(backups)}, now=NOW
        )
        for schema, backups, expected in (
            ("HR", [facts], timedelta(hours=30)),
            ("SALES", [], timedelta(hours=30)),
            ("OLD", [], None),
        )
    )

    found = {
        (f"{metrics.PREFIX}_{one.metric.name}", one.tags["schema"]): one.value
        for one in measures_of_statuses(statuses)
    }

    assert found["oracle_backup_newest_good_age_seconds", "HR"] == 6 * 3600
    assert (
        found["oracle_backup_newest_good_timestamp_seconds", "HR"]
        == facts.snapshot_time.timestamp()
    )
    assert found["oracle_backup_status", "SALES"] == Level.CRITICAL
    assert ("oracle_backup_newest_good_age_seconds", "SALES") not in found
    assert ("oracle_backup_expected_age_seconds", "OLD") not in found
    printed = {
        (gauge.name, labels["schema"]): value
        for gauge in gauges_of(Look(statuses=statuses, alarms=()), [], problem_count=0)
        for labels, value in gauge.samples
        if "store" not in labels and "schema" in labels
    }
    assert found.items() <= printed.items()


def test_catalogue_holds_each_metric_once_and_counters_are_told_from_gauges() -> None:
    every = [*metrics.OF_RUNS, *metrics.OF_SCHEMAS]

    assert len({one.full_name for one in every}) == len(every)
    assert [one.full_name for one in every if one.kind is Kind.COUNTER] == ["oracle_backup.runs"]
    assert all(one.help.endswith(".") for one in every)
    listed = {value for value in vars(metrics).values() if isinstance(value, metrics.Metric)}
    assert listed == set(every)
