"""What does a missing or half-filled Airflow connection look like to the person who has it?"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowException

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
