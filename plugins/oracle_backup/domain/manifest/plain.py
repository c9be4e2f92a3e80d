"""
How does a value become JSON, and how is JSON doubted on its way back?

What is read may have been written by a later release, which knows more fields, by an earlier one,
which knows fewer, or by somebody else: fields of a wrong kind raise, and the caller says what of.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from typing import Any

MORE = "more"
"""Field of every record that keeps what this release does not know, through a rewrite."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def to_plain(value: Any) -> Any:
    """Given a record, return it as JSON has it: instants as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        known = {
            field.name: to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != MORE
        }
        return known | {
            name: more for name, more in getattr(value, MORE).items() if name not in known
        }
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def fields_of(kind: type, plain: Any, *, later: frozenset[str] = frozenset()) -> dict[str, Any]:
    """
    Given JSON, return the values of a record's fields, and all others under ``more``.

    :param later: fields that earlier releases did not write; they may be missing.
    """
    if not isinstance(plain, dict):
        msg = f"{plain!r} is no object"
        raise TypeError(msg)
    names = [field.name for field in dataclasses.fields(kind) if field.name != MORE]
    values = {name: plain[name] for name in names if name in plain or name not in later}
    values[MORE] = {name: value for name, value in plain.items() if name not in names}
    return values


def expect(values: dict[str, Any], kind: type, *names: str, optional: bool = False) -> None:
    """Raise TypeError where one of these is of another kind; None too, unless it is optional."""
    for name in names:
        if name not in values or (optional and values[name] is None):
            continue
        # Not isinstance: true is an int in Python, and not in JSON.
        if type(values[name]) is not kind:
            msg = f"{name} is {values[name]!r}, not a {kind.__name__}"
            raise TypeError(msg)


def to_instant(text: str) -> datetime:
    """Given ISO 8601 with a time zone, return the instant in UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text!r} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def to_sha256(text: str) -> str:
    """Given a SHA-256 in hexadecimal, return it."""
    if not _SHA256.fullmatch(text):
        msg = f"{text!r} is not a SHA-256"
        raise ValueError(msg)
    return text
