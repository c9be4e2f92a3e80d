"""
How does a member's content come out of its file whole?

A file that ends early or grows is an error, never a shorter archive. A link that breaks is
opened again at the byte reached. Reading runs in a thread of its own, a few blocks ahead, so that
the network and the encoder do not wait for each other.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
import zlib
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.model import WrittenMember
from oracle_backup.errors import HostUnreachableError, SourceChangedError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_backup.adapters.archive.model import ArchiveMember
    from oracle_backup.adapters.ports import ReadableFile

log = logging.getLogger(__name__)

# Seconds before each try to open a source again; as many tries as there are pauses.
PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 40.0)
# Blocks that wait between reader and encoder.
_AHEAD = 2
_READ_BYTES = 1024 * 1024

_BROKEN_LINK = (HostUnreachableError, StoreUnreachableError)


class MemberSource:
    """
    One member's bytes in blocks, hashed on the way.

    After the last block ``written`` says what was read.
    """

    def __init__(self, member: ArchiveMember, *, pause: Callable[[float], None]) -> None:
        self._member = member
        self._pause = pause
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self._position = 0
        self._failures = 0
        self._file: ReadableFile | None = None

    @property
    def written(self) -> WrittenMember:
        return WrittenMember(
            name=self._member.name,
            size_bytes=self._position,
            sha256=self._sha256.hexdigest(),
            crc32=self._crc32,
        )

    def blocks(self, block_bytes: int) -> Iterator[bytes]:
        """
        Yield the content in blocks of ``block_bytes``, the last one shorter.

        :raises SourceChangedError: the file ended early, or has grown.
        """
        try:
            while self._position < self._member.size_bytes:
                yield self._block(min(block_bytes, self._member.size_bytes - self._position))
            # Reading on at the end also makes a remote command tell whether it ended well.
            if self._read(1):
                raise SourceChangedError(
                    f"{self._member.name} has grown beyond the {self._member.size_bytes} bytes "
                    "it had when the export ended.",
                    hint="Something still writes to it; see whether the export has really ended.",
                )
        finally:
            self._close()

    def _block(self, size: int) -> bytes:
        block = bytearray()
        while len(block) < size:
            data = self._read(min(_READ_BYTES, size - len(block)))
            if not data:
                raise SourceChangedError(
                    f"{self._member.name} ended at byte {self._position} of "
                    f"{self._member.size_bytes}.",
                    hint="Something shortened it while it was read.",
                )
            block += data
            self._position += len(data)
            self._sha256.update(data)
            self._crc32 = zlib.crc32(data, self._crc32)
        return bytes(block)

    def _read(self, size: int) -> bytes:
        """Read some bytes; open the file again when its link breaks."""
        while True:
            try:
                if self._file is None:
                    self._file = self._member.open(self._position)
                data = self._file.read(size)
            except _BROKEN_LINK as error:
                self._wait_to_reopen(error)
            else:
                # Every byte that arrives makes the count of breaks begin anew.
                self._failures = 0 if data else self._failures
                return data

    def _wait_to_reopen(self, error: HostUnreachableError | StoreUnreachableError) -> None:
        self._close()
        if self._failures >= len(PAUSES_SECONDS):
            raise error
        pause = PAUSES_SECONDS[self._failures]
        self._failures += 1
        log.warning(
            "%s Opening %s again at byte %s in %g s.",
            error.message,
            self._member.name,
            self._position,
            pause,
        )
        self._pause(pause)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(*_BROKEN_LINK):
                file.close()


class ReadAhead:
    """An iterator over blocks that a thread reads beforehand. Close it to end the thread."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=_AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="archive-source", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[bytes]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        """Let the thread end: nobody waits for more."""
        self._left.set()
        with suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        self._thread.join()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            for block in self._blocks:
                self._put(block)
                if self._left.is_set():
                    break
        except BaseException as error:  # noqa: BLE001  # the edge of a thread: raised by the other
            last = error
        finally:
            with suppress(AttributeError):
                self._blocks.close()  # type: ignore[attr-defined]  # generators have it
            self._put(last)

    def _put(self, item: bytes | BaseException | None) -> None:
        # A bounded queue whose taker has gone would hold this thread for ever.
        while not self._left.is_set():
            with suppress(queue.Full):
                self._queue.put(item, timeout=0.5)
                return


def read_ahead(blocks: Iterator[bytes]) -> closing[ReadAhead]:
    """Return a context that iterates over ``blocks``, read in a thread."""
    return closing(ReadAhead(blocks))


def default_pause(seconds: float) -> None:
    time.sleep(seconds)
