"""From a connection's id to a shell on the Oracle host: over SSH, or on this very machine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.providers.ssh.hooks.ssh import SSHHook

from oracle_backup.adapters.patience import STALL_SECONDS
from oracle_backup.hooks.connections import known_connection
from oracle_backup.hooks.local_host import LocalHostHook, is_local

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paramiko import SSHClient

    from oracle_backup.adapters.ssh_shell import RemoteShell

CONNECT_TIMEOUT = 30
"""Seconds for TCP, banner and login each."""


def host_hook(ssh_conn_id: str) -> OracleHostHook | LocalHostHook:
    """Return what opens a shell on the Oracle host: an SSH connection's, or ``local``'s."""
    return LocalHostHook(ssh_conn_id) if is_local(ssh_conn_id) else OracleHostHook(ssh_conn_id)


def export_host(ssh_conn_id: str, export: Mapping[str, Any]) -> OracleHostHook | LocalHostHook:
    """Return what opens a shell where an export runs or ran, given what is recorded of it."""
    if is_local(ssh_conn_id):
        return LocalHostHook(ssh_conn_id, machine=export.get("machine"))
    return OracleHostHook(ssh_conn_id)


class OracleHostHook(SSHHook):
    """
    Opens a shell on the Oracle host.

    Host keys, key files and retries are the provider's. The link is not compressed unless the
    connection asks for it: that would cost more time than it saves.

    :param ssh_conn_id: SSH connection.
    :param stall_seconds: how long a file may stay silent before its link counts as broken.
    """

    def __init__(self, ssh_conn_id: str, *, stall_seconds: float = STALL_SECONDS) -> None:
        with known_connection(ssh_conn_id):
            super().__init__(
                ssh_conn_id=ssh_conn_id,
                conn_timeout=CONNECT_TIMEOUT,
                auth_timeout=CONNECT_TIMEOUT,
            )
            extra = self.get_connection(ssh_conn_id).extra_dejson
        if "compress" not in extra:
            self.compress = False
        self.stall_seconds = stall_seconds

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
            client = self._connect()
        try:
            yield RemoteShell(
                client,
                host_label=self.label,
                reconnect=self._connect,
                stall_seconds=self.stall_seconds,
            )
        finally:
            # The hook remembers its newest client, which a reconnect has put in place.
            (self.client or client).close()

    def _connect(self) -> SSHClient:
        from oracle_backup.adapters.ssh_cipher import prefer_fast_cipher

        client = self.get_conn()
        prefer_fast_cipher(client)
        return client
