"""
How does a member's content become smaller, and which of the ways is there on this machine?

An encoder turns a member's blocks into the bytes of one 7z coder. Whichever ran, the archive is
of the same kind: LZMA2, or the bytes as they are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from oracle_backup.adapters.archive.container import COPY_ID, Coder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

EncoderName = Literal["auto", "7zz", "lzma"]

MIB: Final = 1024 * 1024
_SMALLEST_DICTIONARY_BYTES: Final = 4096
# More than any encoder here uses, and less than the 4 GiB that LZMA2 can say.
_LARGEST_DICTIONARY_BYTES: Final = 1 << 31
# Threads are only added while all of them fit into this.
MEMORY_BYTES: Final = 1024 * MIB
# The fast level must leave a small worker in peace: 256 MiB, with all that is not the encoder's.
FAST_MEMORY_BYTES: Final = 144 * MIB


@dataclass(frozen=True, slots=True)
class Encoded:
    """
    What an encoder says at a member's end.

    :param coder: how what it gave out is to be decoded.
    :param size_bytes: how much it packed.
    :param crc32: of what it packed, where the encoder works that out by itself: a second opinion.
    """

    coder: Coder
    size_bytes: int
    crc32: int | None = None


class Blocks(Protocol):
    """A member's content in order, taken once."""

    def __iter__(self) -> Iterator[bytes]: ...

    def leave(self) -> None:
        """Say that nobody wants more: frees whoever waits for a block, in whichever thread."""


class Encoder(Protocol):
    """One way to compress."""

    @property
    def name(self) -> str:
        """What it is called in configs and reports."""

    @property
    def block_bytes(self) -> int:
        """The size of the blocks it wants."""

    def encode(self, blocks: Blocks, *, size_bytes: int) -> Generator[bytes, None, Encoded]:
        """
        Given a member's blocks in order, yield its packed bytes in order.

        Closing the generator ends all that it has started, and so does an error.

        :param size_bytes: what the member should have; a hint for the choice of a dictionary.
        """


class StoredEncoder:
    """No compression: for dumps that Data Pump has compressed or encrypted already."""

    name = "stored"
    block_bytes = MIB

    def encode(self, blocks: Blocks, *, size_bytes: int) -> Generator[bytes, None, Encoded]:
        taken = 0
        for block in blocks:
            taken += len(block)
            yield block
        return Encoded(Coder(method=COPY_ID), taken)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def fitting_threads(level: int, *, bytes_per_thread: int) -> int:
    """Return how many threads fit into the memory that an encoder is allowed; at least one."""
    memory = FAST_MEMORY_BYTES if level == 1 else MEMORY_BYTES
    return max(1, memory // bytes_per_thread)


def least_dictionary(size_bytes: int) -> int:
    """Return a dictionary, a power of two, that is enough for a member of that size."""
    enough = 1 << max(0, size_bytes - 1).bit_length()
    return min(max(_SMALLEST_DICTIONARY_BYTES, enough), _LARGEST_DICTIONARY_BYTES)


def dictionary_property(dictionary_bytes: int) -> int:
    """Given a dictionary's size, return LZMA2's property byte for the least that holds it."""
    return next(
        code for code in range(40) if (2 | (code & 1)) << (code // 2 + 11) >= dictionary_bytes
    )
