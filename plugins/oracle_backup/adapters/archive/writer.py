"""
How is an archive made from its members, as one stream?

Nothing is kept but a few blocks. The sink gets 32 zero bytes first and the real ones at the very
end, so an archive that was cut off is never one that opens.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.choice import make_encoder
from oracle_backup.adapters.archive.cipher import ArchiveKey
from oracle_backup.adapters.archive.container import (
    START_HEADER_BYTES,
    Coder,
    PackedMember,
    render_encoded_header,
    render_header,
    render_start_header,
)
from oracle_backup.adapters.archive.encoder import StoredEncoder
from oracle_backup.adapters.archive.model import Progress, WrittenArchive
from oracle_backup.adapters.archive.packing import MemberPackedHere, MemberPackedThere
from oracle_backup.adapters.archive.source import MemberSource

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from oracle_backup.adapters.archive.encoder import Encoder, EncoderName
    from oracle_backup.adapters.archive.model import ArchiveMember, WrittenMember
    from oracle_backup.adapters.archive.packing import MemberPacking
    from oracle_backup.adapters.ports import WritableSink


def write_archive(
    members: Sequence[ArchiveMember],
    *,
    sink: WritableSink,
    level: int = 1,
    password: str | None = None,
    threads: int | None = None,
    encoder: EncoderName = "auto",
    progress: Callable[[Progress], None] | None = None,
) -> WrittenArchive:
    """
    Pack members into a 7z archive.

    :param sink: where it goes; for several places at once, a ``FanOut``.
    :param level: 0 stores, 1 is fast, 9 is small.
    :param password: encrypts content and names; None leaves both open. An empty one is refused:
        somebody wanted encryption and would not get it.
    :param threads: for compressing; None takes what the machine and the memory allow.
    :param encoder: what compresses; "auto" is 7-Zip where that is installed, else liblzma.
    :param progress: called after each block.
    :raises ArchivePasswordError: the password is empty, or no text.
    :raises EncoderError: the program that compresses failed, or the one asked for is not there.
    :raises SourceChangedError: a member ended early or has grown.
    :raises HostUnreachableError: a source's link broke for good.
    """
    _check_members(members)
    started = time.monotonic()
    writer = _ArchiveWriter(
        sink,
        encoder=make_encoder(level, name=encoder, threads=threads),
        key=ArchiveKey(password) if password is not None else None,
    )
    total = sum(member.size_bytes for member in members)

    def tell(bytes_read: int) -> None:
        if progress is not None:
            progress(
                Progress(
                    bytes_read=bytes_read,
                    bytes_written=writer.size_bytes,
                    total_bytes=total,
                    seconds=time.monotonic() - started,
                )
            )

    for member in members:
        writer.add(member, tell=tell)
    start_header = writer.close()
    return WrittenArchive(
        size_bytes=writer.size_bytes,
        start_header=start_header.hex(),
        body_sha256=writer.body_sha256,
        members=tuple(writer.written),
        level=level,
        encrypted=password is not None,
        encoder=", ".join(writer.encoders) or writer.encoder.name,
        seconds=round(time.monotonic() - started, 3),
    )


class _ArchiveWriter:
    """The stages put together, and what the header will have to say."""

    def __init__(self, sink: WritableSink, *, encoder: Encoder, key: ArchiveKey | None) -> None:
        self._sink = sink
        self.encoder = encoder
        self._key = key
        self._body = hashlib.sha256()
        self._packed: list[PackedMember] = []
        self._source_bytes = 0
        self.size_bytes = START_HEADER_BYTES
        self.written: list[WrittenMember] = []
        # The keys of a dictionary: each once, in order.
        self.encoders: dict[str, None] = {}
        sink.write(bytes(START_HEADER_BYTES))

    @property
    def body_sha256(self) -> str:
        return self._body.hexdigest()

    def add(self, member: ArchiveMember, *, tell: Callable[[int], None]) -> None:
        if member.size_bytes == 0:
            self._add_empty(member)
            return
        packing = self._packing(member)
        self.encoders[packing.encoder] = None
        encrypted = self._key.stream() if self._key is not None else None
        begin = self.size_bytes
        packed = _Packed(packing)
        # Closed by hand, so that all threads and programs have ended when an error leaves here.
        with closing(iter(packed)) as pieces:
            for piece in encrypted.encrypt(pieces) if encrypted is not None else pieces:
                self._put(piece)
                tell(self._source_bytes + packing.bytes_read)
        self._source_bytes += packing.bytes_read
        coders, sizes = [packed.coder], [member.size_bytes]
        if encrypted is not None:
            coders.insert(0, encrypted.coder)
            sizes.insert(0, encrypted.taken_bytes)
        self.written.append(packed.written)
        self._packed.append(
            PackedMember(
                name=member.name,
                coders=tuple(coders),
                packed_bytes=self.size_bytes - begin,
                unpack_sizes=tuple(sizes),
                crc32=packed.written.crc32,
                modified=member.modified,
            )
        )

    def close(self) -> bytes:
        """Write both headers and return the first one."""
        header = render_header(self._packed)
        if self._key is not None:
            header = self._encrypt_header(self._key, header)
        offset = self.size_bytes - START_HEADER_BYTES
        self._put(header)
        start_header = render_start_header(header_offset=offset, header=header)
        self._sink.seek(0)
        self._sink.write(start_header)
        return start_header

    def _packing(self, member: ArchiveMember) -> MemberPacking:
        if member.compressed or isinstance(self.encoder, StoredEncoder):
            return MemberPackedHere(member, StoredEncoder())
        if member.packed is not None:
            return MemberPackedThere(member, member.packed())
        return MemberPackedHere(member, self.encoder)

    def _add_empty(self, member: ArchiveMember) -> None:
        """7z has no stream for an empty file; the source is still looked at."""
        source = MemberSource(member)
        for _ in source.blocks(1):
            pass
        self.written.append(source.written)
        self._packed.append(
            PackedMember(
                name=member.name,
                coders=(),
                packed_bytes=0,
                unpack_sizes=(),
                crc32=0,
                modified=member.modified,
            )
        )

    def _encrypt_header(self, key: ArchiveKey, header: bytes) -> bytes:
        encrypted = key.stream()
        offset = self.size_bytes - START_HEADER_BYTES
        for piece in encrypted.encrypt([header]):
            self._put(piece)
        packed = PackedMember(
            name="",
            coders=(encrypted.coder,),
            packed_bytes=self.size_bytes - START_HEADER_BYTES - offset,
            unpack_sizes=(len(header),),
            crc32=zlib.crc32(header),
        )
        return render_encoded_header(packed, offset=offset)

    def _put(self, data: bytes) -> None:
        if data:
            self._sink.write(data)
            self._body.update(data)
            self.size_bytes += len(data)


class _Packed:
    """A member's packed bytes; after the last one, what they are."""

    def __init__(self, packing: MemberPacking) -> None:
        self._packing = packing
        self.coder: Coder
        self.written: WrittenMember

    def __iter__(self) -> Generator[bytes]:
        self.coder, self.written = yield from self._packing.pieces()


def _check_members(members: Sequence[ArchiveMember]) -> None:
    names = [member.name for member in members]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"an archive needs members, each with a name of its own: {names}")
    for name in names:
        if not name or name.startswith("/") or "\x00" in name or ".." in name.split("/"):
            raise ValueError(f"{name!r} is no name for a member")
