"""A host that is this machine: scripts run in a real shell, without a network."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast

from oracle_backup.errors import HostUnreachableError, RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LocalCommand:
    """
    A script that runs, as a link would show it.

    :param break_after: bytes of output after which the link breaks.
    """

    def __init__(self, process: subprocess.Popen[bytes], *, break_after: int | None) -> None:
        self._process = process
        self._left = break_after
        self._stderr = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.exit_code: int | None = None

    @property
    def stderr(self) -> str:
        return self._stderr.decode()

    def read(self, size: int, /) -> bytes:
        if self.exit_code is not None:
            return b""
        if self._left == 0:
            self.close()
            raise HostUnreachableError("The link broke.")
        wanted = size if self._left is None else min(size, self._left)
        data = cast("IO[bytes]", self._process.stdout).read1(wanted)  # type: ignore[attr-defined]
        if self._left is not None:
            self._left -= len(data)
        if not data:
            self._finish()
        return data

    def close(self) -> None:
        # As a server does when a link is gone. 7-Zip only notes the signal; what ends it is that
        # nobody takes its output any more.
        cast("IO[bytes]", self._process.stdout).close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._listener.join()
        cast("IO[bytes]", self._process.stderr).close()

    def _finish(self) -> None:
        self.exit_code = self._process.wait()
        self._listener.join()
        if self.exit_code:
            raise RemoteCommandError(
                f"Exit code {self.exit_code}: {self.stderr}", exit_code=self.exit_code
            )

    def _listen(self) -> None:
        self._stderr = cast("IO[bytes]", self._process.stderr).read()


class LocalShell:
    """
    :param shell: the program and its switches, such as ``busybox sh``.
    :param environment: of the scripts; None for this process's own.
    """

    host_label = "here"

    def __init__(
        self,
        *,
        shell: Sequence[str] = ("sh",),
        environment: Mapping[str, str] | None = None,
        break_after: int | None = None,
    ) -> None:
        self._shell = shell
        self._environment = environment
        self._break_after = break_after
        self.scripts: list[str] = []

    def open_command(
        self, script: str, *, doing: str = "run a script", stall_seconds: float | None = None
    ) -> LocalCommand:
        self.scripts.append(script)
        process = subprocess.Popen(
            [*self._shell, "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )
        stdin = cast("IO[bytes]", process.stdin)
        # As the real one sends it.
        stdin.write(f"{{\n{script}\n}} </dev/null\n".encode())
        stdin.close()
        return LocalCommand(process, break_after=self._break_after)
