"""What does a statement of Oracle's SQL read like in SQLite, and of which types are its columns?

sqlglot parses and prints; `scope.py` translates what lies between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite
from sqlglot.errors import ErrorLevel, SqlglotError

from lab.servers.listener.errors import invalid_statement, not_in_the_lab, not_properly_ended
from lab.servers.listener.scope import Scope

if TYPE_CHECKING:
    from lab.servers.listener.catalogue import Catalogue

_TABLE_WITH_AS = re.compile(r"\b(?:from|join)\s+[\w$#.\"]+\s+as\s+(?!of\b)", re.IGNORECASE)
_BARE = re.compile(r"[A-Z][A-Z0-9_$#]*\Z", re.IGNORECASE)


class _Target(SQLite):
    """SQLite with names in backticks: a name in double quotes that it doesn't know is a text."""

    class Tokenizer(SQLite.Tokenizer):
        IDENTIFIERS = ["`"]  # noqa: RUF012, as in sqlglot's own dialects


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result: its name, and its kind where the statement tells it."""

    name: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement for SQLite; `columns` is empty for what is not a query."""

    sql: str
    columns: tuple[Column, ...] = ()


def parse(sql: str) -> exp.Expr:
    """Given one statement, return its tree. Raise ORA-00900, ORA-00933."""
    if _TABLE_WITH_AS.search(sql):
        raise not_properly_ended()
    try:
        trees = sqlglot.parse(sql, read="oracle")
    except SqlglotError as error:
        raise invalid_statement(str(error).splitlines()[0]) from None
    if len(trees) != 1 or trees[0] is None or sql.rstrip().endswith(";"):
        raise not_properly_ended()
    return trees[0]


def translate(tree: exp.Expr, catalogue: Catalogue) -> Translated:
    """Given a query or DML, return it for SQLite. Raise the ORA error Oracle would."""
    tree = tree.copy()
    columns: tuple[Column, ...] = ()
    scope = Scope(catalogue)
    if isinstance(tree, exp.Query):
        named = scope.translate_query(tree)
        columns = tuple(Column(name, kind) for name, kind in named)
    else:
        scope.translate_dml(tree)
    try:
        text = tree.sql(dialect=_Target, unsupported_level=ErrorLevel.RAISE, identify=True)
    except SqlglotError as error:
        raise not_in_the_lab(str(error).splitlines()[0]) from None
    return Translated(text, columns)
