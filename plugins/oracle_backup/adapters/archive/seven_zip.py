"""
How does the program 7-Zip compress a member for us, without a file?

``7zz`` can't write a 7z archive into a pipe, but it can write .xz, which holds the same LZMA2:
the wrapping is taken off on the way (``xz_stream``). The program gets neither the password nor
this process's environment, and is killed when anything goes wrong on either side of it: an end of
its input that nobody meant would make a short archive that looks whole.
"""

from __future__ import annotations

import lzma
import os
import shutil
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.archive.container import LZMA2_ID, Coder
from oracle_backup.adapters.archive.encoder import (
    MIB,
    Encoded,
    dictionary_property,
    fitting_threads,
    least_dictionary,
    processors,
)
from oracle_backup.adapters.archive.pipe import ProgramPipe
from oracle_backup.adapters.archive.xz_stream import LZMA2_END, XzError, XzUnwrapper

if TYPE_CHECKING:
    from collections.abc import Generator

    from oracle_backup.adapters.archive.encoder import Blocks

PROGRAMS: Final = ("7zz", "7z", "7za")
ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C"}
_PROBE_SECONDS: Final = 60

# What the program takes per thread, measured with 7-Zip 26.02; from level 5 on it compresses one
# block with two threads.
_BYTES_PER_THREAD: Final = {
    1: 5 * MIB,
    2: 14 * MIB,
    3: 43 * MIB,
    4: 163 * MIB,
    5: 228 * MIB,
    6: 343 * MIB,
    7: 343 * MIB,
    8: 343 * MIB,
    9: 343 * MIB,
}
# 7-Zip's own, up to level 6. Above, it would take 128 to 256 MiB, and 1.4 to 3 GB of memory.
_DICTIONARY_BYTES: Final = {
    1: MIB // 4,
    2: 1 * MIB,
    3: 4 * MIB,
    4: 16 * MIB,
    5: 32 * MIB,
    6: 64 * MIB,
    7: 64 * MIB,
    8: 64 * MIB,
    9: 64 * MIB,
}
_SMALLEST_DICTIONARY_BYTES: Final = 64 * 1024


class SevenZipEncoder:
    """
    LZMA2 by the program 7-Zip.

    :param program: its path.
    :param level: 1 to 9, as 7-Zip means them.
    """

    name = "7zz"
    block_bytes = MIB

    def __init__(self, program: str, level: int, *, threads: int | None = None) -> None:
        self._program = program
        self._level = level
        self.threads = threads or min(processors(), most_threads(level))

    def encode(self, blocks: Blocks, *, size_bytes: int) -> Generator[bytes, None, Encoded]:
        """
        Yield the member as one LZMA2 stream.

        :raises EncoderError: the program failed, or what it gave is damaged.
        """
        command = [
            self._program,
            *seven_zip_switches(self._level, size_bytes=size_bytes),
            f"-mmt={self.threads}",
        ]
        xz = XzUnwrapper()
        with ProgramPipe(command, blocks, environment=ENVIRONMENT) as pipe:
            try:
                yield from xz.unwrap(pipe.output())
            except XzError as error:
                pipe.finish()
                raise pipe.failure(f"its output is damaged: {error}") from error
            pipe.finish()
            if xz.size_bytes != pipe.fed_bytes:
                raise pipe.failure(f"it packed {xz.size_bytes} bytes of {pipe.fed_bytes}")
        yield LZMA2_END
        return encoded(xz)


def encoded(xz: XzUnwrapper) -> Encoded:
    """Given an .xz stream that has come to its end, say how the chunks are to be decoded."""
    # What the member does not fill, no decoder must set aside memory for.
    dictionary = min(xz.dictionary, dictionary_property(least_dictionary(xz.size_bytes)))
    coder = Coder(method=LZMA2_ID, properties=bytes([dictionary]))
    return Encoded(coder, xz.size_bytes, xz.crc32)


def seven_zip_switches(level: int, *, size_bytes: int) -> list[str]:
    """Return what follows the program's name, without threads: .xz from a pipe to a pipe."""
    dictionary = min(_DICTIONARY_BYTES[level], least_dictionary(size_bytes))
    return [
        *("a", "-txz", "-si", "-so", "-an", "-bd"),
        f"-mx={level}",
        f"-md={max(_SMALLEST_DICTIONARY_BYTES, dictionary)}b",
    ]


def most_threads(level: int) -> int:
    """Return how many threads of the level's fit into the memory that an encoder is allowed."""
    return fitting_threads(level, bytes_per_thread=_BYTES_PER_THREAD[level])


def find_seven_zip() -> str | None:
    """Return the path of a 7-Zip that works as a pipe, or None."""
    found = filter(None, map(shutil.which, PROGRAMS))
    return next((program for program in found if _works(program)), None)


# Tried once for each program: what is installed does not change under a running worker.
@lru_cache
def _works(program: str) -> bool:
    """Pack something small and unpack it with another library."""
    sample = bytes(range(256)) * 1024
    try:
        done = subprocess.run(
            [program, *seven_zip_switches(1, size_bytes=len(sample)), "-mmt=1"],
            input=sample,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=_PROBE_SECONDS,
        )
        return done.returncode == 0 and lzma.decompress(done.stdout, lzma.FORMAT_XZ) == sample
    except (OSError, subprocess.SubprocessError, lzma.LZMAError):
        return False
