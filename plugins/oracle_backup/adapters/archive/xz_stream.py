"""
How does an .xz stream become the LZMA2 stream of a 7z folder, without being decoded?

The chunks of LZMA2 inside .xz blocks are those a 7z folder wants: only the wrapping goes, and the
end marker of each block. Every length and checksum of the wrapping is held against what came, so
a stream that was cut off or garbled there is an error. What the chunks hold is not looked at: its
CRC is known from the blocks, and is compared when the archive is read.

The layout is that of ``xz-file-format.txt``, version 1.2.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.crc32 import combine_crc32

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

LZMA2_END = b"\x00"

_MAGIC = b"\xfd7zXZ\x00"
_FOOTER_MAGIC = b"YZ"
_STREAM_HEADER_BYTES = 12
_LZMA2_FILTER_ID = 0x21
# Properties up to here name a dictionary; 40 is 4 GiB less one byte.
_MOST_DICTIONARY_PROPERTY = 40
_HAS_PACKED_SIZE, _HAS_SIZE, _RESERVED_FLAGS = 0x40, 0x80, 0x3C
_CRC32_CHECK = 1
# How long each kind of check is.
_CHECK_BYTES = (0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64)
# Control bytes of LZMA2 chunks.
_STORED_FRESH, _STORED = 1, 2
_LZMA, _LZMA_WITH_PROPERTIES, _LZMA_FRESH = 0x80, 0xC0, 0xE0


class XzError(Exception):
    """The bytes are no whole .xz stream of LZMA2. Only the callers of this module see it."""


class XzUnwrapper:
    """
    Takes the LZMA2 chunks out of .xz streams that follow one another.

    :ivar size_bytes: what the chunks given out so far unpack to.
    :ivar dictionary: LZMA2's property byte; the largest of all blocks.
    :ivar crc32: of all blocks that have ended; None where the stream has other checks, or none.
    """

    def __init__(self) -> None:
        self.size_bytes = 0
        self.dictionary = 0
        self.crc32: int | None = 0

    def unwrap(self, pieces: Iterable[bytes]) -> Generator[bytes]:
        """
        Yield the chunks, each whole, without an end marker at their end.

        :raises XzError: the streams are cut off, or not what their wrapping says.
        """
        cursor = _Cursor(pieces)
        yield from self._stream(cursor)
        while not _skip_padding(cursor):
            yield from self._stream(cursor)

    def _stream(self, cursor: _Cursor) -> Generator[bytes]:
        flags = _stream_flags(cursor.take(_STREAM_HEADER_BYTES))
        index = _Index()
        while (length_byte := cursor.take(1)) != b"\x00":
            header = length_byte + cursor.take(4 * length_byte[0] + 3)
            yield from self._block(cursor, _BlockHeader(header), flags[1], index)
        # The index is worked out, not read: it must be the same to the byte.
        expected = index.render()
        if b"\x00" + cursor.take(len(expected) - 1) != expected:
            raise XzError("its index does not match its blocks")
        if cursor.take(_STREAM_HEADER_BYTES) != _render_footer(len(expected), flags):
            raise XzError("its footer does not match its index")

    def _block(
        self, cursor: _Cursor, header: _BlockHeader, check: int, index: _Index
    ) -> Generator[bytes]:
        self.dictionary = max(self.dictionary, header.dictionary)
        packed_bytes, size_bytes = len(LZMA2_END), 0
        chunks = _Chunks(cursor)
        while chunk := chunks.take():
            packed_bytes += len(chunk)
            size_bytes += chunks.size_bytes
            self.size_bytes += chunks.size_bytes
            yield chunk
        header.compare(packed_bytes=packed_bytes, size_bytes=size_bytes)
        if any(cursor.take(-packed_bytes % 4)):
            raise XzError("a block is followed by something other than padding")
        self._note_check(check, cursor.take(_CHECK_BYTES[check]), size_bytes)
        index.add(header.length + packed_bytes + _CHECK_BYTES[check], size_bytes)

    def _note_check(self, check: int, value: bytes, size_bytes: int) -> None:
        if check != _CRC32_CHECK:
            self.crc32 = None
        elif self.crc32 is not None:
            self.crc32 = combine_crc32(self.crc32, int.from_bytes(value, "little"), size_bytes)


class _Chunks:
    """The LZMA2 chunks of one block; ``size_bytes`` is what the last one unpacks to."""

    def __init__(self, cursor: _Cursor) -> None:
        self._cursor = cursor
        self._must_be_fresh = True
        self._must_have_properties = True
        self.size_bytes = 0

    def take(self) -> bytes:
        """Return the next chunk, nothing at the end marker."""
        control = self._cursor.take(1)
        kind = control[0]
        if control == LZMA2_END:
            return b""
        if kind in (_STORED_FRESH, _STORED):
            return control + self._take_stored(kind)
        if kind < _LZMA:
            raise XzError(f"a chunk begins with 0x{kind:02x}")
        return control + self._take_packed(kind)

    def _take_stored(self, kind: int) -> bytes:
        self._allow(fresh=kind == _STORED_FRESH)
        size = self._cursor.take(2)
        self.size_bytes = int.from_bytes(size, "big") + 1
        return size + self._cursor.take(self.size_bytes)

    def _take_packed(self, kind: int) -> bytes:
        self._allow(fresh=kind >= _LZMA_FRESH)
        has_properties = kind >= _LZMA_WITH_PROPERTIES
        if self._must_have_properties and not has_properties:
            raise XzError("its first packed chunk says nothing of how it is packed")
        self._must_have_properties = False
        header = self._cursor.take(5 if has_properties else 4)
        self.size_bytes = ((kind & 0x1F) << 16) + int.from_bytes(header[:2], "big") + 1
        return header + self._cursor.take(int.from_bytes(header[2:4], "big") + 1)

    def _allow(self, *, fresh: bool) -> None:
        # Behind another block's chunks, the dictionary is full of what this block never saw.
        if self._must_be_fresh and not fresh:
            raise XzError("a block does not begin with an empty dictionary")
        self._must_be_fresh = False


class _BlockHeader:
    """What stands before a block's chunks."""

    def __init__(self, data: bytes) -> None:
        self.length = len(data)
        body = data[:-4]
        if zlib.crc32(body) != int.from_bytes(data[-4:], "little"):
            raise XzError("the header of a block is damaged")
        cursor = _Cursor([body[2:]])
        flags = body[1]
        # No reserved bit, and one filter (which is written as 0).
        if flags & _RESERVED_FLAGS or flags & 0x03:
            raise XzError("a block has filters beside LZMA2")
        self._packed_bytes = cursor.number() if flags & _HAS_PACKED_SIZE else None
        self._size_bytes = cursor.number() if flags & _HAS_SIZE else None
        if (cursor.number(), cursor.number()) != (_LZMA2_FILTER_ID, 1):
            raise XzError("a block is not packed with LZMA2")
        self.dictionary = cursor.take(1)[0]
        if self.dictionary > _MOST_DICTIONARY_PROPERTY:
            raise XzError("a block asks for a dictionary that does not exist")

    def compare(self, *, packed_bytes: int, size_bytes: int) -> None:
        """Raise XzError where the block turned out other than its header says."""
        if self._packed_bytes not in (None, packed_bytes):
            raise XzError("a block's packed size is not the one in its header")
        if self._size_bytes not in (None, size_bytes):
            raise XzError("a block's size is not the one in its header")


class _Index:
    """The list of blocks at a stream's end."""

    def __init__(self) -> None:
        self._count = 0
        self._records = bytearray()

    def add(self, unpadded_bytes: int, size_bytes: int) -> None:
        self._count += 1
        self._records += _number(unpadded_bytes) + _number(size_bytes)

    def render(self) -> bytes:
        body = b"\x00" + _number(self._count) + self._records
        body += bytes(-len(body) % 4)
        return body + struct.pack("<I", zlib.crc32(body))


class _Cursor:
    """Takes exact numbers of bytes from pieces of any size."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._piece = b""
        self._place = 0

    def take(self, count: int) -> bytes:
        end = self._place + count
        if end <= len(self._piece):
            taken = self._piece[self._place : end]
            self._place = end
            return taken
        parts = [self._piece[self._place :]]
        missing = count - len(parts[0])
        while missing:
            self._piece = self._next_piece()
            self._place = min(missing, len(self._piece))
            parts.append(self._piece[: self._place])
            missing -= self._place
        return b"".join(parts)

    def number(self) -> int:
        """Take a number of up to nine bytes, lowest bits first."""
        value = 0
        for place in range(9):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return value
        raise XzError("a number in it is too long")

    def give_back(self, data: bytes) -> None:
        """Let what was just taken be taken again."""
        self._piece, self._place = data + self._piece[self._place :], 0

    def is_at_end(self) -> bool:
        while self._place == len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return True
            self._piece, self._place = piece, 0
        return False

    def _next_piece(self) -> bytes:
        piece = next(self._pieces, None)
        if piece is None:
            self._piece = b""
            self._place = 0
            raise XzError("it is cut off")
        return piece


def _skip_padding(cursor: _Cursor) -> bool:
    """Skip zeros between two streams; return whether there is nothing behind them."""
    while not cursor.is_at_end():
        word = cursor.take(4)
        if any(word):
            cursor.give_back(word)
            return False
    return True


def _stream_flags(header: bytes) -> bytes:
    """Given a stream's header, return its two flags; the second is the kind of check."""
    flags = header[6:8]
    if header[:6] != _MAGIC:
        raise XzError("it does not begin like an .xz stream")
    if struct.pack("<I", zlib.crc32(flags)) != header[8:] or flags[0] or flags[1] > 0x0F:
        raise XzError("its first bytes are damaged")
    return flags


def _render_footer(index_bytes: int, flags: bytes) -> bytes:
    body = struct.pack("<I", index_bytes // 4 - 1) + flags
    return struct.pack("<I", zlib.crc32(body)) + body + _FOOTER_MAGIC


def _number(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
