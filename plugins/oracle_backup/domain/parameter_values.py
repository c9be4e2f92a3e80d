"""
Which texts may stand in a parameter file, and how are they written there?

A tool's parser takes a comma, a blank or a new line for the next value or parameter, ``%`` in a
file name for a template, ``:`` for the end of a directory's name, and a backslash for an escape.
A value passes by a whitelist or is refused: nothing here is escaped, as nobody knows each
release's rules for that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PLAIN_NAME = re.compile(r"[A-Z][A-Z0-9_$]{0,127}", re.ASCII)
JOB_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,29}", re.ASCII)
FILE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
FILE_TEMPLATE = re.compile(r"[A-Za-z0-9_.-]+(?:%[UL])?[A-Za-z0-9_.-]*", re.ASCII)
PATH = re.compile(r"/[A-Za-z0-9_./-]*", re.ASCII)
FILE_SIZE = re.compile(r"[1-9]\d*(?:B|KB?|MB?|GB?|TB?)?", re.ASCII | re.IGNORECASE)
OBJECT_TYPE = re.compile(r"[A-Z][A-Z_]*(?:/[A-Z][A-Z_]*)*", re.ASCII)
CONNECT_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:/?=&\[\]-]+", re.ASCII)
VERSION = re.compile(r"[1-9]\d?(?:\.\d{1,2}){0,4}", re.ASCII)

CONTENTS = ("all", "data_only", "metadata_only")
COMPRESSIONS = ("metadata_only", "all", "data_only", "none")
COMPRESSION_ALGORITHMS = ("basic", "low", "medium", "high")
ENCRYPTIONS = ("all", "data_only", "metadata_only", "encrypted_columns_only")
ENCRYPTION_MODES = ("password", "transparent", "dual")
ENCRYPTION_ALGORITHMS = ("aes128", "aes192", "aes256")
ACCESS_METHODS = ("automatic", "direct_path", "external_table")
CHECKSUM_ALGORITHMS = ("crc32", "sha256", "sha384", "sha512")

_WORD = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_LONGEST_NAME_BYTES = 128
_NAME_SIGNS = frozenset("_$# .-")
LONGEST_FILTER_BYTES = 4_000
"""What INCLUDE and EXCLUDE take; beyond it the tool says UDE-00014."""


def checked(option: str, value: str, pattern: re.Pattern[str]) -> str:
    """Return the value if the whole of it is of this form. Raise ConfigError otherwise."""
    if not pattern.fullmatch(value) or "/../" in f"/{value}/":
        raise ConfigError(
            f"{option} is {value!r}, which a parameter file can't carry safely.",
            hint="Use plain letters, digits and underscores.",
        )
    return value


def keyword(option: str, value: str, known: Collection[str]) -> str:
    """Return a word of a closed set as the tool writes it. Raise ConfigError for another."""
    if value not in known:
        raise ConfigError(f"{option} is {value!r}; known are {', '.join(known)}.")
    return value.upper()


def is_name(name: str) -> bool:
    """
    Tell whether a name from Oracle's dictionary can stand in a parameter file.

    Letters and digits of any alphabet, blanks and ``_ $ # . -``; at most 128 bytes, as in Oracle.
    """
    return (
        bool(name)
        and all(char.isalnum() or char in _NAME_SIGNS for char in name)
        and len(name.encode()) <= _LONGEST_NAME_BYTES
    )


def quote_name(name: str) -> str:
    """
    Given an Oracle name as the dictionary shows it, return it as a parameter file wants it.

    Unquoted names are upper-cased by the tool, and ``#`` may begin a comment: such names go
    into quotes. Raise ConfigError for what can be in no name.
    """
    if PLAIN_NAME.fullmatch(name):
        return name
    if not is_name(name):
        raise ConfigError(
            f"{name!r} can't be the name of a schema or user in a parameter file.",
            hint="Use letters, digits, blanks and _ $ # . - in at most 128 bytes.",
        )
    return f'"{name}"'


def listed_name(name: str) -> str:
    """Return a name as a whole value: the tool strips one pair of quotes, the inner one stays."""
    quoted = quote_name(name)
    return f"'{quoted}'" if quoted.startswith('"') else quoted


def table_filter(names: Sequence[str]) -> str:
    """
    Given table names as in the dictionary, return what EXCLUDE takes to leave them out.

    Raise ConfigError for a name that could end the literal it stands in.
    """
    for index, name in enumerate(names):
        if not is_name(name):
            raise ConfigError(
                f"export.exclude_tables[{index}] is {name!r}, which can't be a table's name in a "
                "parameter file.",
                hint="Use letters, digits, blanks and _ $ # . - in at most 128 bytes.",
            )
    value = 'TABLE:"IN ({})"'.format(",".join(f"'{name}'" for name in names))
    if (length := len(value.encode())) > LONGEST_FILTER_BYTES:
        raise ConfigError(
            f"export.exclude_tables makes a filter of {length} bytes, more than the "
            f"{LONGEST_FILTER_BYTES} that Data Pump takes.",
            hint="Name fewer tables, or move them to a schema that is not exported.",
        )
    return value


def is_password(password: str) -> bool:
    """Tell whether a parameter file can carry a password: one quoted word of one line."""
    return password.isprintable() and not set(password) & {'"', "\\"}


def password_value(password: str) -> str:
    """Return a password as a whole value; the form without quotes is the one Oracle shows."""
    return password if _WORD.fullmatch(password) else f'"{password}"'
