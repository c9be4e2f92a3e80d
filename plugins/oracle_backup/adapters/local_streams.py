"""How do bytes come from a command or a file where this very process runs?"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, cast

from oracle_backup.adapters.ssh_scripts import last_line
from oracle_backup.errors import (
    BackupError,
    HostUnreachableError,
    RemoteCommandError,
    SourceChangedError,
)

if TYPE_CHECKING:
    from types import TracebackType

_CHUNK_BYTES = 1024 * 1024
# What is kept of a command's standard error: its end.
_STDERR_BYTES = 64 * 1024
# A command that has closed its output ends at once, or is stuck.
_END_SECONDS = 30.0


class LocalCommandStream:
    """
    The output of a command on this machine, while it runs.

    :param process: a shell that waits for the end of its stdin, and leads a group.
    :param doing: what it is for, to follow "Cannot" in messages.
    :param stall_seconds: how long it may say nothing before it counts as stuck.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        *,
        host_label: str,
        doing: str,
        stall_seconds: float,
    ) -> None:
        self._process = process
        self._host_label = host_label
        self._doing = doing
        self._stall_seconds = stall_seconds
        self._stdout = cast("IO[bytes]", process.stdout)
        self._stderr_pipe = cast("IO[bytes]", process.stderr)
        self._stderr = bytearray()
        self._failure: BackupError | None = None
        self._closed = False
        self._exit_code: int | None = None
        self._waiting = selectors.DefaultSelector()
        for pipe in (self._stdout, self._stderr_pipe):
            self._waiting.register(pipe, selectors.EVENT_READ)

    @property
    def exit_code(self) -> int | None:
        """The exit code; None before the end, and when a signal was the end."""
        return self._exit_code

    @property
    def stderr(self) -> str:
        """The end of what the command has said on standard error so far."""
        return self._stderr.decode("utf-8", "replace")

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, at least one, or nothing at the end.

        The end is believed only when the command says that it ended well.

        :raises HostUnreachableError: nothing came for too long.
        :raises RemoteCommandError: the command ended badly. What was read before is of no use.
        """
        if self._failure is not None:
            raise self._failure
        if self._exit_code is not None or size == 0:
            return b""
        if self._closed:
            raise ValueError("read of a closed command")
        try:
            data = self._receive(min(size, _CHUNK_BYTES))
            if not data:
                self._finish()
        except (HostUnreachableError, RemoteCommandError) as error:
            self._failure = error
            self.close()
            raise
        return data

    def close(self) -> None:
        """End the command if it still runs. Never raises, and closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        self._waiting.close()
        if self._process.returncode is None:
            # With all that it has started. It only reads, so there is nothing it has to finish.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._stdout, self._stderr_pipe):
            with contextlib.suppress(OSError):
                cast("IO[bytes]", pipe).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self, size: int) -> bytes:
        """Return what comes on standard output; what comes on the other is kept meanwhile."""
        patient_until = time.monotonic() + self._stall_seconds
        while True:
            ready = {
                key.fileobj
                for key, _ in self._waiting.select(max(0.0, patient_until - time.monotonic()))
            }
            if not ready:
                raise HostUnreachableError(
                    f"Cannot {self._doing} on {self._host_label}: nothing came for "
                    f"{self._stall_seconds:g} s.",
                    hint="See how busy the machine is.",
                )
            if self._stderr_pipe in ready:
                self._take_stderr()
                patient_until = time.monotonic() + self._stall_seconds
            if self._stdout in ready:
                return os.read(self._stdout.fileno(), size)

    def _take_stderr(self) -> bool:
        data = os.read(self._stderr_pipe.fileno(), _CHUNK_BYTES)
        self._stderr += data
        del self._stderr[:-_STDERR_BYTES]
        if not data:
            self._waiting.unregister(self._stderr_pipe)
        return bool(data)

    def _finish(self) -> None:
        exit_code = self._wait_for_end()
        if exit_code is None or exit_code < 0:
            why = "a signal ended it" if exit_code else "it closed its output, but did not end"
            raise RemoteCommandError(f"Cannot {self._doing} on {self._host_label}: {why}.")
        if exit_code != 0:
            self._exit_code = exit_code
            raise RemoteCommandError(
                f"Cannot {self._doing} on {self._host_label}: exit code {exit_code}, "
                f"{last_line(self.stderr)}.",
                exit_code=exit_code,
            )
        self._exit_code = exit_code

    def _wait_for_end(self) -> int | None:
        try:
            exit_code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        self._waiting.unregister(self._stdout)
        # All that it has said is in the pipe by now; what it started may still hold the other end.
        while self._waiting.select(0) and self._take_stderr():
            pass
        return exit_code


class LocalFile:
    """
    A file on this machine, read once and in order.

    :param size_bytes: its size as it is opened.
    """

    def __init__(self, path: str, *, size_bytes: int, offset: int, host_label: str) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._position = offset
        self._host_label = host_label
        try:
            self._file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - closed by close()
            self._file.seek(offset)
        except OSError as error:
            raise could_not(f"read {path}", error, host_label=host_label) from error

    @property
    def size_bytes(self) -> int:
        """Its size when it was opened."""
        return self._size_bytes

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, or nothing at the end.

        :raises RemoteCommandError: the disk does not give them.
        :raises SourceChangedError: the file is shorter than it was when opened.
        """
        try:
            data = self._file.read(min(size, _CHUNK_BYTES)) or b""
        except OSError as error:
            raise could_not(f"read {self._path}", error, host_label=self._host_label) from error
        self._position += len(data)
        if not data and size and self._position < self._size_bytes:
            raise SourceChangedError(
                f"{self._path} on {self._host_label} ended at byte {self._position} of "
                f"{self._size_bytes}.",
                hint="Something shortened it while it was read; see what else uses that folder.",
            )
        return data

    def close(self) -> None:
        """Give the file back; closing twice does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def could_not(doing: str, error: OSError, *, host_label: str) -> RemoteCommandError:
    """Return the error for what this machine refuses."""
    return RemoteCommandError(
        f"Cannot {doing} on {host_label}: {error.strerror or error}.",
        hint="Check that the user Airflow's worker runs as may read the folder and the file.",
    )
