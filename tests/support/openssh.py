"""A real OpenSSH server on a free port of loopback, for the current user only."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko

if TYPE_CHECKING:
    from collections.abc import Iterator

_SFTP_SERVERS = (
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
)
_START_SECONDS = 60.0


def find_sshd() -> str | None:
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def find_sftp_server() -> str | None:
    return next((path for path in _SFTP_SERVERS if Path(path).exists()), None)


SKIP_REASON = (
    "" if find_sshd() and find_sftp_server() else "OpenSSH's sshd or sftp-server is not installed"
)


@dataclass
class OpenSshServer:
    """A running server; ``connect`` gives clients that know its key."""

    port: int
    host_key: paramiko.PKey
    client_key: str
    process: subprocess.Popen[bytes]
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
            username=getpass.getuser(),
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
    _privilege_folder()
    host_key, client_key = folder / "host_key", folder / "client_key"
    for key in (host_key, client_key):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
    port = free_port()
    config = folder / "sshd_config"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\n"
        f"HostKey {host_key}\n"
        f"AuthorizedKeysFile {client_key}.pub\n"
        f"PidFile {folder}/sshd.pid\n"
        f"Subsystem sftp {'internal-sftp' if sftp_only else find_sftp_server()}"
        f"{' -R' if read_only else ''}\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "MaxStartups 100\nPrintMotd no\n" + ("ForceCommand internal-sftp\n" if sftp_only else "")
    )
    with (folder / "sshd.log").open("wb") as log:
        # ulimit counts blocks of 512 bytes; without the signal, a write just fails.
        limit = "" if most_kib is None else f"trap '' XFSZ; ulimit -f {2 * most_kib}; "
        process = subprocess.Popen(
            ["sh", "-c", f'{limit}exec "$@"', "sh", str(find_sshd()), "-De", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = OpenSshServer(
        port=port,
        host_key=paramiko.Ed25519Key.from_private_key_file(str(host_key)),
        client_key=str(client_key),
        process=process,
    )
    try:
        wait_for_port(port, process, folder / "sshd.log")
        yield server
    finally:
        for client in server.clients:
            client.close()
        process.terminate()
        process.wait(10)


def _privilege_folder() -> None:
    """sshd started by root wants this folder, which the init system makes elsewhere."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
