"""
What does a whole store hold, in figures?

One folder after the other is read and forgotten again, so that a store of many thousand backups
takes time and no memory to speak of. Folders that the config knows come first; then, where that
is asked for, all others, for backups of schemas that it does not know any more.
"""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.catalogue.reading import read_store
from oracle_backup.domain.status import StoreView
from oracle_backup.domain.watch.subjects import StoreAnswer
from oracle_backup.errors import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_backup.adapters.catalogue.cache import CatalogueCache
    from oracle_backup.adapters.catalogue.model import CatalogueEntry, StoreCatalogue
    from oracle_backup.adapters.ports import ArchiveStore

log = logging.getLogger(__name__)

MOST_FOLDERS: Final = 20_000
"""Folders of one store that are looked into, besides those the config knows."""
DEEPEST: Final = 8
"""How far below the store's path."""
WALK_SECONDS: Final = 120.0
"""How long they may take together: the path may be that of a whole file server."""
SETTLE_SECONDS: Final = 5.0
"""
How long after the first look a backup that lost its archive is looked at again: one that is being
removed just then has lost it too, and is gone a moment later.
"""
# No folder of ours begins otherwise; snapshots and bins of file servers do.
_OURS: Final = re.compile(r"[A-Za-z0-9_]")


def survey_store(
    store: ArchiveStore,
    folders: Sequence[str],
    *,
    whole: bool,
    cache: CatalogueCache | None = None,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> StoreAnswer:
    """
    Return what a store holds of each schema.

    :param folders: those in which backups are expected.
    :param whole: whether all other folders are looked into as well.

    :raises StoreError: for the link, or for a folder of `folders`.
    """
    survey = _Survey(store, cache=cache, pause=pause)
    found: list[str] = []
    for folder in dict.fromkeys(folders):
        found += survey.read_expected(folder)
    is_whole = True
    if whole:
        is_whole = survey.walk(
            found, known=set(folders), give_up=clock() + WALK_SECONDS, clock=clock
        )
    return StoreAnswer(
        location=store.label,
        views=survey.views,
        is_whole=whole and is_whole,
        unreadable=survey.unreadable,
        foreign=survey.foreign,
        foreign_bytes=survey.foreign_bytes,
    )


class _Survey:
    """One look at one store."""

    def __init__(
        self,
        store: ArchiveStore,
        *,
        cache: CatalogueCache | None,
        pause: Callable[[float], None],
    ) -> None:
        self._store = store
        self._cache = cache
        self._pause = pause
        self.views: dict[tuple[str, str, str], StoreView] = {}
        self.unreadable = 0
        self.foreign = 0
        self.foreign_bytes = 0

    def read_expected(self, folder: str) -> tuple[str, ...]:
        """Look into a folder of ours; return the folders in it."""
        content = self._read(folder)
        if content.half:
            self._pause(SETTLE_SECONDS)
            content = self._read(folder)
        self._note(folder, content)
        self.unreadable += content.damaged_count
        self.foreign += content.foreign_count
        self.foreign_bytes += content.foreign_bytes
        return content.folders

    def walk(
        self,
        found: Sequence[str],
        *,
        known: set[str],
        give_up: float,
        clock: Callable[[], float],
    ) -> bool:
        """Look into all other folders; return whether there was time and room for all."""
        seen = set(known)
        waiting: deque[str] = deque(["", *found])
        looked = 0
        is_whole = True
        while waiting:
            folder = waiting.popleft()
            if folder in seen or not _may_be_ours(folder):
                continue
            seen.add(folder)
            if looked >= MOST_FOLDERS or clock() > give_up:
                log.warning(
                    "Store %s has more folders than could be looked into: %d. Backups of schemas "
                    "that the config does not know may lie in the others. Give the backups a "
                    "path of their own.",
                    self._store.label,
                    looked,
                )
                return False
            looked += 1
            inside = self._read_other(folder)
            room = MOST_FOLDERS - len(waiting)
            is_whole = is_whole and len(inside) <= room
            waiting.extend(inside[: max(room, 0)])
        return is_whole

    def _read_other(self, folder: str) -> tuple[str, ...]:
        try:
            content = self._read(folder)
        except StoreUnreachableError:
            raise
        except StoreError as error:
            # Of others, and closed to us: nothing of ours is in there.
            log.debug("%s is not looked into: %s", folder, error)
            return ()
        self._note(folder, content)
        return content.folders

    def _read(self, folder: str) -> StoreCatalogue:
        return read_store(self._store, [folder], cache=self._cache)

    def _note(self, folder: str, content: StoreCatalogue) -> None:
        entries = _by_schema(content.entries)
        lost = _by_schema(content.half)
        for database, schema in {*entries, *lost}:
            self.views[database, schema, folder] = StoreView.of(
                (one.manifest for one in entries.get((database, schema), ())),
                lost=(one.manifest.archive.name for one in lost.get((database, schema), ())),
            )


def _by_schema(
    entries: Sequence[CatalogueEntry],
) -> dict[tuple[str, str], list[CatalogueEntry]]:
    found: dict[tuple[str, str], list[CatalogueEntry]] = {}
    for one in entries:
        found.setdefault((one.manifest.database, one.manifest.schema), []).append(one)
    return found


def _may_be_ours(folder: str) -> bool:
    pieces = folder.split("/") if folder else []
    return len(pieces) <= DEEPEST and all(_OURS.match(piece) for piece in pieces)
