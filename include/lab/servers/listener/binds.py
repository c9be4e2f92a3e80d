"""Where are the bind variables in a statement, and what is bound to them?

Given SQL, each place is numbered in the order of the text, since that is the order in which the
driver sends the values. In a PL/SQL block a repeated name is sent once.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from seerdb.server.backend import BindVar

_PIECES = re.compile(
    r"""
      (?P<skip> '(?:[^']|'')*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | :=  )
    | :(?P<bind> \w+ | "[^"]+" )
    """,
    re.VERBOSE | re.DOTALL,
)
_LARGEST_INTEGER = 2**63 - 1


def number_binds(sql: str) -> tuple[str, int]:
    """Given SQL, return it with its binds named :b1, :b2 ... and how many there are."""
    count = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal count
        if found["bind"] is None:
            return found[0]
        count += 1
        return f":b{count}"

    return _PIECES.sub(replace, sql), count


def names_of_binds(block: str) -> list[str]:
    """Given a PL/SQL block, return the names of its binds, each once, upper case."""
    names: dict[str, None] = {}
    for found in _PIECES.finditer(block):
        if found["bind"] is not None:
            names.setdefault(found["bind"].upper())
    return list(names)


def value_of(bind: object) -> object:
    """Given what the driver bound, return the bare value."""
    return bind.value if isinstance(bind, BindVar) else bind


def to_sqlite(bind: object) -> object:
    """Given what the driver bound, return what SQLite compares it by."""
    value = value_of(bind)
    if isinstance(value, str):
        # In Oracle the empty text is NULL.
        return str(value) or None
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return float(value)
    if isinstance(value, dt.datetime):
        return timestamp_text(value)
    return bytes(value) if isinstance(value, (bytes, bytearray)) else value


def timestamp_text(value: dt.datetime) -> str:
    """Return the text the instance keeps for an instant."""
    if value.tzinfo is not None:
        value = value.astimezone().replace(tzinfo=None)
    return value.isoformat(sep=" ", timespec="microseconds" if value.microsecond else "seconds")


def _number(value: Decimal) -> int | float:
    if value == value.to_integral_value() and abs(value) <= _LARGEST_INTEGER:
        return int(value)
    return float(value)
