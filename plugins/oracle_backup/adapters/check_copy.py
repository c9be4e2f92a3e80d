"""Is one store's copy of an archive the one that was sent?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.archive.container import START_HEADER_BYTES
from oracle_backup.adapters.archive.model import Progress
from oracle_backup.adapters.archive.progress import ProgressLines
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive_digest import ArchiveDigest
from oracle_backup.domain.units import format_bytes, format_seconds
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.adapters.ports import ArchiveStore, SeekableFile
    from oracle_backup.domain.manifest import ArchiveRecord

_PIECE_BYTES = 1024 * 1024
_HINT = "Keep the dump on the host, look at that store, and clear the archive task."


@dataclass(frozen=True, slots=True)
class CopyCheck:
    """
    One copy, and what it is compared with.

    :param record: the archive as it was sent.
    :param password: opens it; only reading it in full needs one.
    :param log: where each step is told.
    :param progress_interval: seconds between two lines of progress there.
    :param progress: told instead of these lines how far reading is.
    """

    store: ArchiveStore
    name: str
    record: ArchiveRecord
    password: str | None = field(repr=False)
    log: Any
    progress_interval: float = 60.0
    progress: Callable[[Progress], None] | None = None

    def run(self, method: str) -> str | None:
        """Check it; return the whole file's SHA-256 where it was learned. Raise IntegrityError."""
        self._compare_size()
        if method == "size":
            self.log.info("%s on %s has the size it was sent with.", self.name, self.store.label)
            return None
        if method == "hash" and (told := self._hash_by_server()):
            return told
        return self._read_back(decode=method == "full")

    def _compare_size(self) -> None:
        found = self.store.size(self.name)
        if found is None:
            raise IntegrityError(f"{self.name} on {self.store.label} is gone.", hint=_HINT)
        if found != self.record.size_bytes:
            raise IntegrityError(
                f"{self.name} on {self.store.label} has {found} bytes, "
                f"{self.record.size_bytes} were sent.",
                hint=_HINT,
            )

    def _hash_by_server(self) -> str | None:
        """Compare what the server's own command says; None where it has none."""
        told = self.store.sha256(self.name, skip_bytes=START_HEADER_BYTES)
        if told is None:
            self.log.info("%s can't hash by itself: reading back.", self.store.label)
            return None
        with self.store.open_read(self.name) as file:
            start = file.read(START_HEADER_BYTES).hex()
        if (start, told) != (self.record.start_header, self.record.body_sha256):
            raise IntegrityError(
                f"{self.name} on {self.store.label} has other content than was sent.", hint=_HINT
            )
        self.log.info("%s on %s: the server's own SHA-256 matches.", self.name, self.store.label)
        return self.store.sha256(self.name)

    def _read_back(self, *, decode: bool) -> str:
        """Read every byte back, and decode the members where that is asked for."""
        begun = time.monotonic()
        progress = self.progress or ProgressLines(
            self.log.info, verb="Read back", interval_seconds=self.progress_interval
        )
        with self.store.open_read(self.name) as source:
            if decode:
                sha256 = read_archive(
                    source,
                    password=self.password,
                    expected=self.record,
                    progress=progress,
                    label=f"{self.name} on {self.store.label}",
                ).sha256
            else:
                sha256 = self._digest(source, progress, begun)
        self.log.info(
            "Read %s (%s) back from %s in %s: every byte matches. SHA-256 %s.",
            self.name,
            format_bytes(self.record.size_bytes),
            self.store.label,
            format_seconds(time.monotonic() - begun),
            sha256,
        )
        return sha256

    def _digest(
        self, source: SeekableFile, progress: Callable[[Progress], None], begun: float
    ) -> str:
        digest = ArchiveDigest()
        while piece := source.read(_PIECE_BYTES):
            digest.feed(piece)
            progress(
                Progress(
                    bytes_read=digest.size_bytes,
                    bytes_written=digest.size_bytes,
                    total_bytes=self.record.size_bytes,
                    seconds=time.monotonic() - begun,
                )
            )
        digest.require_same(self.record, label=f"{self.name} on {self.store.label}", hint=_HINT)
        return digest.sha256
