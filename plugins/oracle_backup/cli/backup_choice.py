"""Which backup is meant by a name on a command line, and on which stores does it lie?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from oracle_backup.cli.exits import NotFoundError
from oracle_backup.domain.names import ARCHIVE_SUFFIX
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from contextlib import ExitStack

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.cli.places import Places
    from oracle_backup.config.archive_settings import StoreSettings
    from oracle_backup.config.model import SchemaSettings

NEWEST: Final = "newest"
_MOST_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A backup on one of its stores, which is open."""

    settings: StoreSettings
    store: ArchiveStore
    entry: CatalogueEntry


@dataclass(slots=True, kw_only=True)
class OpenSchema:
    """
    A schema's stores, open, with what is on them.

    :param failed: by the store's name, why it is left out.
    """

    settings: SchemaSettings
    stores: dict[str, tuple[StoreSettings, ArchiveStore]] = field(default_factory=dict)
    entries: dict[str, list[CatalogueEntry]] = field(default_factory=dict)
    failed: dict[str, BackupError] = field(default_factory=dict)

    def copies(self, wanted: str) -> list[Copy]:
        """
        Return the copies of the backup that is meant, one for each store that has it.

        Raise NotFoundError where none is meant, or more than one.
        """
        archive = choose_backup(
            [one for entries in self.entries.values() for one in entries], wanted
        )
        return [
            Copy(settings=self.stores[name][0], store=self.stores[name][1], entry=entry)
            for name, entries in self.entries.items()
            for entry in entries
            if entry.archive == archive
        ]


def add_backup_options(parser: argparse._ActionsContainer, *, default: str | None) -> None:
    """Add ``--backup`` and ``--store``."""
    what = f"the archive's name or a part of it that no other has, or {NEWEST!r}: the newest that "
    what += "is complete and verified"
    parser.add_argument(
        "--backup",
        metavar="B",
        required=default is None,
        default=default,
        help=what + (f" (default: {default})" if default else ""),
    )
    add_store_option(parser)


def add_store_option(parser: argparse._ActionsContainer) -> None:
    """Add ``--store``."""
    parser.add_argument(
        "--store", metavar="N", help="only on the store of this name (default: all of the schema's)"
    )


def open_schema(
    places: Places, settings: SchemaSettings, *, store: str | None, stack: ExitStack
) -> OpenSchema:
    """
    Open a schema's stores and read what is on them, until the stack is left.

    Raise NotFoundError for a store the schema does not have, and the first error where none of
    its stores can be read.
    """
    from oracle_backup.adapters.catalogue import read_catalogue

    opened = OpenSchema(settings=settings)
    for one in stores_named(settings, store):
        try:
            found = stack.enter_context(places.store(one))
            opened.entries[one.label] = read_catalogue(
                found, settings.folder, database=settings.database, schema=settings.schema_name
            )
            opened.stores[one.label] = (one, found)
        except BackupError as error:
            opened.entries.pop(one.label, None)
            opened.failed[one.label] = error
    if not opened.stores:
        raise next(iter(opened.failed.values()))
    return opened


def stores_named(settings: SchemaSettings, name: str | None) -> Sequence[StoreSettings]:
    """Return the schema's stores of that name, all of them for None. Raise NotFoundError."""
    found = [one for one in settings.all_stores if name is None or one.label == name]
    if not found:
        known = ", ".join(one.label for one in settings.all_stores)
        raise NotFoundError(f"The schema has no store {name}; it has {known}.")
    return found


def choose_backup(entries: Iterable[CatalogueEntry], wanted: str) -> str:
    """
    Given backups and a name, return the archive that is meant, relative to the store's path.

    Raise NotFoundError where none is meant, or more than one.
    """
    found = list(entries)
    if wanted == NEWEST:
        good = [one for one in found if one.manifest.counts]
        if not good:
            raise NotFoundError("There is no complete and verified backup.")
        return max(good, key=lambda one: (one.manifest.snapshot_time, one.archive)).archive
    archives = dict.fromkeys(sorted(one.archive for one in found))
    exact = [one for one in archives if wanted in _names_of(one)]
    alike = exact or [one for one in archives if wanted in one.rpartition("/")[2]]
    if not alike:
        raise NotFoundError(
            f"There is no backup {wanted!r}. `python -m oracle_backup list --names` lists them."
        )
    if len(alike) > 1:
        shown = ", ".join(one.rpartition("/")[2] for one in alike[:_MOST_SHOWN])
        more = f" and {len(alike) - _MOST_SHOWN} more" if len(alike) > _MOST_SHOWN else ""
        raise NotFoundError(f"{wanted!r} means {len(alike)} backups: {shown}{more}. Say which.")
    return alike[0]


def _names_of(archive: str) -> tuple[str, ...]:
    """Return by which names a backup is exactly meant, whatever others hold these."""
    name = archive.rpartition("/")[2]
    return archive, name, name.removesuffix(ARCHIVE_SUFFIX)
