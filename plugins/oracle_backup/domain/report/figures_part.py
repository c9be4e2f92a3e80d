"""Which charts and tables of figures does a report have?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.formats import (
    format_count,
    format_decimal,
    format_duration,
    format_short_day,
    format_size,
)
from oracle_backup.domain.report.page import Bar, Grid, Picture, Point, Section
from oracle_backup.domain.report.words import WORDS, say

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport, PastRun, Step

MOST_RUNS: Final = 14
_FEWEST_RUNS: Final = 2
"""One bar alone compares with nothing."""


def steps_section(report: BackupReport) -> Section:
    """Given a report, return how long each step took, as a chart."""
    longest = max((step.seconds or 0 for step in report.steps), default=0) or 1
    return Section(
        title=say("title.steps", report.language),
        bars=tuple(
            Bar(
                label=step.name,
                share=(step.seconds or 0) / longest,
                text=_step(step, report.language),
                is_bad=step.state == "failed",
            )
            for step in report.steps
        ),
    )


def history_section(report: BackupReport) -> Section | None:
    """Given a report, return size and ratio of the last backups; None for fewer than two."""
    runs = report.history[-MOST_RUNS:]
    if len(runs) < _FEWEST_RUNS or report.archive is None:
        return None
    language = report.language
    largest = max(run.size_bytes for run in runs) or 1
    texts = [_run(run, report) for run in runs]
    return Section(
        title=say("title.history", language, count=len(runs)),
        bars=tuple(
            Bar(
                label=format_short_day(run.snapshot_time, zone=report.zone, language=language),
                share=run.size_bytes / largest,
                text=_figures(run, language),
                is_bad=not run.counts,
            )
            for run in runs
        ),
        picture=Picture(
            cid=_cid(report),
            alt=say("history.alt", language, count=len(runs), points="; ".join(texts)),
            upper_title=say("history.sizes", language),
            lower_title=say("history.ratios", language),
            points=tuple(_point(run, report) for run in runs),
        ),
    )


def biggest_section(report: BackupReport) -> Section | None:
    """Given a report, return its biggest tables; None where none is known."""
    if not report.biggest:
        return None
    language = report.language
    sized = any(one.size_bytes is not None for one in report.biggest)
    keys = ("table", "rows", "size") if sized else ("table", "rows")
    rows = [
        (
            one.table,
            format_count(one.rows, language=language),
            "" if one.size_bytes is None else format_size(one.size_bytes, language=language),
        )
        for one in report.biggest
    ]
    return Section(
        title=say("title.biggest", language),
        grid=Grid(
            columns=tuple(say(f"column.{key}", language) for key in keys),
            rows=tuple(row[: len(keys)] for row in rows),
            figures=frozenset({1, 2}),
        ),
    )


def _step(step: Step, language: str) -> str:
    key = f"state.{step.state}"
    state = say(key, language) if key in WORDS else step.state
    if step.seconds is None:
        return state
    took = format_duration(step.seconds, language=language)
    # What went well needs no word behind its duration.
    return took if step.state == "success" else say("step", language, state=state, took=took)


def _run(run: PastRun, report: BackupReport) -> str:
    day = format_short_day(run.snapshot_time, zone=report.zone, language=report.language)
    return f"{day}: {_figures(run, report.language)}"


def _figures(run: PastRun, language: str) -> str:
    figures = say(
        "history.figures",
        language,
        size=format_size(run.size_bytes, language=language),
        ratio=format_decimal(run.ratio, language=language),
    )
    return figures if run.counts else say("history.bad", language, point=figures)


def _point(run: PastRun, report: BackupReport) -> Point:
    language = report.language
    return Point(
        label=format_short_day(run.snapshot_time, zone=report.zone, language=language),
        upper=run.size_bytes,
        upper_text=format_size(run.size_bytes, language=language),
        lower=run.ratio,
        lower_text=f"{format_decimal(run.ratio, language=language)} : 1",
        is_bad=not run.counts,
    )


def _cid(report: BackupReport) -> str:
    """Return an id that no other run's mail has: some readers look for it in a whole thread."""
    run = f"{report.dag_id}\0{report.run_id}".encode("utf-8", "backslashreplace")
    return f"history-{hashlib.sha256(run).hexdigest()[:16]}@oracle-backup"
