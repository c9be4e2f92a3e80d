"""
A prune that dies anywhere is ended by the next one: on the fake store and on real ones alike.

The client dies at every call it makes to the store, before the call or after it, when only its
answer is lost; then a second run may die as well; then a third one ends what was begun.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.adapters.catalogue import finish_removals, read_catalogue
from oracle_backup.adapters.prune import carry_out, plan_store
from oracle_backup.domain.retention import PruneRules, RetentionPolicy
from support.shelves import FOLDER, archive_bytes, put_backup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.ports import ArchiveStore

DAYS = [f"HR-202611{day:02}T020000Z.7z" for day in range(20, 25)]
PINNED, OLD, INCOMPLETE, KEPT, NEW = DAYS
STAY = {PINNED, KEPT, NEW}
RULES = PruneRules(policy=RetentionPolicy(last=2), zone="UTC", expected_age=None, max_delete=-1)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FOREIGN = {"predecessor.7z": b"of somebody else", "notes.txt": b"mine"}


class PowerCutError(Exception):
    """The worker is gone."""


class DyingStore:
    """
    A store whose client dies at its nth call.

    :param survives: how many calls are made before.
    :param done: whether the last call is made, and only its answer is lost.
    """

    def __init__(self, store: ArchiveStore, *, survives: int, done: bool) -> None:
        self._store = store
        self._left = survives
        self._done = done

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            if self._left:
                self._left -= 1
                return found(*arguments, **named)
            if self._done:
                answer = found(*arguments, **named)
                if name in {"list", "read_many"}:
                    list(answer)
            raise PowerCutError

        return call


def fill(store: ArchiveStore) -> None:
    """Put five backups and two strange files on a store."""
    put_backup(store, PINNED, pinned=True)
    put_backup(store, OLD)
    put_backup(store, INCOMPLETE, verdict="incomplete")
    put_backup(store, KEPT)
    put_backup(store, NEW)
    for name, content in FOREIGN.items():
        part = store.open_part(f"{FOLDER}/{name}")
        part.write(content)
        store.finish(part)


def prune(store: Any) -> None:
    """Do what each run does on a store."""
    finish_removals(store, FOLDER, database="erp", schema="HR")
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")
    carry_out(store, entries, plan_store(entries, RULES, now=NOW))


def dies(store: ArchiveStore, *, survives: int, done: bool) -> bool:
    """Prune with a client that dies; return whether it did."""
    try:
        prune(DyingStore(store, survives=survives, done=done))
    except PowerCutError:
        return True
    return False


def content_of(store: ArchiveStore) -> dict[str, bytes]:
    return {
        entry.name.removeprefix(f"{FOLDER}/"): store.read_bytes(entry.name, max_bytes=10**9)
        for entry in store.list(FOLDER)
    }


def check_kept(store: ArchiveStore) -> None:
    """What is to stay is there, and every backup that there is, is whole."""
    content = content_of(store)
    for name in STAY:
        assert content[name] == archive_bytes(name)
        assert f"{name}.json" in content
    assert FOREIGN.items() <= content.items()
    found = read_catalogue(store, FOLDER, database="erp", schema="HR")
    assert {entry.archive.rpartition("/")[2] for entry in found} >= STAY
    halves = {name for name in content if name.endswith(".7z.json")} - {
        f"{entry.archive.rpartition('/')[2]}.json" for entry in found
    }
    assert halves == set()


class PruneCrashes:
    """Subclasses give ``stores``: a fixture with new, empty ones."""

    @pytest.fixture
    def stores(self) -> Iterator[ArchiveStore]:
        raise NotImplementedError

    def ended(self, stores: Iterator[ArchiveStore]) -> dict[str, bytes]:
        """Return what is there after a prune that nothing disturbs."""
        store = next(stores)
        fill(store)
        prune(store)
        check_kept(store)
        content = content_of(store)
        assert set(content) == {*STAY, *(f"{name}.json" for name in STAY), *FOREIGN}
        return content

    def test_prune_that_dies_anywhere_is_ended_by_the_next(
        self, stores: Iterator[ArchiveStore], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.ERROR)
        ended = self.ended(stores)
        for done in (False, True):
            for survives in range(1_000):
                store = next(stores)
                fill(store)
                died = dies(store, survives=survives, done=done)
                check_kept(store)

                prune(store)

                assert content_of(store) == ended, (survives, done)
                if not died:
                    break
            assert survives > 15

    def test_prune_that_dies_twice_is_ended_by_the_third(
        self, stores: Iterator[ArchiveStore], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.ERROR)
        ended = self.ended(stores)
        for survives in range(self.twice_from, self.twice_from + self.twice_count):
            for again in range(self.twice_again):
                store = next(stores)
                fill(store)
                dies(store, survives=survives, done=True)
                dies(store, survives=again, done=True)
                check_kept(store)

                prune(store)

                assert content_of(store) == ended, (survives, again)

    twice_from, twice_count, twice_again = 0, 30, 20
