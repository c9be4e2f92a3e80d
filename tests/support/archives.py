"""Members and archives for tests."""

from __future__ import annotations

import hashlib
import io
import random
import struct
from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.writer import write_archive

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.adapters.archive.encoder import EncoderName
    from oracle_backup.adapters.archive.model import WrittenArchive


def make_member(name: str, content: bytes, *, modified: datetime | None = None) -> ArchiveMember:
    return ArchiveMember(
        name=name,
        size_bytes=len(content),
        open=lambda offset: io.BytesIO(content[offset:]),
        modified=modified,
    )


def make_archive(
    contents: dict[str, bytes],
    *,
    level: int = 1,
    password: str | None = None,
    encoder: EncoderName = "lzma",
) -> tuple[bytes, WrittenArchive]:
    sink = io.BytesIO()
    members = [make_member(name, content) for name, content in contents.items()]
    written = write_archive(members, sink=sink, level=level, password=password, encoder=encoder)
    return sink.getvalue(), written


def dump_like(size_bytes: int, *, seed: int = 1) -> bytes:
    """Rows as a dump has them: some words, some numbers, a little noise. Packs to about 4:1."""
    chance = random.Random(seed)
    words = [hashlib.sha256(bytes([number])).hexdigest()[:9].encode() for number in range(200)]
    rows = bytearray()
    while len(rows) < min(size_bytes, 1 << 20):
        rows += struct.pack(">BHI", 3, len(rows) & 0xFFF, chance.randrange(1 << 20))
        rows += chance.choice(words) + b"\x07" + chance.choice(words)
    rows *= -(-size_bytes // len(rows))
    return bytes(rows[:size_bytes])
