"""
What does a log say, as values?

A :class:`TableRow` is a named tuple and not a frozen dataclass like the other values: a log of
100 MB can hold a million of them, and a dataclass takes four times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

Tool = Literal["expdp", "impdp", "exp", "imp"]


class Ending(StrEnum):
    """How the log says the job ended."""

    SUCCESS = "success"
    ERRORS = "errors"
    FAILED = "failed"
    NONE = "none"


class TableRow(NamedTuple):
    """
    One table, partition or sub-partition that was written or read.

    ``owner`` is None where exp or imp did not say whose table it is. ``size_bytes`` is what Data
    Pump printed, so it is right to about three digits; exp prints none.
    """

    owner: str | None
    table: str
    partition: str | None
    subpartition: str | None
    rows: int
    size_bytes: int | None
    seconds: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON can hold it."""
        return self._asdict()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Given what :meth:`to_dict` returned, return the row."""
        return cls(**{field: data[field] for field in cls._fields})


@dataclass(frozen=True, slots=True)
class ErrorBlock:
    """
    An error message with the messages nested under it.

    ``counted`` tells whether Oracle counts the head in ``completed with N error(s)``. ``subject``
    is the object the head is about, as printed: ``TABLE:"HR"."EMPLOYEES"``. ``at_logon`` marks
    a message printed before the job began, which a second, good logon makes void.
    """

    code: str
    text: str
    counted: bool
    nested: tuple[str, ...] = ()
    subject: str | None = None
    at_logon: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the block as JSON can hold it."""
        return {
            "code": self.code,
            "text": self.text,
            "counted": self.counted,
            "nested": list(self.nested),
            "subject": self.subject,
            "at_logon": self.at_logon,
        }


@dataclass(frozen=True, slots=True)
class ExportLog:
    """
    What a log of expdp, impdp, exp or imp says.

    :param ending: from the end line; ``failed`` also where the tool gave up before there was one.
    :param end_line: the end line as printed, None where there is none.
    :param end_line_is_whole: a line end follows the end line, so nothing of it can be cut off.
    :param error_count: N of ``completed with N error(s)``.
    :param codes: all error codes, each once, in order of appearance.
    :param elapsed: ``D HH:MM:SS`` as printed.
    :param errors: error blocks in order; the first few hundred of them.
    :param code_counts: how often each code stood at the head of a block.
    :param counted_errors: blocks that Oracle counts.
    :param failed_tables: tables whose line bears no count (exp and imp).
    :param notes: other things the log says, as short keywords; see ``domain/log/notes.py``.
    :param phrases_seen: those of the reader's extra phrases that stand in the log.
    :param is_log: False where nothing in the text looks like such a log.
    """

    tool: Tool | None = None
    version: str | None = None
    language: str | None = None
    ending: Ending = Ending.NONE
    end_line: str | None = None
    end_line_is_whole: bool = False
    error_count: int | None = None
    codes: tuple[str, ...] = ()
    job: str | None = None
    elapsed: str | None = None
    dump_files: tuple[str, ...] = ()
    tables: tuple[TableRow, ...] = ()
    table_count: int = 0
    row_count: int = 0
    errors: tuple[ErrorBlock, ...] = ()
    code_counts: tuple[tuple[str, int], ...] = ()
    counted_errors: int = 0
    failed_tables: tuple[str, ...] = ()
    notes: frozenset[str] = frozenset()
    phrases_watched: frozenset[str] = frozenset()
    phrases_seen: frozenset[str] = frozenset()
    started: bool = False
    is_log: bool = False
