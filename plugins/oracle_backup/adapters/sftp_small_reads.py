"""
How do thousands of small files come from a store, when each question takes a while to travel?

Some of them are read at once over the one session: while one is opened, another is read and a
third closed. ``sftp_part`` tells how the answers reach us.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_FSTAT,
    CMD_HANDLE,
    CMD_OPEN,
    CMD_READ,
    CMD_STATUS,
    SFTPError,
    int64,
)

from oracle_backup.adapters.sftp_requests import CHUNK_BYTES, READING, check_answer
from oracle_backup.errors import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from paramiko.message import Message

    from oracle_backup.adapters.sftp_link import SftpLink

AT_ONCE = 64
"""Files that are open at the same time; servers allow at least a hundred."""
SMALL_BYTES = 8 * CHUNK_BYTES
"""Longer files are read one by one, so that what is on its way fits into 16 MiB."""


class SmallReads:
    """
    Reads files side by side, small ones whole.

    :param read_long: reads a file that is not small, by its name.
    """

    def __init__(self, link: SftpLink, *, read_long: Callable[[str], bytes]) -> None:
        self._link = link
        self._read_long = read_long
        self._generation = link.generation
        # paramiko holds them weakly: what is on its way lives here.
        self._open: dict[int, _SmallFile] = {}
        self._done: list[_SmallFile] = []

    def read(self, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes | StoreError]]:
        """
        Given names and paths, yield each name with its content, or with what went wrong with it.

        Raise StoreUnreachableError when the link is gone for good.
        """
        waiting = deque(files)
        long: list[str] = []
        try:
            while waiting or self._open:
                for file in self._step(waiting):
                    if file.is_long:
                        long.append(file.name)
                    else:
                        yield file.name, self._outcome(file)
            for name in long:
                yield name, self._attempt_long(name)
        finally:
            self._leave()

    def _step(self, waiting: deque[tuple[str, str]]) -> list[_SmallFile]:
        """Keep the window full, take in one answer, and return the files that are done."""
        try:
            with self._link.errors("read small files"):
                self._require_session()
                while waiting and len(self._open) < AT_ONCE:
                    file = _SmallFile(self._link.sftp, *waiting.popleft(), done=self._done)
                    self._open[id(file)] = file
                    file.begin()
                self._link.sftp._read_response()  # type: ignore[attr-defined]  # see above
        except StoreUnreachableError as error:
            self._link.renew(error, generation=self._generation)
            self._generation = self._link.generation
            waiting.extendleft((file.name, file.path) for file in self._open.values())
            self._open.clear()
            self._done.clear()
            return []
        done = self._done.copy()
        self._done.clear()
        for file in done:
            del self._open[id(file)]
            self._link.worked()
            self._link.bandwidth.take(file.size_bytes)
        return done

    def _require_session(self) -> None:
        # Another file may have opened a new session since.
        if self._generation != self._link.generation:
            raise EOFError

    def _outcome(self, file: _SmallFile) -> bytes | StoreError:
        try:
            with self._link.errors(f"read {file.path}"):
                if file.failure is not None:
                    raise file.failure
        except StoreUnreachableError:
            raise
        except StoreError as error:
            return error
        return file.content

    def _attempt_long(self, name: str) -> bytes | StoreError:
        try:
            return self._read_long(name)
        except StoreUnreachableError:
            raise
        except StoreError as error:
            return error

    def _leave(self) -> None:
        """Take in what is on its way, where the caller has left before the end."""
        if not self._open or self._generation != self._link.generation:
            return
        with contextlib.suppress(StoreError), self._link.errors("close small files"):
            while len(self._done) < len(self._open):
                self._link.sftp._read_response()  # type: ignore[attr-defined]  # see above
        self._open.clear()


class _SmallFile:
    """One file: opened, asked for its size and its beginning at once, read, closed."""

    def __init__(
        self, sftp: paramiko.SFTPClient, name: str, path: str, *, done: list[_SmallFile]
    ) -> None:
        self.name = name
        self.path = path
        self.failure: Exception | None = None
        self.is_long = False
        self._sftp = sftp
        self._done = done
        self._handle = b""
        self._told_bytes: int | None = None
        self._pieces: dict[int, bytes] = {}
        # What each request on its way is about, by its number.
        self._asked: dict[int, tuple[int, int, int]] = {}

    @property
    def size_bytes(self) -> int:
        """How much of it has come."""
        return sum(len(piece) for piece in self._pieces.values())

    @property
    def content(self) -> bytes:
        return b"".join(self._pieces[offset] for offset in sorted(self._pieces))

    def begin(self) -> None:
        self._ask(CMD_OPEN, self.path, READING, paramiko.SFTPAttributes())

    def _ask(self, kind: int, *arguments: object, offset: int = 0, length: int = 0) -> None:
        number = self._sftp._async_request(self, kind, *arguments)  # type: ignore[attr-defined]  # see above
        self._asked[number] = kind, offset, length

    def _ask_for_bytes(self, offset: int, length: int) -> None:
        self._ask(CMD_READ, self._handle, int64(offset), length, offset=offset, length=length)

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        """Take an answer; paramiko calls this from ``_read_response``."""
        asked, offset, length = self._asked.pop(number)
        try:
            self._take(asked, kind, message, offset=offset, length=length)
        except (OSError, EOFError, SFTPError) as error:
            # A close that fails changes nothing of what was read.
            if asked != CMD_CLOSE:
                self.failure = self.failure or error
        self._go_on(asked)

    def _take(self, asked: int, kind: int, message: Message, *, offset: int, length: int) -> None:
        if asked == CMD_OPEN:
            check_answer(self._sftp, kind, message, wanted=CMD_HANDLE)
            self._handle = message.get_binary()
        elif asked == CMD_FSTAT:
            check_answer(self._sftp, kind, message, wanted=CMD_ATTRS)
            found: paramiko.SFTPAttributes = paramiko.SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]  # not in the stubs
            self._take_size(found.st_size or 0)
        elif asked == CMD_READ:
            self._take_bytes(kind, message, offset=offset, length=length)
        else:
            check_answer(self._sftp, kind, message, wanted=CMD_STATUS)

    def _take_size(self, size_bytes: int) -> None:
        self._told_bytes = size_bytes
        self.is_long = size_bytes > SMALL_BYTES
        if self.is_long:
            return
        for offset in range(CHUNK_BYTES, size_bytes, CHUNK_BYTES):
            self._ask_for_bytes(offset, min(CHUNK_BYTES, size_bytes - offset))
        if 0 in self._pieces:
            self._ask_for_rest(0, CHUNK_BYTES)

    def _take_bytes(self, kind: int, message: Message, *, offset: int, length: int) -> None:
        try:
            check_answer(self._sftp, kind, message, wanted=CMD_DATA)
        except EOFError:
            # Right for the first read of an empty file; else the sizes tell, at the end.
            return
        piece = message.get_binary()
        if not piece or len(piece) > length:
            raise SFTPError("Garbage packet received")
        self._pieces[offset] = piece
        if self._told_bytes is not None and not self.is_long:
            self._ask_for_rest(offset, length)

    def _ask_for_rest(self, offset: int, length: int) -> None:
        """Ask for what an answer with fewer bytes than were asked for has left out."""
        end = min(offset + length, self._told_bytes or 0)
        start = offset + len(self._pieces[offset])
        if start < end:
            self._ask_for_bytes(start, end - start)

    def _go_on(self, asked: int) -> None:
        """Ask the next question, once nothing is on its way."""
        if asked == CMD_OPEN and self._handle:
            self._ask(CMD_FSTAT, self._handle)
            self._ask_for_bytes(0, CHUNK_BYTES)
        elif not self._asked:
            if self._handle:
                handle, self._handle = self._handle, b""
                self._ask(CMD_CLOSE, handle)
            else:
                self._finish()

    def _finish(self) -> None:
        self._done.append(self)
        if self.failure is None and not self.is_long and self.size_bytes != self._told_bytes:
            self.failure = StoreError(
                f"{self.path} has {self._told_bytes} bytes, and {self.size_bytes} can be read.",
                hint="Something changes files on the store.",
            )
