"""Which schemas does a test of whole backups bring along, beside those of the lab?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from lab.oracle import instance, tables
from lab.oracle.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lab.stage import Lab

TABLES = ("FIRST", "SECOND")
_ROWS = 20


def add_schemas(lab: Lab, names: Iterable[str]) -> None:
    """Give the lab's instance these schemas, each with two small tables."""
    connection = instance.connect(lab.paths.oracle_home)
    for name in names:
        instance.add_user(connection, name)
        for table_name in TABLES:
            table = Table(
                name,
                table_name,
                (Column("ID", "NUMBER", nullable=False), Column("LINE", "VARCHAR2(80)")),
                ("ID",),
            )
            # An hour old, as far as the database knows: it shows the data as of just now.
            an_hour_ago = instance.now_ms() - 3_600_000
            tables.create_table(connection, table, defined_ms=an_hour_ago)
            rows = [(number, f"{table_name}, line {number}") for number in range(_ROWS)]
            connection.executemany(f"INSERT INTO {table.rows_in} VALUES (?, ?)", rows)
            tables.measure(connection, table)
            tables.keep_history(connection, table)
    connection.close()


def write_config(
    lab: Lab,
    schemas: dict[str, Any],
    *,
    watchdog: dict[str, Any] | None = None,
    **options: Any,
) -> Path:
    """
    Write a backups.yaml for these schemas of the lab; return its path.

    :param watchdog: its section; left out, nobody watches, and no mail but the reports' comes.
    """
    defaults = {
        "schedule": None,
        "host_conn_id": "lab_host",
        "database_conn_id": "lab_database",
        "login": {"method": "password", "connect_identifier": "LABPDB1"},
        "environment": {
            "oracle_home": str(lab.paths.oracle_home),
            "container": "LABPDB1",
        },
        "export": {"directory": "BACKUP_DIR", "exclude": ["STATISTICS"]},
        "store": {"conn_id": "lab_store", "path": "/backups"},
        "retention": {"keep_last": 3},
        "mail": {"conn_id": "lab_mail", "to": ["dba@lab.example"]},
        "archive": {"password_conn_id": "lab_archive"},
        "retries": 6,
        "retry_delay": "3s",
        **options,
    }
    path = lab.paths.state / "backups.yaml"
    config = {
        "watchdog": {"enabled": False} if watchdog is None else watchdog,
        "defaults": defaults,
        "databases": {"lab": {"schemas": schemas}},
    }
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
