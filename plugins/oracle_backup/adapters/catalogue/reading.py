"""
What do the manifests of a folder say?

A folder is read as it is listed, and of what is no backup of ours only numbers are kept: a folder
of a million strange files takes time, and no memory to speak of.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.catalogue.cache import FolderCache
from oracle_backup.adapters.catalogue.model import CatalogueEntry, StoreCatalogue, tells_of
from oracle_backup.adapters.store_names import DELETING_SUFFIX
from oracle_backup.domain.manifest import MAX_BYTES, Manifest
from oracle_backup.domain.names import ARCHIVE_SUFFIX, MANIFEST_SUFFIX
from oracle_backup.errors import IntegrityError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oracle_backup.adapters.catalogue.cache import CatalogueCache
    from oracle_backup.adapters.ports import ArchiveStore, StoreEntry
    from oracle_backup.domain.manifest import ManifestHead

log = logging.getLogger(__name__)

READ_AT_ONCE: Final = 512
"""Manifests that are asked for in one go, while the listing waits."""
MOST_ARCHIVES: Final = 50_000
"""Archives kept until their manifest comes; the size of others is asked for where it matters."""
MOST_FOREIGN: Final = 1_000
"""Archives without a manifest that are named."""
MOST_FOLDERS: Final = 20_000
"""Folders in a folder that are named."""
MOST_WARNINGS: Final = 20
"""Strange files of one folder that the log names."""


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
    store: ArchiveStore,
    folder: str,
    *,
    database: str,
    schema: str,
    cache: CatalogueCache | None = None,
) -> list[CatalogueEntry]:
    """
    Return the backups of one schema, in no order.

    Every ``.7z.json`` may be a manifest, whatever its name begins with. It counts if it tells of
    this schema, and of the archive beside it in the size that archive has. One that is damaged,
    tells of another file or has lost its archive is said in the log and left alone; one of
    another schema is passed over. Raise StoreError for the link.
    """

    def is_wanted(entry: CatalogueEntry) -> bool:
        return tells_of(entry, database, schema, folder)

    found = _FolderReader(store, folder, cache=cache, is_wanted=is_wanted).read()
    for entry in found.half:
        log.warning("%s is ignored: its archive is gone or has another size.", entry.manifest_name)
    return found.whole


def read_store(
    store: ArchiveStore, folders: Iterable[str], *, cache: CatalogueCache | None = None
) -> StoreCatalogue:
    """
    Return what some folders hold: the backups of all schemas, and what is no backup.

    Raise StoreError for the link.
    """
    found = [
        _FolderReader(store, folder, cache=cache, is_wanted=lambda _: True).read()
        for folder in dict.fromkeys(folders)
    ]
    return StoreCatalogue(
        entries=tuple(chain.from_iterable(one.whole for one in found)),
        half=tuple(chain.from_iterable(one.half for one in found)),
        foreign=tuple(chain.from_iterable(one.foreign for one in found))[:MOST_FOREIGN],
        foreign_count=sum(one.foreign_count for one in found),
        foreign_bytes=sum(one.foreign_bytes for one in found),
        damaged_count=sum(one.damaged_count for one in found),
        folders=tuple(chain.from_iterable(one.folders for one in found)),
    )


@dataclass(slots=True)
class _Found:
    """What one folder holds."""

    whole: list[CatalogueEntry] = field(default_factory=list)
    half: list[CatalogueEntry] = field(default_factory=list)
    foreign: list[StoreEntry] = field(default_factory=list)
    foreign_count: int = 0
    foreign_bytes: int = 0
    damaged_count: int = 0
    folders: list[str] = field(default_factory=list)


class _FolderReader:
    """
    One folder, read once.

    :param is_wanted: which backups are kept, of all that are found.
    """

    def __init__(
        self,
        store: ArchiveStore,
        folder: str,
        *,
        cache: CatalogueCache | None,
        is_wanted: Callable[[CatalogueEntry], bool],
    ) -> None:
        self._store = store
        self._folder = folder
        self._cache = FolderCache(None) if cache is None else cache.folder(folder)
        self._is_wanted = is_wanted
        self._found = _Found()
        # Archives whose manifest has not come yet, and manifests whose archive has not; None for
        # one that is not wanted.
        self._archives: dict[str, StoreEntry] = {}
        self._manifests: dict[str, CatalogueEntry | None] = {}
        # Manifests of archives that are being removed.
        self._markers: deque[str] = deque(maxlen=MOST_ARCHIVES)

    def read(self) -> _Found:
        unread: list[StoreEntry] = []
        for entry in self._store.list(self._folder):
            if not entry.is_file:
                self._note_folder(entry)
                continue
            if _is_archive(entry.name):
                self._take_archive(entry)
            elif _is_manifest(entry.name):
                head = self._cache.find(entry)
                if head is None:
                    unread.append(entry)
                else:
                    self._take_manifest(entry, head)
            elif _is_manifest(entry.name.removesuffix(DELETING_SUFFIX)):
                self._markers.append(entry.name.removesuffix(DELETING_SUFFIX))
            if len(unread) >= READ_AT_ONCE:
                self._read(unread)
                unread = []
        self._read(unread)
        self._cache.save()
        self._settle_the_rest()
        return self._found

    def _note_folder(self, entry: StoreEntry) -> None:
        if entry.is_folder and len(self._found.folders) < MOST_FOLDERS:
            self._found.folders.append(entry.name)

    def _read(self, entries: Iterable[StoreEntry]) -> None:
        by_name = {entry.name: entry for entry in entries}
        for name, content in self._store.read_many(by_name, max_bytes=MAX_BYTES):
            try:
                if isinstance(content, StoreError):
                    raise content
                head = Manifest.from_json(content).head
            except (StoreError, IntegrityError) as error:
                self._ignore(name, str(error))
            else:
                self._cache.keep(by_name[name], head)
                self._take_manifest(by_name[name], head)

    def _take_manifest(self, entry: StoreEntry, head: ManifestHead) -> None:
        archive = _archive_of(entry.name)
        if head.archive.name != archive.rpartition("/")[2]:
            self._ignore(entry.name, f"it tells of {head.archive.name!r}")
            return
        backup = CatalogueEntry(archive=archive, manifest=head)
        if not self._is_wanted(backup):
            log.debug("%s is of %s on %s.", entry.name, head.schema, head.database)
            self._pair(archive, None)
        else:
            self._pair(archive, backup)

    def _ignore(self, name: str, why: str) -> None:
        self._found.damaged_count += 1
        if self._found.damaged_count <= MOST_WARNINGS:
            log.warning("%s is ignored: %s", name, why)
        self._pair(_archive_of(name), None)

    def _pair(self, archive: str, backup: CatalogueEntry | None) -> None:
        listed = self._archives.pop(archive, None)
        if listed is not None:
            self._settle(backup, listed.size_bytes)
        elif backup is not None or len(self._manifests) < MOST_ARCHIVES:
            self._manifests[archive] = backup

    def _take_archive(self, entry: StoreEntry) -> None:
        if entry.name in self._manifests:
            self._settle(self._manifests.pop(entry.name), entry.size_bytes)
        elif len(self._archives) < MOST_ARCHIVES:
            self._archives[entry.name] = entry
        else:
            self._count_foreign(entry.size_bytes, count=1)

    def _settle(self, backup: CatalogueEntry | None, size_bytes: int | None) -> None:
        if backup is not None:
            is_whole = backup.manifest.archive.size_bytes == size_bytes
            (self._found.whole if is_whole else self._found.half).append(backup)

    def _settle_the_rest(self) -> None:
        found = self._found
        for archive, backup in self._manifests.items():
            # Where archives were too many to be kept, this one may be among them.
            size = self._store.size(archive) if found.foreign_count and backup else None
            if size is not None:
                self._count_foreign(-size, count=-1)
            self._settle(backup, size)
        for marker in self._markers:
            self._archives.pop(_archive_of(marker), None)
        for entry in self._archives.values():
            self._count_foreign(entry.size_bytes, count=1)
        found.foreign = list(islice(self._archives.values(), MOST_FOREIGN))
        if (more := found.damaged_count - MOST_WARNINGS) > 0:
            log.warning("%d more files in %s are ignored as well.", more, self._folder or "it")

    def _count_foreign(self, size_bytes: int, *, count: int) -> None:
        self._found.foreign_count += count
        self._found.foreign_bytes += size_bytes


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVE_SUFFIX)


def _is_manifest(name: str) -> bool:
    return name.endswith(MANIFEST_SUFFIX) and _is_archive(name.removesuffix(MANIFEST_SUFFIX))


def _archive_of(manifest: str) -> str:
    return manifest.removesuffix(MANIFEST_SUFFIX)
