"""
How do we run a script and read a file where this very process runs?

For a backup whose tools run on the machine of Airflow's worker. Everything is as over SSH: a script
goes to ``sh -s`` over stdin, so that nothing of it shows in ``ps``, and the shell has an
environment of its own, so that nothing of the worker's gets into the tool's.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import selectors
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from oracle_backup.adapters.local_streams import LocalCommandStream, LocalFile, could_not
from oracle_backup.adapters.patience import STALL_SECONDS
from oracle_backup.adapters.ports import Completed
from oracle_backup.adapters.ssh_scripts import MAX_OUTPUT_BYTES
from oracle_backup.adapters.ssh_streams import leashed
from oracle_backup.errors import HostError, RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TZ", "USER")
"""What a login would set too. The worker's environment may hold secrets of Airflow's."""
_CHUNK_BYTES = 256 * 1024


class LocalShell:
    """
    A POSIX shell on this machine.

    :param stall_seconds: how long a command may say nothing before it counts as stuck.
    :param max_output_bytes: the most a script may say.
    """

    def __init__(
        self, *, stall_seconds: float = STALL_SECONDS, max_output_bytes: int = MAX_OUTPUT_BYTES
    ) -> None:
        self._stall_seconds = stall_seconds
        self._max_output_bytes = max_output_bytes

    @property
    def host_label(self) -> str:
        return f"{machine_name()} (this machine)"

    def run(self, script: str, *, timeout_seconds: float) -> Completed:
        """
        Run a script and wait for its end.

        The script's commands have ``/dev/null`` as stdin. After ``timeout_seconds`` nobody listens
        to it any more, which does not by itself end what it has started.

        :raises RemoteCommandError: too slow, too talkative, or ended by a signal. A bad exit code
            is no error here: it is returned.
        """
        exit_code, stdout, stderr = self.run_for_bytes(script, timeout_seconds=timeout_seconds)
        return Completed(
            exit_code=exit_code,
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
        )

    def run_for_bytes(self, script: str, *, timeout_seconds: float) -> tuple[int, bytes, bytes]:
        """Run a script as `run` does; return exit code, output and standard error as they came."""
        process = self._start(f"{{\n{script}\n}} </dev/null\n")
        with contextlib.suppress(BrokenPipeError):
            cast("IO[bytes]", process.stdin).close()
        try:
            stdout, stderr = self._collect(process, timeout_seconds=timeout_seconds)
        except RemoteCommandError:
            # Somebody has to take note of its end, whenever that is.
            threading.Thread(target=process.wait, daemon=True).start()
            raise
        finally:
            for pipe in (process.stdout, process.stderr):
                cast("IO[bytes]", pipe).close()
        exit_code = process.wait()
        if exit_code < 0:
            raise RemoteCommandError(
                f"A signal ended a command on {self.host_label}.",
                hint="See the system log for the out-of-memory killer or an administrator.",
            )
        return exit_code, stdout, stderr

    def open_command(
        self, script: str, *, doing: str = "run a script", stall_seconds: float | None = None
    ) -> LocalCommandStream:
        """
        Start a script and return its output as it comes, with ``/dev/null`` as its stdin.

        It ends when the stream is closed, or this process dies.

        :param doing: what it is for, to follow "Cannot" in messages.
        :param stall_seconds: how long it may say nothing, for one that thinks long.
        """
        return LocalCommandStream(
            self._start(f"{{\n{leashed(script)}\n}}\n"),
            host_label=self.host_label,
            doing=doing,
            stall_seconds=self._stall_seconds if stall_seconds is None else stall_seconds,
        )

    def open_file(self, path: str, *, offset: int = 0) -> LocalFile:
        """
        Open a regular file for reading from ``offset`` on.

        :raises RemoteCommandError: there is no such file, or it may not be read.
        """
        size_bytes = self.stat([path])[path]
        if size_bytes is None:
            raise RemoteCommandError(
                f"There is no file {path} on {self.host_label}.",
                hint="See whether something removed it, then run the export again.",
            )
        return LocalFile(path, size_bytes=size_bytes, offset=offset, host_label=self.host_label)

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        """
        Return each regular file's size in bytes, None where there is none.

        A folder this user may not search hides its files: that is an error, not an absence.
        """
        return {path: self._size(path) for path in paths}

    def _size(self, path: str) -> int | None:
        try:
            found = Path(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise could_not(f"see {path}", error, host_label=self.host_label) from error
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def _start(self, text: str) -> subprocess.Popen[bytes]:
        """Return a shell that has been sent its whole script."""
        environment = shell_environment()
        try:
            process = subprocess.Popen(
                ["/bin/sh", "-s"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=environment.get("HOME", "/"),
                # A group of its own, as sshd gives: a script may end its whole group.
                start_new_session=True,
            )
        except OSError as error:
            raise HostError(
                f"Cannot start a shell on {self.host_label}: {error}.",
                hint="Check that there is /bin/sh, and that the user's HOME is a folder.",
            ) from error
        stdin = cast("IO[bytes]", process.stdin)
        # One that breaks off, for a mistake in the script, says so by its exit code.
        with contextlib.suppress(BrokenPipeError):
            stdin.write(text.encode())
            stdin.flush()
        return process

    def _collect(
        self, process: subprocess.Popen[bytes], *, timeout_seconds: float
    ) -> tuple[bytes, bytes]:
        """Read both outputs to their ends, whichever has something."""
        deadline = time.monotonic() + timeout_seconds
        stdout, stderr = bytearray(), bytearray()
        with selectors.DefaultSelector() as waiting:
            for pipe, gathered in ((process.stdout, stdout), (process.stderr, stderr)):
                waiting.register(cast("IO[bytes]", pipe), selectors.EVENT_READ, gathered)
            while waiting.get_map():
                ready = waiting.select(max(0.0, deadline - time.monotonic()))
                for key, _ in ready:
                    data = os.read(key.fd, _CHUNK_BYTES)
                    key.data.extend(data)
                    if not data:
                        waiting.unregister(key.fileobj)
                if not ready:
                    raise RemoteCommandError(
                        f"A script on {self.host_label} did not end within {timeout_seconds:g} s "
                        "and was left."
                    )
                if len(stdout) + len(stderr) > self._max_output_bytes:
                    raise RemoteCommandError(
                        f"A script on {self.host_label} wrote more than {self._max_output_bytes} "
                        "bytes of output and was left."
                    )
        return bytes(stdout), bytes(stderr)


def machine_name() -> str:
    """Return what this machine calls itself, which tells two workers apart."""
    return socket.gethostname()


def shell_environment() -> dict[str, str]:
    """Return the environment of the scripts: what a login would set, and nothing else."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    if not kept.get("HOME"):
        # A user without an entry there has no home: the scripts say so.
        with contextlib.suppress(KeyError):
            kept["HOME"] = pwd.getpwuid(os.getuid()).pw_dir
    return {"PATH": os.defpath, **kept}
