"""Builds .xz files of every shape, from the format's description and liblzma's raw LZMA2."""

from __future__ import annotations

import lzma
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_CHECK, CRC32, CRC64, SHA256 = 0, 1, 4, 10
_CHECK_BYTES = {NO_CHECK: 0, CRC32: 4, CRC64: 8, SHA256: 32}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """
    :param has_sizes: whether each block's header tells both sizes.
    :param header_padding: how many times four zeros stand in each block's header.
    """

    check: int = CRC32
    has_sizes: bool = True
    header_padding: int = 0
    dictionary_bytes: int = 1 << 16
    preset: int = 0


def make_xz(blocks: Sequence[bytes], shape: Shape | None = None) -> bytes:
    """Return one stream with one block for each piece."""
    shape = shape or Shape()
    flags = bytes([0, shape.check])
    written = bytearray(b"\xfd7zXZ\x00" + flags + _crc(flags))
    records = b""
    for content in blocks:
        block, unpadded_bytes = make_block(content, shape)
        written += block
        records += number(unpadded_bytes) + number(len(content))
    index = b"\x00" + number(len(blocks)) + records
    index += bytes(-len(index) % 4)
    index += _crc(index)
    footer = struct.pack("<I", len(index) // 4 - 1) + flags
    return bytes(written + index + _crc(footer) + footer + b"YZ")


def make_block(content: bytes, shape: Shape) -> tuple[bytes, int]:
    """Return a block, padding included, and its size without padding."""
    filters = [
        {"id": lzma.FILTER_LZMA2, "preset": shape.preset, "dict_size": shape.dictionary_bytes}
    ]
    packed = lzma.compress(content, format=lzma.FORMAT_RAW, filters=filters)
    sizes = number(len(packed)) + number(len(content)) if shape.has_sizes else b""
    # The property of a dictionary of 2**n is 2 * (n - 12).
    dictionary = 2 * (shape.dictionary_bytes.bit_length() - 1 - 12)
    body = bytes([0xC0 if shape.has_sizes else 0]) + sizes + bytes([0x21, 1, dictionary])
    body += bytes(-(len(body) + 1) % 4) + bytes(4 * shape.header_padding)
    header = bytes([(len(body) + 1) // 4]) + body
    header += _crc(header)
    check = {CRC32: _crc(content)}.get(shape.check, bytes(_CHECK_BYTES[shape.check]))
    unpadded_bytes = len(header) + len(packed) + len(check)
    return header + packed + bytes(-len(packed) % 4) + check, unpadded_bytes


def number(value: int) -> bytes:
    written = b""
    while value >= 0x80:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])


def _crc(data: bytes) -> bytes:
    return struct.pack("<I", zlib.crc32(data))
