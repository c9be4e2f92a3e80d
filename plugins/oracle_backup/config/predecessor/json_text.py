"""
What does a JSON file say, whatever editor saved it?

Written by hand on Windows, most of them: with a byte order mark, in cp1252, with a comma behind
the last item, with single backslashes in paths. No message quotes the file's text, which may hold
a password.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from oracle_backup.errors import ConfigError

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LONE_BACKSLASH = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9A-Fa-f]{4})|)')
_LAST_COMMA = re.compile(r",(\s*[\]}])")


class Members(tuple[tuple[str, object], ...]):
    """The members of a JSON object as they are written, those that stand twice included."""

    __slots__ = ()


def parse_json(content: bytes, *, name: str) -> object:
    """
    Turn JSON into `Members`, lists and scalars.

    :param name: the file's name, for messages.

    :raises ConfigError: it is not JSON.
    """
    text = "".join(_mended(decode(content)))
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=Members,
            parse_constant=_refuse_constant,
            strict=False,
        )
        # JSON can name half of a letter that is written in two; no file could hold that.
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{name} cannot be read as JSON: line {error.lineno}, column {error.colno}: "
            f"{error.msg[:1].lower()}{error.msg[1:]}.",
            hint="Mend it there, or just before: a comma, a quote or a bracket is missing.",
        ) from None
    except RecursionError:
        raise ConfigError(
            f"{name} cannot be read as JSON: it is nested too deeply.", hint="Use fewer levels."
        ) from None
    except UnicodeEncodeError:
        raise ConfigError(
            f"{name} cannot be read as JSON: a \\u in it stands for no letter.", hint="Mend it."
        ) from None
    except ValueError as error:
        # Infinity and NaN, and numbers of thousands of digits.
        raise ConfigError(
            f"{name} cannot be read as JSON: it has a number that is none.", hint="Mend it."
        ) from error
    return value


def decode(content: bytes) -> str:
    """Turn a file's bytes into text: UTF-16 where it says so, else UTF-8, else cp1252."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        # Five bytes mean nothing in cp1252; in Latin-1 every byte is a letter.
        return content.decode("latin-1")


def _mended(text: str) -> Iterator[str]:
    """Yield the text in pieces, with lone backslashes doubled and last commas left out."""
    position = 0
    for string in _STRING.finditer(text):
        yield _LAST_COMMA.sub(r"\1", text[position : string.start()])
        yield _LONE_BACKSLASH.sub(_double, string[0])
        position = string.end()
    yield _LAST_COMMA.sub(r"\1", text[position:])


def _double(backslash: re.Match[str]) -> str:
    return backslash[0] if backslash[1] else "\\\\"


def _refuse_constant(_word: str) -> object:
    raise ValueError("no JSON")
