"""From an Airflow Oracle connection to the questions a backup asks the database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.providers.oracle.hooks.oracle import OracleHook

from oracle_backup.domain.parameter_file import Login
from oracle_backup.hooks.connections import AnsweredConnections, known_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.oracle_database import OracleDatabase


class OracleDatabaseHook(AnsweredConnections, OracleHook):
    """
    Opens the database, and knows the login that the export tool uses.

    :param oracle_conn_id: Oracle connection. Its service belongs into the extra
        ``service_name``; the field "Schema" stays empty.
    """

    def __init__(self, oracle_conn_id: str) -> None:
        super().__init__(oracle_conn_id=oracle_conn_id)
        self.conn_id = oracle_conn_id

    @contextmanager
    def database(self) -> Iterator[OracleDatabase]:
        """Connect, and close on leaving. Raise a DatabaseError where that fails."""
        from oracle_backup.adapters.oracle.errors import database_errors
        from oracle_backup.adapters.oracle_database import OracleDatabase

        with known_connection(self.conn_id), database_errors(self.conn_id):
            connection = self.get_conn()
        try:
            yield OracleDatabase(connection, label=self.conn_id)
        finally:
            with database_errors(self.conn_id):
                connection.close()

    def login(self, *, method: str, connect_identifier: str | None) -> Login:
        """Return how the tool on the host logs in; only ``password`` reads the connection."""
        identifier = connect_identifier or ""
        if method != "password":
            return Login(method=method, connect_identifier=identifier)
        with known_connection(self.conn_id):
            connection = self.get_connection(self.conn_id)
        return Login(
            method=method,
            user=(connection.login or "").upper(),
            password=connection.password or "",
            connect_identifier=identifier,
        )
