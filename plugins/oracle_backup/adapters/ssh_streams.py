"""
How do bytes come from the Oracle host while a command still runs there?

``RemoteCommandStream`` is one command's output, ``RemoteFile`` a file, read through as many
commands as its link breaks. An end is believed only when the command says that it ended well.
"""

from __future__ import annotations

import contextlib
import logging
import shlex
import time
from typing import TYPE_CHECKING, Self

from paramiko.ssh_exception import SSHException

from oracle_backup.adapters.foreign_errors import host_errors
from oracle_backup.adapters.ssh_scripts import exit_code_of, last_line, leave
from oracle_backup.errors import (
    BackupError,
    HostError,
    HostUnreachableError,
    RemoteCommandError,
    SourceChangedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import paramiko

    from oracle_backup.adapters.patience import Patience

log = logging.getLogger(__name__)

# paramiko takes bytes from the front of a buffer of megabytes and moves the rest: the more at
# once, the less is moved.
_CHUNK_BYTES = 1024 * 1024
# A command that has closed its output ends at once, or is stuck.
_END_SECONDS = 30.0
# How often a silent command's standard error is looked at.
_LOOK_SECONDS = 1.0
# What is kept of a command's standard error: its end.
_STDERR_BYTES = 64 * 1024


class RemoteCommandStream:
    """
    The output of a command on the Oracle host, while it runs.

    :param doing: what it is for, to follow "Cannot" in messages.
    :param stall_seconds: how long it may say nothing before its link counts as broken.
    """

    def __init__(
        self, channel: paramiko.Channel, *, host_label: str, doing: str, stall_seconds: float
    ) -> None:
        self._channel = channel
        self._host_label = host_label
        self._doing = doing
        self._stall_seconds = stall_seconds
        self._stderr = bytearray()
        self._failure: BackupError | None = None
        self._closed = False
        self._exit_code: int | None = None
        channel.settimeout(min(_LOOK_SECONDS, stall_seconds))

    @property
    def exit_code(self) -> int | None:
        """The exit code; None before the end, and when a signal or a break was the end."""
        return self._exit_code

    @property
    def stderr(self) -> str:
        """The end of what the command has said on standard error so far."""
        return self._stderr.decode("utf-8", "replace")

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, at least one, or nothing at the end.

        The end is believed only when the command says that it ended well.

        :raises HostUnreachableError: the link broke, or nothing came for too long.
        :raises RemoteCommandError: the command ended badly. What was read before is of no use.
        """
        if self._failure is not None:
            raise self._failure
        if self._exit_code is not None or size == 0:
            return b""
        if self._closed:
            raise ValueError("read of a closed command")
        try:
            with host_errors(self._host_label, doing=self._doing):
                data = self._receive(min(size, _CHUNK_BYTES))
                if not data:
                    self._finish()
        except HostError as error:
            self._failure = error
            raise
        return data

    def close(self) -> None:
        """End the command if it still runs. Never raises, and closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        leave(self._channel)

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
        patient_until = time.monotonic() + self._stall_seconds
        while True:
            try:
                data = self._channel.recv(size)
            except TimeoutError as error:
                # Left unread, much of it would fill the window that stdout shares.
                if self._take_stderr():
                    patient_until = time.monotonic() + self._stall_seconds
                elif time.monotonic() >= patient_until:
                    self._break_link()
                    raise HostUnreachableError(
                        f"Cannot {self._doing} on Oracle host {self._host_label}: nothing came "
                        f"for {self._stall_seconds:g} s.",
                        hint="See how busy the host and the network are.",
                    ) from error
            else:
                self._take_stderr()
                return data

    def _take_stderr(self) -> bool:
        came = False
        while self._channel.recv_stderr_ready():
            self._stderr += self._channel.recv_stderr(_CHUNK_BYTES)
            del self._stderr[:-_STDERR_BYTES]
            came = True
        return came

    def _break_link(self) -> None:
        """Give up the whole connection: on a stalled one, every other channel is stalled too."""
        with contextlib.suppress(EOFError, OSError, SSHException):
            self._channel.get_transport().close()

    def _finish(self) -> None:
        exit_code = exit_code_of(
            self._channel, f"Oracle host {self._host_label}", timeout_seconds=_END_SECONDS
        )
        self._take_stderr()
        if exit_code != 0:
            failure = RemoteCommandError(
                f"Cannot {self._doing} on Oracle host {self._host_label}: exit code {exit_code}, "
                f"{last_line(self.stderr)}.",
                exit_code=exit_code,
            )
            self._failure = failure
            self._exit_code = exit_code
            raise failure
        self._exit_code = exit_code


class RemoteFile:
    """
    A file on the Oracle host, read once and in order.

    :param stat: gives the file's size, None where there is none.
    :param start: starts a script, whose output is then read.
    :param patience: how often a broken link is opened again; None for never.
    """

    def __init__(
        self,
        *,
        host_label: str,
        path: str,
        offset: int,
        stat: Callable[[], int | None],
        start: Callable[[str], RemoteCommandStream],
        patience: Patience | None,
    ) -> None:
        self._host_label = host_label
        self._path = path
        self._position = offset
        self._stat = stat
        self._start = start
        self._patience = patience
        size_bytes = stat()
        if size_bytes is None:
            raise RemoteCommandError(
                f"There is no file {path} on Oracle host {host_label}.",
                hint="See whether something removed it, then run the export again.",
            )
        self._size_bytes = size_bytes
        self._stream: RemoteCommandStream | None = self._open()

    @property
    def size_bytes(self) -> int:
        """Its size when it was opened."""
        return self._size_bytes

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, or nothing at the end.

        A link that breaks or stalls is opened again at the byte reached, some times.

        :raises HostUnreachableError: the link stays broken.
        :raises SourceChangedError: the file is shorter than it was when opened.
        """
        while True:
            try:
                if self._stream is None:
                    self._stream = self._reopen()
                data = self._stream.read(size)
            except (HostUnreachableError, RemoteCommandError) as error:
                self._wait_to_reopen(error)
            else:
                break
        if data and self._patience is not None:
            self._patience.note_progress()
        self._position += len(data)
        if not data and size and self._position < self._size_bytes:
            raise self._shortened(self._position)
        return data

    def close(self) -> None:
        """
        Give the file back, from any thread: a ``read`` that waits to reopen it gives up.

        Never raises: whether all of it was read is known from ``read``.
        """
        if self._patience is not None:
            self._patience.stop()
        stream = self._stream
        if stream is not None:
            stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> RemoteCommandStream:
        # tail seeks in a regular file, so an offset costs nothing even on a big one.
        command = f"exec tail -c +{self._position + 1}" if self._position else "exec cat"
        return self._start(f"{command} < {shlex.quote(self._path)}")

    def _reopen(self) -> RemoteCommandStream:
        size_bytes = self._stat()
        if size_bytes is None or size_bytes < self._size_bytes:
            raise self._shortened(size_bytes)
        return self._open()

    def _wait_to_reopen(self, error: HostUnreachableError | RemoteCommandError) -> None:
        """Leave the broken stream and wait; raise ``error`` when it is time to give up."""
        # A command that a signal ended is what a host that shuts down shows first.
        was_cut = isinstance(error, HostUnreachableError) or error.exit_code is None
        pause = self._patience.next_pause() if self._patience is not None and was_cut else None
        if pause is None or self._patience is None:
            raise error
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        log.warning(
            "%s Opening %s again at byte %s in %g s.",
            error.message,
            self._path,
            self._position,
            pause,
        )
        if not self._patience.wait(pause):
            raise error

    def _shortened(self, size_bytes: int | None) -> SourceChangedError:
        what = f"{self._path} on Oracle host {self._host_label}"
        if size_bytes is None:
            return SourceChangedError(
                f"{what} is gone.",
                hint="Something removed it while it was read; see what else uses that folder.",
            )
        return SourceChangedError(
            f"{what} ended at byte {size_bytes} of {self._size_bytes}.",
            hint="Something shortened it while it was read; see what else uses that folder.",
        )


def leashed(script: str) -> str:
    """
    Wrap a script so that it ends when its stdin does: on ``close``, or with the link.

    A channel that is closed ends a command only when it next writes, and one that compresses
    writes seldom. SSH's own request for a signal is refused by some servers and users. sshd gives
    each command a process group, so number 0 is the script and what it has started.
    """
    return f"""\
exec 3<&0 4>&2 </dev/null 2>/dev/null
(
{script}
) 2>&4 3<&- 4>&- &
main=$!
exec 4>&-
(
    while read -r line <&3; do :; done
    kill -TERM 0
) >/dev/null &
leash=$!
exec >/dev/null
wait "$main"
code=$?
kill "$leash"
exit $code"""
