"""What does an error of python-oracledb mean to a backup?"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from oracle_backup.errors import (
    DatabaseError,
    DatabaseLoginError,
    DatabaseUnreachableError,
    StatementError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

# ORA-01017 wrong password, 28000 locked, 28001 expired, 01045 no CREATE SESSION, 01005 none given.
_LOGIN_CODES = frozenset({1017, 28000, 28001, 1045, 1005})
_LOGIN_DRIVER = ("DPY-4001",)
# No listener, no such service, broken pipe, instance down or starting; no room for one more
# session or process, or none to write redo, which passes.
_UNREACHABLE_CODES = frozenset(
    {18, 20, 257}
    | {1033, 1034, 1089, 1090, 1109, 3113, 3114, 3135, 3136}
    | {12154, 12170, 12500, 12505, 12514, 12516, 12518, 12519, 12520, 12526, 12527, 12528, 12535}
    | {12541, 12543, 12545, 12547, 12560, 12571}
)
# The driver's own: no way there or the link broke; then: no such name in tnsnames.ora, no such
# file, no folder for it, nothing that can be parsed as a connect string; idle for too long.
_UNREACHABLE_DRIVER = (
    *("DPY-6", "DPY-1001", "DPY-4011", "DPY-4024"),
    *("DPY-4000", "DPY-4026", "DPY-4027", "DPY-4017", "DPY-4018", "DPY-4033"),
)


@contextmanager
def database_errors(label: str) -> Iterator[None]:
    """
    Turn whatever python-oracledb raises into our own errors.

    :param label: the connection's id, for the message.
    """
    import oracledb

    try:
        yield
    except oracledb.Error as error:
        raise _mapped(error, label=label) from error
    except OSError as error:
        raise DatabaseUnreachableError(
            f"Cannot reach the database (connection {label!r}): {error}.",
            hint="Check that the listener runs and that this worker may connect to it.",
        ) from error


def _mapped(error: oracledb.Error, *, label: str) -> DatabaseError:
    details = error.args[0] if error.args else error
    code = getattr(details, "code", 0)
    full_code = str(getattr(details, "full_code", ""))
    text = _without_stack(str(details).split("\nHelp:")[0])
    if code in _LOGIN_CODES or full_code.startswith(_LOGIN_DRIVER):
        return DatabaseLoginError(
            f"The database refused the login (connection {label!r}): {text}.",
            hint="Mend user and password of the Airflow connection, then clear the task.",
        )
    if code in _UNREACHABLE_CODES or full_code.startswith(_UNREACHABLE_DRIVER):
        return DatabaseUnreachableError(
            f"Cannot reach the database (connection {label!r}): {text}.",
            hint="Check host, port and service_name of the connection, and that the listener runs.",
        )
    return StatementError(
        f"The database refused a statement (connection {label!r}): {text}.",
        code=code or None,
        hint="Check the privileges of the backup user: docs/how-to/prepare-a-database.md.",
    )


def _without_stack(text: str) -> str:
    # ORA-06512 is a line of PL/SQL's stack: where, not what.
    lines = (line.strip() for line in text.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("ORA-06512"))
