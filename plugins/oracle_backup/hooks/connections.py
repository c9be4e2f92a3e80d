"""
Where do connections come from, and what does one look like that is missing or half-filled?

From Airflow; those of the predecessor's files from there too, as long as Airflow has none of their
ids and the config file is a config.json.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException
from airflow.sdk.log import mask_secret

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREDECESSOR: Final = "predecessor_"
"""What the ids of connections begin with that the predecessor's files may answer."""


class AnsweredConnections:
    """Lets a hook of a provider's ask for its connections here; it stands in front of its class."""

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """Return the connection, or raise as Airflow does."""
        return find_connection(conn_id)


def find_connection(conn_id: str) -> Connection:
    """
    Return Airflow's connection of that id, else the one the predecessor's files hold.

    :raises ConfigError: the files can't be read, or are wrong where the connection stands.
    """
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        if not conn_id.startswith(PREDECESSOR):
            raise
        connection = _of_the_predecessor(conn_id)
        if connection is None:
            raise
        return connection


def _of_the_predecessor(conn_id: str) -> Connection | None:
    """Return the connection, its password masked in logs; None where the files hold none."""
    from oracle_backup.config.load import config_path, load_predecessor

    # Read anew each time: no secret outlives its use, and an edit holds at once.
    files = load_predecessor(config_path())
    parts = files.connections.get(conn_id) if files is not None else None
    if parts is None:
        return None
    if parts.password:
        mask_secret(parts.password)
    return Connection(
        conn_id=conn_id,
        conn_type=parts.conn_type,
        host=parts.host,
        login=parts.login,
        password=parts.password,
        port=parts.port,
        extra=json.dumps(parts.extra),
    )


@contextmanager
def known_connection(conn_id: str) -> Iterator[None]:
    """Raise ConfigError where Airflow knows no such connection, or can't use what it knows."""
    try:
        yield
    except (AirflowException, ValueError, TypeError) as error:
        raise ConfigError(
            f"The Airflow connection {conn_id!r} can't be used: {error}.",
            hint="Add or mend it: airflow connections add, or Admin > Connections.",
        ) from error


def archive_password(conn_id: str | None) -> str | None:
    """Return the password of the connection, masked in logs; None where no connection is named."""
    if conn_id is None:
        return None
    with known_connection(conn_id):
        password = find_connection(conn_id).password
    if not password:
        raise ConfigError(
            f"The connection {conn_id!r} holds no password, and archives are to be encrypted "
            "with it.",
            hint="Set its password, and keep that elsewhere too.",
        )
    mask_secret(password)
    return str(password)
