"""
How does a file travel to a store at the speed of the link?

A window of requests is kept on its way. paramiko's own pipelined writer is not used: it loses the
error of every write whose answer arrives while it waits for another answer, the last ones before
the close among them, so a full disk could look like success.

The answers reach us through paramiko's ``_async_request`` and ``_read_response``, the mechanism
behind its prefetch. They are private names: the pinned version and the tests hold them.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from paramiko.sftp import CMD_STATUS, CMD_WRITE, SFTPError, int64

from oracle_backup.adapters.sftp_requests import (
    CHUNK_BYTES,
    CREATING,
    GOING_ON,
    WINDOW,
    check_answer,
    close_handle,
    open_handle,
    size_of_handle,
)
from oracle_backup.adapters.store_names import new_part_name
from oracle_backup.errors import StoreError, StorePermissionError, StoreUnreachableError

if TYPE_CHECKING:
    import paramiko
    from paramiko.message import Message

    from oracle_backup.adapters.sftp_link import SftpLink


class PartFile:
    """
    A file being written under its provisional name.

    Chunks are kept until the server has answered for them, so that after a broken link they are
    sent again at their places. Writing the same bytes there twice does no harm.

    :param name: the name it will have when finished, relative to the store's root.
    :param final_path: the same as the server knows it.
    """

    def __init__(self, link: SftpLink, *, name: str, final_path: str) -> None:
        self._link = link
        self._name = name
        self.final_path = final_path
        self.path = final_path
        self.rename_asked = False
        self._position = 0
        self._size_bytes = 0
        self._acknowledged_bytes = 0
        self._unsent: deque[tuple[int, memoryview]] = deque()
        self._pending: dict[int, tuple[int, memoryview]] = {}
        self._failure: Exception | None = None
        self._handle = b""
        self._generation = -1
        with self._link.writing(f"write {name}"):
            self._link.ask(f"write {name}", self._create)

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
        if not view.readonly:
            # What the caller may change is not what could be sent again.
            view = memoryview(bytes(view))
        for start in range(0, len(view), CHUNK_BYTES):
            chunk = view[start : start + CHUNK_BYTES]
            self._unsent.append((self._position, chunk))
            self._position += len(chunk)
            self._size_bytes = max(self._size_bytes, self._position)
            self._pump(drain=False)
        return len(view)

    def seek(self, offset: int, /) -> int:
        """
        Go on writing at ``offset``.

        Waits for all answers first: on a link that breaks, an old and a new content of one place
        must not be on their way at once.
        """
        self.flush()
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Wait until the server has answered for every chunk."""
        self._pump(drain=True)

    def close(self) -> None:
        """Flush, and let the server close the file, which is where some report a full disk."""
        while self._handle:
            self.flush()
            try:
                with self._link.writing(f"close {self.path}"):
                    self._close_handle()
            except StoreUnreachableError as error:
                # Opened once more, so that the server tells at a close that all is well.
                self._link.renew(error, generation=self._generation)
                self._reopen()

    def leave(self) -> None:
        """Drop what has not been sent, and the handle: the part is about to be removed."""
        self._unsent.clear()
        self._pending.clear()
        handle, self._handle = self._handle, b""
        # A handle of an older session has gone with it.
        if handle and self._generation == self._link.generation:
            with self._link.errors(f"close {self.path}"):
                close_handle(self._link.sftp, handle)

    def _create(self, sftp: paramiko.SFTPClient) -> None:
        # A try whose answer was lost may have made its file: each one takes a name of its own.
        self.path = new_part_name(self.final_path)
        self._open(sftp, CREATING)

    def _open(self, sftp: paramiko.SFTPClient, flags: int) -> None:
        self._handle = open_handle(sftp, self.path, flags)
        self._generation = self._link.generation

    def _close_handle(self) -> None:
        if self._generation != self._link.generation:
            raise EOFError
        close_handle(self._link.sftp, self._handle)
        self._handle = b""

    def _pump(self, *, drain: bool) -> None:
        """Send what is unsent as the window allows; with ``drain``, wait for all answers."""
        while self._unsent or (drain and self._pending):
            self._step_or_reopen()
        # An answer may have come while another question waited for its own.
        if self._failure is not None:
            with self._link.writing(f"write {self.path}"):
                raise self._failure

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
            self._link.bandwidth.take(len(chunk))
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
            with self._link.writing(f"go on writing {self.path}"):
                self._open(self._link.sftp, GOING_ON)
                size_bytes = size_of_handle(self._link.sftp, self._handle)
        except StoreUnreachableError:
            # The new link broke as well: the next step finds the old handle and renews again.
            self._generation = -1
            return
        except StorePermissionError as error:
            # A server that lets nobody write to a file that exists, as ProFTPD by default.
            raise StoreUnreachableError(
                f"The link to store {self._link.label} broke, and its server does not let us go on "
                f"writing {self.path}: {error.message}",
                hint="Let its user write to files that exist (ProFTPD: AllowOverwrite and "
                "AllowStoreRestart), or see why the link breaks.",
            ) from error
        if size_bytes is None or not self._acknowledged_bytes <= size_bytes <= self._size_bytes:
            raise StoreError(
                f"{self.path} on store {self._link.label} has {size_bytes} bytes after a break, "
                f"{self._acknowledged_bytes} were acknowledged and {self._size_bytes} sent.",
                hint="The server lost what it had accepted, or something else writes there.",
            )

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        """Take the answer to one write; paramiko calls this from ``_read_response``."""
        sent = self._pending.pop(number, None)
        try:
            check_answer(self._link.sftp, kind, message, wanted=CMD_STATUS)
        except (OSError, EOFError, SFTPError) as error:
            self._failure = self._failure or error
        else:
            self._link.worked()
            if sent is not None:
                offset, chunk = sent
                self._acknowledged_bytes = max(self._acknowledged_bytes, offset + len(chunk))
