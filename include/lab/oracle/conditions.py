"""Under which conditions does the stand-in instance work: edition, parameters, locks, rights?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.oracle import instance

if TYPE_CHECKING:
    import sqlite3

_OPTIONS = {
    "Partitioning": "TRUE",
    "Advanced Compression": "TRUE",
    "Transparent Data Encryption": "TRUE",
    "Parallel execution": "TRUE",
    "Real Application Clusters": "FALSE",
}
_NOT_IN_STANDARD = {
    "Partitioning": "FALSE",
    "Advanced Compression": "FALSE",
    "Transparent Data Encryption": "FALSE",
    "Parallel execution": "FALSE",
}
#: Per edition, as V$INSTANCE names it: the product's name, and options other than Enterprise's.
EDITIONS: dict[str, tuple[str, dict[str, str]]] = {
    "EE": ("Oracle Database 19c Enterprise Edition", {}),
    "SE2": ("Oracle Database 19c Standard Edition 2", _NOT_IN_STANDARD),
}


def set_edition(connection: sqlite3.Connection, edition: str) -> None:
    """Let the instance be of another edition: a key of `EDITIONS`."""
    product, options = EDITIONS[edition]
    for name, value in (
        ("edition", edition),
        ("product", product),
        ("banner", f"{product} Release {instance.VERSION} - Production"),
    ):
        instance.change_setting(connection, name, value)
    for name, value in (_OPTIONS | options).items():
        connection.execute("INSERT OR REPLACE INTO lab_options VALUES (?, ?)", (name, value))


def change_parameter(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set an initialization parameter, as in ``undo_retention``."""
    connection.execute("UPDATE lab_parameters SET value = ? WHERE name = ?", (value, name))


def deny_view(connection: sqlite3.Connection, *views: str) -> None:
    """Hide these dictionary views (lower case) from every session, and no others: ORA-00942."""
    connection.execute("DELETE FROM lab_denied_views")
    connection.executemany("INSERT INTO lab_denied_views VALUES (?)", [(view,) for view in views])


def lock_table(
    connection: sqlite3.Connection,
    owner: str,
    name: str,
    *,
    username: str = "SCOTT",
    program: str = "sqlplus",
    machine: str = "desk-17",
) -> None:
    """Hold a lock on a table in another session's name: a job that comes to it waits."""
    connection.execute(
        "INSERT INTO lab_locks (owner, table_name, username, program, machine)"
        " VALUES (?, ?, ?, ?, ?)",
        (owner, name, username, program, machine),
    )


def release_locks(connection: sqlite3.Connection) -> None:
    """Give back all locks of `lock_table`."""
    connection.execute("DELETE FROM lab_locks")


def revoke_role(connection: sqlite3.Connection, user: str, *roles: str) -> None:
    """Take roles from a user; grant them again with `grant_role`."""
    connection.executemany(
        "DELETE FROM lab_roles WHERE grantee = ? AND role = ?", [(user, role) for role in roles]
    )


def grant_role(connection: sqlite3.Connection, user: str, *roles: str) -> None:
    """Give roles to a user."""
    connection.executemany(
        "INSERT OR REPLACE INTO lab_roles VALUES (?, ?)", [(user, role) for role in roles]
    )
