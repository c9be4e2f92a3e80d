"""What is the CRC-32 of two pieces put together, when only their CRCs and a length are left?"""

from __future__ import annotations

from functools import lru_cache

# The polynomial of zlib, 7z and .xz, lowest power in the highest bit.
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


def combine_crc32(first: int, second: int, second_bytes: int) -> int:
    """Given the CRC of one piece, and CRC and length of the one behind it, return that of both."""
    return _multiplied(_power_of_x(8 * second_bytes), first) ^ second


# Blocks but the last have one size, so this is worked out once or twice for an archive.
@lru_cache(maxsize=64)
def _power_of_x(exponent: int) -> int:
    """Return x to that power, modulo the polynomial."""
    result, square = _ONE, _ONE >> 1
    while exponent:
        if exponent & 1:
            result = _multiplied(square, result)
        square = _multiplied(square, square)
        exponent >>= 1
    return result


def _multiplied(one: int, other: int) -> int:
    product = 0
    place = _ONE
    while place:
        if one & place:
            product ^= other
        place >>= 1
        other = other >> 1 ^ _POLYNOMIAL if other & 1 else other >> 1
    return product
