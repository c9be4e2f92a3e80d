"""
How does a backup leave a store, so that no half of one ever counts?

Its manifest is renamed to ``….deleting``, then its archive is removed, then that manifest. A crash
in between leaves a manifest under that name, and the next run ends what was begun.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from oracle_backup.adapters.catalogue.model import CatalogueEntry
from oracle_backup.adapters.catalogue.reading import (
    MOST_WARNINGS,
    READ_AT_ONCE,
    read_catalogue,
    read_manifest,
)
from oracle_backup.adapters.store_names import DELETING_SUFFIX, is_safe_piece
from oracle_backup.domain.manifest import MAX_BYTES, Manifest
from oracle_backup.domain.names import ARCHIVE_SUFFIX, MANIFEST_SUFFIX
from oracle_backup.errors import (
    IntegrityError,
    NameTakenError,
    RetentionRefusedError,
    StoreError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import ManifestHead

log = logging.getLogger(__name__)


def remove_backups(
    store: ArchiveStore, entries: Sequence[CatalogueEntry], *, kept: Sequence[CatalogueEntry]
) -> list[CatalogueEntry]:
    """
    Remove backups in this order, and return those that are gone.

    A catalogue may come from a cache, and time passes between plan and deed. So the newest good
    backup of those that stay is looked at first, and each manifest is read anew: a backup that is
    not as it was planned with stays, and the log says so.

    :param kept: what the same plan keeps.
    :raises RetentionRefusedError: nothing good stays, or the newest of it is not as it was.
    :raises StoreError: the link, or a file that can't be removed.
    """
    if entries:
        _require_anchor(store, entries, kept)
    removed = []
    for entry in entries:
        if _remove(store, entry):
            log.info("Removed %s.", entry.archive)
            removed.append(entry)
    return removed


def finish_removals(store: ArchiveStore, folder: str, *, database: str, schema: str) -> None:
    """
    End what a crash interrupted: removals whose manifest has been renamed already.

    Only what such a manifest names is removed: the archive beside it, of this schema, in the size
    it tells. One that is pinned, or is the newest good backup there is by now, gets its manifest
    back. What is damaged or tells of something else is said in the log and left alone.
    """
    # All of them, before anything is removed: a listing goes on while it is read.
    begun = list(_removals(store, folder, database=database, schema=schema))
    if not begun:
        return
    good = [
        entry.manifest.snapshot_time
        for entry in read_catalogue(store, folder, database=database, schema=schema)
        if entry.manifest.counts
    ]
    for entry in begun:
        may_go = not entry.manifest.pinned and any(
            moment >= entry.manifest.snapshot_time for moment in good
        )
        _finish(store, entry, may_go=may_go)


def _removals(
    store: ArchiveStore, folder: str, *, database: str, schema: str
) -> Iterator[CatalogueEntry]:
    """Yield the schema's backups whose removal has begun; of what others put there, nothing."""
    suffix = f"{ARCHIVE_SUFFIX}{MANIFEST_SUFFIX}{DELETING_SUFFIX}"
    markers = (
        entry.name
        for entry in store.list(folder)
        if entry.is_file and entry.name.endswith(suffix) and entry.size_bytes <= MAX_BYTES
    )
    ignored = 0
    # Some at a time: a folder may hold a million of them that are none of ours.
    while some := list(islice(markers, READ_AT_ONCE)):
        for marker, content in store.read_many(some, max_bytes=MAX_BYTES):
            try:
                entry = _begun(marker, content)
            except (StoreError, IntegrityError) as error:
                ignored += 1
                if ignored <= MOST_WARNINGS:
                    log.warning("%s is ignored: %s", marker, error)
                continue
            if (entry.manifest.database, entry.manifest.schema) == (database, schema):
                yield entry
            else:
                log.debug("%s is of another schema.", marker)
    if ignored > MOST_WARNINGS:
        log.warning("%d more such files are ignored as well.", ignored - MOST_WARNINGS)


def _require_anchor(
    store: ArchiveStore, entries: Sequence[CatalogueEntry], kept: Sequence[CatalogueEntry]
) -> None:
    """Raise unless the newest good backup that stays is still there, and still good."""
    good = [entry for entry in kept if entry.manifest.counts]
    if not good:
        raise RetentionRefusedError(
            f"No complete and verified backup would stay on {store.label}.",
            hint="Nothing was removed. Run the backup once more.",
        )
    newest = max(good, key=lambda entry: entry.manifest.snapshot_time)
    if newest.archive in {entry.archive for entry in entries}:
        raise RetentionRefusedError(
            f"{newest.archive} is to stay and to go at once.",
            hint="Nothing was removed. Mend the retention rules.",
        )
    found = _read_anew(store, newest)
    record = newest.manifest.archive
    if (
        found is None
        or not found.counts
        or (found.snapshot_time, found.archive) != (newest.manifest.snapshot_time, record)
        or store.size(newest.archive) != record.size_bytes
    ):
        raise RetentionRefusedError(
            f"{newest.archive} on {store.label}, the newest good backup, is not what it was when "
            "the plan was made.",
            hint="Nothing was removed. Look at that backup, then clear the task.",
        )


def _read_anew(store: ArchiveStore, entry: CatalogueEntry) -> ManifestHead | None:
    """Return what the manifest says now, None where it says nothing."""
    try:
        found = read_manifest(store, entry.archive)
    except IntegrityError as error:
        log.warning("%s: %s", entry.manifest_name, error)
        return None
    return None if found is None else found.head


def _remove(store: ArchiveStore, entry: CatalogueEntry) -> bool:
    """Remove one backup, if it still is what the plan took it for."""
    if _differs(entry, _read_anew(store, entry)):
        return False
    if store.size(entry.archive) != entry.manifest.archive.size_bytes:
        log.warning("%s stays: it has not the size its manifest tells.", entry.archive)
        return False
    marker = f"{entry.manifest_name}{DELETING_SUFFIX}"
    if not is_safe_piece(marker.rpartition("/")[2]):
        # None of ours: somebody has put it there, and it must not keep the others from going.
        log.warning("%s stays: its name is too long to be marked.", entry.archive)
        return False
    try:
        store.rename(entry.manifest_name, marker)
    except NameTakenError:
        log.warning("%s stays: something else is called %s.", entry.archive, marker)
        return False
    # From here on nobody writes to that manifest; what was written just before is seen here.
    if _differs(entry, _read_marked(store, marker)):
        _take_back(store, entry.manifest_name)
        return False
    store.remove(entry.archive)
    store.remove(marker)
    return True


def _differs(entry: CatalogueEntry, found: ManifestHead | None) -> bool:
    """Return whether a backup is not what the plan took it for, and say so."""
    if found is not None and _essence(found) == _essence(entry.manifest):
        return False
    log.warning("%s stays: its manifest has changed since the plan was made.", entry.archive)
    return True


def _essence(manifest: ManifestHead) -> tuple[object, ...]:
    """Return what a plan rests on, and what tells one backup from another."""
    return (
        manifest.database,
        manifest.schema,
        manifest.snapshot_time,
        manifest.verdict,
        manifest.verified,
        manifest.pinned,
        manifest.job,
        manifest.archive,
    )


def _read_marked(store: ArchiveStore, marker: str) -> ManifestHead | None:
    try:
        return Manifest.from_json(store.read_bytes(marker, max_bytes=MAX_BYTES)).head
    except IntegrityError as error:
        log.warning("%s is ignored: %s", marker, error)
        return None


def _begun(marker: str, content: bytes | StoreError) -> CatalogueEntry:
    """Return the backup whose removal has begun. Raise StoreError or IntegrityError for none."""
    if isinstance(content, StoreError):
        raise content
    archive = marker.removesuffix(f"{MANIFEST_SUFFIX}{DELETING_SUFFIX}")
    found = Manifest.from_json(content).head
    if found.archive.name != archive.rpartition("/")[2]:
        raise IntegrityError(f"it tells of {found.archive.name!r}")
    return CatalogueEntry(archive=archive, manifest=found)


def _finish(store: ArchiveStore, entry: CatalogueEntry, *, may_go: bool) -> None:
    marker = f"{entry.manifest_name}{DELETING_SUFFIX}"
    if store.size(entry.manifest_name) is not None:
        # Some servers rename by a second name for the file, and this one died before it took the
        # first away. The backup is whole, so it stays, and this run's plan decides anew.
        store.remove(marker)
        return
    size = store.size(entry.archive)
    if size is not None and size != entry.manifest.archive.size_bytes:
        log.warning("%s is left alone: its archive has another size than it tells.", marker)
        return
    if size is not None and not may_go:
        log.warning("The removal of %s was interrupted, and is taken back.", entry.archive)
        _take_back(store, entry.manifest_name)
        return
    log.info("Finishing the removal of %s, which was interrupted.", entry.archive)
    store.remove(entry.archive)
    store.remove(marker)


def _take_back(store: ArchiveStore, manifest_name: str) -> None:
    marker = f"{manifest_name}{DELETING_SUFFIX}"
    try:
        store.rename(marker, manifest_name)
    except NameTakenError:
        # Somebody has written it anew, as a pin does.
        store.remove(marker)
