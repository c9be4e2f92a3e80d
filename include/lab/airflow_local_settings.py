"""
Why does no Airflow process of the lab fail with "database is locked"?

SQLite makes a writer wait for another, up to the connection's timeout, but for one that began
by reading: it fails at once if somebody has written since. That is how each savepoint begins,
because Python's sqlite3 opens no transaction before it. So it is opened here, as a writer's.

Airflow imports this file from the ``config`` folder of its home, where the stage puts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@event.listens_for(Engine, "savepoint")
def begin_as_a_writer(connection: Connection, _name: str | None) -> None:
    """Wait for the right to write before a savepoint that opens a transaction."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
