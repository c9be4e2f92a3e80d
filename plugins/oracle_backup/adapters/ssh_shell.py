"""How do we run a script and read a file on the Oracle host?"""

from __future__ import annotations

import logging
import shlex
import threading
from typing import TYPE_CHECKING

from oracle_backup.adapters.foreign_errors import host_errors
from oracle_backup.adapters.patience import STALL_SECONDS, Patience
from oracle_backup.adapters.ssh_scripts import last_line, run_script, start_script
from oracle_backup.adapters.ssh_streams import RemoteCommandStream, RemoteFile, leashed
from oracle_backup.errors import RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import paramiko

    from oracle_backup.adapters.ports import Completed

log = logging.getLogger(__name__)

_STAT_SECONDS = 60.0


class RemoteShell:
    """
    A POSIX shell on the Oracle host, over a connected client.

    :param host_label: how messages name the host.
    :param reconnect: gives a new connected client when the old one's link has broken; without it
        a broken link stays broken.
    :param stall_seconds: how long a file may stay silent before its link counts as broken.
    :param pause: sleeps before a broken link is opened again; tests pass something quicker.
    """

    def __init__(
        self,
        client: paramiko.SSHClient,
        *,
        host_label: str,
        reconnect: Callable[[], paramiko.SSHClient] | None = None,
        stall_seconds: float = STALL_SECONDS,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._client = client
        self._host_label = host_label
        self._reconnect = reconnect
        self._stall_seconds = stall_seconds
        self._pause = pause
        self._lock = threading.Lock()

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
        with host_errors(self._host_label, doing="run a script"):
            return run_script(
                self._transport(),
                script,
                host_label=f"Oracle host {self._host_label}",
                timeout_seconds=timeout_seconds,
            )

    def open_command(
        self, script: str, *, doing: str = "run a script", stall_seconds: float | None = None
    ) -> RemoteCommandStream:
        """
        Start a script and return its output as it comes, with ``/dev/null`` as its stdin.

        It ends when the stream is closed, or its link breaks.

        :param doing: what it is for, to follow "Cannot" in messages.
        :param stall_seconds: how long it may say nothing, for one that thinks long.
        :raises HostUnreachableError: the link is broken.
        """
        with host_errors(self._host_label, doing=doing):
            channel = start_script(self._transport(), leashed(script), end_stdin=False)
        return self._stream(channel, doing=doing, stall_seconds=stall_seconds)

    def open_file(self, path: str, *, offset: int = 0) -> RemoteFile:
        """
        Open a regular file for reading from ``offset`` on.

        :raises RemoteCommandError: there is no such file.
        """

        def start(script: str) -> RemoteCommandStream:
            with host_errors(self._host_label, doing=f"read {path}"):
                channel = start_script(self._transport(), script)
            return self._stream(channel, doing=f"read {path}")

        return RemoteFile(
            host_label=self._host_label,
            path=path,
            offset=offset,
            stat=lambda: self.stat([path])[path],
            start=start,
            patience=None if self._reconnect is None else Patience(self._pause),
        )

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
                f"{last_line(done.stderr)}.",
                exit_code=done.exit_code,
                hint="Check that the SSH user may search the folder.",
            )
        return {
            path: None if word == "-" else int(word)
            for path, word in zip(paths, lines, strict=True)
        }

    def _stream(
        self, channel: paramiko.Channel, *, doing: str, stall_seconds: float | None = None
    ) -> RemoteCommandStream:
        return RemoteCommandStream(
            channel,
            host_label=self._host_label,
            doing=doing,
            stall_seconds=self._stall_seconds if stall_seconds is None else stall_seconds,
        )

    def _transport(self) -> paramiko.Transport:
        # A file may be opened again in one thread while another runs a script.
        with self._lock:
            transport = self._client.get_transport()
            if (transport is None or not transport.is_active()) and self._reconnect is not None:
                log.info("Connecting to Oracle host %s again.", self._host_label)
                self._client.close()
                self._client = self._reconnect()
                transport = self._client.get_transport()
        if transport is None or not transport.is_active():
            raise EOFError
        return transport


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
