"""The files in include/monitoring speak of figures that exist, under the names they have."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from oracle_backup.cli.status_metrics import gauges_of
from oracle_backup.domain.metrics import OF_RUNS, OF_SCHEMAS
from oracle_backup.domain.watch.judge import Look

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "include" / "monitoring"
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana-oracle-backups.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "prometheus-alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
METRICS = (*OF_RUNS, *OF_SCHEMAS)
PRINTED = {gauge.name for gauge in gauges_of(Look(statuses=(), alarms=()), [], problem_count=0)}
EMITTED = PRINTED | {one.prometheus_name for one in METRICS}
LABELS = {"store", "path", *(tag for one in METRICS for tag in one.tags)}

_NAME = re.compile(r"\boracle_backup_\w+")
_BY = re.compile(r"\bby \(([^)]*)\)")
_GRAFANA_UNITS = {"s", "bytes", "percentunit", "short", "x"}


def expressions() -> list[str]:
    """Return each question that the board and the alerts ask."""
    asked = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    lists = [one["definition"] for one in BOARD["templating"]["list"] if "definition" in one]
    return [*asked, *lists, *(rule["expr"] for rule in RULES)]


@pytest.mark.parametrize("text", expressions())
def test_question_is_about_figures_and_labels_that_exist(text: str) -> None:
    names = set(_NAME.findall(text))

    assert names
    assert names <= EMITTED
    for labels in _BY.findall(text):
        assert {label.strip() for label in labels.split(",")} <= LABELS


def test_every_figure_of_a_run_is_on_the_board() -> None:
    shown = {name for text in expressions() for name in _NAME.findall(text)}

    assert {one.prometheus_name for one in METRICS} <= shown


def test_panels_have_titles_units_descriptions_and_lie_side_by_side() -> None:
    panels = BOARD["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"] in _GRAFANA_UNITS
        assert 0 <= place["x"] <= place["x"] + place["w"] <= 24
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_board_uses_only_variables_that_it_has() -> None:
    used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(BOARD))) - {"__all"}

    assert used == {one["name"] for one in BOARD["templating"]["list"]}


def test_alerts_say_what_is_wrong_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        said = rule["annotations"]
        assert said["summary"]
        assert said["description"].endswith(".")
        for command in re.findall(r"-m oracle_backup (\w+)", said["description"]):
            assert (ROOT / "docs/reference/command-line.md").read_text("utf-8").count(command)
        for path in re.findall(r"docs/\S+\.md", said["description"]):
            assert (ROOT / path).is_file()
        for label in re.findall(r"\$labels\.(\w+)", json.dumps(said)):
            assert label in LABELS


def test_statsd_exporter_gets_every_figure_back_with_its_labels() -> None:
    mappings = yaml.safe_load((FOLDER / "statsd-exporter.yaml").read_text("utf-8"))["mappings"]

    assert mappings == [
        {
            "match": ".".join(["airflow", one.full_name, *("*" for _ in one.tags)]),
            "name": one.prometheus_name,
            "labels": {tag: f"${place}" for place, tag in enumerate(one.tags, start=1)},
        }
        for one in METRICS
    ]


def test_collector_takes_airflows_prefix_off() -> None:
    collector = yaml.safe_load((FOLDER / "otel-collector.yaml").read_text("utf-8"))

    pipeline = collector["service"]["pipelines"]["metrics"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(collector[kind])
    (block,) = collector["processors"]["transform"]["metric_statements"]
    (statement,) = block["statements"]
    written = re.fullmatch(r'replace_pattern\(metric\.name, "(.+)", "(.+)"\)', statement)
    assert written is not None
    pattern, with_ = written[1].replace("\\\\", "\\"), written[2]
    for one in METRICS:
        renamed = re.sub(pattern, with_, f"airflow.{one.full_name}").replace(".", "_")
        assert f"{renamed}{'_total' if one is OF_RUNS[0] else ''}" == one.prometheus_name
    assert re.sub(pattern, with_, "airflow.ti.finish") == "airflow.ti.finish"


def test_every_figure_is_in_the_documents() -> None:
    text = (ROOT / "docs" / "how-to" / "monitor.md").read_text("utf-8")

    assert [one.full_name for one in METRICS if f"`{one.full_name}`" not in text] == []
