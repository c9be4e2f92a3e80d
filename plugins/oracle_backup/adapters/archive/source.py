"""
How does a member's content come out of its file whole?

A file that ends early or grows is an error, never a shorter archive. Reading runs in a thread of
its own, a few blocks ahead, so that the network and the encoder do not wait for each other. What
opens a broken link again is the file itself.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.archive.model import WrittenMember
from oracle_backup.errors import SourceChangedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.archive.model import ArchiveMember
    from oracle_backup.adapters.ports import ReadableFile

# Blocks that wait between reader and encoder.
_AHEAD: Final = 2
_READ_BYTES: Final = 1024 * 1024


class MemberSource:
    """
    One member's bytes in blocks, hashed on the way.

    After the last block ``written`` says what was read.
    """

    def __init__(self, member: ArchiveMember) -> None:
        self._member = member
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self._file: ReadableFile | None = None
        self.bytes_read = 0

    @property
    def written(self) -> WrittenMember:
        return WrittenMember(
            name=self._member.name,
            size_bytes=self.bytes_read,
            sha256=self._sha256.hexdigest(),
            crc32=self._crc32,
        )

    def blocks(self, block_bytes: int) -> Iterator[bytes]:
        """
        Yield the content in blocks of ``block_bytes``, the last one shorter.

        :raises SourceChangedError: the file ended early, or has grown.
        """
        self._file = self._member.open(0)
        try:
            while self.bytes_read < self._member.size_bytes:
                yield self._block(min(block_bytes, self._member.size_bytes - self.bytes_read))
            # Reading on at the end also makes a remote command tell whether it ended well.
            if self._file.read(1):
                raise grown(self._member)
        finally:
            self._file.close()

    def close(self) -> None:
        """Take the file away from whoever reads it: a read that waits ends soon."""
        if self._file is not None:
            self._file.close()

    def _block(self, size: int) -> bytes:
        assert self._file is not None
        parts: list[bytes] = []
        while size:
            data = self._file.read(min(_READ_BYTES, size))
            if not data:
                raise shortened(self._member, self.bytes_read)
            parts.append(data)
            size -= len(data)
            self.bytes_read += len(data)
            self._sha256.update(data)
            self._crc32 = zlib.crc32(data, self._crc32)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def shortened(member: ArchiveMember, end: int) -> SourceChangedError:
    """Return the error for a member that ended at a byte before its last."""
    return SourceChangedError(
        f"{member.name} ended at byte {end} of {member.size_bytes}.",
        hint="Something shortened it while it was read.",
    )


def grown(member: ArchiveMember) -> SourceChangedError:
    """Return the error for a member that has become longer."""
    return SourceChangedError(
        f"{member.name} has grown beyond its {member.size_bytes} bytes.",
        hint="Something still writes to it; see whether the export has really ended.",
    )


class ReadAhead:
    """A member's blocks, read by a thread beforehand. Whoever leaves early says so first."""

    def __init__(self, source: MemberSource, *, block_bytes: int) -> None:
        self._source = source
        self._blocks = source.blocks(block_bytes)
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=_AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="archive-source", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[bytes]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def leave(self) -> None:
        """Let reader and taker end, whatever either waits for: nobody wants more."""
        if self._left.is_set():
            return
        self._left.set()
        if self._thread.is_alive():
            self._source.close()
        with suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        # For a taker that waits; where the reader was quicker, the taker waits no longer.
        with suppress(queue.Full):
            self._queue.put_nowait(None)

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            for block in self._blocks:
                self._put(block)
                if self._left.is_set():
                    break
        except BaseException as error:  # noqa: BLE001  # the edge of a thread: raised by the taker
            last = error
        finally:
            with suppress(Exception):
                self._blocks.close()  # type: ignore[attr-defined]  # it is a generator
            self._put(last)

    def _put(self, item: bytes | BaseException | None) -> None:
        # A bounded queue whose taker has gone would hold this thread for ever.
        while not self._left.is_set():
            with suppress(queue.Full):
                self._queue.put(item, timeout=0.5)
                return
