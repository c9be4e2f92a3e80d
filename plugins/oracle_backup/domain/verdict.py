"""
Is this export good?

The log's end line is believed first, the job view second, the exit code last: exit code 5 mixes
the harmless with lost data, and exit code 1 can come from a client that lost sight of a job which
then ended well. What is not understood is never good.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.codes import Severity, facts_of, is_harmless
from oracle_backup.domain.log.findings import CodeFinding, block_words, code_findings
from oracle_backup.domain.log.model import Ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.domain.log.model import ErrorBlock, ExportLog

MOST_NAMES: Final = 20
"""Names listed in one reason; the rest is only counted."""

_RUNNING_STATES: Final = frozenset({"DEFINING", "EXECUTING", "COMPLETING", "STOP PENDING"})
_STOPPED_STATES: Final = frozenset({"NOT RUNNING", "IDLING", "STOPPING", "STOPPED"})
_CLEAN_EXIT: Final = 0
_EXIT_WITH_ERRORS: Final = 5


class Verdict(StrEnum):
    """What an export is worth."""

    COMPLETE = "complete"
    """Everything that was asked for is in the dump."""
    INCOMPLETE = "incomplete"
    """There is a dump, but something is missing from it."""
    FAILED = "failed"
    """There is no usable dump."""
    UNKNOWN = "unknown"
    """The log is cut off, or in a form not understood."""


_ORDER: Final = (Verdict.COMPLETE, Verdict.INCOMPLETE, Verdict.UNKNOWN, Verdict.FAILED)


@dataclass(frozen=True, slots=True)
class DumpFile:
    """A dump file looked for on the host; ``size_bytes`` is None where there is none."""

    path: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """
    What a schema's settings say about verdicts.

    :param tolerate: codes that don't spoil an export; what they lost is still reported.
    :param warning_phrases: a log that holds one of them is at best incomplete.
    :param error_phrases: a log that holds one of them has failed.
    :param expected_tables: (owner, table) of what must have a row line; None if nobody asked.
    """

    tolerate: tuple[str, ...] = ()
    warning_phrases: tuple[str, ...] = ()
    error_phrases: tuple[str, ...] = ()
    expected_tables: frozenset[tuple[str, str]] | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """What the log reader has to look for."""
        return self.warning_phrases + self.error_phrases


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, why, what else to look at, and what each code in the log means."""

    verdict: Verdict
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    codes: tuple[CodeFinding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the judgement as JSON can hold it."""
        return {
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "codes": [finding.to_dict() for finding in self.codes],
        }


def judge(
    log: ExportLog,
    *,
    exit_code: int | None,
    dump_files: Sequence[DumpFile] | None,
    job_state: str | None = None,
    rules: VerdictRules = VerdictRules(),
) -> Judgement:
    """
    Given what is known of an export or import, return what it is worth.

    :param exit_code: of the tool; None where it is not known.
    :param dump_files: the dump set as found on the host; None where nobody looked.
    :param job_state: STATE of DBA_DATAPUMP_JOBS; None where the job is gone or nobody asked.
    :raises ValueError: the log was read without the rules' phrases.
    """
    if not log.phrases_watched.issuperset(rules.phrases):
        raise ValueError("the log was read without looking for the rules' phrases")
    case = _Case(log, exit_code, dump_files, job_state, rules)
    _judge_ending(case)
    if case.verdict in (Verdict.COMPLETE, Verdict.INCOMPLETE):
        _judge_losses(case)
        _judge_tables(case)
        _judge_dump_files(case)
    _judge_phrases(case)
    _compare_exit_code(case)
    if case.verdict is Verdict.COMPLETE:
        case.reasons.insert(0, _good_words(log))
    return Judgement(
        verdict=case.verdict,
        reasons=tuple(case.reasons),
        warnings=tuple(case.warnings),
        codes=code_findings(log, tolerate=rules.tolerate),
    )


@dataclass(slots=True)
class _Case:
    """What is before the judge, and what was found so far."""

    log: ExportLog
    exit_code: int | None
    dump_files: Sequence[DumpFile] | None
    job_state: str | None
    rules: VerdictRules
    verdict: Verdict = Verdict.COMPLETE
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def find(self, verdict: Verdict, reason: str) -> None:
        """Make the verdict at least as bad as this one, for this reason."""
        self.verdict = max(self.verdict, verdict, key=_ORDER.index)
        self.reasons.append(reason)

    def tolerates(self, block: ErrorBlock) -> bool:
        return block.code in self.rules.tolerate

    @property
    def blocks(self) -> list[ErrorBlock]:
        """The error blocks that concern the job itself."""
        return [block for block in self.log.errors if not block.at_logon]

    @property
    def is_pump(self) -> bool:
        return self.log.tool not in ("exp", "imp")


def _judge_ending(case: _Case) -> None:
    log = case.log
    if not log.is_log:
        case.find(Verdict.UNKNOWN, "This is no log of expdp, impdp, exp or imp.")
    elif log.ending is Ending.NONE:
        _judge_missing_end(case)
    elif log.ending is Ending.FAILED:
        _judge_failure(case)
    elif not log.end_line_is_whole and case.exit_code != _CLEAN_EXIT:
        case.find(
            Verdict.UNKNOWN,
            "No line end follows the end line: the log may be cut off. No exit code confirms it.",
        )
    elif log.ending is Ending.ERRORS:
        _judge_end_with_errors(case)
    elif log.counted_errors:
        case.find(
            Verdict.UNKNOWN,
            f"The end line says success, yet the log shows {_errors(log.counted_errors)}"
            " that Oracle counts: one of them can't be true.",
        )


def _judge_missing_end(case: _Case) -> None:
    state = (case.job_state or "").upper()
    if state in _RUNNING_STATES:
        case.find(Verdict.UNKNOWN, f"The job is still there, in state {state}.")
    elif state in _STOPPED_STATES:
        case.find(Verdict.FAILED, f"The job did not end: it is in state {state}.")
    elif case.exit_code == 1 and case.job_state is None:
        case.find(Verdict.FAILED, "The log has no end line and the tool ended with exit code 1.")
    else:
        case.find(
            Verdict.UNKNOWN,
            "The log has no end line: it is cut off, the tool was killed, or it still runs.",
        )
    for block in case.blocks:
        case.warnings.append(block_words(block))


def _judge_failure(case: _Case) -> None:
    blocks = case.blocks
    lost = [b for b in blocks if facts_of(b.code).severity is Severity.CLIENT]
    if lost and case.log.end_line is None:
        case.find(
            Verdict.UNKNOWN,
            "The client lost its job, which may still run or have ended well in the database.",
        )
    elif case.log.end_line is not None:
        case.find(Verdict.FAILED, f"The log ends with: {case.log.end_line}")
    else:
        case.find(Verdict.FAILED, "The tool gave up before there was a job.")
    for block in _first_of_each(blocks):
        case.reasons.append(block_words(block))


def _judge_end_with_errors(case: _Case) -> None:
    log = case.log
    if case.is_pump:
        missing = (log.error_count or 0) - log.counted_errors
        if log.error_count is None or missing > 0:
            case.find(
                Verdict.INCOMPLETE,
                f"Oracle counted {_errors(log.error_count or 0)}, but the log shows only"
                f" {log.counted_errors}.",
            )
    elif not case.blocks and "other-exporter" not in log.notes:
        case.find(Verdict.INCOMPLETE, "The tool ended with warnings, but the log shows none.")


def _judge_losses(case: _Case) -> None:
    """Go through all errors, counted or not: what Oracle does not count can lose data too."""
    shown: Counter[str] = Counter()
    for block in case.blocks:
        shown[block.code] += 1
        if is_harmless(block.code, nested=block.nested):
            if shown[block.code] == 1:
                case.warnings.append(block_words(block))
        elif case.tolerates(block):
            case.warnings.append(f"Tolerated: {block_words(block)}")
        elif facts_of(block.code).loses_data or case.log.ending is Ending.ERRORS:
            case.find(Verdict.INCOMPLETE, block_words(block))
        else:
            case.warnings.append(block_words(block))
    for code, count in case.log.code_counts:
        if count > shown[code]:
            _judge_unseen(case, code, count - shown[code])


def _judge_unseen(case: _Case, code: str, count: int) -> None:
    """Judge errors of which only the number was kept."""
    words = f"{code} came {count} more times."
    if facts_of(code).is_harmless or code in case.rules.tolerate:
        case.warnings.append(words)
    else:
        case.find(Verdict.INCOMPLETE, words)


def _judge_tables(case: _Case) -> None:
    log, expected = case.log, case.rules.expected_tables
    if log.failed_tables:
        case.find(Verdict.INCOMPLETE, f"Without rows: {_names(log.failed_tables)}.")
    if expected:
        seen = {(row.owner, row.table) for row in log.tables}
        lost = sorted(
            f"{owner}.{table}"
            for owner, table in expected
            if (owner, table) not in seen and (None, table) not in seen
        )
        if lost:
            case.find(Verdict.INCOMPLETE, f"Tables without a row line: {_names(lost)}.")
    if "root-container" in log.notes:
        words = "The job ran in the root of a container database."
        if log.table_count:
            case.warnings.append(words)
        else:
            case.find(Verdict.INCOMPLETE, words + " It found no table there.")
    if "charset-conversion" in log.notes:
        case.warnings.append(
            "Characters may have been converted: NLS_LANG differs from the database."
        )


def _judge_dump_files(case: _Case) -> None:
    log = case.log
    if log.tool in ("expdp", None) and not log.dump_files:
        if "estimate-only" in log.notes:
            case.find(Verdict.FAILED, "It was only an estimate: there is no dump.")
        else:
            case.find(Verdict.UNKNOWN, "The log does not say which dump files were written.")
    if case.dump_files is None or log.tool in ("impdp", "imp"):
        return
    if not case.dump_files:
        case.find(Verdict.FAILED, "There is no dump file.")
    sizes = {file.path: file.size_bytes for file in case.dump_files}
    unusable = [path for path in log.dump_files if path not in sizes]
    unusable += [path for path, size in sizes.items() if not size]
    if unusable:
        case.find(Verdict.FAILED, f"Dump files missing or empty: {_names(unusable)}.")


def _judge_phrases(case: _Case) -> None:
    for phrase in case.rules.error_phrases:
        if phrase in case.log.phrases_seen:
            case.find(Verdict.FAILED, f'The log holds the error phrase "{phrase}".')
    for phrase in case.rules.warning_phrases:
        if phrase in case.log.phrases_seen:
            case.find(Verdict.INCOMPLETE, f'The log holds the warning phrase "{phrase}".')


def _compare_exit_code(case: _Case) -> None:
    """Say where the exit code does not fit the log; the log is believed."""
    expected = {
        Ending.SUCCESS: (_CLEAN_EXIT,),
        Ending.ERRORS: (_EXIT_WITH_ERRORS,) if case.is_pump else (0, 1, 3),
    }.get(case.log.ending)
    if case.exit_code is not None and expected and case.exit_code not in expected:
        case.warnings.append(
            f"Exit code {case.exit_code} does not fit the log's end line, which was believed."
        )


def _first_of_each(blocks: list[ErrorBlock]) -> list[ErrorBlock]:
    return list({block.code: block for block in reversed(blocks)}.values())[::-1]


def _good_words(log: ExportLog) -> str:
    if log.ending is Ending.ERRORS:
        return "The job ended, and none of its errors spoils the result."
    return "The job ended successfully."


def _errors(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"


def _names(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    listed = ", ".join(names[:MOST_NAMES])
    return f"{listed} and {rest} more" if rest > 0 else listed
