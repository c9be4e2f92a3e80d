"""How does one get a real OpenSSH server, to prove against it what the lab's own servers show?

Optional: only where sshd is installed. It serves the user it runs as, on a free port, with keys of
the lab; the machine's own SSH configuration is neither read nor changed.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab.processes import MARKER
from lab.servers.child import LOOPBACK
from lab.servers.launch import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from lab.keys import LabKeys

SSHD = Path("/usr/sbin/sshd")
SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")
# Compiled into sshd, which refuses to start as root when the folder is missing. The init script of
# the package makes it at boot; in a container nobody has.
_SEPARATION_FOLDER = Path("/run/sshd")
_READY_SECONDS = 60.0


def why_not() -> str | None:
    """Return why no sshd can be started here, or None when one can."""
    if not os.access(SSHD, os.X_OK):
        return f"{SSHD} is not installed"
    return None


@dataclass(slots=True)
class OpenSSH:
    """
    One sshd, as a context manager.

    :param folder: for its configuration and log, and the HOME of its sessions.
    :param keys: the lab's keys: `host` is its host key, `client` opens it.
    :param subsystem: what serves SFTP: `internal-sftp`, or the path of an sftp-server.
    :param settings: further settings of sshd.
    :param most_kib: how long a file may become in its sessions, in KiB.
    """

    folder: Path
    keys: LabKeys
    subsystem: str = "internal-sftp"
    port: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    most_kib: int | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def user(self) -> str:
        return getpass.getuser()

    @property
    def home(self) -> Path:
        """HOME in its sessions; their working folder is the user's real home all the same."""
        return self.folder / "home"

    @property
    def log(self) -> Path:
        return self.folder / "sshd.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start sshd and wait until it answers. Raise LabError with its log if it does not."""
        reason = why_not()
        if reason is not None:
            raise LabError(f"No OpenSSH server can be started: {reason}.")
        if os.geteuid() == 0:
            _SEPARATION_FOLDER.mkdir(mode=0o755, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self.keys.make()
        self.port = self.port or free_port()
        configuration = self.folder / "sshd_config"
        configuration.write_text(self._configuration(), encoding="utf-8")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._limit(), str(SSHD), "-D", "-e", "-f", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _READY_SECONDS
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                text = self.log.read_text(encoding="utf-8", errors="replace")
                raise LabError(f"sshd did not come up:\n{text}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End sshd; sessions that are open go on until their clients leave."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _limit(self) -> list[str]:
        if self.most_kib is None:
            return []
        # ulimit counts blocks of 512 bytes; without the signal, a write just fails.
        limit = f"trap '' XFSZ; ulimit -f {2 * self.most_kib}"
        return ["sh", "-c", f'{limit}; exec "$@"', "sh"]

    def _configuration(self) -> str:
        lines = {
            "ListenAddress": f"{LOOPBACK}:{self.port}",
            "HostKey": f'"{self.keys.host}"',
            "AuthorizedKeysFile": f'"{self.keys.client.with_suffix(".pub")}"',
            "PidFile": "none",
            "UsePAM": "no",
            # The keys lie in a folder for tests, below ones that others may write to.
            "StrictModes": "no",
            "AuthenticationMethods": "publickey",
            "PermitRootLogin": "prohibit-password",
            "Subsystem": f"sftp {self.subsystem}",
            "SetEnv": f'"HOME={self.home}" "{MARKER}={self.folder}"',
            "PrintMotd": "no",
            "LogLevel": "VERBOSE",
            # Tests open and drop many connections at once.
            "MaxStartups": "100",
            **self.settings,
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())


def free_port() -> int:
    """Return a port of loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as client:
            return client.recv(4) == b"SSH-"
    except OSError:
        return False
