"""From an Airflow SFTP connection to an archive store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.providers.sftp.hooks.sftp import SFTPHook
from airflow.providers.ssh.hooks.ssh import SSHHook

from oracle_backup.adapters.patience import STALL_SECONDS
from oracle_backup.hooks.connections import AnsweredConnections, known_connection
from oracle_backup.hooks.host import CONNECT_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paramiko import SFTPClient

    from oracle_backup.adapters.sftp_store import SftpStore


class ArchiveStoreHook(AnsweredConnections, SFTPHook):
    """
    Opens an archive store.

    Archives don't get smaller by compressing the link, and are sent four times as slowly: it is
    off unless the connection asks for it.

    :param sftp_conn_id: SFTP connection.
    :param path: the store's folder on that server.
    :param bandwidth_limit_bytes: how many bytes of files may travel in a second, either way; None
        for no limit.
    :param stall_seconds: how long the server may say nothing before its link counts as broken.
    """

    def __init__(
        self,
        sftp_conn_id: str,
        *,
        path: str,
        bandwidth_limit_bytes: int | None = None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        with known_connection(sftp_conn_id):
            super().__init__(
                ssh_conn_id=sftp_conn_id,
                conn_timeout=CONNECT_TIMEOUT,
                auth_timeout=CONNECT_TIMEOUT,
            )
            extra = self.get_connection(sftp_conn_id).extra_dejson
        if "compress" not in extra:
            self.compress = False
        self.path = path
        self.bandwidth_limit_bytes = bandwidth_limit_bytes
        self.stall_seconds = stall_seconds

    @property
    def label(self) -> str:
        """How messages name the store."""
        return f"{self.location()} (connection {self.ssh_conn_id!r})"

    def location(self, folder: str = "") -> str:
        """Return the address of the store, or of a folder in it; no password in it."""
        path = f"{self.path.rstrip('/')}/{folder}".rstrip("/")
        return f"sftp://{self.username}@{self.remote_host}:{self.port}{path}"

    @contextmanager
    def store(self) -> Iterator[SftpStore]:
        """Connect, and close on leaving. Raise a StoreError where that fails."""
        from oracle_backup.adapters.foreign_errors import store_errors
        from oracle_backup.adapters.sftp_store import SftpStore

        try:
            with store_errors(self.label, doing="open an SFTP session"):
                sftp = self._open_session()
            yield SftpStore(
                sftp,
                root=self.path,
                label=self.label,
                reconnect=self._open_session,
                stall_seconds=self.stall_seconds,
                bandwidth_limit_bytes=self.bandwidth_limit_bytes,
            )
        finally:
            if self.client is not None:
                self.client.close()

    def _open_session(self) -> SFTPClient:
        """Open an SFTP session, on a new connection where the old one has broken."""
        from oracle_backup.adapters.sftp_link import open_session
        from oracle_backup.adapters.ssh_cipher import prefer_fast_cipher

        # The provider's own get_conn() of SFTPHook would give the broken session once more.
        client = SSHHook.get_conn(self)
        prefer_fast_cipher(client)
        return open_session(client, stall_seconds=self.stall_seconds)
