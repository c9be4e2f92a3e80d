"""
How is a statement of ``include/sql`` sent to the database?

Each statement is a file of its own. What varies goes in as a bind variable, never as text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.oracle.errors import database_errors

if TYPE_CHECKING:
    import oracledb

SQL_FOLDER = Path(__file__).resolve().parents[4] / "include" / "sql"
CALL_TIMEOUT_MS = 60_000
"""No statement of ours reads more than the dictionary."""


@cache
def load_statement(name: str) -> str:
    """Return the statement of ``include/sql/<name>.sql``."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8").strip()


class Statements:
    """
    The statements of ``include/sql``, run on one open connection.

    :param connection: an open python-oracledb connection.
    :param label: the Airflow connection's id, for error messages.
    """

    def __init__(self, connection: oracledb.Connection, *, label: str) -> None:
        self._connection = connection
        self._label = label
        with database_errors(label):
            connection.call_timeout = CALL_TIMEOUT_MS

    def rows(self, statement: str, **binds: Any) -> list[tuple[Any, ...]]:
        """Return what a query answers. Raise a DatabaseError."""
        with database_errors(self._label), self._connection.cursor() as cursor:
            cursor.execute(load_statement(statement), binds)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def run(self, statement: str, **binds: Any) -> None:
        """Run a PL/SQL block. Raise a DatabaseError."""
        with database_errors(self._label), self._connection.cursor() as cursor:
            cursor.execute(load_statement(statement), binds)
