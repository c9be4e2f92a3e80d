"""
How does a file travel to and from a store at the speed of the link?

Both directions keep a window of requests on their way. paramiko's own pipelined writer is not
used: it loses the error of every write whose answer arrives while it waits for another answer,
the last ones before the close among them, so a full disk could look like success. Its prefetch
is not used either: it lists every request for the whole file beforehand.

The answers reach us through paramiko's ``_async_request`` and ``_read_response``, the mechanism
behind its prefetch. They are private names: the pinned version and the tests hold them.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from paramiko.sftp import CMD_DATA, CMD_READ, CMD_STATUS, CMD_WRITE, SFTPError, int64

from oracle_backup.adapters.sftp_requests import (
    CREATING,
    GOING_ON,
    READING,
    check_answer,
    close_handle,
    open_handle,
    remove_if_there,
)
from oracle_backup.errors import IntegrityError, StoreUnreachableError

if TYPE_CHECKING:
    import paramiko
    from paramiko.message import Message

    from oracle_backup.adapters.sftp_link import SftpLink

# What every SFTP server accepts in one request.
CHUNK_BYTES = 32768
# Requests on their way: 4 MiB, enough for 1 Gbit/s over a round trip of 30 ms.
WINDOW = 128


class PartFile:
    """
    A file being written under its provisional name.

    Chunks are kept until the server has answered for them, so that after a broken link they are
    sent again at their places. Writing the same bytes there twice does no harm.
    """

    def __init__(self, link: SftpLink, *, name: str, path: str) -> None:
        self._link = link
        self._name = name
        self.path = path
        self._position = 0
        self._size_bytes = 0
        self._unsent: deque[tuple[int, memoryview]] = deque()
        self._pending: dict[int, tuple[int, memoryview]] = {}
        self._failure: Exception | None = None
        self._handle = b""
        self._generation = -1
        self._create()

    @property
    def name(self) -> str:
        """The name it will have when finished."""
        return self._name

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def write(self, data: bytes, /) -> int:
        """Take all of ``data``; errors of earlier chunks may come up here."""
        view = memoryview(data)
        for start in range(0, len(view), CHUNK_BYTES):
            chunk = view[start : start + CHUNK_BYTES]
            self._unsent.append((self._position, chunk))
            self._position += len(chunk)
            self._pump(drain=False)
        self._size_bytes = max(self._size_bytes, self._position)
        return len(view)

    def seek(self, offset: int, /) -> int:
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Wait until the server has answered for every chunk."""
        self._pump(drain=True)

    def close(self) -> None:
        """Flush, and let the server close the file, which is where some report a full disk."""
        self.flush()
        if not self._handle:
            return
        handle, self._handle = self._handle, b""
        # A handle of an older session has gone with it.
        if self._generation == self._link.generation:
            with self._link.writing(f"close {self.path}"):
                close_handle(self._link.sftp, handle)

    def forget(self) -> None:
        """Drop what has not been sent; the part is about to be removed."""
        self._unsent.clear()
        self._pending.clear()

    def _create(self) -> None:
        """Open a new file; one left by a dead run is unlinked, so that run can't write into it."""
        doing = f"write {self.path}"
        self._link.ask(doing, lambda sftp: remove_if_there(sftp, self.path))
        with self._link.writing(doing):
            self._link.ask(doing, lambda sftp: self._open(sftp, CREATING))

    def _open(self, sftp: paramiko.SFTPClient, flags: int) -> None:
        self._handle = open_handle(sftp, self.path, flags)
        self._generation = self._link.generation

    def _pump(self, *, drain: bool) -> None:
        """Send what is unsent as the window allows; with ``drain``, wait for all answers."""
        while self._unsent or (drain and self._pending):
            self._step_or_reopen()

    def _step_or_reopen(self) -> None:
        try:
            with self._link.writing(f"write {self.path}"):
                self._step()
        except StoreUnreachableError as error:
            self._link.renew(error, generation=self._generation)
            self._reopen()

    def _step(self) -> None:
        if self._generation != self._link.generation:
            raise EOFError
        if self._unsent and len(self._pending) < WINDOW:
            offset, chunk = self._unsent[0]
            number = self._link.sftp._async_request(  # type: ignore[attr-defined]  # see above
                self, CMD_WRITE, self._handle, int64(offset), chunk
            )
            self._pending[number] = self._unsent.popleft()
        else:
            self._link.sftp._read_response()  # type: ignore[attr-defined]  # see above
            if self._failure is not None:
                raise self._failure

    def _reopen(self) -> None:
        """On a new session, open the same file again and put back what was not answered for."""
        self._unsent.extendleft(reversed(self._pending.values()))
        self._pending.clear()
        try:
            with self._link.errors(f"go on writing {self.path}"):
                self._open(self._link.sftp, GOING_ON)
        except StoreUnreachableError:
            # The new link broke as well: the next step finds the old handle and renews again.
            return

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        """Take the answer to one write; paramiko calls this from ``_read_response``."""
        self._pending.pop(number, None)
        try:
            check_answer(self._link.sftp, kind, message, wanted=CMD_STATUS)
        except (OSError, EOFError, SFTPError) as error:
            self._failure = self._failure or error
        else:
            self._link.worked()


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
        return sftp.stat(self._path).st_size or 0

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
                self._open(self._link.sftp)
        except StoreUnreachableError:
            # The new link broke as well: the next step finds the old handle and renews again.
            return

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
