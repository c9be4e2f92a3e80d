"""What is written into a manifest later: a pin, a note, a rehearsed restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.adapters.catalogue.reading import read_manifest
from oracle_backup.adapters.store_names import DELETING_SUFFIX
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.adapters.catalogue.model import CatalogueEntry
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import Drill, Manifest


def set_pin(
    store: ArchiveStore, entry: CatalogueEntry, *, pinned: bool, note: str | None = None
) -> Manifest:
    """
    Keep a backup for ever, or no longer; None leaves its note. Return its manifest.

    Raise StoreError where the backup is gone, or is just being removed.
    """
    return _rewrite(store, entry.archive, lambda found: found.with_pin(pinned=pinned, note=note))


def record_drill(store: ArchiveStore, entry: CatalogueEntry, drill: Drill) -> Manifest:
    """
    Add a rehearsed restore to a backup's manifest, and return that.

    Raise StoreError where the backup is gone, or is just being removed.
    """
    return _rewrite(store, entry.archive, lambda found: found.with_drill(drill))


def _rewrite(store: ArchiveStore, archive: str, change: Callable[[Manifest], Manifest]) -> Manifest:
    """Read the manifest as it is now, change it, and write it back if it has changed."""
    found = read_manifest(store, archive)
    if found is None:
        raise _gone(store, archive)
    changed = change(found)
    if changed != found:
        name = f"{archive}{MANIFEST_SUFFIX}"
        store.write_text(name, changed.to_json(), replace=True)
        # A removal that began in between has taken the old manifest away, and looks no more.
        if store.size(archive) is None:
            store.remove(name)
            raise _gone(store, archive)
        if store.size(f"{name}{DELETING_SUFFIX}") is not None:
            raise _gone(store, archive)
    return changed


def _gone(store: ArchiveStore, archive: str) -> StoreError:
    return StoreError(
        f"{archive} on store {store.label} is gone, or is just being removed.",
        hint="List the backups anew.",
    )
