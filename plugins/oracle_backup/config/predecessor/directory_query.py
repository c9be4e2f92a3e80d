"""Which directory object of the database does SQLRutaBackup ask for?"""

from __future__ import annotations

import re

DEFAULT = "DATA_PUMP_DIR"
"""What expdp itself writes to when it is told no other."""

_QUESTION = re.compile(
    r"""
    \bdirectory_name \s* \)? \s* (?: = | \b(?:like|in)\b ) \s* \(? \s*
    (?: \w+ \s* \( \s* )?          # upper('...')
    ' \s* (?P<name>[A-Za-z][A-Za-z0-9_$]{0,127}) \s* ' (?!\s*,)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DICTIONARY = re.compile(r"\b(?:dba|all)_directories\b", re.IGNORECASE)


def directory_name(statement: str) -> str | None:
    """
    Given the statement, return the directory object it names; None where it names none.

    >>> directory_name("SELECT DIRECTORY_PATH FROM dba_directories WHERE DIRECTORY_NAME = 'DP';")
    'DP'
    """
    names = {match["name"].upper() for match in _QUESTION.finditer(statement)}
    if not _DICTIONARY.search(statement) or len(names) != 1:
        return None
    return names.pop()
