"""
What do the headers of a 7z archive say, and how are they written?

Pure: bytes from values. The layout is that of ``7zFormat.txt`` in 7-Zip's sources: a start header
of 32 bytes, the packed streams one after another, and a header at the end that says where they
are. Each member is a folder (7-Zip's word for a chain of coders) of its own, so the log can be
taken out of an archive without decoding the dump before it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MAGIC = b"7z\xbc\xaf\x27\x1c"
START_HEADER_BYTES = 32
_VERSION = b"\x00\x04"

# Methods of coders.
COPY_ID = b"\x00"
LZMA2_ID = b"\x21"


class Tag:
    """The property ids of the format."""

    END = 0x00
    HEADER = 0x01
    MAIN_STREAMS = 0x04
    FILES = 0x05
    PACK_INFO = 0x06
    UNPACK_INFO = 0x07
    SUBSTREAMS = 0x08
    SIZE = 0x09
    CRC = 0x0A
    FOLDER = 0x0B
    CODERS_UNPACK_SIZE = 0x0C
    NUM_UNPACK_STREAM = 0x0D
    EMPTY_STREAM = 0x0E
    EMPTY_FILE = 0x0F
    NAMES = 0x11
    MODIFIED = 0x14
    ATTRIBUTES = 0x15
    ENCODED_HEADER = 0x17
    DUMMY = 0x19


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of decoding."""

    method: bytes
    properties: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedMember:
    """
    A member as the header describes it.

    :param coders: in decoding order: the first takes the packed bytes.
    :param unpack_sizes: how many bytes come out of each coder; the last is the member's size.
    """

    name: str
    coders: tuple[Coder, ...]
    packed_bytes: int
    unpack_sizes: tuple[int, ...]
    crc32: int
    modified: datetime | None = None

    @property
    def size_bytes(self) -> int:
        return self.unpack_sizes[-1] if self.unpack_sizes else 0


# A regular file that only its owner may read and write, in 7-Zip's form for Unix modes:
# FILE_ATTRIBUTE_ARCHIVE, the flag that the upper half is a mode, and the mode.
_ATTRIBUTES = 0x20 | 0x8000 | 0o100600 << 16
# 100 ns steps from 1601, the epoch of Windows, to 1970.
_EPOCH_STEPS = 116_444_736_000_000_000


def render_start_header(*, header_offset: int, header: bytes) -> bytes:
    """Given where the last header begins, counted from byte 32, return the first 32 bytes."""
    body = struct.pack("<QQI", header_offset, len(header), zlib.crc32(header))
    return MAGIC + _VERSION + struct.pack("<I", zlib.crc32(body)) + body


def render_header(members: Sequence[PackedMember]) -> bytes:
    """Given the members in order, return the header at the archive's end."""
    streams = [member for member in members if member.coders]
    main = bytes([Tag.MAIN_STREAMS]) + _streams(streams) if streams else b""
    return bytes([Tag.HEADER]) + main + _files(members) + bytes([Tag.END])


def render_encoded_header(packed: PackedMember, *, offset: int) -> bytes:
    """Given the header as a packed stream of its own, return the header that tells of it."""
    return (
        bytes([Tag.ENCODED_HEADER])
        + _pack_info([packed], offset=offset)
        + _unpack_info([packed], with_crc=True)
        + bytes([Tag.END])
    )


def _streams(members: Sequence[PackedMember]) -> bytes:
    digests = bytes([Tag.CRC, 1]) + b"".join(struct.pack("<I", m.crc32) for m in members)
    substreams = bytes([Tag.SUBSTREAMS]) + digests + bytes([Tag.END])
    return (
        _pack_info(members, offset=0)
        + _unpack_info(members, with_crc=False)
        + substreams
        + bytes([Tag.END])
    )


def _pack_info(members: Sequence[PackedMember], *, offset: int) -> bytes:
    sizes = b"".join(number(member.packed_bytes) for member in members)
    return (
        bytes([Tag.PACK_INFO])
        + number(offset)
        + number(len(members))
        + bytes([Tag.SIZE])
        + sizes
        + bytes([Tag.END])
    )


def _unpack_info(members: Sequence[PackedMember], *, with_crc: bool) -> bytes:
    folders = b"".join(_folder(member.coders) for member in members)
    sizes = b"".join(number(size) for member in members for size in member.unpack_sizes)
    crcs = b"".join(struct.pack("<I", member.crc32) for member in members)
    return (
        bytes([Tag.UNPACK_INFO, Tag.FOLDER])
        + number(len(members))
        + b"\x00"  # not external
        + folders
        + bytes([Tag.CODERS_UNPACK_SIZE])
        + sizes
        + (bytes([Tag.CRC, 1]) + crcs if with_crc else b"")
        + bytes([Tag.END])
    )


def _folder(coders: Sequence[Coder]) -> bytes:
    written = [number(len(coders))]
    for coder in coders:
        has_properties = 0x20 if coder.properties else 0
        written += [bytes([len(coder.method) | has_properties]), coder.method]
        if coder.properties:
            written += [number(len(coder.properties)), coder.properties]
    # Each coder but the first takes what the one before it gives.
    written += [number(index + 1) + number(index) for index in range(len(coders) - 1)]
    return b"".join(written)


def _files(members: Sequence[PackedMember]) -> bytes:
    empty = [not member.coders for member in members]
    written = [bytes([Tag.FILES]), number(len(members))]
    if any(empty):
        written.append(_property(Tag.EMPTY_STREAM, bits(empty)))
        written.append(_property(Tag.EMPTY_FILE, bits([True] * sum(empty))))
    names = b"".join(member.name.encode("utf-16-le") + b"\x00\x00" for member in members)
    written.append(_property(Tag.NAMES, b"\x00" + names))
    written += _times(members)
    attributes = struct.pack("<I", _ATTRIBUTES) * len(members)
    written.append(_property(Tag.ATTRIBUTES, b"\x01\x00" + attributes))
    return b"".join(written) + bytes([Tag.END])


def _times(members: Sequence[PackedMember]) -> list[bytes]:
    known = [member.modified for member in members]
    if not any(known):
        return []
    defined = b"\x01" if all(known) else b"\x00" + bits([time is not None for time in known])
    steps = b"".join(struct.pack("<Q", _steps(time)) for time in known if time is not None)
    return [_property(Tag.MODIFIED, defined + b"\x00" + steps)]


def _steps(time: datetime) -> int:
    return _EPOCH_STEPS + round(time.timestamp() * 1_000_000) * 10


def _property(tag: int, data: bytes) -> bytes:
    return bytes([tag]) + number(len(data)) + data


def number(value: int) -> bytes:
    """
    Return 7z's variable-length number.

    The first byte's leading ones count the bytes that follow; what is left of it are the highest
    bits.
    """
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            mask = 0xFF00 >> extra & 0xFF
            return bytes([mask | value >> 8 * extra]) + (value & (1 << 8 * extra) - 1).to_bytes(
                extra, "little"
            )
    return b"\xff" + value.to_bytes(8, "little")


def bits(values: Sequence[bool]) -> bytes:
    """Return a vector of bits, the first one highest."""
    return bytes(
        sum(0x80 >> place for place, value in enumerate(values[start : start + 8]) if value)
        for start in range(0, len(values), 8)
    )
