"""What is on the stores of some schemas? They are read side by side, each once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TextIO

from oracle_backup.adapters.side_by_side import ask_side_by_side
from oracle_backup.cli.places import stores_of
from oracle_backup.cli.progress_bar import status_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.adapters.catalogue import StoreCatalogue
    from oracle_backup.cli.places import Places, StoreUse
    from oracle_backup.config.model import SchemaSettings
    from oracle_backup.domain.manifest import BackupFacts

NO_LIMIT_SECONDS = 24 * 3600.0
"""For a command that a person waits for, and can end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreContent:
    """
    A store, and what its folders of these schemas hold.

    :param location: where it is, as messages say it.
    """

    use: StoreUse
    location: str
    catalogue: StoreCatalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFailure:
    """A store that could not be read, and why."""

    use: StoreUse
    error: Exception


def read_stores(
    places: Places,
    schemas: Sequence[SchemaSettings],
    *,
    stream: TextIO,
    timeout_seconds: float = NO_LIMIT_SECONDS,
    use_cache: bool = True,
) -> list[StoreContent | StoreFailure]:
    """
    Read the catalogues of all stores these schemas use.

    :param stream: where a line tells how far it is, if that is a terminal.
    """
    # Imported before threads do it at once.
    import oracle_backup.adapters.catalogue
    import oracle_backup.hooks.store  # noqa: F401

    uses = stores_of(tuple(schemas))
    with status_line(stream) as draw:
        answers = ask_side_by_side(
            {
                position: partial(_read, places, use, use_cache=use_cache)
                for position, use in enumerate(uses)
            },
            timeout_seconds=timeout_seconds,
            tell=lambda count: draw(f"{count} of {len(uses)} stores are read"),
        )
    return [
        StoreFailure(use=use, error=answer) if isinstance(answer, Exception) else answer
        for use, answer in zip(uses, answers.values(), strict=True)
    ]


def _read(places: Places, use: StoreUse, *, use_cache: bool) -> StoreContent:
    from oracle_backup.adapters.catalogue import CatalogueCache, read_store

    with places.store(use.settings) as store:
        return StoreContent(
            use=use,
            location=store.label,
            catalogue=read_store(
                store,
                [one.folder for one in use.schemas],
                cache=CatalogueCache.of_store(store.label) if use_cache else None,
            ),
        )


def is_of(facts: BackupFacts, settings: SchemaSettings) -> bool:
    """Return whether a backup is one of this schema's."""
    return (facts.database, facts.schema) == (settings.database, settings.schema_name)
