"""
What does the database say about itself, its directories and its Data Pump jobs?

Each statement is a file of its own in ``include/sql``. The connection comes from outside, so
that Airflow's OracleHook opens it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.errors import (
    DatabaseError,
    DatabaseLoginError,
    DatabaseUnreachableError,
    StatementError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

SQL_FOLDER = Path(__file__).resolve().parents[3] / "include" / "sql"
CALL_TIMEOUT_MS = 60_000
"""No statement of ours reads more than the dictionary."""

# ORA-01017 wrong password, 28000 locked, 28001 expired, 01045 no CREATE SESSION, 01005 none given.
_LOGIN_CODES = frozenset({1017, 28000, 28001, 1045, 1005})
_LOGIN_DRIVER = ("DPY-4001",)
# No listener, no such service, broken pipe, instance down or starting.
_UNREACHABLE_CODES = frozenset(
    {1033, 1034, 1089, 1090, 1109, 3113, 3114, 3135, 3136}
    | {12154, 12170, 12500, 12505, 12514, 12516, 12518, 12519, 12520, 12526, 12527, 12528, 12535}
    | {12541, 12543, 12545, 12547, 12560, 12571}
)
# The driver's own: no way there or the link broke; then: no such name in tnsnames.ora, no such
# file, no folder for it, nothing that can be parsed as a connect string; idle for too long.
_UNREACHABLE_DRIVER = (
    *("DPY-6", "DPY-1001", "DPY-4011", "DPY-4024"),
    *("DPY-4000", "DPY-4026", "DPY-4027", "DPY-4017", "DPY-4018", "DPY-4033"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """Who and where the connection is."""

    user: str
    container: str
    database: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One instant of the database: its change number, and its clock then."""

    scn: int
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A Data Pump job as the database shows it; `state` is upper case, as in ``EXECUTING``."""

    owner: str
    state: str
    attached_sessions: int


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
    text = str(details).split("\nHelp:")[0].strip()
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
        hint="Check the privileges of the backup user: docs/how-to/prepare-a-database.md.",
    )


@cache
def load_statement(name: str) -> str:
    """Return the statement of ``include/sql/<name>.sql``."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8").strip()


class OracleDatabase:
    """
    One open connection, asked in the words of a backup.

    :param connection: an open python-oracledb connection.
    :param label: the Airflow connection's id, for error messages.
    """

    def __init__(self, connection: oracledb.Connection, *, label: str) -> None:
        self._connection = connection
        self._label = label
        with database_errors(label):
            connection.call_timeout = CALL_TIMEOUT_MS

    def _rows(self, statement: str, **binds: Any) -> list[tuple[Any, ...]]:
        with database_errors(self._label), self._connection.cursor() as cursor:
            cursor.execute(load_statement(statement), binds)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def session(self) -> SessionFacts:
        """Return user, container and database of this connection."""
        user, container, database = self._rows("session")[0]
        return SessionFacts(user=user, container=container or "", database=database)

    def version(self) -> str:
        """Return the release, as in ``19.21.0.0.0``."""
        try:
            rows = self._rows("version")
        except StatementError:
            # version_full came with 18c.
            rows = self._rows("version_before_18c")
        return str(rows[0][0])

    def character_set(self) -> str | None:
        """Return the database character set, as in ``AL32UTF8``."""
        rows = self._rows("character_set")
        return str(rows[0][0]) if rows else None

    def directory_path(self, name: str) -> str | None:
        """Return the folder a directory object points to, or None if the user sees no such."""
        rows = self._rows("directory_path", directory_name=name)
        return str(rows[0][0]).rstrip("/") or "/" if rows else None

    def has_schema(self, name: str) -> bool:
        """Return whether the schema exists."""
        return bool(self._rows("schema_exists", schema_name=name)[0][0])

    def schema_size_bytes(self, name: str) -> int:
        """Return what the schema's segments take, which is about the most a dump can be."""
        return int(self._rows("schema_size", schema_name=name)[0][0])

    def tables(self, schema: str, *, older_than: timedelta) -> frozenset[tuple[str, str]]:
        """
        Return (owner, table) of the tables whose rows an export of the schema has to hold.

        Left out is what Data Pump writes no row line for: temporary, external, nested, secondary
        and overflow tables, logs of materialized views, and control tables of its own jobs.

        :param older_than: tables made later than this before now are left out too.
        """
        days = older_than.total_seconds() / 86400
        rows = self._rows("tables", schema_name=schema, days_ago=days)
        return frozenset((schema, str(name)) for (name,) in rows)

    def snapshot(self) -> Snapshot:
        """Return the current change number and the database's clock."""
        # As text, because the driver drops the zone of instants.
        scn, utc_time = self._rows("snapshot")[0]
        return Snapshot(scn=int(scn), time=datetime.fromisoformat(utc_time).replace(tzinfo=UTC))

    def job(self, name: str) -> JobView | None:
        """Return a Data Pump job by its name, or None when the database knows none."""
        rows = self._rows("job_state", job_name=name)
        if not rows:
            return None
        owner, state, attached = rows[0]
        return JobView(owner=owner, state=str(state).upper(), attached_sessions=int(attached))
