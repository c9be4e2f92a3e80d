"""What is known of a backup on a store, and of all that lies beside the backups?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.domain.names import MANIFEST_SUFFIX

if TYPE_CHECKING:
    from oracle_backup.adapters.ports import StoreEntry
    from oracle_backup.domain.manifest import ManifestHead


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """
    A backup on a store.

    :param archive: the archive's name, relative to the store's path.
    :param manifest: its manifest without the tables; ``read_manifest`` has these too.
    """

    archive: str
    manifest: ManifestHead

    @property
    def manifest_name(self) -> str:
        """The manifest's name, relative to the store's path."""
        return f"{self.archive}{MANIFEST_SUFFIX}"

    @property
    def folder(self) -> str:
        """The archive's folder, relative to the store's path."""
        return self.archive.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCatalogue:
    """
    What folders of a store hold.

    A folder may hold millions of files that are none of ours, so of these only the first are
    named; all are counted.

    :param entries: backups whose archive lies beside the manifest, with the size it tells.
    :param half: manifests whose archive is gone or has another size.
    :param foreign: archives without a manifest, the first of them.
    :param foreign_count: how many of these there are.
    :param foreign_bytes: how large they are together.
    :param damaged_count: files that are called like manifests and are none.
    :param folders: the folders in them, in which nothing was looked at.
    """

    entries: tuple[CatalogueEntry, ...]
    half: tuple[CatalogueEntry, ...]
    foreign: tuple[StoreEntry, ...]
    foreign_count: int
    foreign_bytes: int
    damaged_count: int
    folders: tuple[str, ...] = ()

    def of(self, *, database: str, schema: str, folder: str) -> list[CatalogueEntry]:
        """Return the backups of one schema, in no order."""
        return [one for one in self.entries if tells_of(one, database, schema, folder)]

    def half_of(self, *, database: str, schema: str, folder: str) -> list[CatalogueEntry]:
        """Return the half backups of one schema, in no order."""
        return [one for one in self.half if tells_of(one, database, schema, folder)]


def tells_of(entry: CatalogueEntry, database: str, schema: str, folder: str) -> bool:
    """Return whether a backup is one of this schema's: a manifest elsewhere was put there."""
    manifest = entry.manifest
    return (manifest.database, manifest.schema, entry.folder) == (database, schema, folder)
