"""
What does a 7z header say? The way back from ``container``.

Strict: whatever is cut off, out of bounds or unknown raises MalformedError, and no number from
the file is believed before it is held against the file's size. Archives by 7-Zip itself are
understood as well, as long as their members are not interleaved with folders of four streams.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from oracle_backup.adapters.archive.container import MAGIC, START_HEADER_BYTES, Coder, Tag

# More than any archive of ours will have; keeps a false count from filling the memory.
_MOST_ITEMS = 100_000
_MOST_CODERS = 4


class MalformedError(Exception):
    """The bytes are no 7z header. Only the reader sees this; it turns it into an IntegrityError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartHeader:
    """Where the last header is."""

    offset: int
    size_bytes: int
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A chain of coders over one packed stream."""

    offset: int
    packed_bytes: int
    coders: tuple[Coder, ...]
    unpack_sizes: tuple[int, ...]
    crc32: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A member.

    :param crc32: None if the archive does not say, and for an empty member.
    """

    name: str
    size_bytes: int
    crc32: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """A folder with the members that lie in it one after another."""

    folder: Folder
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a header lists."""

    solids: tuple[Solid, ...]
    empty: tuple[Entry, ...]


def parse_start_header(data: bytes) -> StartHeader:
    """Given the first 32 bytes, return where the last header is."""
    if len(data) == START_HEADER_BYTES and not any(data):
        raise MalformedError("it begins with zeros: writing it was never finished")
    if len(data) < START_HEADER_BYTES or not data.startswith(MAGIC):
        raise MalformedError("it does not begin like a 7z archive")
    (crc32,) = struct.unpack_from("<I", data, 8)
    if zlib.crc32(data[12:32]) != crc32:
        raise MalformedError("its first 32 bytes are damaged")
    offset, size_bytes, header_crc32 = struct.unpack_from("<QQI", data, 12)
    return StartHeader(
        offset=START_HEADER_BYTES + offset, size_bytes=size_bytes, crc32=header_crc32
    )


def parse_encoded_header(data: bytes, *, archive_bytes: int) -> Folder | None:
    """Given the last header, return the folder that holds the real one, None if this is it."""
    cursor = _Cursor(data)
    if cursor.byte() != Tag.ENCODED_HEADER:
        return None
    solids = _parse_streams(cursor, archive_bytes=archive_bytes)
    if len(solids) != 1:
        raise MalformedError("its header is in more than one piece")
    return solids[0].folder


def parse_header(data: bytes, *, archive_bytes: int) -> Contents:
    """Given the real header, return what it lists."""
    cursor = _Cursor(data)
    cursor.expect(Tag.HEADER)
    solids: list[Solid] = []
    tag = cursor.byte()
    if tag == Tag.MAIN_STREAMS:
        solids = _parse_streams(cursor, archive_bytes=archive_bytes)
        tag = cursor.byte()
    if tag != Tag.FILES:
        raise MalformedError("its header lists no files")
    contents = _parse_files(cursor, solids)
    cursor.expect(Tag.END)
    return contents


class _Cursor:
    """Reads a header from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise MalformedError("its header is cut off")
        piece = self._data[self._position : end]
        self._position = end
        return piece

    def expect(self, tag: int) -> None:
        if (found := self.byte()) != tag:
            raise MalformedError(f"its header has 0x{found:02x} where 0x{tag:02x} belongs")

    def number(self) -> int:
        first = self.byte()
        value, mask = 0, 0x80
        for place in range(8):
            if not first & mask:
                return value | (first & mask - 1) << 8 * place
            value |= self.byte() << 8 * place
            mask >>= 1
        return value

    def count(self) -> int:
        value = self.number()
        if value > _MOST_ITEMS:
            raise MalformedError(f"its header counts {value} items")
        return value

    def bits(self, count: int) -> list[bool]:
        data = self.take((count + 7) // 8)
        return [bool(data[place // 8] & 0x80 >> place % 8) for place in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        return [
            int.from_bytes(self.take(4), "little") if known else None
            for known in self.defined(count)
        ]


def _parse_streams(cursor: _Cursor, *, archive_bytes: int) -> list[Solid]:
    packed = _parse_pack_info(cursor, archive_bytes=archive_bytes)
    cursor.expect(Tag.UNPACK_INFO)
    folders = _parse_unpack_info(cursor, packed)
    tag = cursor.byte()
    if tag == Tag.SUBSTREAMS:
        solids = _parse_substreams(cursor, folders)
        tag = cursor.byte()
    else:
        solids = [_whole(folder) for folder in folders]
    if tag != Tag.END:
        raise MalformedError(f"its header has 0x{tag:02x} after the streams")
    return solids


def _parse_pack_info(cursor: _Cursor, *, archive_bytes: int) -> list[tuple[int, int]]:
    """Return offset and size of each packed stream."""
    cursor.expect(Tag.PACK_INFO)
    offset = START_HEADER_BYTES + cursor.number()
    count = cursor.count()
    cursor.expect(Tag.SIZE)
    streams = []
    for _ in range(count):
        size_bytes = cursor.number()
        streams.append((offset, size_bytes))
        offset += size_bytes
    if offset > archive_bytes:
        raise MalformedError("its header tells of more bytes than there are")
    tag = cursor.byte()
    if tag == Tag.CRC:
        cursor.digests(count)
        tag = cursor.byte()
    if tag != Tag.END:
        raise MalformedError(f"its header has 0x{tag:02x} after the packed sizes")
    return streams


def _parse_unpack_info(cursor: _Cursor, packed: list[tuple[int, int]]) -> list[Folder]:
    cursor.expect(Tag.FOLDER)
    count = cursor.count()
    if cursor.byte() or count != len(packed):
        raise MalformedError("its folders are of a kind that is not supported")
    chains = [_parse_coders(cursor) for _ in range(count)]
    cursor.expect(Tag.CODERS_UNPACK_SIZE)
    sizes = [tuple(cursor.number() for _ in chain) for chain in chains]
    digests: list[int | None] = [None] * count
    tag = cursor.byte()
    if tag == Tag.CRC:
        digests = cursor.digests(count)
        tag = cursor.byte()
    if tag != Tag.END:
        raise MalformedError(f"its header has 0x{tag:02x} after the folders")
    return [
        Folder(
            offset=offset,
            packed_bytes=packed_bytes,
            coders=chain,
            unpack_sizes=unpack_sizes,
            crc32=crc32,
        )
        for (offset, packed_bytes), chain, unpack_sizes, crc32 in zip(
            packed, chains, sizes, digests, strict=True
        )
    ]


def _parse_coders(cursor: _Cursor) -> tuple[Coder, ...]:
    """Return a folder's coders; they must stand in decoding order, each fed by the one before."""
    count = cursor.count()
    if not 1 <= count <= _MOST_CODERS:
        raise MalformedError(f"it chains {count} coders")
    coders = []
    for _ in range(count):
        flags = cursor.byte()
        method = cursor.take(flags & 0x0F)
        if flags & 0x10 or flags & 0xC0:
            raise MalformedError("its coders have several streams, which is not supported")
        properties = cursor.take(cursor.count()) if flags & 0x20 else b""
        coders.append(Coder(method=method, properties=properties))
    for index in range(count - 1):
        if (cursor.number(), cursor.number()) != (index + 1, index):
            raise MalformedError("its coders are chained in a way that is not supported")
    return tuple(coders)


def _whole(folder: Folder) -> Solid:
    entry = Entry(name="", size_bytes=folder.unpack_sizes[-1], crc32=folder.crc32)
    return Solid(folder=folder, entries=(entry,))


def _parse_substreams(cursor: _Cursor, folders: list[Folder]) -> list[Solid]:
    counts = [1] * len(folders)
    tag = cursor.byte()
    if tag == Tag.NUM_UNPACK_STREAM:
        counts = [cursor.count() for _ in folders]
        tag = cursor.byte()
    explicit = tag == Tag.SIZE
    sizes = [
        _split_sizes(cursor, folder.unpack_sizes[-1], count, explicit=explicit)
        for folder, count in zip(folders, counts, strict=True)
    ]
    if explicit:
        tag = cursor.byte()
    # A folder with one member and a CRC of its own needs no other.
    alone = [
        count == 1 and folder.crc32 is not None
        for folder, count in zip(folders, counts, strict=True)
    ]
    missing = sum(count for count, known in zip(counts, alone, strict=True) if not known)
    digests: list[int | None] = [None] * missing
    if tag == Tag.CRC:
        digests = cursor.digests(missing)
        tag = cursor.byte()
    if tag != Tag.END:
        raise MalformedError(f"its header has 0x{tag:02x} after the members' sizes")
    given = iter(digests)
    return [
        Solid(
            folder=folder,
            entries=tuple(
                Entry(name="", size_bytes=size, crc32=folder.crc32 if known else next(given))
                for size in member_sizes
            ),
        )
        for folder, member_sizes, known in zip(folders, sizes, alone, strict=True)
    ]


def _split_sizes(cursor: _Cursor, total: int, count: int, *, explicit: bool) -> list[int]:
    """Return the sizes of a folder's members; the last is what is left."""
    if count == 0:
        return []
    sizes = [cursor.number() for _ in range(count - 1)] if explicit else []
    if len(sizes) != count - 1 or sum(sizes) > total:
        raise MalformedError("its members' sizes make no sense")
    return [*sizes, total - sum(sizes)]


def _parse_files(cursor: _Cursor, solids: list[Solid]) -> Contents:
    count = cursor.count()
    names: list[str] = []
    empty = [False] * count
    empty_files: list[bool] = []
    while (tag := cursor.byte()) != Tag.END:
        data = _Cursor(cursor.take(cursor.number()))
        if tag == Tag.EMPTY_STREAM:
            empty = data.bits(count)
        elif tag == Tag.EMPTY_FILE:
            empty_files = data.bits(sum(empty))
        elif tag == Tag.NAMES:
            names = _parse_names(data, count)
    if len(names) != count:
        raise MalformedError("its members have no names")
    return _name_entries(solids, names, empty, empty_files)


def _parse_names(cursor: _Cursor, count: int) -> list[str]:
    if cursor.byte():
        raise MalformedError("its names are stored elsewhere, which is not supported")
    names = []
    for _ in range(count):
        units = bytearray()
        while (unit := cursor.take(2)) != b"\x00\x00":
            units += unit
        try:
            names.append(units.decode("utf-16-le"))
        except UnicodeDecodeError as error:
            raise MalformedError("a member's name is damaged") from error
    return names


def _name_entries(
    solids: list[Solid], names: list[str], empty: list[bool], empty_files: list[bool]
) -> Contents:
    filled = iter([name for name, is_empty in zip(names, empty, strict=True) if not is_empty])
    hollow = [name for name, is_empty in zip(names, empty, strict=True) if is_empty]
    if sum(len(solid.entries) for solid in solids) != len(names) - len(hollow):
        raise MalformedError("it has more or fewer streams than members")
    named = tuple(
        Solid(
            folder=solid.folder,
            entries=tuple(
                Entry(name=next(filled), size_bytes=entry.size_bytes, crc32=entry.crc32)
                for entry in solid.entries
            ),
        )
        for solid in solids
    )
    # An empty stream that is not marked as an empty file is a folder's own line.
    is_file = empty_files or [False] * len(hollow)
    return Contents(
        solids=named,
        empty=tuple(
            Entry(name=name, size_bytes=0, crc32=None)
            for name, yes in zip(hollow, is_file, strict=True)
            if yes
        ),
    )
