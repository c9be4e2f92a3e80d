"""Which backups does a store hold? Its manifests say so, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.adapters.store_names import DELETING_SUFFIX
from oracle_backup.domain.manifest import MAX_BYTES, Manifest
from oracle_backup.domain.names import ARCHIVE_SUFFIX, MANIFEST_SUFFIX, parse_archive_name
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.adapters.ports import ArchiveStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """
    A backup on a store.

    :param archive: the archive's name, relative to the store's path.
    """

    archive: str
    manifest: Manifest

    @property
    def manifest_name(self) -> str:
        """The manifest's name, relative to the store's path."""
        return f"{self.archive}{MANIFEST_SUFFIX}"


def read_manifest(store: ArchiveStore, archive: str) -> Manifest | None:
    """
    Return the manifest of an archive, or None where it has none.

    Raise IntegrityError where it is there and can't be read, and StoreError for the link.
    """
    name = f"{archive}{MANIFEST_SUFFIX}"
    if store.size(name) is None:
        return None
    return Manifest.from_json(store.read_bytes(name, max_bytes=MAX_BYTES))


def read_catalogue(
    store: ArchiveStore, folder: str, *, database: str, schema: str
) -> list[CatalogueEntry]:
    """
    Return the backups of one schema, in no order.

    A manifest that is damaged, or tells of another schema or another file than the one beside it,
    is said in the log and left alone: it takes part in nothing. Raise StoreError for the link.
    """
    entries = []
    for entry in store.list(folder):
        name = entry.name.rpartition("/")[2]
        if not entry.is_file or not name.endswith(f"{ARCHIVE_SUFFIX}{MANIFEST_SUFFIX}"):
            continue
        archive = name.removesuffix(MANIFEST_SUFFIX)
        if parse_archive_name(archive) is None or entry.size_bytes > MAX_BYTES:
            log.warning("%s on %s is no manifest of ours by its name or size.", name, folder)
            continue
        try:
            raw = store.read_bytes(f"{folder}/{name}", max_bytes=MAX_BYTES)
            manifest = Manifest.from_json(raw)
        except IntegrityError as error:
            log.warning("%s/%s is ignored: %s", folder, name, error)
            continue
        if (manifest.database, manifest.schema, manifest.archive.name) != (
            database,
            schema,
            archive,
        ):
            log.warning(
                "%s/%s is ignored: it tells of %s, schema %s on %s.",
                folder,
                name,
                manifest.archive.name,
                manifest.schema,
                manifest.database,
            )
            continue
        entries.append(CatalogueEntry(archive=f"{folder}/{archive}", manifest=manifest))
    return entries


def remove_backups(store: ArchiveStore, entries: Sequence[CatalogueEntry]) -> None:
    """
    Remove backups: the manifest steps aside first, so that no half of one ever counts.

    A crash in between leaves a manifest named ``….deleting``, which `finish_removals` ends.
    """
    for entry in entries:
        marker = f"{entry.manifest_name}{DELETING_SUFFIX}"
        store.write_text(marker, entry.manifest.to_json(), replace=True)
        store.remove(entry.manifest_name)
        store.remove(entry.archive)
        store.remove(marker)
        log.info("Removed %s.", entry.archive)


def finish_removals(store: ArchiveStore, folder: str) -> None:
    """
    End what a crash interrupted: removals whose manifest has stepped aside already.

    Only what such a manifest names is removed; a damaged one is said in the log and left alone.
    """
    suffix = f"{ARCHIVE_SUFFIX}{MANIFEST_SUFFIX}{DELETING_SUFFIX}"
    # Taken before anything is removed; of a huge folder, only what has the name for it.
    named = [entry for entry in store.list(folder) if entry.name.endswith(suffix)]
    for entry in named:
        name = entry.name.rpartition("/")[2]
        archive = name.removesuffix(f"{MANIFEST_SUFFIX}{DELETING_SUFFIX}")
        if not entry.is_file or parse_archive_name(archive) is None:
            continue
        if entry.size_bytes > MAX_BYTES:
            log.warning("%s on %s is no manifest of ours by its size.", name, folder)
            continue
        if store.size(f"{folder}/{archive}{MANIFEST_SUFFIX}") is not None:
            # The crash came before the manifest had gone: the backup is whole, so it stays, and
            # this run's plan decides anew.
            store.remove(f"{folder}/{name}")
            continue
        try:
            found = Manifest.from_json(store.read_bytes(f"{folder}/{name}", max_bytes=MAX_BYTES))
        except IntegrityError as error:
            log.warning("%s/%s is ignored: %s", folder, name, error)
            continue
        if found.archive.name != archive:
            log.warning("%s/%s is ignored: it tells of %s.", folder, name, found.archive.name)
            continue
        log.info("Finishing the removal of %s/%s, which was interrupted.", folder, archive)
        store.remove(f"{folder}/{archive}")
        store.remove(f"{folder}/{name}")
