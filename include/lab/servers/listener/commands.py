"""Which statements that are neither query nor change of rows does the listener know?

Matched as text: sqlglot does not parse most of them. What matches nothing here goes on to be
parsed, and is refused there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seerdb.server.backend import Result

from lab.oracle import instance, tables
from lab.servers.listener.errors import no_such_table, not_in_the_lab, ora

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.servers.listener.backend import InstanceBackend

_NAME = r'(?:"[^"]+"|[A-Za-z][\w$#]*)'
_SETTABLE = re.compile(r"(nls_\w+|time_zone|current_schema|container|ddl_lock_timeout)\s*=", re.I)


def run_command(session: InstanceBackend, sql: str) -> Result | None:
    """Run a command; return None when the statement is not one of those known here."""
    for pattern, privilege, run in _COMMANDS:
        found = pattern.fullmatch(sql.strip())
        if found is None:
            continue
        if privilege is not None:
            _require(session, privilege)
            # DDL commits what came before it.
            session.commit()
        run(session, found)
        return Result()
    return None


def identifier(text: str) -> str:
    """Given a name as written, return it as the dictionary has it."""
    return text[1:-1] if text.startswith('"') else text.upper()


def _require(session: InstanceBackend, privilege: str) -> None:
    held = session.run("SELECT 1 FROM session_privs WHERE privilege = ?", (privilege,)).fetchone()
    if held is None:
        raise ora(1031, "insufficient privileges")


def _user_exists(session: InstanceBackend, name: str) -> bool:
    found = session.run("SELECT 1 FROM lab_users WHERE username = ?", (name,))
    return found.fetchone() is not None


def _alter_session(session: InstanceBackend, found: re.Match[str]) -> None:
    settings = found["settings"]
    if not _SETTABLE.match(settings):
        raise ora(2248, "invalid option for ALTER SESSION")
    schema = re.search(rf"current_schema\s*=\s*({_NAME})", settings, re.I)
    if schema is not None:
        name = identifier(schema[1])
        if not _user_exists(session, name):
            raise ora(1435, "user does not exist")
        session.schema = name
    container = re.search(rf"container\s*=\s*({_NAME})", settings, re.I)
    if container is not None and identifier(container[1]) != instance.SERVICE:
        raise ora(65011, f"Pluggable database {identifier(container[1])} does not exist.")


def _create_user(session: InstanceBackend, found: re.Match[str]) -> None:
    name = identifier(found["name"])
    if _user_exists(session, name):
        raise ora(1920, f"user name '{name}' conflicts with another user or role name")
    password = found["password"]
    instance.add_user(session.connection, name, password=identifier(password) if password else None)


def _drop_user(session: InstanceBackend, found: re.Match[str]) -> None:
    name = identifier(found["name"])
    if not _user_exists(session, name):
        raise ora(1918, f"user '{name}' does not exist")
    owned = session.run("SELECT name FROM lab_tables WHERE owner = ?", (name,)).fetchall()
    if owned and not found["cascade"]:
        raise ora(1922, f"CASCADE must be specified to drop '{name}'")
    for (table,) in owned:
        tables.drop_table(session.connection, name, table)
    session.run("DELETE FROM lab_users WHERE username = ?", (name,))
    for place in ("lab_roles", "lab_privileges", "lab_object_grants"):
        session.run(f"DELETE FROM {place} WHERE grantee = ?", (name,))


def _drop_table(session: InstanceBackend, found: re.Match[str]) -> None:
    owner = identifier(found["owner"]) if found["owner"] else session.schema
    name = identifier(found["name"])
    if tables.find_table(session.connection, owner, name) is None:
        raise no_such_table()
    job = session.run(
        "SELECT live_state FROM lab_live_jobs WHERE owner = ? AND name = ?", (owner, name)
    ).fetchone()
    if job is not None and job[0] != "NOT RUNNING":
        # The job's processes hold a lock on their control table.
        raise ora(54, "resource busy and acquire with NOWAIT specified or timeout expired")
    tables.drop_table(session.connection, owner, name)
    # Without its control table a job that does not run is nothing any more.
    session.run("DELETE FROM lab_jobs WHERE owner = ? AND name = ?", (owner, name))


def _create_directory(session: InstanceBackend, found: re.Match[str]) -> None:
    instance.add_directory(session.connection, identifier(found["name"]), found["path"])


def _grant(session: InstanceBackend, found: re.Match[str]) -> None:
    grantee = identifier(found["grantee"])
    if not _user_exists(session, grantee):
        raise ora(1917, f"user or role '{grantee}' does not exist")
    for given in (part.strip().upper() for part in found["what"].split(",")):
        table = "lab_privileges" if " " in given else "lab_roles"
        session.run(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (grantee, given))


def _grant_on_directory(session: InstanceBackend, found: re.Match[str]) -> None:
    name = identifier(found["directory"])
    for given in (part.strip().upper() for part in found["what"].split(",")):
        if given not in ("READ", "WRITE"):
            raise not_in_the_lab(f"grant of {given} on a directory")
        session.run(
            "INSERT OR REPLACE INTO lab_object_grants VALUES (?, 'SYS', ?, 'SYS', ?, 'DIRECTORY')",
            (identifier(found["grantee"]), name, given),
        )


def _end_transaction(session: InstanceBackend, found: re.Match[str]) -> None:
    if found["how"].lower() == "commit":
        session.commit()
    else:
        session.rollback()


def _compile(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+").replace("NAME", _NAME), re.IGNORECASE | re.DOTALL)


_COMMANDS: tuple[
    tuple[re.Pattern[str], str | None, Callable[[InstanceBackend, re.Match[str]], None]], ...
] = (
    (_compile(r"alter session set (?P<settings>.+)"), None, _alter_session),
    (_compile(r"(?P<how>commit|rollback)(?: work)?"), None, _end_transaction),
    (
        _compile(
            r"create user (?P<name>NAME)(?: identified by (?P<password>NAME)| no authentication)?.*"
        ),
        "CREATE USER",
        _create_user,
    ),
    (_compile(r"drop user (?P<name>NAME)(?P<cascade> cascade)?"), "DROP USER", _drop_user),
    (
        _compile(
            r"drop table (?:(?P<owner>NAME)\.)?(?P<name>NAME)(?: cascade constraints)?(?: purge)?"
        ),
        "CREATE TABLE",
        _drop_table,
    ),
    (
        _compile(r"create (?:or replace )?directory (?P<name>NAME) as '(?P<path>[^']+)'"),
        "CREATE ANY DIRECTORY",
        _create_directory,
    ),
    (
        _compile(r"grant (?P<what>[\w, ]+?) on directory (?P<directory>NAME) to (?P<grantee>NAME)"),
        "CREATE SESSION",
        _grant_on_directory,
    ),
    (_compile(r"grant (?P<what>[\w, ]+?) to (?P<grantee>NAME)"), "CREATE SESSION", _grant),
)
