"""Where do a schema's archives go, and which of these stores answer?"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle_backup.errors import (
    BackupError,
    ConfigError,
    IntegrityError,
    RetentionRefusedError,
    StoreError,
)
from oracle_backup.hooks.store import ArchiveStoreHook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from oracle_backup.adapters.ports import ArchiveStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlace:
    """
    One store of a schema.

    :param name: how reports name it.
    :param conn_id: SFTP connection.
    :param path: the store's folder.
    :param verify: how what arrived is verified: ``full``, ``hash`` or ``size``.
    :param bandwidth_limit_bytes: most bytes per second to and from it, or None.
    """

    name: str
    conn_id: str
    path: str
    verify: str = "full"
    bandwidth_limit_bytes: int | None = None

    def hook(self) -> ArchiveStoreHook:
        """Return the hook that opens it. Raise StoreError where there is no such connection."""
        return ArchiveStoreHook(
            self.conn_id, path=self.path, bandwidth_limit_bytes=self.bandwidth_limit_bytes
        )

    def location(self, folder: str) -> str:
        """Return the address of a folder in it; of a connection that is not there, its name."""
        try:
            return self.hook().location(folder)
        except BackupError:
            return f"{self.conn_id}:{self.path.rstrip('/')}/{folder}"


@dataclass(slots=True)
class OpenStores:
    """
    The stores that answer, by name, and why the others are out.

    :param stores: in the order of the config.
    :param failed: by the store's name; a store that fails leaves `stores`.
    """

    stores: dict[str, ArchiveStore] = field(default_factory=dict)
    failed: dict[str, BackupError] = field(default_factory=dict)

    @contextmanager
    def guarded(self, name: str) -> Iterator[None]:
        """Drop a store that fails, so that it does not stop the others."""
        try:
            yield
        except (StoreError, IntegrityError, ConfigError, RetentionRefusedError) as error:
            self.drop(name, error)

    def drop(self, name: str, error: BackupError) -> None:
        """Leave a store out from here on."""
        log.error("Store %s is left out: %s", name, error)
        self.failed[name] = error
        self.stores.pop(name, None)

    def require_one(self) -> None:
        """Raise why, where no store is left."""
        if not self.stores:
            raise next(iter(self.failed.values()))


@contextmanager
def open_stores(places: Sequence[StorePlace]) -> Iterator[OpenStores]:
    """Open all stores that answer. Raise the first one's error where none does."""
    opened = OpenStores()
    with ExitStack() as stack:
        for place in places:
            with opened.guarded(place.name):
                opened.stores[place.name] = stack.enter_context(place.hook().store())
        opened.require_one()
        yield opened


def copies_of(
    places: Sequence[StorePlace], failed: Mapping[str, BackupError], *, folder: str
) -> list[dict[str, Any]]:
    """Return for XCom where each copy of an archive is, or why it is not."""
    return [
        {
            "store": place.name,
            "location": place.location(folder),
            "error": str(failed[place.name]) if place.name in failed else None,
        }
        for place in places
    ]
