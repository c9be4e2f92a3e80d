"""The wrapping of .xz comes off without a change to what is in it, or with an error."""

from __future__ import annotations

import lzma
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.adapters.archive.crc32 import combine_crc32
from oracle_backup.adapters.archive.xz_stream import LZMA2_END, XzError, XzUnwrapper
from support.archives import dump_like
from support.xz_files import CRC32, CRC64, NO_CHECK, SHA256, Shape, make_block, make_xz

NOISE = random.Random(7).randbytes(70_000)

contents = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda size: dump_like(size), st.integers(1, 200_000)),
    # More than a chunk of what can't be packed: stored chunks.
    st.builds(lambda size: NOISE[:size], st.integers(60_000, 70_000)),
)
shapes = st.builds(
    Shape,
    check=st.sampled_from([NO_CHECK, CRC32, CRC64, SHA256]),
    has_sizes=st.booleans(),
    header_padding=st.integers(0, 3),
    dictionary_bytes=st.sampled_from([1 << 12, 1 << 16, 1 << 20]),
    preset=st.sampled_from([0, 1]),
)


def pieces_of(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


def unwrap(data, *, piece_bytes=1 << 20):
    xz = XzUnwrapper()
    return xz, b"".join(xz.unwrap(pieces_of(data, piece_bytes)))


def decode(packed, *, dictionary=1 << 20):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
    return lzma.decompress(packed + LZMA2_END, format=lzma.FORMAT_RAW, filters=filters)


@settings(deadline=None, max_examples=150)
@given(
    streams=st.lists(st.tuples(st.lists(contents, max_size=4), shapes), min_size=1, max_size=3),
    padding=st.integers(0, 3),
    piece_bytes=st.sampled_from([1, 3, 64, 1000, 1 << 20]),
)
def test_every_shape_of_stream_gives_its_content(streams, padding, piece_bytes):
    data = b"".join(make_xz(blocks, shape) + bytes(4 * padding) for blocks, shape in streams)
    plain = b"".join(block for blocks, _ in streams for block in blocks)
    if len(data) > 50_000:
        piece_bytes = max(piece_bytes, 64)

    xz, packed = unwrap(data, piece_bytes=piece_bytes)

    assert decode(packed) == plain
    assert xz.size_bytes == len(plain)
    used = [shape for blocks, shape in streams if blocks]
    # The test's own rule for powers of two, turned round.
    assert xz.dictionary == max(
        (2 * (shape.dictionary_bytes.bit_length() - 13) for shape in used), default=0
    )
    if all(shape.check == CRC32 for shape in used):
        assert xz.crc32 == zlib.crc32(plain)
    else:
        assert xz.crc32 is None


@pytest.mark.parametrize("check", [lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256])
def test_streams_of_liblzma_are_unwrapped(check):
    content = dump_like(3_000_000)
    xz, packed = unwrap(lzma.compress(content, check=check, preset=1))

    assert decode(packed) == content
    assert xz.crc32 == (zlib.crc32(content) if check == lzma.CHECK_CRC32 else None)


def test_each_piece_is_a_whole_chunk():
    """So that what has been passed on can always be continued, or ended with a marker."""
    content = dump_like(400_000) + NOISE
    xz = XzUnwrapper()
    passed = b""
    for chunk in xz.unwrap(pieces_of(make_xz([content]), 777)):
        passed += chunk
        assert decode(passed) == content[: xz.size_bytes]


BLOCKS = [dump_like(2_000), b"", NOISE[:700]]


@pytest.mark.parametrize("has_sizes", [True, False])
@pytest.mark.parametrize("check", [NO_CHECK, CRC32, SHA256])
def test_every_truncation_is_noticed(check, has_sizes):
    data = make_xz(BLOCKS, Shape(check=check, has_sizes=has_sizes))
    for size in range(len(data)):
        with pytest.raises(XzError, match="cut off"):
            unwrap(data[:size])


@pytest.mark.parametrize("has_sizes", [True, False])
def test_every_flipped_bit_is_noticed_then_or_by_the_crc(has_sizes):
    data = make_xz(BLOCKS, Shape(has_sizes=has_sizes))
    unnoticed = []
    for place in range(len(data)):
        for bit in range(8):
            damaged = bytearray(data)
            damaged[place] ^= 1 << bit
            try:
                xz, packed = unwrap(bytes(damaged))
                plain = decode(packed)
            except (XzError, lzma.LZMAError):
                continue
            if (xz.size_bytes, xz.crc32) == (len(plain), zlib.crc32(plain)):
                unnoticed.append((place, bit))
    # A larger dictionary than needed changes nothing; its byte has a CRC and is noticed as well.
    assert unnoticed == []


@pytest.mark.parametrize("garbage", [b"\x01", b"\x00", b"\x00" * 5, b"\x00" * 4 + b"\x01", b"xz"])
def test_something_behind_the_end_is_noticed(garbage):
    with pytest.raises(XzError):
        unwrap(make_xz(BLOCKS) + garbage)


@pytest.mark.parametrize(
    "data", [b"", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c" + bytes(26), b"\x00" * 12]
)
def test_other_bytes_are_no_stream(data):
    with pytest.raises(XzError):
        unwrap(data)


def test_other_filters_are_refused():
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 1}]
    with pytest.raises(XzError, match="filters"):
        unwrap(lzma.compress(b"x" * 1000, filters=filters))


def test_block_that_leans_on_the_one_before_is_refused():
    """Joined with other blocks, its chunks would be decoded with another dictionary."""
    data = bytearray(make_xz([NOISE[:100]], Shape(has_sizes=False)))
    assert data[24] == 1  # stored, with a fresh dictionary
    data[24] = 2

    with pytest.raises(XzError, match="empty dictionary"):
        unwrap(bytes(data))


def test_index_of_other_blocks_is_noticed():
    one, other = make_xz([b"a" * 100]), make_xz([b"a" * 101])
    block_bytes = 12 + len(make_block(b"a" * 100, Shape())[0])

    with pytest.raises(XzError, match="index"):
        unwrap(one[:block_bytes] + other[-(len(one) - block_bytes) :])


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_crcs_of_pieces_combine_to_that_of_all(pieces):
    crc32 = 0
    for piece in pieces:
        crc32 = combine_crc32(crc32, zlib.crc32(piece), len(piece))

    assert crc32 == zlib.crc32(b"".join(pieces))
