"""How does a store get an archive that another store already holds?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.adapters.archive_digest import ArchiveDigest
from oracle_backup.domain.names import MANIFEST_SUFFIX

if TYPE_CHECKING:
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import Manifest

_PIECE_BYTES = 1024 * 1024


def copy_archive(
    source: ArchiveStore, target: ArchiveStore, *, name: str, manifest: Manifest
) -> None:
    """
    Copy an archive from store to store, then write its manifest, not yet verified, beside it.

    The bytes are compared with the manifest on their way, so a copy that bears its final name is
    the archive that was sent. Raise IntegrityError where the source's is another, and StoreError
    for either link.
    """
    digest = ArchiveDigest()
    part = target.open_part(name)
    try:
        with source.open_read(name) as file:
            while piece := file.read(_PIECE_BYTES):
                digest.feed(piece)
                part.write(piece)
        digest.require_same(
            manifest.archive,
            label=f"{name} on {source.label}",
            hint="It was not copied. Keep the dump on the host and look at that store.",
        )
        target.finish(part)
    except BaseException:
        # Whatever ends this, a signal included: no half archive stays behind.
        target.abandon(part)
        raise
    target.write_text(f"{name}{MANIFEST_SUFFIX}", manifest.unverified().to_json())
