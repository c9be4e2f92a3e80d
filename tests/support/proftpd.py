"""ProFTPD's mod_sftp on a free port of loopback: another real server, with ways of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko

from lab.servers.openssh import free_port
from support.openssh import wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "backup"
PASSWORD = "rehearsal-only"

_MODULES = ("/usr/lib/proftpd", "/usr/libexec/proftpd", "/usr/lib64/proftpd")

# What the server says about passwords is in its own crypt; glibc's is called through openssl.
_CONFIG = """\
ServerName "store"
ServerType standalone
DefaultServer on
UseIPv6 off
DefaultAddress 127.0.0.1
SocketBindTight on
Port {port}
User {user}
Group {group}
Umask 022
PidFile {folder}/proftpd.pid
ScoreboardFile {folder}/scoreboard
ModulePath {modules}
LoadModule mod_sftp.c
DelayEngine off
WtmpLog off
TimesGMT on
RootLogin on
RequireValidShell off
AuthOrder mod_auth_file.c
AuthUserFile {folder}/passwd
AuthGroupFile {folder}/group
AllowOverwrite {overwrite}
AllowStoreRestart {overwrite}
SystemLog {folder}/system.log
TransferLog none
MaxInstances 50
SFTPEngine on
SFTPLog {folder}/sftp.log
SFTPHostKey {folder}/host_key
SFTPAuthMethods password
SFTPCompression off
<Directory {closed}/*>
  <Limit WRITE>
    DenyAll
  </Limit>
</Directory>
"""


def find_proftpd() -> str | None:
    """Return the program, None unless its module for SFTP is there as well."""
    program = shutil.which("proftpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return program if program and _modules() else None


def _modules() -> str | None:
    return next((path for path in _MODULES if (Path(path) / "mod_sftp.so").exists()), None)


@dataclass
class ProFtpdServer:
    """
    A running server; its SFTP begins in ``root``, and sees the whole machine.

    :param closed: a folder where nothing may be written.
    """

    port: int
    root: Path
    closed: Path
    host_key: paramiko.PKey
    process: subprocess.Popen[bytes]
    clients: list[paramiko.SSHClient] = field(default_factory=list)

    def connect(
        self, *, password: str = PASSWORD, port: int | None = None, auth_timeout: float = 30
    ) -> paramiko.SSHClient:
        """Return a connected client; ``port`` is that of a proxy before the server."""
        port = port or self.port
        client = paramiko.SSHClient()
        client.get_host_keys().add(f"[127.0.0.1]:{port}", self.host_key.get_name(), self.host_key)
        client.connect(
            "127.0.0.1",
            port=port,
            username=USER,
            password=password,
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
def proftpd_server(folder: Path, *, overwrite: bool = True) -> Iterator[ProFtpdServer]:
    """
    Start ProFTPD with keys and users of its own in ``folder``; it ends with the context.

    :param overwrite: whether a file that exists may be written to; its makers' default is no.
    """
    root, closed = folder / "root", folder / "closed"
    root.mkdir()
    closed.mkdir()
    host_key = folder / "host_key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", str(host_key)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    port = free_port()
    _write_users(folder, root)
    config = folder / "proftpd.conf"
    config.write_text(
        _CONFIG.format(
            port=port,
            user=_name_of_user(),
            group=_name_of_group(),
            folder=folder,
            closed=closed,
            modules=_modules(),
            overwrite="on" if overwrite else "off",
        )
    )
    with (folder / "proftpd.log").open("wb") as log:
        process = subprocess.Popen(
            [str(find_proftpd()), "--nodaemon", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = ProFtpdServer(
        port=port,
        root=root,
        closed=closed,
        host_key=paramiko.RSAKey.from_private_key_file(str(host_key)),
        process=process,
    )
    try:
        wait_for_port(port, process, folder / "proftpd.log")
        yield server
    finally:
        for client in server.clients:
            client.close()
        process.terminate()
        process.wait(30)


def _write_users(folder: Path, root: Path) -> None:
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    passwd, group = folder / "passwd", folder / "group"
    passwd.write_text(f"{USER}:{hashed.strip()}:{os.geteuid()}:{os.getegid()}::{root}:/bin/sh\n")
    group.write_text(f"{USER}:x:{os.getegid()}:{USER}\n")
    # The server refuses files that others may read.
    passwd.chmod(0o600)
    group.chmod(0o600)


def _name_of_user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _name_of_group() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name
