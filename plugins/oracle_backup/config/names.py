"""What may a database and a schema be called in the config file?"""

from __future__ import annotations

import re
from hashlib import sha256

from oracle_backup.domain.names import name_token
from oracle_backup.domain.parameter_values import is_name

DATABASE_NAME = r"^[a-z][a-z0-9_]{0,39}$"
SCHEMA_NAME = r"^[A-Za-z][A-Za-z0-9_$#]{0,127}$"
QUOTED_SCHEMA_NAME = r'^"[^\x00-\x20"\'%:,/\\][^\x00-\x1f"\'%:,/\\]{0,127}"$'

DATABASE_RULE = "a lower-case letter, then at most 39 lower-case letters, digits and _"
SCHEMA_RULE = "a letter, then at most 127 letters, digits and _ $ #"
QUOTED_RULE = (
    "letters, digits, blanks and _ $ # . - between double quotes, beginning with a letter, a "
    "digit or _, not ending with a blank, at most 128 bytes"
)

LONGEST_TOKEN = 180
"""So that a DAG id stays under Airflow's 250 characters, and a file name under 255 bytes."""

ORACLES_OWN = frozenset({"SYS", "ORDSYS", "MDSYS"})
"""Schemas no export tool exports, whatever it is told."""


def check_database_name(text: str) -> str:
    """
    Return the name of a database if it can be one.

    :raises ValueError: with what is wrong.
    """
    if not re.fullmatch(DATABASE_NAME, text):
        raise ValueError(f"a database name is {DATABASE_RULE}")
    return text


def parse_schema_name(text: str) -> str:
    """
    Turn a schema's name as written into the one in Oracle's dictionary.

    ``hr`` is HR, as in SQL; ``"Mixed Case"``, with its double quotes, is kept as it is.

    :raises ValueError: with what is wrong.
    """
    if text.startswith('"'):
        if not _is_quoted_name(text):
            raise ValueError(f"a quoted schema name is {QUOTED_RULE}")
        return _exportable(text[1:-1])
    if not re.fullmatch(SCHEMA_NAME, text):
        raise ValueError(
            f"a schema name is {SCHEMA_RULE}; for others write the quoted form, '\"Mixed Case\"'"
        )
    return _exportable(text.upper())


def parse_table_name(text: str) -> str:
    """
    Turn a table's name as written into the one in Oracle's dictionary, as with schemas.

    :raises ValueError: with what it must be.
    """
    if text.startswith('"'):
        if not _is_quoted_name(text):
            raise ValueError(f"must be a table's name: {QUOTED_RULE}")
        return text[1:-1]
    if not re.fullmatch(SCHEMA_NAME, text):
        raise ValueError(
            "must be a table's name, without its schema's; for one that is not all upper case "
            "write the quoted form, '\"Mixed Case\"'"
        )
    return text.upper()


def _is_quoted_name(text: str) -> bool:
    name = text[1:-1]
    closed = len(text) > 2 and text.endswith('"')
    # A sign or blank in front would make a file name that tools take for an option.
    framed = (name[:1].isalnum() or name[:1] == "_") and not name.endswith(" ")
    return closed and framed and is_name(name)


def _exportable(name: str) -> str:
    if len(name_token(name)) > LONGEST_TOKEN:
        raise ValueError(
            "a schema name is part of a DAG id and of file names, where each sign but letters, "
            f"digits and _ takes several characters; this one takes more than {LONGEST_TOKEN}"
        )
    if name in ORACLES_OWN:
        raise ValueError(f"{name} belongs to Oracle; no export tool exports it")
    return name


def key(database: str, schema_name: str) -> str:
    """Name a schema of a database, as its DAG id does behind ``oracle_backup__``."""
    return f"{database}__{name_token(schema_name)}"


def key_of_anything(database: str, schema: str) -> str:
    """Make such a name of whatever stands in the file, told apart by a hash."""
    whole = f"{database}\n{schema}".encode("utf-8", "surrogatepass")
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", f"{database[:40]}__{schema[:40]}").strip("-_")
    return f"{readable}-{sha256(whole).hexdigest()[:8]}".lstrip("-")
