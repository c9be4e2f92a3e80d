"""
How do we run a script and read a file on the Oracle host?

A script goes to ``sh -s`` over stdin, so nothing of it shows in ``ps`` or in a shell's history.
It is sent inside braces: a shell reads a braced group to its end before it runs any of it, so a
connection that breaks in the middle of a script never runs half of it.
"""

from __future__ import annotations

import contextlib
import logging
import select
import shlex
import time
from typing import TYPE_CHECKING, Self

from paramiko.ssh_exception import SSHException

from oracle_backup.adapters.foreign_errors import host_errors
from oracle_backup.adapters.ports import Completed
from oracle_backup.errors import HostUnreachableError, RemoteCommandError, SourceChangedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import paramiko

log = logging.getLogger(__name__)

# Seconds without a byte after which a link counts as broken: longer than a busy host's pauses,
# shorter than anybody would wait.
STALL_SECONDS = 120.0
# A script's whole output is kept in memory; nothing we run says more than this.
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
_OPEN_SECONDS = 30.0
_STAT_SECONDS = 60.0
_CHUNK_BYTES = 256 * 1024


class RemoteShell:
    """
    A POSIX shell on the Oracle host, over a connected client.

    :param host_label: how messages name the host.
    :param reconnect: gives a new connected client when the old one's link has broken; without it
        a broken link stays broken.
    :param stall_seconds: how long a file may stay silent before its link counts as broken.
    """

    def __init__(
        self,
        client: paramiko.SSHClient,
        *,
        host_label: str,
        reconnect: Callable[[], paramiko.SSHClient] | None = None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._client = client
        self._host_label = host_label
        self._reconnect = reconnect
        self._stall_seconds = stall_seconds

    @property
    def host_label(self) -> str:
        return self._host_label

    def run(self, script: str, *, timeout_seconds: float) -> Completed:
        """
        Run a script and wait for its end.

        The script's commands have ``/dev/null`` as stdin. After ``timeout_seconds`` the channel is
        closed, which does not by itself end what the script has started there.

        :raises HostUnreachableError: the link broke; whether the script ran is not known.
        :raises RemoteCommandError: too slow, too talkative, or ended by a signal. A bad exit code
            is no error here: it is returned.
        """
        deadline = time.monotonic() + timeout_seconds
        with host_errors(self._host_label, doing="run a script"):
            channel = self._start(script)
            try:
                stdout, stderr = self._collect(channel, deadline, timeout_seconds)
                exit_code = self._exit_code(channel, max(1.0, deadline - time.monotonic()))
            finally:
                _leave(channel)
        return Completed(
            exit_code=exit_code,
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
        )

    def open_file(self, path: str, *, offset: int = 0) -> RemoteFile:
        """
        Open a regular file for reading from ``offset`` on.

        :raises RemoteCommandError: there is no such file.
        """
        size_bytes = self.stat([path])[path]
        if size_bytes is None:
            raise RemoteCommandError(
                f"There is no file {path} on Oracle host {self._host_label}.",
                hint="See whether something removed it, then run the export again.",
            )
        # tail seeks in a regular file, so an offset costs nothing even on a big one.
        command = "exec cat" if offset == 0 else f"exec tail -c +{offset + 1}"
        with host_errors(self._host_label, doing=f"read {path}"):
            channel = self._start(f"{command} < {shlex.quote(path)}")
            channel.settimeout(self._stall_seconds)
        return RemoteFile(channel, shell=self, path=path, offset=offset, size_bytes=size_bytes)

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        """
        Return each regular file's size in bytes, None where there is none.

        A folder this user may not search hides its files: that is an error, not an absence.
        """
        if not paths:
            return {}
        done = self.run(_stat_script(paths), timeout_seconds=_STAT_SECONDS)
        lines = done.stdout.split()
        if done.exit_code != 0 or len(lines) != len(paths):
            raise RemoteCommandError(
                f"Cannot see the files on Oracle host {self._host_label}: "
                f"{_last_line(done.stderr)}.",
                exit_code=done.exit_code,
                hint="Check that the SSH user may search the folder.",
            )
        return {
            path: None if word == "-" else int(word)
            for path, word in zip(paths, lines, strict=True)
        }

    def _start(self, script: str) -> paramiko.Channel:
        """Return a channel on which the whole script has been sent."""
        channel = self._transport().open_session(timeout=_OPEN_SECONDS)
        channel.settimeout(_OPEN_SECONDS)
        channel.exec_command("sh -s")
        channel.sendall(f"{{\n{script}\n}} </dev/null\n".encode())
        channel.shutdown_write()
        return channel

    def _transport(self) -> paramiko.Transport:
        transport = self._client.get_transport()
        if (transport is None or not transport.is_active()) and self._reconnect is not None:
            log.info("Connecting to Oracle host %s again.", self._host_label)
            self._client.close()
            self._client = self._reconnect()
            transport = self._client.get_transport()
        if transport is None or not transport.is_active():
            raise EOFError
        return transport

    def _collect(
        self, channel: paramiko.Channel, deadline: float, timeout_seconds: float
    ) -> tuple[bytes, bytes]:
        """Read stdout and stderr to their ends, whichever has something."""
        stdout, stderr = bytearray(), bytearray()
        while True:
            # Asked first: what came before the end is then in the buffers looked at below.
            ended = channel.eof_received or channel.closed
            if channel.recv_ready():
                stdout += channel.recv(_CHUNK_BYTES)
            elif channel.recv_stderr_ready():
                stderr += channel.recv_stderr(_CHUNK_BYTES)
            elif ended:
                return bytes(stdout), bytes(stderr)
            else:
                self._wait(channel, deadline, timeout_seconds)
            if len(stdout) + len(stderr) > MAX_OUTPUT_BYTES:
                raise RemoteCommandError(
                    f"A script on Oracle host {self._host_label} wrote more than "
                    f"{MAX_OUTPUT_BYTES} bytes of output and was left."
                )

    def _wait(self, channel: paramiko.Channel, deadline: float, timeout_seconds: float) -> None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise RemoteCommandError(
                f"A script on Oracle host {self._host_label} did not end within "
                f"{timeout_seconds:g} s.",
                hint="See how busy the host is.",
            )
        # Channel.fileno() becomes readable on stdout, stderr and end; the second is a net for an
        # end that comes between our look and the select.
        select.select([channel], [], [], min(1.0, remaining))

    def _exit_code(self, channel: paramiko.Channel, timeout_seconds: float) -> int:
        """Return the exit code; raise if the link broke or a signal ended the command."""
        # recv_exit_status() would wait for ever on a server that never sends one.
        channel.status_event.wait(timeout_seconds)
        if not channel.exit_status_ready():
            raise RemoteCommandError(
                f"A command on Oracle host {self._host_label} closed its output, but did not end.",
                hint="See how busy the host is.",
            )
        if channel.exit_status >= 0:
            return channel.exit_status
        transport = channel.get_transport()
        # paramiko closes its channels an instant before the transport says that it is dead.
        transport.join(1.0)
        if not transport.is_active():
            raise EOFError
        raise RemoteCommandError(
            f"A signal ended a command on Oracle host {self._host_label}.",
            hint="See the host's system log for the out-of-memory killer or an administrator.",
        )


class RemoteFile:
    """A file on the Oracle host, read once and in order."""

    def __init__(
        self,
        channel: paramiko.Channel,
        *,
        shell: RemoteShell,
        path: str,
        offset: int,
        size_bytes: int,
    ) -> None:
        self._channel = channel
        self._shell = shell
        self._path = path
        self._size_bytes = size_bytes
        self._position = offset
        self._ended = False

    @property
    def size_bytes(self) -> int:
        """Its size when it was opened."""
        return self._size_bytes

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, or nothing at the end.

        The end is believed only when the remote command says it ended well.

        :raises HostUnreachableError: the link broke or stalled; open again at the byte reached.
        :raises SourceChangedError: the file is shorter than it was when opened.
        """
        if self._ended or size == 0:
            return b""
        with host_errors(self._shell.host_label, doing=f"read {self._path}"):
            try:
                data = self._channel.recv(min(size, _CHUNK_BYTES))
            except TimeoutError as error:
                raise HostUnreachableError(
                    f"Oracle host {self._shell.host_label} sent nothing of {self._path} for "
                    f"{self._shell._stall_seconds:g} s, at byte {self._position}."
                ) from error
            if not data:
                self._finish()
        self._position += len(data)
        return data

    def _finish(self) -> None:
        exit_code = self._shell._exit_code(self._channel, _OPEN_SECONDS)
        if exit_code != 0:
            said = self._channel.recv_stderr(4096) if self._channel.recv_stderr_ready() else b""
            raise RemoteCommandError(
                f"Reading {self._path} on Oracle host {self._shell.host_label} ended with exit "
                f"code {exit_code}: {_last_line(said.decode('utf-8', 'replace'))}.",
                exit_code=exit_code,
            )
        if self._position < self._size_bytes:
            raise SourceChangedError(
                f"{self._path} on Oracle host {self._shell.host_label} ended at byte "
                f"{self._position} of {self._size_bytes}.",
                hint="Something shortened it while it was read; see what else uses that folder.",
            )
        self._ended = True

    def close(self) -> None:
        """Give the file back. Never raises: whether all of it was read is known from ``read``."""
        self._ended = True
        _leave(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _stat_script(paths: Sequence[str]) -> str:
    """
    Build the script that prints one word for each path: its size, or ``-``.

    ``stat`` and ``wc -c`` differ between Linux, AIX and Solaris; ``ls -n`` is in POSIX.
    """
    words = " ".join(shlex.quote(path) for path in paths)
    return f"""\
LC_ALL=C; export LC_ALL
for file in {words}; do
    folder=$(dirname "$file")
    if [ -f "$file" ]; then
        size=$(ls -dnL "$file" | awk 'NR == 1 {{ print $5 }}')
        echo "${{size:--}}"
    elif [ -d "$folder" ] && [ ! -x "$folder" ]; then
        echo "may not search $folder" >&2
        exit 77
    else
        echo -
    fi
done"""


def _leave(channel: paramiko.Channel) -> None:
    """Close a channel; on a link that breaks just then, paramiko raises EOFError."""
    with contextlib.suppress(EOFError, OSError, SSHException):
        channel.close()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
