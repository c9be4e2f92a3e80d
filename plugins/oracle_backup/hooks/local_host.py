"""When are Oracle's tools on the worker's own machine, and how are they reached there?"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from oracle_backup.adapters.local_shell import LocalShell, machine_name
from oracle_backup.errors import HostUnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL: Final = "local"
"""In place of a connection's id: no connection, but the machine of worker and triggerer."""
PERHAPS_LOCAL: Final = frozenset({"predecessor_host"})
"""Ids that mean the same as long as Airflow has no connection of that id."""


def is_local(conn_id: str) -> bool:
    """Tell whether a host connection's id means the machine this runs on."""
    if conn_id not in PERHAPS_LOCAL:
        return conn_id == LOCAL
    try:
        BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return True
    return False


def machine_of(conn_id: str) -> str | None:
    """Return the machine an export of that host belongs to, None where SSH leads to it."""
    return machine_name() if is_local(conn_id) else None


def other_machine_error(machine: str) -> HostUnreachableError:
    """Return the error for a task that runs on another machine than its export."""
    return HostUnreachableError(
        f"This runs on {machine_name()}, and the export on {machine}. With host_conn_id local both "
        "must be the same machine.",
        hint=f"Let worker and triggerer run on {machine} only, or use an SSH connection.",
    )


class LocalHostHook:
    """
    Opens a shell on this machine; stands where `OracleHostHook` does.

    :param conn_id: by which the config names it.
    :param machine: the machine it has to be, or None for any.
    """

    no_host_key_check = False

    def __init__(self, conn_id: str, *, machine: str | None = None) -> None:
        self.ssh_conn_id = conn_id
        self._machine = machine

    @property
    def remote_host(self) -> str:
        """What the machine is called."""
        return machine_name()

    @contextmanager
    def shell(self) -> Iterator[LocalShell]:
        """Give a shell. Raise HostUnreachableError on another machine than the one it has to be."""
        if self._machine is not None and self._machine != machine_name():
            raise other_machine_error(self._machine)
        yield LocalShell()
