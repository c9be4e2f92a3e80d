"""What is looked after: which schemas, on which stores, and who is told of them?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_backup.domain.watch.alarm import schema_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from oracle_backup.domain.status import StoreView


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """
    How a mail goes out.

    :param conn_id: SMTP connection.
    :param sender: sender, or empty for the connection's.
    :param language: ``en`` or ``es``.
    """

    conn_id: str = "smtp_default"
    sender: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedStore:
    """
    A store of a schema.

    :param name: how reports name it.
    :param conn_id: SFTP connection.
    :param path: the store's folder.
    :param bandwidth_limit_bytes: most bytes per second from it, or None.
    """

    name: str
    conn_id: str
    path: str
    bandwidth_limit_bytes: int | None = None

    @property
    def place(self) -> str:
        """What tells it from all other stores, however schemas call it."""
        return f"{self.conn_id}:{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSchema:
    """
    A schema that is to have good backups.

    :param folder: its folder, relative to each store's path.
    :param expected: how old its newest good backup may be; None for any age.
    :param max_drill_age: how long ago the last rehearsed restore that passed may be, or None.
    :param first_due: until when a schema without any backup may wait for its first run; None
        where it has no time to wait for.
    :param to: who is told of it.
    """

    database: str
    schema: str
    folder: str
    stores: tuple[WatchedStore, ...]
    expected: timedelta | None = None
    max_drill_age: timedelta | None = None
    first_due: datetime | None = None
    route: Route = field(default_factory=Route)
    to: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """How it is called where several databases are spoken of."""
        return schema_key(self.database, self.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry:
    """
    An entry of the config that can't be used, so that nothing is backed up for it.

    :param schema: as written; empty where none of the database's entries could be read.
    """

    database: str
    schema: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    All that is looked after.

    :param path: the config file.
    :param changed: when it was last changed, where that is known.
    :param schemas: those that are backed up.
    :param switched_off: keys of those that are not, on purpose.
    :param broken: entries that are wrong.
    :param section_problems: what is wrong beside the entries.
    :param unreadable: why the file could not be used at all, or nothing; then all else is empty.
    :param to: who is told of everything, in place of the schemas' own; empty for these.
    """

    path: str
    changed: datetime | None = None
    schemas: tuple[WatchedSchema, ...] = ()
    switched_off: frozenset[str] = frozenset()
    broken: tuple[BrokenEntry, ...] = ()
    section_problems: tuple[str, ...] = ()
    unreadable: str = ""
    to: tuple[str, ...] = ()

    def stores(self) -> dict[str, WatchedStore]:
        """Return each store once, by its place, as the first schema names it."""
        found: dict[str, WatchedStore] = {}
        for schema in self.schemas:
            for store in schema.stores:
                found.setdefault(store.place, store)
        return found

    def folders(self, place: str) -> list[str]:
        """Return the folders of a store in which backups are expected."""
        return list(
            dict.fromkeys(
                schema.folder
                for schema in self.schemas
                if any(store.place == place for store in schema.stores)
            )
        )

    def knows(self, database: str, schema: str) -> bool:
        """
        Return whether the config speaks of a schema, be it wrongly.

        An entry that can't be read may be any schema of its database.
        """
        key = schema_key(database, schema)
        if key in self.switched_off or any(one.key == key for one in self.schemas):
            return True
        return any(
            one.database == database and _could_be(one.schema, schema) for one in self.broken
        )


def _could_be(written: str, schema: str) -> bool:
    bare = written.strip('"')
    return not bare or schema in {bare, bare.upper()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAnswer:
    """
    What a store holds.

    :param location: where it is, as messages say it.
    :param views: by database, schema and folder, for every schema whose backups were found.
    :param is_whole: whether every folder was looked into; else a schema may not have been found.
    :param unreadable: files that are called like manifests and are none, in folders of ours.
    :param foreign: archives without a manifest, in these folders.
    :param foreign_bytes: how large these are together.
    """

    location: str
    views: Mapping[tuple[str, str, str], StoreView]
    is_whole: bool = True
    unreadable: int = 0
    foreign: int = 0
    foreign_bytes: int = 0

    @property
    def lost(self) -> int:
        """Manifests whose archive is gone or has another size."""
        return sum(len(view.lost) for view in self.views.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSilence:
    """
    Why a store could not be asked.

    :param error: in words, what to do among them.
    :param cause: the same in one word, which stays the same while it is the same trouble.
    """

    error: str
    cause: str = "link"
