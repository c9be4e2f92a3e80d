"""How a run of any DAG is told."""

import string
from typing import Any

import pytest

from oracle_backup.domain.report.model import Problem, Step
from oracle_backup.domain.report.notice_words import WORDS
from oracle_backup.domain.report.render import render_text_page
from oracle_backup.domain.report.run_notice import RunNotice
from support.builders import DUE

URL = "https://airflow.example/dags/etl/runs/r"


def make_notice(**changes: Any) -> RunNotice:
    values: dict[str, Any] = {
        "kind": "failed",
        "dag_id": "etl",
        "run_id": "r",
        "run_url": URL,
        "moment": DUE,
        "zone": "Europe/Madrid",
    }
    return RunNotice(**(values | changes))


def text_of(notice: RunNotice) -> str:
    return " ".join(render_text_page(notice.headline, notice.sections()).split())


def test_failed_run_has_what_to_do_and_where_at_once():
    steps = (Step(name="load", state="failed"), Step(name="pack", state="failed"))
    problem = Problem(step="load", message="No room.", hint="Add a disk.")

    text = text_of(make_notice(steps=steps, problems=(problem,), reason="task_failure"))

    assert text.startswith("DAG etl FAILED in load and pack. LOAD FAILED No room. Add a disk.")
    assert text.index("WHAT TO DO") < text.index(URL) < text.index("THE RUN")
    assert "Airflow says task_failure" in text
    assert "load failed" in text


def test_good_run_asks_for_nothing():
    text = text_of(make_notice(kind="success"))

    assert "WHAT TO DO" not in text
    assert URL in text
    assert "STEPS" not in text


def test_run_without_moment_or_address_is_told_without_them():
    text = text_of(make_notice(moment=None, run_url=""))

    assert "Due" not in text
    assert "http" not in text


def test_late_run_without_steps_has_not_begun():
    notice = make_notice(kind="late", deadline=DUE)

    assert notice.headline.endswith("by 2026-11-23 03:00:00 Europe/Madrid, and has not begun.")
    assert "Is its DAG paused" in text_of(notice)


def test_nothing_in_a_notice_leaves_its_line():
    notice = make_notice(dag_id="e\r\nBcc: x")

    assert notice.subject == "[Oracle backup] FAILED: DAG e Bcc: x"


@pytest.mark.parametrize("key", sorted(WORDS))
def test_both_languages_have_the_same_placeholders(key: str):
    english, spanish = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in WORDS[key]
    )

    assert english == spanish
