"""
Which lines does a report have, in which order?

Text and HTML are both made from this, so that neither can say more than the other.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.domain.report.model import ArchiveFacts, BackupReport, Copy

_PROVEN_BY = {
    "full": "every byte matched",
    "hash": "its SHA-256 matched",
    "size": "its size matched",
}
_PLAIN_NAME = re.compile(r"[A-Z][A-Z0-9_$#]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A part of the report.

    :param rows: pairs of a label and a value.
    :param lines: sentences.
    :param code: lines to copy and run.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


def build_sections(report: BackupReport) -> tuple[Section, ...]:
    """Given a report, return its parts: trouble first, then figures, then how to restore."""
    sections = [
        *_trouble(report),
        Section(title="The backup", rows=_facts(report)),
    ]
    if report.archive is not None:
        sections.append(_archive(report, report.archive))
    sections.append(Section(title="Steps", rows=_steps(report)))
    if report.retention:
        sections.append(Section(title="Retention", lines=report.retention))
    return tuple(sections)


def _trouble(report: BackupReport) -> list[Section]:
    sections = []
    if report.message:
        sections.append(Section(title="", lines=tuple(report.message.splitlines())))
    for problem in report.problems:
        lines = (*problem.message.splitlines(), *problem.hint.splitlines())
        sections.append(Section(title=f"{problem.step} failed", lines=lines))
    if report.notes:
        sections.append(Section(title="What happened to the export", lines=report.notes))
    if report.reasons and report.verdict != "complete":
        sections.append(Section(title=f"Why {report.verdict}", lines=report.reasons))
    warnings = [
        *report.warnings,
        *(
            f"Connection {name!r} does not verify the server's host key: anyone on the way "
            "could read or replace the backup."
            for name in report.unchecked_host_keys
        ),
    ]
    if warnings:
        sections.append(Section(title="Warnings", lines=tuple(warnings)))
    return sections


def _facts(report: BackupReport) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Schema", report.schema),
        ("Database", report.database),
        ("Oracle host", report.host),
        ("Due", format_instant(report.moment, zone=report.zone)),
    ]
    if report.snapshot_time is not None:
        rows.append(("Data as of", format_instant(report.snapshot_time, zone=report.zone)))
    rows.append(("Verdict", report.verdict or "none: the export was not judged"))
    if report.tables is not None and report.rows is not None:
        rows.append(("Tables", f"{report.tables:,} with {report.rows:,} rows"))
    if report.note:
        rows.append(("Note", report.note))
    rows.append(("Run", report.run_id))
    if report.run_url:
        rows.append(("In Airflow", report.run_url))
    return tuple(rows)


def _archive(report: BackupReport, archive: ArchiveFacts) -> Section:
    ratio = archive.dump_bytes / archive.size_bytes if archive.size_bytes else 0
    rows = [
        ("Archive", archive.name),
        *_places(archive),
        (
            "Size",
            f"{format_bytes(archive.size_bytes)} for a dump of "
            f"{format_bytes(archive.dump_bytes)} ({ratio:.1f} : 1)",
        ),
        ("Encrypted", "yes, AES-256" if archive.encrypted else "no"),
        ("Read back", _proof(report, archive)),
    ]
    if archive.sha256:
        rows.append(("SHA-256", archive.sha256))
    dumps = ",".join(name for name in archive.members if name.endswith(".dmp"))
    # impdp reads a name without quotes in upper case; a shell takes "$" for a variable's sign.
    plain = _PLAIN_NAME.fullmatch(report.schema)
    schema = shlex.quote(report.schema if plain else f'"{report.schema}"')
    if archive.tool == "exp":
        restore = f"imp USER@DATABASE file={dumps} fromuser={schema} touser={schema}"
    else:
        restore = f"impdp USER@DATABASE directory=DIRECTORY dumpfile={dumps} schemas={schema}"
    code = (f"7z x {shlex.quote(archive.name)}", restore)
    return Section(title="Where it is, and how to restore it", rows=tuple(rows), code=code)


def _places(archive: ArchiveFacts) -> tuple[tuple[str, str], ...]:
    if len(archive.copies) < 2:
        return (("Where", archive.location),)
    return tuple((f"On {copy.store}", _place(copy)) for copy in archive.copies)


def _place(copy: Copy) -> str:
    if copy.method is None:
        return f"NOT THERE, or not proven: {copy.error or copy.location}"
    return f"{copy.location}, {_PROVEN_BY[copy.method]}"


def _proof(report: BackupReport, archive: ArchiveFacts) -> str:
    methods = {copy.method for copy in archive.copies}
    if not report.verified:
        # Some of several may be.
        return "NOT ALL COPIES" if methods - {None} else "NO"
    best = next((method for method in _PROVEN_BY if method in methods), "full")
    return f"yes, {_PROVEN_BY[best]}"


def _steps(report: BackupReport) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            step.name,
            step.state if step.seconds is None else f"{step.state}, {format_seconds(step.seconds)}",
        )
        for step in report.steps
    )


def format_instant(moment: datetime, *, zone: str) -> str:
    """Given an instant, return it as the clocks of a zone show it, with the zone's name."""
    return moment.astimezone(ZoneInfo(zone)).strftime(f"%Y-%m-%d %H:%M:%S {zone}")
