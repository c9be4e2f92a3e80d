"""
How do one member's packed bytes come about, wherever they are packed?

Here: read ahead from its file, through the encoder. On its own host: as .xz, whose wrapping is
taken off. Either way size, CRC and SHA-256 of the plain bytes are known at the end, and were
compared with whatever else is known of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from oracle_backup.adapters.archive.model import WrittenMember
from oracle_backup.adapters.archive.seven_zip import encoded
from oracle_backup.adapters.archive.source import MemberSource, ReadAhead, grown, shortened
from oracle_backup.adapters.archive.xz_stream import LZMA2_END, XzError, XzUnwrapper
from oracle_backup.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from oracle_backup.adapters.archive.container import Coder
    from oracle_backup.adapters.archive.encoder import Encoder
    from oracle_backup.adapters.archive.model import ArchiveMember, PackedSource

_READ_BYTES = 256 * 1024


class MemberPacking(Protocol):
    """A member on its way into the archive."""

    @property
    def encoder(self) -> str:
        """Who packs it: 7zz, lzma, stored or host."""

    @property
    def bytes_read(self) -> int:
        """How many of its plain bytes have been taken."""

    def pieces(self) -> Generator[bytes, None, tuple[Coder, WrittenMember]]:
        """Yield its packed bytes; at the end, return how to decode them and what they were."""


class MemberPackedHere:
    """A member that is read as it is, and goes through an encoder of this machine."""

    def __init__(self, member: ArchiveMember, encoder: Encoder) -> None:
        self._member = member
        self._encoder = encoder
        self._source = MemberSource(member)
        self.encoder = encoder.name

    @property
    def bytes_read(self) -> int:
        return self._source.bytes_read

    def pieces(self) -> Generator[bytes, None, tuple[Coder, WrittenMember]]:
        ahead = ReadAhead(self._source, block_bytes=self._encoder.block_bytes)
        try:
            done = yield from self._encoder.encode(ahead, size_bytes=self._member.size_bytes)
        finally:
            ahead.leave()
            ahead.join()
        written = self._source.written
        if done.size_bytes != written.size_bytes or done.crc32 not in (None, written.crc32):
            raise EncoderError(
                f"{self.encoder} packed {done.size_bytes} bytes with CRC {done.crc32}, and was "
                f"given {written.size_bytes} with CRC {written.crc32}.",
                hint="Something garbled them on this worker: have its memory tested.",
            )
        return done.coder, written


class MemberPackedThere:
    """A member that its host has packed: what comes is .xz, and the hash of what it was."""

    encoder = "host"

    def __init__(self, member: ArchiveMember, packed: PackedSource) -> None:
        self._member = member
        self._packed = packed
        self._xz = XzUnwrapper()

    @property
    def bytes_read(self) -> int:
        return self._xz.size_bytes

    def pieces(self) -> Generator[bytes, None, tuple[Coder, WrittenMember]]:
        try:
            try:
                yield from self._xz.unwrap(self._read())
            except XzError as error:
                raise EncoderError(
                    f"{self._member.name} came damaged from its host: {error}.",
                    hint="See the host's system log, or set `compress_on: worker`.",
                ) from error
            sha256 = self._packed.sha256()
        finally:
            self._packed.close()
        yield LZMA2_END
        done = encoded(self._xz)
        self._check_size()
        if done.crc32 is None:
            raise EncoderError(
                f"{self._member.name} came from its host without CRCs.",
                hint="Use 7-Zip on the host, or set `compress_on: worker`.",
            )
        written = WrittenMember(
            name=self._member.name, size_bytes=done.size_bytes, sha256=sha256, crc32=done.crc32
        )
        return done.coder, written

    def _read(self) -> Iterator[bytes]:
        while data := self._packed.read(_READ_BYTES):
            yield data

    def _check_size(self) -> None:
        if self._xz.size_bytes < self._member.size_bytes:
            raise shortened(self._member, self._xz.size_bytes)
        if self._xz.size_bytes > self._member.size_bytes:
            raise grown(self._member)
