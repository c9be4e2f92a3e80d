"""The host: an SSH server that runs commands as sshd does for a session without a terminal.

The command goes to `sh -c` in a session of its own, with a clean environment. When the connection
is lost its pipes are closed and nothing more: what has detached itself lives on, as with sshd.

For tests it holds commands at a chosen point (`holds.py`), and drops all connections on SIGUSR1.
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

from lab.files import write_json
from lab.processes import end_processes_of
from lab.servers import child
from lab.servers.holds import FOLDER, Holds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger("lab.host")

# What one read from the command takes at most; several of them wait in a channel's window.
_CHUNK_BYTES = 256 * 1024
# What of a command's stdin a hold's pattern is looked for in, and how long a client that sends
# nothing is waited for before its command is taken for one without a script.
_SCRIPT_BYTES = 256 * 1024
_SCRIPT_SECONDS = 1.0


class Connections:
    """The connections that are open now."""

    def __init__(self, said: Path) -> None:
        self._said = said
        self._open: set[asyncssh.SSHServerConnection] = set()
        self._drops = 0

    def add(self, connection: asyncssh.SSHServerConnection) -> None:
        self._open.add(connection)

    def discard(self, connection: asyncssh.SSHServerConnection) -> None:
        self._open.discard(connection)

    def drop(self) -> None:
        """Cut every connection, as a firewall does that has forgotten them; say so in a file."""
        log.info("%d connections are dropped", len(self._open))
        for connection in tuple(self._open):
            connection.abort()
        self._drops += 1
        write_json(self._said, {"pid": os.getpid(), "drops": self._drops})


class HostLogin(asyncssh.SSHServer):
    """Lets one user in, with a key."""

    def __init__(self, user: str, key: asyncssh.SSHKey, connections: Connections) -> None:
        self._user = user
        self._key = key
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._connection is not None:
            self._connections.discard(self._connection)

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


class Input:
    """
    What a client sends to a command.

    :param channel: the session.
    """

    def __init__(self, channel: asyncssh.SSHServerProcess[bytes]) -> None:
        self._channel = channel
        self._ahead: list[bytes] = []
        self.script = b""
        self.on_signal: Callable[[str], None] = lambda _: None

    async def read(self) -> bytes:
        """Return the next bytes, none at the end."""
        if self._ahead:
            return self._ahead.pop(0)
        return await self._read_channel()

    async def read_ahead(self) -> None:
        """Read what there is of a script, without taking it from who reads next."""
        while len(self.script) < _SCRIPT_BYTES:
            try:
                data = await asyncio.wait_for(self._read_channel(), _SCRIPT_SECONDS)
            except TimeoutError:
                return
            if not data:
                return
            self._ahead.append(data)

    async def _read_channel(self) -> bytes:
        while True:
            try:
                data = await self._channel.stdin.read(_CHUNK_BYTES)
            except asyncssh.SignalReceived as received:
                self.on_signal(received.signal)
            except (asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
                continue
            except (asyncssh.Error, ConnectionError):
                return b""
            else:
                self.script = (self.script + data)[:_SCRIPT_BYTES]
                return data

    @property
    def text(self) -> str:
        """Command line and script, for a hold's pattern to look at."""
        return f"{self._channel.command or ''}\n{self.script.decode('utf-8', 'replace')}"


class Command:
    """One command of one session, and the pumps between its pipes and the channel."""

    def __init__(
        self,
        channel: asyncssh.SSHServerProcess[bytes],
        process: asyncio.subprocess.Process,
        *,
        given: Input,
        holds: Holds,
    ) -> None:
        self._channel = channel
        self._process = process
        self._input = given
        self._input.on_signal = self._signal
        self._holds = holds

    async def serve(self) -> None:
        """Move bytes both ways until the command has ended or the connection is lost."""
        feeding = asyncio.ensure_future(self._feed_stdin())
        answering = asyncio.ensure_future(self._answer())
        closing = asyncio.ensure_future(self._channel.wait_closed())
        try:
            await asyncio.wait({answering, closing}, return_when=asyncio.FIRST_COMPLETED)
            ended = answering.done() and answering.exception() is None
        finally:
            for task in (feeding, answering, closing):
                task.cancel()
            await asyncio.gather(feeding, answering, closing, return_exceptions=True)
        if ended:
            self._report(await self._process.wait())
        else:
            log.info("the client has gone while pid %d was running", self._process.pid)
            self._close_pipes()

    async def _answer(self) -> None:
        """Pass on what the command says, to its end."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        await asyncio.gather(
            self._relay(self._process.stdout, self._channel.stdout),
            self._relay(self._process.stderr, self._channel.stderr),
        )
        await self._holds.wait(self._input.text, when="after")

    async def _feed_stdin(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            while data := await self._input.read():
                stdin.write(data)
                await stdin.drain()
        except (BrokenPipeError, ConnectionError):
            # The command does not read. What else comes is thrown away, so that the client, whose
            # window would fill up, is not left hanging while the command goes on.
            while await self._input.read():
                pass
        finally:
            stdin.close()

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

    def __init__(self, *, home: Path, environment: Mapping[str, str], holds: Holds) -> None:
        self._home = home
        self._environment = dict(environment)
        self._holds = holds
        self._left: set[asyncio.Task[int]] = set()

    async def handle(self, channel: asyncssh.SSHServerProcess[bytes]) -> None:
        given = Input(channel)
        if self._holds.concern("before") and not await self._wait_to_begin(channel, given):
            log.info("the client has gone before its command began")
            return
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
        await Command(channel, process, given=given, holds=self._holds).serve()
        if process.returncode is None:
            # Somebody has to take its exit status when it ends, or it stays a zombie.
            task = asyncio.create_task(process.wait())
            self._left.add(task)
            task.add_done_callback(self._left.discard)

    async def _wait_to_begin(self, channel: asyncssh.SSHServerProcess[bytes], given: Input) -> bool:
        """Wait while a hold keeps the command from beginning; return whether its client stayed."""
        await given.read_ahead()
        waiting = asyncio.ensure_future(self._holds.wait(given.text, when="before"))
        closing = asyncio.ensure_future(channel.wait_closed())
        try:
            await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
            return not closing.done()
        finally:
            for task in (waiting, closing):
                task.cancel()
            await asyncio.gather(waiting, closing, return_exceptions=True)


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
    holds = Holds(Path(settings["state"]) / FOLDER)
    host = Host(home=home, environment=environment, holds=holds)
    connections = Connections(Path(settings["run"]) / "host-drops.json")
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, connections.drop)
    accepted = asyncssh.import_public_key(settings["client_public_key"])
    server = await asyncssh.create_server(
        lambda: HostLogin(user, accepted, connections),
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
