"""
An SSH and SFTP server in this process that does on request what real servers do on bad days.

It speaks the protocol over a real socket; the client under test cannot tell it from another.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import asyncssh
import paramiko

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

USER = "backup"
PASSWORD = "rehearsal-only"


@dataclass
class Faults:
    """
    What goes wrong, and when. All of it is off until set.

    Counters count over all connections; a ``drops_…`` number says how many times it happens.
    """

    drop_after_written: int | None = None
    drop_after_read: int | None = None
    drop_after_output: int | None = None
    drops_left: int = 0
    stall_reads: bool = False
    stall_writes: bool = False
    write_error: Exception | None = None
    write_error_after: int = 0
    close_error: Exception | None = None
    rename_error: Exception | None = None
    no_posix_rename: bool = False
    listing: list[bytes] | None = None
    list_error: Exception | None = None
    short_reads: int | None = None
    flip_read_at: int | None = None
    swallow_writes_after: int | None = None
    refuse_logins: bool = False
    no_exit_status: bool = False
    drop_before_rename_answer: bool = False

    written: int = 0
    read: int = 0
    sent: int = 0
    logins: int = 0
    opened: list[IO[bytes]] = field(default_factory=list)

    def drops_now(self, count: int, limit: int | None) -> bool:
        return limit is not None and count >= limit and self.take_drop()

    def take_drop(self) -> bool:
        if self.drops_left <= 0:
            return False
        self.drops_left -= 1
        return True


@dataclass
class AsyncSshServer:
    """A running server, its faults, and clients for it."""

    port: int
    root: Path
    faults: Faults
    host_key: paramiko.PKey
    clients: list[paramiko.SSHClient] = field(default_factory=list)

    def connect(self, *, password: str = PASSWORD, know_key: bool = True) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        if know_key:
            name = f"[127.0.0.1]:{self.port}"
            client.get_host_keys().add(name, self.host_key.get_name(), self.host_key)
        client.connect(
            "127.0.0.1",
            port=self.port,
            username=USER,
            password=password,
            look_for_keys=False,
            allow_agent=False,
            timeout=10,
        )
        self.clients.append(client)
        return client

    def sftp(self) -> paramiko.SFTPClient:
        return self.connect().open_sftp()


@contextmanager
def asyncssh_server(root: Path, faults: Faults | None = None) -> Iterator[AsyncSshServer]:
    """Start a server whose SFTP shows ``root`` as ``/`` and whose shell is a real one."""
    faults = faults or Faults()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="asyncssh-server", daemon=True)
    thread.start()

    def call(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    connections: set[asyncssh.SSHServerConnection] = set()
    acceptor = call(_listen(root, faults, host_key, connections))
    key_file = root.parent / f"{root.name}.host_key"
    key_file.write_bytes(host_key.export_private_key("openssh"))
    server = AsyncSshServer(
        port=acceptor.get_port(),
        root=root,
        faults=faults,
        host_key=paramiko.Ed25519Key.from_private_key_file(str(key_file)),
    )
    try:
        yield server
    finally:
        for client in server.clients:
            client.close()
        call(_end(acceptor, connections))
        for opened in faults.opened:
            opened.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listen(
    root: Path,
    faults: Faults,
    host_key: asyncssh.SSHKey,
    connections: set[asyncssh.SSHServerConnection],
) -> asyncssh.SSHAcceptor:
    asyncssh.set_log_level("CRITICAL")
    return await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Logins(faults, connections),
        server_host_keys=[host_key],
        sftp_factory=lambda channel: _FaultySftp(channel, root, faults),
        process_factory=lambda process: _run_shell(process, faults),
        encoding=None,
        sftp_version=3,
    )


async def _end(
    acceptor: asyncssh.SSHAcceptor, connections: set[asyncssh.SSHServerConnection]
) -> None:
    acceptor.close()
    for connection in connections:
        connection.abort()
    # The transports close in the loop's next rounds.
    await asyncio.sleep(0.05)
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


class _Logins(asyncssh.SSHServer):
    def __init__(self, faults: Faults, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._faults = faults
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.add(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._faults.logins += 1
        return password == PASSWORD and not self._faults.refuse_logins


class _FaultySftp(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel, root: Path, faults: Faults) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self._faults = faults

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> IO[bytes]:
        opened: IO[bytes] = super().open(path, pflags, attrs)
        self._faults.opened.append(opened)
        return opened

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        faults = self._faults
        if faults.stall_reads:
            await asyncio.sleep(3600)
        if faults.drops_now(faults.read, faults.drop_after_read):
            self.connection.abort()
        data = super().read(file_obj, offset, min(size, faults.short_reads or size))
        if faults.flip_read_at is not None and 0 <= faults.flip_read_at - offset < len(data):
            place = faults.flip_read_at - offset
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        faults.read += len(data)
        return data

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        faults = self._faults
        if faults.stall_writes:
            await asyncio.sleep(3600)
        if faults.write_error is not None and faults.written >= faults.write_error_after:
            raise faults.write_error
        if faults.drops_now(faults.written, faults.drop_after_written):
            self.connection.abort()
            await asyncio.sleep(3600)
        faults.written += len(data)
        swallow = faults.swallow_writes_after
        if swallow is not None and faults.written > swallow:
            return len(data)
        return super().write(file_obj, offset, data)

    def close(self, file_obj: object) -> None:
        super().close(file_obj)
        if self._faults.close_error is not None:
            raise self._faults.close_error

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._faults.rename_error is not None:
            raise self._faults.rename_error
        if Path(os.fsdecode(self.map_path(newpath))).exists():
            raise asyncssh.SFTPFailure("File already exists")
        super().rename(oldpath, newpath)
        if self._faults.drop_before_rename_answer and self._faults.take_drop():
            self.connection.abort()

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._faults.no_posix_rename:
            raise asyncssh.SFTPOpUnsupported("posix-rename")
        super().posix_rename(oldpath, newpath)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if self._faults.list_error is not None:
            raise self._faults.list_error
        for name in self._faults.listing or []:
            yield asyncssh.SFTPName(name, name, asyncssh.SFTPAttrs(permissions=0o100600, size=7))
        async for entry in super().scandir(path):
            yield entry


async def _run_shell(process: asyncssh.SSHServerProcess, faults: Faults) -> None:
    """Run the command the client asked for, as sshd would, and cut the line on request."""
    child = subprocess.Popen(  # noqa: ASYNC220  # asyncio's own leaves pipes open when cancelled
        # bash as login shell would also replace itself by the command.
        ["sh", "-c", f"exec {process.command}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with child:
        try:
            await asyncio.gather(
                _pump_in(process, child),
                _pump_out(process, child, faults),
                _pump_error(process, child),
            )
            code = await _in_thread(child.wait)
        except (OSError, asyncssh.Error):
            # The client has left. An error that gets out of here would end its other channels.
            return
        finally:
            # What the script has started keeps the pipes open, so the whole group has to go.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    if faults.no_exit_status:
        process.channel.close()
    elif code < 0:
        process.exit_with_signal("KILL")
    else:
        process.exit(code)


async def _in_thread(function: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def _pump_in(process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):
        while data := await process.stdin.read(65536):
            await _in_thread(os.write, child.stdin.fileno(), data)
    child.stdin.close()


async def _pump_out(
    process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes], faults: Faults
) -> None:
    while data := await _in_thread(os.read, child.stdout.fileno(), 65536):
        if faults.drop_after_output is not None and faults.sent >= faults.drop_after_output:
            if faults.stall_reads:
                await asyncio.sleep(3600)
            if faults.take_drop():
                process.channel.get_connection().abort()
                raise ConnectionAbortedError
        faults.sent += len(data)
        process.stdout.write(data)
        await process.stdout.drain()


async def _pump_error(process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes]) -> None:
    while data := await _in_thread(os.read, child.stderr.fileno(), 65536):
        process.stderr.write(data)
