"""
Which errors does a log report, and which of them belong together?

A message such as ORA-31693 is followed by its causes on lines of their own. Oracle counts the
message, not the causes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from oracle_backup.domain.codes import Severity, facts_of
from oracle_backup.domain.log.lines import SUBJECT
from oracle_backup.domain.log.model import ErrorBlock

MOST_BLOCKS: Final = 500
"""Blocks kept with their text; beyond that they are only counted."""
MOST_CODES: Final = 5_000
MOST_NESTED: Final = 20
LONGEST_TEXT: Final = 500

CLIENT_FAMILIES: Final = ("UDE", "UDI", "LRM")
_CLIENTS_AND_CLASSICS: Final = (*CLIENT_FAMILIES, "EXP", "IMP")


@dataclass(slots=True)
class _OpenBlock:
    code: str
    text: str
    counted: bool
    subject: str | None
    nested: dict[str, None] = field(default_factory=dict)
    at_logon: bool = False

    def close(self) -> ErrorBlock:
        return ErrorBlock(
            code=self.code,
            text=self.text,
            counted=self.counted,
            nested=tuple(self.nested),
            subject=self.subject,
            at_logon=self.at_logon,
        )


class ErrorCollector:
    """Gather error blocks in bounded memory."""

    def __init__(self) -> None:
        self.codes: dict[str, None] = {}
        self.head_counts: Counter[str] = Counter()
        self.counted = 0
        self.heads_since_activity: dict[str, None] = {}
        self._blocks: list[_OpenBlock] = []
        self._open: _OpenBlock | None = None

    def blocks(self) -> tuple[ErrorBlock, ...]:
        """Return the blocks so far."""
        return tuple(block.close() for block in self._blocks)

    def mention(self, code: str) -> None:
        """Note a code that stands within a line."""
        self._remember(code)
        self._nest(code)

    def add(self, code: str, text: str) -> None:
        """Note a line that begins with a code."""
        self._remember(code)
        if self._open is not None and _is_nested(code, under=self._open.code):
            self._nest(code)
        else:
            self._begin(code, text)

    def end_block(self) -> None:
        """Say that the next line belongs to no block."""
        self._open = None

    def saw_activity(self, *, first: bool) -> None:
        """Say that the job is at work: a client error before it is overcome."""
        self._open = None
        if self.heads_since_activity:
            self.heads_since_activity.clear()
            if first:
                self._void(only_clients=True)

    def saw_logon(self) -> None:
        """Say that a logon succeeded, which voids what came before."""
        self._open = None
        self.heads_since_activity.clear()
        self._void(only_clients=False)

    def gave_up(self, *, started: bool) -> bool:
        """
        Tell a tool that gave up before there was a job from one whose log is cut off.

        The former prints errors and no end line, ever; it must not look as if it were running.
        """
        heads = self.heads_since_activity
        if any(head.startswith(CLIENT_FAMILIES) for head in heads):
            return True
        return not started and any(map(_keeps_from_starting, heads))

    def _remember(self, code: str) -> None:
        if len(self.codes) < MOST_CODES:
            self.codes[code] = None

    def _nest(self, code: str) -> None:
        if self._open is not None and len(self._open.nested) < MOST_NESTED:
            self._open.nested[code] = None

    def _begin(self, code: str, text: str) -> None:
        counted = facts_of(code).counted
        if code in self.head_counts or len(self.head_counts) < MOST_CODES:
            self.head_counts[code] += 1
            self.heads_since_activity[code] = None
        self.counted += counted
        if len(self._blocks) < MOST_BLOCKS:
            text = text[:LONGEST_TEXT]
            subject = SUBJECT.search(text)
            self._open = _OpenBlock(code, text, counted, subject[0] if subject else None)
            self._blocks.append(self._open)
        else:
            self._open = _OpenBlock(code, "", counted, None)

    def _void(self, *, only_clients: bool) -> None:
        for block in self._blocks:
            if block.at_logon or (only_clients and not block.code.startswith(CLIENT_FAMILIES)):
                continue
            block.at_logon = True
            self.counted -= block.counted
            self.head_counts[block.code] -= 1
        self.head_counts = +self.head_counts


def _is_nested(code: str, *, under: str) -> bool:
    if code == under or code.startswith(_CLIENTS_AND_CLASSICS):
        return False
    severity = facts_of(code).severity
    if severity is not Severity.FATAL:
        return severity is Severity.DETAIL
    return under.startswith(_CLIENTS_AND_CLASSICS) or facts_of(under).severity is Severity.FATAL


def _keeps_from_starting(code: str) -> bool:
    """Tell whether a code seen before there was a job says that there will be none."""
    facts = facts_of(code)
    if facts.severity is Severity.NOTICE:
        return False
    return not facts.counted or code.startswith(_CLIENTS_AND_CLASSICS)
