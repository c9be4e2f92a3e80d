"""What is wrong with the config, where, and what to write instead?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Keys and list positions from the top of the file to something in it."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$#-]*")
_SECRET = re.compile(
    r"passw|passphrase|pwd|secret|token|credential|private|contrase|clave"
    r"|conn_id$|^connect_identifier$|^ping_url$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong.

    :param path: where.
    :param text: what is wrong; what to do, where that is not plain.
    """

    path: Place
    text: str

    def __str__(self) -> str:
        return f"{render_path(self.path)}: {self.text}"


def render_path(path: Iterable[str | int]) -> str:
    """Write a path as ``databases.erp.mail.to[0]``; odd keys stand in quotes, on one line."""
    rendered = ""
    for part in path:
        if isinstance(part, int):
            rendered += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            rendered += f".{part}"
        else:
            rendered += f".{_quoted_key(part)}"
    return rendered.removeprefix(".")


def render_value(value: object) -> str:
    """Write a value of the file in a few words, on one line."""
    if value is None or isinstance(value, dict | list):
        return render_kind(value)
    shown = json.dumps(value, ensure_ascii=not str(value).isprintable())
    return shown if len(shown) <= 60 else f'{shown[:56]}..."'


def _quoted_key(key: str) -> str:
    """Write a key as it would be written in YAML."""
    if '"' in key and "'" not in key and key.isprintable() and len(key) <= 60:
        return f"'{key}'"
    return render_value(key)


def render_kind(value: object) -> str:
    """Say what kind of value stands in the file, without the value."""
    kinds: dict[type, str] = {
        type(None): "empty",
        dict: "a group of options",
        list: "a list",
        str: "text",
        bool: "true or false",
    }
    return kinds.get(type(value), "a number")


def looks_secret(path: Iterable[str | int]) -> bool:
    """
    Tell whether a value at this path may be a secret, or hold one.

    Connection ids and connect identifiers count: a password written in the wrong place lands there.
    So does ping_url, which whoever knows it can use.
    """
    return any(isinstance(part, str) and _SECRET.search(part) for part in path)
