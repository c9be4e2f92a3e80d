"""Are these bytes the archive that was sent? Asked while they pass by, without decoding them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from oracle_backup.adapters.archive.container import START_HEADER_BYTES
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from oracle_backup.domain.manifest import ArchiveRecord


class ArchiveDigest:
    """
    Size and hashes of an archive's bytes, fed in order.

    The first 32 bytes were written last, so what was sent has no hash of all: they are compared
    as they are, and the rest by its SHA-256.
    """

    def __init__(self) -> None:
        self._start = b""
        self._body = hashlib.sha256()
        self._whole = hashlib.sha256()
        self.size_bytes = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        missing = START_HEADER_BYTES - len(self._start)
        self._start += piece[:missing]
        self._body.update(piece[missing:])
        self._whole.update(piece)
        self.size_bytes += len(piece)

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes so far."""
        return self._whole.hexdigest()

    def require_same(self, sent: ArchiveRecord, *, label: str, hint: str) -> None:
        """Raise IntegrityError unless these were the bytes that were sent."""
        if self.size_bytes != sent.size_bytes:
            raise IntegrityError(
                f"{label} has {self.size_bytes} bytes, {sent.size_bytes} were sent.", hint=hint
            )
        found = (self._start.hex(), self._body.hexdigest())
        if found != (sent.start_header, sent.body_sha256):
            raise IntegrityError(f"{label} has other content than was sent.", hint=hint)
