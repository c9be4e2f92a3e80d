"""
How does a script run over an SSH connection?

It goes to ``sh -s`` over stdin, so nothing of it shows in ``ps`` or in a shell's history. It is
sent inside braces: a shell reads a braced group to its end before it runs any of it, so a
connection that breaks in the middle of a script never runs half of it.
"""

from __future__ import annotations

import contextlib
import select
import time
from typing import TYPE_CHECKING

from paramiko.ssh_exception import SSHException

from oracle_backup.adapters.patience import closed_after
from oracle_backup.adapters.ports import Completed
from oracle_backup.errors import RemoteCommandError

if TYPE_CHECKING:
    import paramiko

# A script's whole output is kept in memory; nothing we run says more than this.
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
OPEN_SECONDS = 30.0
_CHUNK_BYTES = 256 * 1024


def start_script(
    transport: paramiko.Transport, script: str, *, end_stdin: bool = True
) -> paramiko.Channel:
    """Return a channel on which the whole script has been sent. Its errors are paramiko's."""
    with closed_after(transport, OPEN_SECONDS):
        channel = transport.open_session(timeout=2 * OPEN_SECONDS)
        channel.exec_command("sh -s")
        if end_stdin:
            channel.sendall(f"{{\n{script}\n}} </dev/null\n".encode())
            channel.shutdown_write()
        else:
            channel.sendall(f"{{\n{script}\n}}\n".encode())
    return channel


def run_script(
    transport: paramiko.Transport,
    script: str,
    *,
    host_label: str,
    timeout_seconds: float,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
) -> Completed:
    """
    Run a script and wait for its end, with ``/dev/null`` as its commands' stdin.

    Raise RemoteCommandError if it is too slow, too talkative, or ended by a signal; otherwise the
    errors are paramiko's.
    """
    script_run = _ScriptRun(
        start_script(transport, script),
        host_label=host_label,
        timeout_seconds=timeout_seconds,
        max_output_bytes=max_output_bytes,
    )
    try:
        return script_run.completed()
    finally:
        script_run.leave()


class _ScriptRun:
    """One script that runs, and its limits."""

    def __init__(
        self,
        channel: paramiko.Channel,
        *,
        host_label: str,
        timeout_seconds: float,
        max_output_bytes: int,
    ) -> None:
        self._channel = channel
        self._host_label = host_label
        self._timeout_seconds = timeout_seconds
        self._deadline = time.monotonic() + timeout_seconds
        self._max_output_bytes = max_output_bytes

    def completed(self) -> Completed:
        stdout, stderr = self._collect()
        remaining = max(1.0, self._deadline - time.monotonic())
        exit_code = exit_code_of(self._channel, self._host_label, timeout_seconds=remaining)
        return Completed(
            exit_code=exit_code,
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
        )

    def leave(self) -> None:
        leave(self._channel)

    def _collect(self) -> tuple[bytes, bytes]:
        """Read stdout and stderr to their ends, whichever has something."""
        channel = self._channel
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
                self._wait()
            if len(stdout) + len(stderr) > self._max_output_bytes:
                raise RemoteCommandError(
                    f"A script on {self._host_label} wrote more than {self._max_output_bytes} "
                    "bytes of output and was left."
                )

    def _wait(self) -> None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise RemoteCommandError(
                f"A script on {self._host_label} did not end within {self._timeout_seconds:g} s.",
                hint="See how busy the host is.",
            )
        # Channel.fileno() becomes readable on stdout, stderr and end; the second is a net for an
        # end that comes between our look and the select.
        select.select([self._channel], [], [], min(1.0, remaining))


def exit_code_of(channel: paramiko.Channel, host_label: str, *, timeout_seconds: float) -> int:
    """Return the exit code; raise if the link broke or a signal ended the command."""
    # recv_exit_status() would wait for ever on a server that never sends one.
    channel.status_event.wait(timeout_seconds)
    if not channel.exit_status_ready():
        raise RemoteCommandError(
            f"A command on {host_label} closed its output, but did not end.",
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
        f"A signal ended a command on {host_label}.",
        hint="See the host's system log for the out-of-memory killer or an administrator.",
    )


def leave(channel: paramiko.Channel) -> None:
    """Close a channel; on a link that breaks just then, paramiko raises EOFError."""
    with contextlib.suppress(EOFError, OSError, SSHException):
        channel.close()


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
