"""Backups on a store, without an export: an archive of a few bytes, and its manifest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.catalogue import CatalogueEntry
from support.builders import make_archive_record, make_manifest

if TYPE_CHECKING:
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import Manifest

FOLDER = "erp/HR"
OLD, MIDDLE, NEW = (f"HR-2026112{day}T020000Z.7z" for day in (1, 2, 3))


def archive_bytes(name: str) -> bytes:
    """Return what lies on a store instead of the archive of this name."""
    return f"archive {name}".encode()


def make_backup_on(name: str, **changes: Any) -> Manifest:
    """Return the manifest of a backup whose archive is `archive_bytes`, two hours of its day."""
    day = name.partition("-")[2][:8]
    values: dict[str, Any] = {}
    if day.isdigit():
        values["snapshot_time"] = make_manifest().snapshot_time.replace(
            year=int(day[:4]), month=int(day[4:6]), day=int(day[6:])
        )
    archive = make_archive_record(name=name, size_bytes=len(archive_bytes(name)))
    archive_name = changes.pop("archive_name", None)
    if archive_name is not None:
        archive = dataclasses.replace(archive, name=archive_name)
    return make_manifest(**(values | {"archive": archive} | changes))


def put_backup(store: ArchiveStore, name: str, *, folder: str = FOLDER, **changes: Any) -> None:
    """Put an archive and its manifest on a store."""
    place = f"{folder}/{name}" if folder else name
    part = store.open_part(place)
    part.write(archive_bytes(name))
    store.finish(part)
    store.write_text(f"{place}.json", make_backup_on(name, **changes).to_json(), replace=True)


def entry_of(name: str, *, folder: str = FOLDER, **changes: Any) -> CatalogueEntry:
    """Return what the catalogue has of a backup that was put there."""
    place = f"{folder}/{name}" if folder else name
    return CatalogueEntry(archive=place, manifest=make_backup_on(name, **changes).head)
