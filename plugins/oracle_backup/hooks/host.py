"""From an Airflow SSH connection to a shell on the Oracle host."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.providers.ssh.hooks.ssh import SSHHook

from oracle_backup.hooks.connections import known_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.ssh_shell import RemoteShell

CONNECT_TIMEOUT = 30
"""Seconds for TCP, banner and login each."""


class OracleHostHook(SSHHook):
    """
    Opens a shell on the Oracle host.

    Host keys, key files and retries are the provider's. The link is not compressed unless the
    connection asks for it: that would cost more time than it saves.

    :param ssh_conn_id: SSH connection.
    """

    def __init__(self, ssh_conn_id: str) -> None:
        with known_connection(ssh_conn_id):
            super().__init__(
                ssh_conn_id=ssh_conn_id,
                conn_timeout=CONNECT_TIMEOUT,
                auth_timeout=CONNECT_TIMEOUT,
            )
            extra = self.get_connection(ssh_conn_id).extra_dejson
        if "compress" not in extra:
            self.compress = False

    @property
    def label(self) -> str:
        """How messages name the host."""
        return f"{self.username}@{self.remote_host}:{self.port} (connection {self.ssh_conn_id!r})"

    @contextmanager
    def shell(self) -> Iterator[RemoteShell]:
        """Connect, and close on leaving. Raise a HostError where that fails."""
        from oracle_backup.adapters.foreign_errors import host_errors
        from oracle_backup.adapters.ssh_shell import RemoteShell

        with host_errors(self.label, doing="open a shell"):
            client = self.get_conn()
        try:
            yield RemoteShell(client, host_label=self.label, reconnect=self.get_conn)
        finally:
            # The hook remembers its newest client, which a reconnect has put in place.
            (self.client or client).close()
