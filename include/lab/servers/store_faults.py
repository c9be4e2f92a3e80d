"""Which faults can the store show, and how are they asked for?

`run/store-faults.json` is read at each operation, so a test can change it while a transfer runs:

    capacity_bytes    what all files together may hold; then a write fails as on a full disk
    deny              paths (from the root) at and below which everything is refused
    drop_after_bytes  the connection is cut once this many bytes were written or read
    corrupt           names (shell patterns) of files whose every write has its last byte changed
    bytes_per_second  reads and writes are slowed down to this
    no_statvfs        true: the server does not tell its free space

No file means no faults. Counting for `drop_after_bytes` begins anew when the connection was cut.
"""

from __future__ import annotations

import asyncio
import errno
import fnmatch
import os
from pathlib import Path, PurePosixPath
from typing import Any, cast

import asyncssh

from lab.files import read_json

# A block of the made-up file system, when `capacity_bytes` is set.
_BLOCK_BYTES = 4096


class StoreFaults:
    """What `run/store-faults.json` asks for at this moment."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self.moved_bytes = 0

    def wanted(self) -> dict[str, Any]:
        return cast("dict[str, Any] | None", read_json(self._path)) or {}


class FaultyFiles(asyncssh.SFTPServer):
    """The store's files, with the faults that are asked for."""

    def __init__(
        self, channel: asyncssh.SSHServerChannel[bytes], *, root: str, faults: StoreFaults
    ) -> None:
        super().__init__(channel, chroot=root.encode())
        self._root = Path(root)
        self._faults = faults

    def map_path(self, path: bytes) -> bytes:
        """Turn a path of the client's into ours; every operation on a path comes through here."""
        wanted = PurePosixPath("/" + path.decode(errors="replace").lstrip("/"))
        for denied in self._faults.wanted().get("deny", ()):
            if wanted.is_relative_to(PurePosixPath("/" + denied.strip("/"))):
                raise PermissionError(errno.EACCES, "Permission denied", str(wanted))
        return super().map_path(path)

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        faults = self._faults.wanted()
        name = Path(os.fsdecode(cast("Any", file_obj).name)).name
        if any(fnmatch.fnmatch(name, pattern) for pattern in faults.get("corrupt", ())):
            data = data[:-1] + bytes([data[-1] ^ 0xFF])
        self._check_capacity(faults, len(data))
        await self._pass(faults, len(data))
        return cast("int", super().write(file_obj, offset, data))

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        data = cast("bytes", super().read(file_obj, offset, size))
        await self._pass(self._faults.wanted(), len(data))
        return data

    def statvfs(self, path: bytes) -> os.statvfs_result:
        real = cast("os.statvfs_result", super().statvfs(path))
        return self._made_up(real)

    def fstatvfs(self, file_obj: object) -> os.statvfs_result:
        real = cast("os.statvfs_result", super().fstatvfs(file_obj))
        return self._made_up(real)

    def _made_up(self, real: os.statvfs_result) -> os.statvfs_result:
        faults = self._faults.wanted()
        if faults.get("no_statvfs"):
            raise asyncssh.SFTPOpUnsupported("statvfs not supported")
        capacity = faults.get("capacity_bytes")
        if capacity is None:
            return real
        free = max(0, capacity - self._used_bytes()) // _BLOCK_BYTES
        total = capacity // _BLOCK_BYTES
        return os.statvfs_result(
            (_BLOCK_BYTES, _BLOCK_BYTES, total, free, free, 1000, 1000, 1000, 0, real.f_namemax)
        )

    def _check_capacity(self, faults: dict[str, Any], size_bytes: int) -> None:
        capacity = faults.get("capacity_bytes")
        if capacity is not None and self._used_bytes() + size_bytes > capacity:
            raise OSError(errno.ENOSPC, "No space left on device")

    def _used_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._root.rglob("*") if path.is_file())

    async def _pass(self, faults: dict[str, Any], size_bytes: int) -> None:
        self._faults.moved_bytes += size_bytes
        limit = faults.get("drop_after_bytes")
        if limit is not None and self._faults.moved_bytes >= limit:
            self._faults.moved_bytes = 0
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("cut by the lab")
        pace = faults.get("bytes_per_second")
        if pace:
            await asyncio.sleep(size_bytes / pace)
