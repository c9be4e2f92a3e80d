"""A real OpenSSH server on a free port of loopback, for the current user only."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import paramiko

from lab.keys import LabKeys
from lab.servers.openssh import SFTP_SERVER, OpenSSH, why_not

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

_START_SECONDS = 60.0

SKIP_REASON = why_not() or ("" if SFTP_SERVER.exists() else f"{SFTP_SERVER} is not installed")


@dataclass
class OpenSshServer:
    """A running server; ``connect`` gives clients that know its key."""

    port: int
    user: str
    host_key: paramiko.PKey
    client_key: str
    clients: list[paramiko.SSHClient] = field(default_factory=list)

    def connect(self, *, port: int | None = None, auth_timeout: float = 30) -> paramiko.SSHClient:
        """Return a connected client; ``port`` is that of a proxy before the server."""
        port = port or self.port
        client = paramiko.SSHClient()
        name = f"[127.0.0.1]:{port}"
        client.get_host_keys().add(name, self.host_key.get_name(), self.host_key)
        client.connect(
            "127.0.0.1",
            port=port,
            username=self.user,
            key_filename=self.client_key,
            look_for_keys=False,
            allow_agent=False,
            timeout=10,
            auth_timeout=auth_timeout,
        )
        self.clients.append(client)
        return client

    def sftp(self) -> paramiko.SFTPClient:
        return self.connect().open_sftp()


@contextmanager
def openssh_server(
    folder: Path, *, sftp_only: bool = False, read_only: bool = False, most_kib: int | None = None
) -> Iterator[OpenSshServer]:
    """
    Start sshd with keys of its own in ``folder``; it ends with the context.

    :param sftp_only: whether it runs nothing but SFTP, as hosters do.
    :param read_only: whether its SFTP refuses to write.
    :param most_kib: how long a file may become there.
    """
    keys = LabKeys(folder)
    subsystem = "internal-sftp" if sftp_only else str(SFTP_SERVER)
    running = OpenSSH(
        folder,
        keys,
        subsystem=f"{subsystem} -R" if read_only else subsystem,
        settings={"ForceCommand": "internal-sftp"} if sftp_only else {},
        most_kib=most_kib,
    )
    with running:
        server = OpenSshServer(
            port=running.port,
            user=running.user,
            host_key=paramiko.Ed25519Key.from_private_key_file(str(keys.host)),
            client_key=str(keys.client),
        )
        try:
            yield server
        finally:
            for client in server.clients:
                client.close()


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended: {log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not listen: {log.read_text()}")
