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

from oracle_backup.adapters.archive.cipher import ArchiveKey
from oracle_backup.adapters.archive.container import (
    START_HEADER_BYTES,
    Coder,
    PackedMember,
    render_encoded_header,
    render_header,
    render_start_header,
)
from oracle_backup.adapters.archive.encoder import COPY_ID, make_encoder
from oracle_backup.adapters.archive.model import Progress, WrittenArchive
from oracle_backup.adapters.archive.source import MemberSource, default_pause, read_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from oracle_backup.adapters.archive.encoder import Encoder
    from oracle_backup.adapters.archive.model import ArchiveMember, WrittenMember
    from oracle_backup.adapters.ports import WritableSink


def write_archive(
    members: Sequence[ArchiveMember],
    *,
    sink: WritableSink,
    level: int = 1,
    password: str | None = None,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    pause: Callable[[float], None] = default_pause,
) -> WrittenArchive:
    """
    Pack members into a 7z archive.

    :param level: 0 stores, 1 is fast, 9 is small.
    :param password: encrypts content and names; None leaves both open. An empty one is refused:
        somebody wanted encryption and would not get it.
    :param threads: for compressing; None takes what the machine and the memory allow.
    :param progress: called after each block.
    :param pause: waits before a source is opened again.
    :raises ArchivePasswordError: the password is empty.
    :raises SourceChangedError: a member ended early or has grown.
    :raises HostUnreachableError: a source stayed away after several tries.
    """
    _check_members(members)
    started = time.monotonic()
    writer = _ArchiveWriter(
        sink,
        encoder=make_encoder(level, threads=threads),
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
        writer.add(member, pause=pause, tell=tell)
    start_header = writer.close()
    return WrittenArchive(
        size_bytes=writer.size_bytes,
        start_header=start_header.hex(),
        body_sha256=writer.body_sha256,
        members=tuple(writer.written),
        level=level,
        encrypted=password is not None,
        seconds=round(time.monotonic() - started, 3),
    )


class _ArchiveWriter:
    """The stages put together, and what the header will have to say."""

    def __init__(self, sink: WritableSink, *, encoder: Encoder, key: ArchiveKey | None) -> None:
        self._sink = sink
        self._encoder = encoder
        self._key = key
        self._body = hashlib.sha256()
        self._packed: list[PackedMember] = []
        self._source_bytes = 0
        self.size_bytes = START_HEADER_BYTES
        self.written: list[WrittenMember] = []
        sink.write(bytes(START_HEADER_BYTES))

    @property
    def body_sha256(self) -> str:
        return self._body.hexdigest()

    def add(
        self,
        member: ArchiveMember,
        *,
        pause: Callable[[float], None],
        tell: Callable[[int], None],
    ) -> None:
        source = MemberSource(member, pause=pause)
        with read_ahead(source.blocks(self._encoder.block_bytes)) as blocks:
            if member.size_bytes == 0:
                # 7z has no stream for an empty file; the source is still looked at.
                list(blocks)
                packed = self._describe(member, coders=(), packed_bytes=0, sizes=(), crc32=0)
            else:
                packed = self._pack(member, source, blocks, tell)
        self.written.append(source.written)
        self._packed.append(packed)

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

    def _pack(
        self,
        member: ArchiveMember,
        source: MemberSource,
        blocks: Iterable[bytes],
        tell: Callable[[int], None],
    ) -> PackedMember:
        taken = _Counter(self._source_bytes)
        packed = _Counter(0)
        encrypted = self._key.stream() if self._key is not None else None
        begin = self.size_bytes
        encoded = self._encoder.encode(taken.over(blocks), size_bytes=member.size_bytes)
        # Closed by hand, so that the encoder's threads have ended when an error leaves here.
        with closing(encoded):
            pieces = packed.over(encoded)
            for piece in encrypted.encrypt(pieces) if encrypted is not None else pieces:
                self._put(piece)
                tell(taken.count)
        self._source_bytes = taken.count
        coder = self._encoder.coder(member.size_bytes) or Coder(method=COPY_ID)
        sizes = [member.size_bytes]
        coders = [coder]
        if encrypted is not None:
            coders.insert(0, encrypted.coder)
            sizes.insert(0, packed.count)
        return self._describe(
            member,
            coders=tuple(coders),
            packed_bytes=self.size_bytes - begin,
            sizes=tuple(sizes),
            crc32=source.written.crc32,
        )

    @staticmethod
    def _describe(
        member: ArchiveMember,
        *,
        coders: tuple[Coder, ...],
        packed_bytes: int,
        sizes: tuple[int, ...],
        crc32: int,
    ) -> PackedMember:
        return PackedMember(
            name=member.name,
            coders=coders,
            packed_bytes=packed_bytes,
            unpack_sizes=sizes,
            crc32=crc32,
            modified=member.modified,
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


class _Counter:
    """Counts the bytes that pass."""

    def __init__(self, count: int) -> None:
        self.count = count

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.count += len(piece)
            yield piece


def _check_members(members: Sequence[ArchiveMember]) -> None:
    names = [member.name for member in members]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"an archive needs members, each with a name of its own: {names}")
    for name in names:
        if not name or name.startswith("/") or "\x00" in name or ".." in name.split("/"):
            raise ValueError(f"{name!r} is no name for a member")
