"""
How does a file come back from a store at the speed of the link?

A window of requests is kept on its way, and no more: paramiko's own prefetch lists every request
for the whole file beforehand. ``sftp_part`` tells how the answers reach us.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from paramiko.sftp import CMD_DATA, CMD_READ, SFTPError, int64

from oracle_backup.adapters.sftp_requests import (
    CHUNK_BYTES,
    READING,
    WINDOW,
    check_answer,
    close_handle,
    open_handle,
    size_of_handle,
)
from oracle_backup.errors import IntegrityError, StoreUnreachableError

if TYPE_CHECKING:
    import paramiko
    from paramiko.message import Message

    from oracle_backup.adapters.sftp_link import SftpLink


class StoreFile(io.RawIOBase):
    """A file on a store, read ahead; it can be read anywhere, in order is what is fast."""

    def __init__(self, link: SftpLink, *, path: str) -> None:
        super().__init__()
        self._link = link
        self._path = path
        self._position = 0
        self._next_request = 0
        self._window: deque[_Slot] = deque()
        self._by_number: dict[int, _Slot] = {}
        self._handle = b""
        self._generation = -1
        self.size_bytes = link.ask(f"read {path}", self._open)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        if base + offset != self._position:
            self._position = base + offset
            self._forget_requests()
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Return ``size`` bytes, fewer only at the file's end; all that is left with -1."""
        wanted = self.size_bytes - self._position if size < 0 else size
        pieces: list[bytes] = []
        while wanted > 0 and self._position < self.size_bytes:
            piece = self._read_some(wanted)
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: Any, /) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and self._handle and self._generation == self._link.generation:
            # Nothing was written: a link that breaks now costs nothing.
            with (
                contextlib.suppress(StoreUnreachableError),
                self._link.errors(f"close {self._path}"),
            ):
                close_handle(self._link.sftp, self._handle)
        super().close()

    def __enter__(self) -> Self:
        return self

    def _open(self, sftp: paramiko.SFTPClient) -> int:
        self._handle = open_handle(sftp, self._path, READING)
        self._generation = self._link.generation
        return size_of_handle(sftp, self._handle) or 0

    def _read_some(self, wanted: int) -> bytes:
        while True:
            try:
                with self._link.errors(f"read {self._path}"):
                    head = self._arrived()
                break
            except StoreUnreachableError as error:
                self._link.renew(error, generation=self._generation)
                self._reopen()
        piece = head.take(wanted)
        if not head.data:
            self._window.popleft()
        self._position += len(piece)
        self._link.bandwidth.take(len(piece))
        return piece

    def _arrived(self) -> _Slot:
        """Keep the window full and return its first slot once its bytes are there."""
        if self._generation != self._link.generation:
            raise EOFError
        while len(self._window) < WINDOW and self._next_request < self.size_bytes:
            slot = _Slot(self._next_request, min(CHUNK_BYTES, self.size_bytes - self._next_request))
            self._window.append(slot)
            self._next_request += slot.length
            self._ask(slot)
        head = self._window[0]
        while not head.data:
            if head.failure is not None:
                raise head.failure
            self._link.sftp._read_response()  # type: ignore[attr-defined]  # see above
        if len(head.data) < head.length:
            self._split(head)
        return head

    def _split(self, head: _Slot) -> None:
        """Ask for the rest of a read to which the server answered with less."""
        rest = _Slot(head.offset + len(head.data), head.length - len(head.data))
        head.length = len(head.data)
        self._window.insert(1, rest)
        self._ask(rest)

    def _ask(self, slot: _Slot) -> None:
        number = self._link.sftp._async_request(  # type: ignore[attr-defined]  # see above
            self, CMD_READ, self._handle, int64(slot.offset), slot.length
        )
        self._by_number[number] = slot

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        """Take the answer to one read; paramiko calls this from ``_read_response``."""
        slot = self._by_number.pop(number, None)
        if slot is None:
            return
        try:
            check_answer(self._link.sftp, kind, message, wanted=CMD_DATA)
            slot.fill(message.get_binary())
            self._link.worked()
        except EOFError:
            slot.failure = IntegrityError(
                f"{self._path} on store {self._link.label} ends at byte {slot.offset}, but was "
                f"listed with {self.size_bytes}.",
                hint="Something shortens files on the store.",
            )
        except (OSError, SFTPError) as error:
            slot.failure = error

    def _reopen(self) -> None:
        self._forget_requests()
        try:
            with self._link.errors(f"go on reading {self._path}"):
                size_bytes = self._open(self._link.sftp)
        except StoreUnreachableError:
            # The new link broke as well: the next step finds the old handle and renews again.
            self._generation = -1
            return
        if size_bytes != self.size_bytes:
            raise IntegrityError(
                f"{self._path} on store {self._link.label} has {size_bytes} bytes after a break, "
                f"and had {self.size_bytes} before.",
                hint="Something changes files on the store.",
            )

    def _forget_requests(self) -> None:
        self._window.clear()
        self._by_number.clear()
        self._next_request = self._position


class _Slot:
    """One read on its way."""

    __slots__ = ("data", "failure", "length", "offset")

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length
        self.data = b""
        self.failure: Exception | None = None

    def fill(self, data: bytes) -> None:
        if not data or len(data) > self.length:
            raise SFTPError("Garbage packet received")
        self.data = data

    def take(self, wanted: int) -> bytes:
        piece, self.data = self.data[:wanted], self.data[wanted:]
        self.offset += len(piece)
        self.length -= len(piece)
        return piece
