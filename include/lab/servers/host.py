"""The host: an SSH server that runs commands as sshd does for a session without a terminal.

The command goes to `sh -c` in a session of its own, with a clean environment. When the connection
is lost its pipes are closed and nothing more: what has detached itself lives on, as with sshd.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh

from lab.processes import end_processes_of
from lab.servers import child

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("lab.host")

# What one read from the command takes at most; several of them wait in a channel's window.
_CHUNK_BYTES = 256 * 1024


class HostLogin(asyncssh.SSHServer):
    """Lets one user in, with a key."""

    def __init__(self, user: str, key: asyncssh.SSHKey) -> None:
        self._user = user
        self._key = key

    def begin_auth(self, username: str) -> bool:
        del username  # an unknown user is asked for a key as well, and refused later, as by sshd
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        accepted = username == self._user and key == self._key
        if not accepted:
            log.warning("refused a key for user %s", username)
        return accepted


class Command:
    """One command of one session, and the pumps between its pipes and the channel."""

    def __init__(
        self,
        channel: asyncssh.SSHServerProcess[bytes],
        process: asyncio.subprocess.Process,
    ) -> None:
        self._channel = channel
        self._process = process

    async def serve(self) -> None:
        """Move bytes both ways until the command has ended or the connection is lost."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        feeding = asyncio.ensure_future(self._feed_stdin())
        relaying = asyncio.gather(
            self._relay(self._process.stdout, self._channel.stdout),
            self._relay(self._process.stderr, self._channel.stderr),
        )
        closing = asyncio.ensure_future(self._channel.wait_closed())
        try:
            await asyncio.wait({relaying, closing}, return_when=asyncio.FIRST_COMPLETED)
            ended = relaying.done() and relaying.exception() is None
        finally:
            for task in (feeding, relaying, closing):
                task.cancel()
            await asyncio.gather(feeding, relaying, closing, return_exceptions=True)
        if ended:
            self._report(await self._process.wait())
        else:
            log.info("the client has gone while pid %d was running", self._process.pid)
            self._close_pipes()

    async def _feed_stdin(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            while data := await self._read_channel():
                stdin.write(data)
                await stdin.drain()
        except (BrokenPipeError, ConnectionError):
            # The command does not read. What else comes is thrown away, so that the client, whose
            # window would fill up, is not left hanging while the command goes on.
            while await self._read_channel():
                pass
        finally:
            stdin.close()

    async def _read_channel(self) -> bytes:
        while True:
            try:
                return await self._channel.stdin.read(_CHUNK_BYTES)
            except asyncssh.SignalReceived as received:
                self._signal(received.signal)
            except (asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
                continue
            except (asyncssh.Error, ConnectionError):
                return b""

    def _signal(self, name: str) -> None:
        number = getattr(signal, f"SIG{name}", None)
        if number is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    @staticmethod
    async def _relay(source: asyncio.StreamReader, target: asyncssh.SSHWriter[bytes]) -> None:
        while data := await source.read(_CHUNK_BYTES):
            target.write(data)
            await target.drain()

    def _close_pipes(self) -> None:
        # There is no public way to close the reading ends of an asyncio subprocess and leave it
        # alive: closing its transport kills it, which sshd does not do.
        transport = self._process._transport  # type: ignore[attr-defined]
        for descriptor in (0, 1, 2):
            pipe = transport.get_pipe_transport(descriptor)
            if pipe is not None:
                pipe.close()

    def _report(self, status: int) -> None:
        if status >= 0:
            self._channel.exit(status)
        else:
            self._channel.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))


class Host:
    """Starts commands for sessions; keeps those it has left running from being forgotten."""

    def __init__(self, *, home: Path, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = dict(environment)
        self._left: set[asyncio.Task[int]] = set()

    async def handle(self, channel: asyncssh.SSHServerProcess[bytes]) -> None:
        arguments = ["-c", channel.command] if channel.command else ["-s"]
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._home,
            env=self._environment,
            start_new_session=True,
            limit=2 * _CHUNK_BYTES,
        )
        log.info("pid %d runs for %s", process.pid, channel.get_extra_info("peername"))
        await Command(channel, process).serve()
        if process.returncode is None:
            # Somebody has to take its exit status when it ends, or it stays a zombie.
            task = asyncio.create_task(process.wait())
            self._left.add(task)
            task.add_done_callback(self._left.discard)


async def serve(settings: child.Settings) -> int:
    """Start the host; return its port."""
    user, home = settings["user"], Path(settings["home"])
    # Relative names in SFTP start at the user's home, as with sftp-server.
    os.chdir(home)
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/sh",
        "LAB_STATE": settings["state"],
    }
    host = Host(home=home, environment=environment)
    accepted = asyncssh.import_public_key(settings["client_public_key"])
    server = await asyncssh.create_server(
        lambda: HostLogin(user, accepted),
        child.LOOPBACK,
        settings["port"],
        server_host_keys=[settings["host_key"]],
        process_factory=host.handle,
        sftp_factory=True,
        allow_scp=True,
        allow_pty=False,
        encoding=None,
        line_editor=False,
        keepalive_interval=30,
    )
    return server.get_port()


if __name__ == "__main__":
    ended = child.run(serve)
    # The lab may have been killed: nobody else then ends what was detached on the host.
    end_processes_of(Path(ended["state"]))
