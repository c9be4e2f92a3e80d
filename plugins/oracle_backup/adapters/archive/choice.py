"""Which encoder packs an archive?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.encoder import StoredEncoder
from oracle_backup.adapters.archive.seven_zip import PROGRAMS, SevenZipEncoder, find_seven_zip
from oracle_backup.adapters.archive.threaded_lzma2 import ThreadedLzma2Encoder
from oracle_backup.errors import EncoderError

if TYPE_CHECKING:
    from oracle_backup.adapters.archive.encoder import Encoder, EncoderName

LEVELS = range(10)


def make_encoder(level: int, *, name: EncoderName = "auto", threads: int | None = None) -> Encoder:
    """
    Given a level from 0, stored, to 9, return an encoder for it.

    :param name: "auto" takes 7-Zip where it is installed and works, else liblzma.
    :raises EncoderError: 7-Zip was asked for by name and is not there.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be 0 to 9, is {level}")
    if level == 0:
        return StoredEncoder()
    program = None if name == "lzma" else find_seven_zip()
    if program is not None:
        return SevenZipEncoder(program, level, threads=threads)
    if name == "7zz":
        raise EncoderError(
            f"There is no working 7-Zip here: none of {', '.join(PROGRAMS)} is on the PATH.",
            hint="Install the package 7zip, or choose the encoder lzma or auto.",
        )
    return ThreadedLzma2Encoder(level, threads=threads)


def available_encoders() -> tuple[str, ...]:
    """Return the encoders that work here, the one "auto" takes first."""
    return ("lzma",) if find_seven_zip() is None else ("7zz", "lzma")
