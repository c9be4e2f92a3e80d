"""What do the codes in this log mean?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.codes import CodeFacts, Severity, facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.domain.log.model import ErrorBlock, ExportLog

MOST_SUBJECTS: Final = 20


@dataclass(frozen=True, slots=True)
class CodeFinding:
    """A code in the log, with what is known of it and how often it came."""

    code: str
    severity: Severity
    count: int
    counted: bool
    loses_data: bool
    tolerated: bool
    meaning: str
    todo: str
    subjects: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON can hold it."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "count": self.count,
            "counted": self.counted,
            "loses_data": self.loses_data,
            "tolerated": self.tolerated,
            "meaning": self.meaning,
            "todo": self.todo,
            "subjects": list(self.subjects),
        }


def code_findings(log: ExportLog, *, tolerate: Sequence[str] = ()) -> tuple[CodeFinding, ...]:
    """Given a log, return each code in it with what is known of it, in order of appearance."""
    heads = dict(log.code_counts)
    subjects: dict[str, dict[str, None]] = {}
    for block in log.errors:
        if block.subject and len(subjects.setdefault(block.code, {})) < MOST_SUBJECTS:
            subjects[block.code][block.subject] = None
    return tuple(
        _finding(
            facts_of(code), heads.get(code, 0), code in tolerate, tuple(subjects.get(code, ()))
        )
        for code in log.codes
    )


def block_words(block: ErrorBlock) -> str:
    """Given an error block, return a sentence on it."""
    facts = facts_of(block.code)
    causes = f" ({', '.join(block.nested)})" if block.nested else ""
    subject = f" {block.subject}:" if block.subject else ""
    return f"{block.code}{causes}:{subject} {facts.meaning}"


def _finding(
    facts: CodeFacts, count: int, tolerated: bool, subjects: tuple[str, ...]
) -> CodeFinding:
    return CodeFinding(
        code=facts.code,
        severity=facts.severity,
        count=count,
        counted=facts.counted,
        loses_data=facts.loses_data,
        tolerated=tolerated,
        meaning=facts.meaning,
        todo=facts.todo,
        subjects=subjects,
    )
