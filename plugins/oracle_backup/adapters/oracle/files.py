"""How does the database write and remove a file in one of its directories?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.errors import StatementError

if TYPE_CHECKING:
    from oracle_backup.adapters.oracle.statements import Statements


def write_probe(statements: Statements, directory: str, name: str, *, text: str) -> None:
    """
    Let the database write a file of one line, as it writes a dump; replace one that is there.

    Raise StatementError where it can't.
    """
    statements.run("write_probe", directory_name=directory, file_name=name, text=text)


def remove_file(statements: Statements, directory: str, name: str) -> bool:
    """Remove a file; return False when it is not there. Raise StatementError where it can't be."""
    try:
        statements.run("remove_file", directory_name=directory, file_name=name)
    except StatementError:
        # Oracle has one code for "not there" and for "not allowed".
        if _is_there(statements, directory, name):
            raise
        return False
    return True


def _is_there(statements: Statements, directory: str, name: str) -> bool:
    try:
        rows = statements.rows("file_exists", directory_name=directory, file_name=name)
    except StatementError:
        return True
    return bool(rows[0][0])
