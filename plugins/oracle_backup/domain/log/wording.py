"""
How is a log's wording in a given language turned into a pattern?

The wordings are written as Oracle prints them, with ``{job}``, ``{when}`` and ``{n}`` for what
varies. The patterns forgive what consoles, code pages and blogs do to a text: accents that are
lost or have become other signs, blanks between East Asian words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

CONSOLE_COLUMNS: Final = 79
"""A line that fills a console may go on in the next line; a blank at the end may be lost."""

# "HR"."SYS_EXPORT_SCHEMA_01"
JOB: Final = r'"(?P<owner>[^"]+)"\s?\.\s?"(?P<name>[^"]+)"'
# 17:47:22 | Tue Feb 25 18:05:53 2025 elapsed 0 00:00:20 | 星期日 4月 25 13:47:13 2021 elapsed ...
WHEN: Final = (
    r'(?P<day>[^":]{1,40}?\s)?\d{1,2}:\d\d:\d\d(?P<year>\s+\d{4})?'
    r"(?:\s+elapsed\s+(?P<days>\d{1,6})\s+(?P<clock>\d\d:\d\d:\d\d))?"
)
_SLOTS: Final = {"job": JOB, "when": WHEN, "n": r"(?P<n>\d{1,12})"}
_WIDE: Final = frozenset("WF")
_SLOT: Final = re.compile(r"\{(job|when|n)\}")


def columns(text: str) -> int:
    """Given a line, return how many columns of a console it fills."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in text)


def latin(wording: str) -> str:
    """Given a wording in Latin letters, return a pattern that doesn't care for its accents."""
    return _fill(wording, _latin_literal)


def east_asian(wording: str) -> str:
    """Given a wording in Chinese, Japanese or Korean, return a pattern that ignores blanks."""
    return _fill(wording, _east_asian_literal)


def _fill(wording: str, literal: Callable[[str], str]) -> str:
    parts = _SLOT.split(wording)
    return "".join(_SLOTS[part] if index % 2 else literal(part) for index, part in enumerate(parts))


def _latin_literal(text: str) -> str:
    return "".join(map(_latin_sign, text))


def _latin_sign(sign: str) -> str:
    if sign == " ":
        return r"\s+"
    if sign == "'":
        return r"(?:'|[^\x00-\x7f]{1,3}|\?)"
    if sign.isascii():
        return re.escape(sign)
    # Any letter: é may have become Ú on the way, and then U.
    return r"(?:\w\W?|[^\x00-\x7f]{1,4}|\?{1,2})"


def _east_asian_literal(text: str) -> str:
    signs = [r"[,，、]" if sign in ",，、" else re.escape(sign) for sign in text if sign != " "]
    return r"\s*" + r"\s*".join(signs) + r"\s*" if signs else r"\s*"
