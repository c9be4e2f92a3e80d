"""What went wrong, what is to be done about it, and what should be looked at?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.codes import CODES, facts_of
from oracle_backup.domain.report.code_words import in_language
from oracle_backup.domain.report.formats import format_count
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Grid, Section
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.words import WORDS, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.domain.report.model import BackupReport, Problem
    from oracle_backup.domain.table_figures import TroubledTable

_JUDGED: Final = frozenset({"ExportIncompleteError", "ExportFailedError", "LogNotUnderstoodError"})
"""Errors that say no more than verdict and reasons, which are told anyway."""
_CODE: Final = re.compile(r"\b(?:ORA|UDE|UDI|LRM|EXP|IMP)-[0-9]{5}\b")
_MOST_CODES: Final = 5
_MOST_LINES: Final = 10


def trouble_sections(report: BackupReport) -> list[Section]:
    """Given a report, return what is to be read first; of a good run, what should be looked at."""
    language = report.language
    sections = []
    if report.message:
        sections.append(Section(title="", lines=tuple(report.message.splitlines())))
    sections += [_problem(one, language) for one in _untold(report)]
    sections += _troubled(report)
    if reasons := _reasons(report):
        verdict = say(f"verdict.{report.verdict}", language)
        sections.append(
            Section(
                title=say("title.why", language, verdict=verdict),
                lines=_capped(reasons, language),
                tone=TROUBLE,
            )
        )
    sections += _todo(report)
    if report.notes:
        sections.append(
            Section(title=say("title.notes", language), lines=_capped(report.notes, language))
        )
    unchecked = (say("host.unchecked", language, name=name) for name in report.unchecked_host_keys)
    if warnings := (*_capped(report.warnings, language), *unchecked):
        sections.append(Section(title=say("title.warnings", language), lines=warnings, tone=ADVICE))
    return sections


def _problem(problem: Problem, language: str) -> Section:
    return Section(
        title=say("title.problem", language, step=problem.step),
        lines=tuple(translate(problem.message, language).splitlines()),
        tone=TROUBLE,
    )


def _untold(report: BackupReport) -> list[Problem]:
    """Return the problems that verdict and reasons do not tell."""
    told = report.verdict not in {"complete", None} and bool(report.reasons)
    return [one for one in report.problems if not (told and one.kind in _JUDGED)]


def _reasons(report: BackupReport) -> list[str]:
    """Return why the verdict is bad, without what the table of troubled tables tells."""
    if report.verdict in {"complete", None}:
        return []
    return [
        reason
        for reason in report.reasons
        if not any(_tells_of(reason, table) for table in report.troubled)
    ]


def _tells_of(reason: str, table: TroubledTable) -> bool:
    if not table.code:
        return reason.startswith("Without rows:")
    return reason.startswith(table.code) and f'"{table.table.partition(":")[0]}"' in reason


def _todo(report: BackupReport) -> list[Section]:
    """Return what to do about a run that is not good."""
    if report.outcome != "failed":
        return []
    hints = (
        line
        for one in _untold(report)
        for line in translate(one.hint, report.language).splitlines()
    )
    return [
        Section(
            title=say("title.todo", report.language),
            lines=(*dict.fromkeys(hints), *_code_lines(report), *_step_lines(report)),
            # Whoever has to act wants to go there first.
            link=run_link(report),
            tone=ADVICE,
        )
    ]


def run_link(report: BackupReport) -> tuple[str, str] | None:
    """Given a report, return the words and the address that lead to its run."""
    return (say("link.run", report.language), report.run_url) if report.run_url else None


def _code_lines(report: BackupReport) -> list[str]:
    """Return what the table of codes says of those that came."""
    found = list(report.codes)
    for problem in _untold(report):
        found += _CODE.findall(problem.message)
    known = [code for code in dict.fromkeys(found) if code in CODES][:_MOST_CODES]
    return [
        say(
            "todo.code",
            report.language,
            code=code,
            meaning=in_language(CODES[code].meaning, report.language),
            todo=in_language(CODES[code].todo, report.language),
        )
        for code in known
    ]


def _step_lines(report: BackupReport) -> list[str]:
    """Return what becomes of the run, by where it went wrong."""
    if report.verdict == "incomplete":
        keys = ["incomplete", *(step for step in report.failed_steps if step != "retain")]
    elif report.was_skipped:
        keys = ["skipped"]
    else:
        keys = list(report.failed_steps) or ["other"]
    known = [f"todo.{key}" if f"todo.{key}" in WORDS else "todo.other" for key in keys]
    return [say(key, report.language) for key in dict.fromkeys(known)]


def _troubled(report: BackupReport) -> list[Section]:
    language = report.language
    if not report.troubled:
        return []
    more = report.troubled_count - len(report.troubled)
    grid = Grid(
        columns=(say("column.table", language), say("column.trouble", language)),
        rows=tuple((one.table, _trouble(one, language)) for one in report.troubled),
    )
    lines = (
        (say("more", language, count=format_count(more, language=language)),) if more > 0 else ()
    )
    return [Section(title=say("title.troubled", language), grid=grid, lines=lines, tone=TROUBLE)]


def _trouble(table: TroubledTable, language: str) -> str:
    """Return what is wrong with a table: the cause, where there is one below the message."""
    if not table.code:
        return say("unrowed", language)
    code = table.causes[0] if table.causes else table.code
    meaning = in_language(facts_of(code).meaning, language)
    return say("trouble", language, code=code, meaning=meaning)


def _capped(sentences: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the first sentences in the report's language, and how many more there are."""
    shown = [translate(one, language) for one in sentences[:_MOST_LINES]]
    if (more := len(sentences) - _MOST_LINES) > 0:
        shown.append(say("more", language, count=format_count(more, language=language)))
    return tuple(shown)
