"""
Which lines does a report have, in which order?

Text and HTML are both made from this, so that neither can say more than the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.domain.report.archive_part import archive_section
from oracle_backup.domain.report.figures_part import (
    biggest_section,
    history_section,
    steps_section,
)
from oracle_backup.domain.report.formats import format_count, format_instant
from oracle_backup.domain.report.page import Section
from oracle_backup.domain.report.retention_part import retention_section
from oracle_backup.domain.report.trouble_part import run_link, trouble_sections
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.domain.report.model import BackupReport

__all__ = ["Section", "build_sections", "format_instant"]


def build_sections(report: BackupReport) -> tuple[Section, ...]:
    """Given a report, return its parts: trouble first, then figures, then how to restore."""
    sections = [
        *trouble_sections(report),
        Section(
            title=say("title.backup", report.language),
            rows=_facts(report),
            link=None if report.outcome == "failed" else run_link(report),
        ),
        archive_section(report),
        history_section(report),
        steps_section(report),
        biggest_section(report),
        retention_section(report),
    ]
    return tuple(one for one in sections if one is not None)


def _facts(report: BackupReport) -> tuple[tuple[str, str], ...]:
    def when(moment: datetime) -> str:
        return format_instant(moment, zone=report.zone, language=report.language)

    rows = [
        ("schema", report.schema),
        ("database", report.database),
        ("host", report.host),
        ("due", when(report.moment)),
    ]
    if report.began is not None:
        rows.append(("began", when(report.began)))
    if report.snapshot_time is not None:
        rows.append(("data", when(report.snapshot_time)))
    rows.append(("verdict", _verdict(report)))
    if report.tables is not None and report.rows is not None:
        rows.append(("tables", _tables(report.tables, report.rows, report.language)))
    if report.note:
        rows.append(("note", report.note))
    rows.append(("run", report.run_id))
    return tuple((say(f"label.{key}", report.language), value) for key, value in rows)


def _verdict(report: BackupReport) -> str:
    key = report.verdict or ("skipped" if report.was_skipped else "none")
    verdict = say(f"verdict.{key}", report.language)
    if report.verdict == "complete" and not report.verified:
        return say("verdict.export", report.language, verdict=verdict)
    return verdict


def _tables(tables: int, rows: int, language: str) -> str:
    return say(
        "tables",
        language,
        tables=format_count(tables, language=language),
        rows=format_count(rows, language=language),
    )
