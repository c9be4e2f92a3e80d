"""
What does the database say about itself, its directories and its Data Pump jobs?

Each statement is a file of its own in ``include/sql``. The connection comes from outside, so
that Airflow's OracleHook opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from oracle_backup.adapters.oracle import files, jobs
from oracle_backup.adapters.oracle.jobs import JobView
from oracle_backup.adapters.oracle.statements import Statements
from oracle_backup.errors import StatementError

if TYPE_CHECKING:
    import oracledb

__all__ = ["JobView", "OracleDatabase", "SessionFacts", "Snapshot", "UndoView"]


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
class UndoView:
    """
    How far back in time the database can read.

    :param retention_seconds: what it is asked to keep.
    :param tuned_seconds: the least it has really kept of late, where it tells.
    :param longest_query_seconds: the longest query of late, where it tells.
    """

    retention_seconds: int
    tuned_seconds: int | None
    longest_query_seconds: int | None


class OracleDatabase:
    """
    One open connection, asked in the words of a backup.

    :param connection: an open python-oracledb connection.
    :param label: the Airflow connection's id, for error messages.
    """

    def __init__(self, connection: oracledb.Connection, *, label: str) -> None:
        self._statements = Statements(connection, label=label)
        self._rows = self._statements.rows

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

    def scn_at(self, age: timedelta) -> int:
        """
        Return the change number of an instant so long before now, exact to a few seconds.

        Raise StatementError (ORA-08180) where the database knows none any more.
        """
        return int(self._rows("scn_at", days_ago=age.total_seconds() / 86400)[0][0])

    def banner(self) -> str:
        """Return the release with its edition, as in ``Oracle Database 19c Enterprise Edition``."""
        rows = self._rows("banner")
        return str(rows[0][0]).strip() if rows else ""

    def options(self) -> dict[str, bool]:
        """Return the database's options, and whether each is there; not whether it is licensed."""
        return {str(name): str(value).upper() == "TRUE" for name, value in self._rows("options")}

    def roles(self) -> frozenset[str]:
        """Return the roles of this session, also those it has through others."""
        return frozenset(str(role) for (role,) in self._rows("roles"))

    def undo(self) -> UndoView:
        """Return how far back the database can read. Raise StatementError where it may not tell."""
        retention = int(self._rows("undo_retention")[0][0])
        try:
            tuned, longest = self._rows("undo_statistics")[0]
        except StatementError:
            tuned = longest = None
        return UndoView(
            retention_seconds=retention,
            tuned_seconds=None if tuned is None else int(tuned),
            longest_query_seconds=None if longest is None else int(longest),
        )

    def write_probe(self, directory: str, name: str, *, text: str) -> None:
        """Let the database write a file of one line into a directory, as it writes a dump."""
        files.write_probe(self._statements, directory, name, text=text)

    def remove_file(self, directory: str, name: str) -> bool:
        """Remove a file from a directory; return False when it is not there."""
        return files.remove_file(self._statements, directory, name)

    def job(self, name: str) -> JobView | None:
        """Return a Data Pump job by its name, or None when the database knows none."""
        return jobs.load_job(self._statements, name)

    def stop_job(self, name: str, *, owner: str) -> bool:
        """
        End a Data Pump job for good, with its control table and half-written dump files.

        Return False when there is no such job any more. Raise StatementError, saying what is
        left, where the database refuses.
        """
        return jobs.stop_job(self._statements, name, owner=owner)

    def job_progress(self, name: str) -> str | None:
        """Return a text that changes while the job works, or None where it may not be told."""
        return jobs.job_progress(self._statements, name)

    def job_blind_spots(self) -> tuple[str, ...]:
        """Return a sentence for each thing that the user may not know of a Data Pump job."""
        return jobs.job_blind_spots(self._statements)

    def job_hindrance(self, name: str, *, owner: str) -> tuple[str, ...]:
        """
        Return a sentence for each thing that keeps the job from going on: space, a lock.

        What the user may not read is told by a sentence too.
        """
        return jobs.job_hindrance(self._statements, name, owner=owner)
