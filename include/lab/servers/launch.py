"""How is a server of the lab started, watched until it listens, and ended?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from lab.files import read_json
from lab.paths import INCLUDE
from lab.processes import MARKER

if TYPE_CHECKING:
    from pathlib import Path

    from lab.paths import LabPaths

_READY_SECONDS = 30.0
_END_SECONDS = 5.0
_POLL_SECONDS = 0.02
_LOG_LINES = 15


class LabError(RuntimeError):
    """The lab cannot do what was asked of it; the message says why."""


@dataclass(slots=True)
class ServerProcess:
    """One server of a lab: a process that ends when its stdin does."""

    name: str
    paths: LabPaths
    settings: dict[str, Any]
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.paths.run / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def launch(self) -> None:
        """Start the process; `wait_until_ready` says when it listens. A known port is kept."""
        self._announcement.unlink(missing_ok=True)
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(INCLUDE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            MARKER: str(self.paths.state),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"lab.servers.{self.name}"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.paths.state,
                start_new_session=True,
            )
        settings = {
            **self.settings,
            "name": self.name,
            "run": str(self.paths.run),
            "state": str(self.paths.state),
            "port": self.port,
        }
        stdin = self._stdin()
        stdin.write(json.dumps(settings).encode() + b"\n")
        stdin.flush()

    def wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            said = read_json(self._announcement)
            if said is not None and said["pid"] == self._process.pid:
                self.port = int(said["port"])
                return
            status = self._process.poll()
            if status is not None:
                raise LabError(f"The lab's {self.name} ended with {status}.\n{self._last_lines()}")
            time.sleep(_POLL_SECONDS)
        self.kill()
        raise LabError(
            f"The lab's {self.name} did not come up in {_READY_SECONDS:.0f} s."
            f"\n{self._last_lines()}"
        )

    def stop(self) -> None:
        """End the server as it ends when the lab goes: by the end of its stdin."""
        if self._process is None:
            return
        self._close_stdin()
        try:
            self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._announcement.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the server as a crash would: SIGKILL, nothing tidied."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._close_stdin()
            self._process = None

    def pause(self) -> None:
        """Freeze the server: it accepts connections (the kernel does) and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def ask(self, number: signal.Signals) -> None:
        """Send a signal that this server takes for an order."""
        self._signal(number)

    @property
    def _announcement(self) -> Path:
        return self.paths.run / f"{self.name}.json"

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _stdin(self) -> IO[bytes]:
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin

    def _close_stdin(self) -> None:
        try:
            self._stdin().close()
        except BrokenPipeError:
            return

    def _last_lines(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
        return f"The end of {self.log}:\n" + "\n".join(f"  {line}" for line in lines)
