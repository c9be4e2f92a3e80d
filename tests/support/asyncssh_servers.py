"""
An SSH and SFTP server in this process that does on request what real servers do on bad days.

It speaks the protocol over a real socket; the client under test cannot tell it from another.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import asyncssh
import paramiko

from support.asyncssh_shell import run_shell
from support.ssh_faults import Faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

USER = "backup"
PASSWORD = "rehearsal-only"


@dataclass
class AsyncSshServer:
    """A running server, its faults, and clients for it."""

    port: int
    root: Path
    faults: Faults
    host_key: paramiko.PKey
    clients: list[paramiko.SSHClient] = field(default_factory=list)

    def connect(
        self,
        *,
        password: str = PASSWORD,
        know_key: bool = True,
        port: int | None = None,
        auth_timeout: float = 30,
    ) -> paramiko.SSHClient:
        """Return a connected client; ``port`` is that of a proxy before the server."""
        port = port or self.port
        client = paramiko.SSHClient()
        if know_key:
            name = f"[127.0.0.1]:{port}"
            client.get_host_keys().add(name, self.host_key.get_name(), self.host_key)
        client.connect(
            "127.0.0.1",
            port=port,
            username=USER,
            password=password,
            look_for_keys=False,
            allow_agent=False,
            timeout=10,
            auth_timeout=auth_timeout,
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
        process_factory=lambda process: run_shell(process, faults),
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
        self._is_dead = False

    async def _maybe_break(self, stage: str) -> None:
        """Cut or hold the line where the test wants it, before the server does its work."""
        faults = self._faults
        if faults.stall_at == stage and faults.take_drop():
            await asyncio.sleep(3600)
        if faults.drop_at == stage and faults.take_drop():
            self.connection.abort()
            await asyncio.sleep(3600)

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> IO[bytes]:
        await self._maybe_break("read" if pflags == asyncssh.FXF_READ else "open")
        if self._faults.open_error is not None:
            raise self._faults.open_error
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
        if faults.stall_writes or self._is_dead:
            await asyncio.sleep(3600)
        if faults.write_error is not None and faults.written >= faults.write_error_after:
            raise faults.write_error
        if faults.drops_now(faults.written, faults.drop_after_written):
            if faults.forget_on_drop is not None:
                os.truncate(file_obj.name, faults.forget_on_drop)
                self._is_dead = True
            self.connection.abort()
            await asyncio.sleep(3600)
        faults.written += len(data)
        swallow = faults.swallow_writes_after
        if swallow is not None and faults.written > swallow:
            return len(data)
        return super().write(file_obj, offset, data)

    async def close(self, file_obj: object) -> None:
        await self._maybe_break("close")
        super().close(file_obj)
        if self._faults.close_error is not None:
            raise self._faults.close_error

    async def stat(self, path: bytes) -> Any:
        await self._maybe_break("stat")
        return self._told(super().stat(path), path)

    def fstat(self, file_obj: Any) -> Any:
        return self._told(super().fstat(file_obj), os.fsencode(file_obj.name))

    def _told(self, found: Any, path: bytes) -> asyncssh.SFTPAttrs:
        faults = self._faults
        told = asyncssh.SFTPAttrs.from_local(found)
        told.mtime += faults.clock_shift_seconds
        if faults.size_lie_for in os.fsdecode(path):
            told.size += faults.size_lie
        if faults.no_sizes:
            told.size = None
        if faults.no_times:
            told.atime = told.mtime = None
        return told

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        if self._faults.mode_error is not None:
            raise self._faults.mode_error
        super().setstat(path, attrs)

    def fsetstat(self, file_obj: Any, attrs: asyncssh.SFTPAttrs) -> None:
        if self._faults.mode_error is not None:
            raise self._faults.mode_error
        super().fsetstat(file_obj, attrs)

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        await self._maybe_break("mkdir")
        if self._faults.mkdir_error is not None:
            raise self._faults.mkdir_error
        super().mkdir(path, attrs)

    async def remove(self, path: bytes) -> None:
        await self._maybe_break("remove")
        if self._faults.remove_error is not None:
            raise self._faults.remove_error
        super().remove(path)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._maybe_break("rename")
        if self._faults.rename_does_nothing:
            return
        if self._faults.rename_error is not None:
            raise self._faults.rename_error
        if self._is_taken(newpath):
            raise asyncssh.SFTPFailure("File already exists")
        super().rename(oldpath, newpath)
        if self._faults.drop_before_rename_answer and self._faults.take_drop():
            self.connection.abort()

    def _is_taken(self, path: bytes) -> bool:
        return Path(os.fsdecode(self.map_path(path))).exists()

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._maybe_break("posix_rename")
        if self._faults.rename_does_nothing:
            return
        if self._faults.posix_rename_error is not None:
            raise self._faults.posix_rename_error
        if self._faults.no_posix_rename:
            raise asyncssh.SFTPOpUnsupported("posix-rename")
        super().posix_rename(oldpath, newpath)
        if self._faults.drop_before_rename_answer and self._faults.take_drop():
            self.connection.abort()

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if self._faults.list_error is not None:
            raise self._faults.list_error
        await self._maybe_break("list")
        attributes = asyncssh.SFTPAttrs(permissions=0o100600, size=7)
        for number, name in enumerate(self._faults.listing or []):
            if self._faults.drops_now(number, self._faults.drop_after_listed):
                self.connection.abort()
                await asyncio.sleep(3600)
            yield asyncssh.SFTPName(name, name, attributes)
        async for entry in super().scandir(path):
            entry.attrs = self._told_of(entry.attrs)
            yield entry

    def _told_of(self, attributes: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        attributes.mtime += self._faults.clock_shift_seconds
        if self._faults.no_times:
            attributes.atime = attributes.mtime = None
        if self._faults.no_sizes:
            attributes.size = None
        return attributes
