"""What does a missing or half-filled Airflow connection look like to the person who has it?"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException
from airflow.sdk.log import mask_secret

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        password = BaseHook.get_connection(conn_id).password
    if not password:
        raise ConfigError(
            f"The connection {conn_id!r} holds no password, and archives are to be encrypted "
            "with it.",
            hint="Set its password, and keep that elsewhere too.",
        )
    mask_secret(password)
    return str(password)
