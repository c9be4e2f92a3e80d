"""How a backup leaves a store without a moment of doubt, and what must not leave it."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.adapters.catalogue import (
    CatalogueEntry,
    finish_removals,
    read_catalogue,
    reading,
    remove_backups,
)
from oracle_backup.adapters.ports import StoreEntry
from oracle_backup.errors import RetentionRefusedError, StorePermissionError
from support.builders import instant
from support.memory_store import InMemoryArchiveStore
from support.prune_crashes import PruneCrashes
from support.shelves import FOLDER, MIDDLE, NEW, OLD, entry_of, make_backup_on, put_backup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELETING = ".json.deleting"


@pytest.fixture
def store() -> InMemoryArchiveStore:
    made = InMemoryArchiveStore()
    for name in (OLD, MIDDLE, NEW):
        put_backup(made, name)
    return made


def read(store: InMemoryArchiveStore) -> dict[str, CatalogueEntry]:
    """Return the catalogue of HR on erp, by the archive's plain name."""
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")
    return {entry.archive.removeprefix(f"{FOLDER}/"): entry for entry in entries}


def remove(store: InMemoryArchiveStore, *names: str) -> list[str]:
    """Remove these backups, as they are in the catalogue now; return those that are gone."""
    found = read(store)
    kept = [entry for name, entry in found.items() if name not in names]
    removed = remove_backups(store, [found[name] for name in names], kept=kept)
    return [entry.archive.removeprefix(f"{FOLDER}/") for entry in removed]


def finish(store: InMemoryArchiveStore) -> None:
    finish_removals(store, FOLDER, database="erp", schema="HR")


def names_on(store: InMemoryArchiveStore) -> set[str]:
    return {name.removeprefix(f"{FOLDER}/") for name in store.files}


def both(*names: str) -> set[str]:
    """Return the names of whole backups."""
    return {f"{name}{end}" for name in names for end in ("", ".json")}


class TestInMemoryPrune(PruneCrashes):
    @pytest.fixture
    def stores(self) -> Iterator[InMemoryArchiveStore]:
        return (InMemoryArchiveStore() for _ in itertools.count())


# Removing.


def test_remove_takes_archive_and_manifest_and_nothing_else(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/notes.txt"] = b"mine"

    assert remove(store, OLD, MIDDLE) == [OLD, MIDDLE]

    assert names_on(store) == {*both(NEW), "notes.txt"}
    assert store.parts == {}


def test_remove_of_nothing_does_nothing(store: InMemoryArchiveStore) -> None:
    before = dict(store.files)

    assert remove_backups(store, [], kept=[]) == []

    assert store.files == before


def test_remove_works_for_a_manifest_with_half_a_surrogate(store: InMemoryArchiveStore) -> None:
    """Such a manifest can be planted, and is valid JSON."""
    put_backup(store, OLD, note="\ud800")

    assert remove(store, OLD) == [OLD]


def test_remove_says_what_it_removed(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    remove(store, OLD)

    assert f"Removed {FOLDER}/{OLD}." in caplog.messages


def test_backups_of_one_run_are_told_apart_by_their_generation() -> None:
    store = InMemoryArchiveStore()
    names = ("HR-20261121T020000Z.7z", "HR-20261121T020000Z-g2.7z")
    for generation, name in enumerate(names, start=1):
        put_backup(store, name, generation=generation, snapshot_time=instant("2026-11-21"))

    assert remove(store, names[0]) == [names[0]]

    assert set(read(store)) == {names[1]}


@pytest.mark.parametrize(
    "changes",
    [
        {"pinned": True},
        {"verdict": "incomplete"},
        {"verified": None},
        {"snapshot_time": instant("2026-11-20")},
        {"schema": "OE"},
        {"database": "crm"},
        {"job": "OB_OTHER_G1"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_backup_that_has_changed_since_the_plan_stays(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, changes: dict[str, Any]
) -> None:
    planned = read(store)
    put_backup(store, OLD, **changes)

    removed = remove_backups(store, [planned[OLD], planned[MIDDLE]], kept=[planned[NEW]])

    assert [entry.archive for entry in removed] == [f"{FOLDER}/{MIDDLE}"]
    assert names_on(store) == both(OLD, NEW)
    assert f"{OLD} stays" in caplog.text


def test_note_or_drill_written_since_the_plan_is_no_other_backup(
    store: InMemoryArchiveStore,
) -> None:
    planned = read(store)
    put_backup(store, OLD, note="still to go")

    remove_backups(store, [planned[OLD]], kept=[planned[NEW]])

    assert names_on(store) == both(MIDDLE, NEW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: files.pop(f"{FOLDER}/{OLD}.json"),
        lambda files: files.update({f"{FOLDER}/{OLD}.json": b"{"}),
        lambda files: files.update({f"{FOLDER}/{OLD}": b"another archive, not the one that was"}),
        lambda files: files.pop(f"{FOLDER}/{OLD}"),
        lambda files: files.update({f"{FOLDER}/{OLD}{DELETING}": b"planted"}),
    ],
    ids=["no manifest", "damaged", "other archive", "no archive", "marker in the way"],
)
def test_backup_that_is_not_whole_any_more_is_left_as_it_is(
    store: InMemoryArchiveStore, spoil: Callable[[dict[str, bytes]], object]
) -> None:
    planned = read(store)
    spoil(store.files)
    before = {name: content for name, content in store.files.items() if MIDDLE not in name}

    removed = remove_backups(store, [planned[OLD], planned[MIDDLE]], kept=[planned[NEW]])

    assert [entry.archive for entry in removed] == [f"{FOLDER}/{MIDDLE}"]
    assert store.files == before


class MeddledStore(InMemoryArchiveStore):
    """Somebody else writes between two steps of a removal."""

    def __init__(self, store: InMemoryArchiveStore, meddle: Callable[[], None], *, at: str) -> None:
        super().__init__()
        self.files = store.files
        self._meddle: Callable[[], None] | None = meddle
        self._at = at

    def rename(self, name: str, new_name: str) -> None:
        if self._at == "before the rename":
            self._once()
        super().rename(name, new_name)
        if self._at == "after the rename":
            self._once()

    def _once(self) -> None:
        meddle, self._meddle = self._meddle, None
        if meddle is not None:
            meddle()


def test_pin_that_comes_in_the_last_moment_is_seen(store: InMemoryArchiveStore) -> None:
    planned = read(store)
    meddled = MeddledStore(
        store, lambda: put_backup(store, OLD, pinned=True), at="before the rename"
    )

    assert remove_backups(meddled, [planned[OLD]], kept=[planned[NEW]]) == []

    assert names_on(store) == both(OLD, MIDDLE, NEW)
    assert read(store)[OLD].manifest.pinned


def test_manifest_damaged_in_the_last_moment_is_put_back(store: InMemoryArchiveStore) -> None:
    planned = read(store)

    def damage() -> None:
        store.files[f"{FOLDER}/{OLD}{DELETING}"] = b"{"
        store.files[f"{FOLDER}/{OLD}.json"] = make_backup_on(OLD).to_json().encode()

    meddled = MeddledStore(store, damage, at="after the rename")

    assert remove_backups(meddled, [planned[OLD]], kept=[planned[NEW]]) == []

    assert names_on(store) == both(OLD, MIDDLE, NEW)
    assert OLD in read(store)


@pytest.mark.parametrize(
    "changes",
    [{"verdict": "incomplete"}, {"verified": None}, {"snapshot_time": instant("2026-11-20")}],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_goes_when_the_backup_that_stays_is_good_no_more(
    store: InMemoryArchiveStore, changes: dict[str, Any]
) -> None:
    planned = read(store)
    put_backup(store, NEW, **changes)
    before = dict(store.files)

    with pytest.raises(RetentionRefusedError, match="not what it was"):
        remove_backups(store, [planned[OLD]], kept=[planned[NEW], planned[MIDDLE]])
    assert store.files == before


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("content", [None, b"{"])
def test_nothing_goes_when_the_backup_that_stays_is_there_no_more(
    store: InMemoryArchiveStore, suffix: str, content: bytes | None
) -> None:
    planned = read(store)
    if content is None:
        del store.files[f"{FOLDER}/{NEW}{suffix}"]
    else:
        store.files[f"{FOLDER}/{NEW}{suffix}"] = content
    before = dict(store.files)

    with pytest.raises(RetentionRefusedError, match="not what it was"):
        remove_backups(store, [planned[OLD]], kept=[planned[NEW], planned[MIDDLE]])
    assert store.files == before


def test_pin_on_the_backup_that_stays_is_no_reason_to_stop(store: InMemoryArchiveStore) -> None:
    planned = read(store)
    put_backup(store, NEW, pinned=True)

    remove_backups(store, [planned[OLD]], kept=[planned[NEW]])

    assert names_on(store) == both(MIDDLE, NEW)


@pytest.mark.parametrize("kept", [(), ("incomplete",)])
def test_nothing_goes_when_nothing_good_stays(
    store: InMemoryArchiveStore, kept: tuple[str, ...]
) -> None:
    planned = read(store)
    before = dict(store.files)

    with pytest.raises(RetentionRefusedError, match="would stay"):
        remove_backups(
            store,
            [planned[OLD], planned[MIDDLE]],
            kept=[entry_of(NEW, verdict=verdict) for verdict in kept],
        )
    assert store.files == before


def test_nothing_goes_when_a_backup_is_to_stay_and_to_go(store: InMemoryArchiveStore) -> None:
    planned = read(store)
    before = dict(store.files)

    with pytest.raises(RetentionRefusedError, match="at once"):
        remove_backups(store, [planned[OLD], planned[NEW]], kept=[planned[NEW]])
    assert store.files == before


def test_file_that_may_not_be_removed_is_an_error_and_ends_later(
    store: InMemoryArchiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: InMemoryArchiveStore, name: str) -> None:
        raise StorePermissionError(f"Cannot remove {name}: Permission denied.")

    with monkeypatch.context() as patch:
        patch.setattr(InMemoryArchiveStore, "remove", refuse)
        with pytest.raises(StorePermissionError):
            remove(store, OLD)
    assert set(read(store)) == {MIDDLE, NEW}

    finish(store)

    assert names_on(store) == both(MIDDLE, NEW)


# Ending what was begun.


def begin(store: InMemoryArchiveStore, name: str, **changes: Any) -> None:
    """Leave a removal as a crash after the rename does."""
    put_backup(store, name, **changes)
    store.rename(f"{FOLDER}/{name}.json", f"{FOLDER}/{name}{DELETING}")


def test_removal_is_finished_and_says_so(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    begin(store, OLD)

    finish(store)

    assert names_on(store) == both(MIDDLE, NEW)
    assert f"removal of {FOLDER}/{OLD}" in caplog.text


def test_removal_whose_archive_is_gone_is_finished(store: InMemoryArchiveStore) -> None:
    begin(store, NEW)
    del store.files[f"{FOLDER}/{NEW}"]

    finish(store)

    assert names_on(store) == both(OLD, MIDDLE)


@pytest.mark.parametrize(
    ("name", "changes"),
    [(NEW, {}), (OLD, {"pinned": True}), (NEW, {"verdict": "incomplete"})],
    ids=["newest", "pinned", "newest, incomplete"],
)
def test_removal_of_what_must_stay_is_taken_back(
    store: InMemoryArchiveStore,
    caplog: pytest.LogCaptureFixture,
    name: str,
    changes: dict[str, Any],
) -> None:
    """Whatever has happened since: the other backups were removed by hand, or it was planted."""
    begin(store, name, **changes)

    finish(store)

    assert names_on(store) == both(OLD, MIDDLE, NEW)
    assert read(store)[name] == entry_of(name, **changes)
    assert "taken back" in caplog.text


def test_removal_is_taken_back_when_the_newer_ones_are_good_no_more() -> None:
    store = InMemoryArchiveStore()
    put_backup(store, NEW, verified=None)
    put_backup(store, MIDDLE, schema="OE")
    begin(store, OLD)

    finish(store)

    assert OLD in read(store)


def test_removal_whose_manifest_is_there_as_well_is_taken_back(
    store: InMemoryArchiveStore,
) -> None:
    """A server that renames by a second name died in between, or a pin was written."""
    store.files[f"{FOLDER}/{OLD}{DELETING}"] = store.files[f"{FOLDER}/{OLD}.json"]
    before = read(store)

    finish(store)

    assert read(store) == before
    assert names_on(store) == both(OLD, MIDDLE, NEW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        make_backup_on(NEW).to_json().encode(),
        make_backup_on(OLD, schema="OE").to_json().encode(),
        make_backup_on(OLD, database="crm").to_json().encode(),
        dataclasses.replace(
            make_backup_on(OLD),
            archive=dataclasses.replace(make_backup_on(OLD).archive, size_bytes=7),
        )
        .to_json()
        .encode(),
    ],
    ids=[
        "empty",
        "cut off",
        "of something else",
        "of another archive",
        "of another schema",
        "of another database",
        "of another size",
    ],
)
def test_removal_that_no_manifest_of_ours_names_is_left_alone(
    store: InMemoryArchiveStore, content: bytes
) -> None:
    del store.files[f"{FOLDER}/{OLD}.json"]
    store.files[f"{FOLDER}/{OLD}{DELETING}"] = content
    before = dict(store.files)

    finish(store)

    assert store.files == before


class CrowdedStore(InMemoryArchiveStore):
    """Lists markers that somebody has put there, and none of them is a manifest."""

    COUNT = 20_000

    def list(self, folder: str) -> Iterator[StoreEntry]:
        yield from super().list(folder)
        for number in range(self.COUNT):
            yield StoreEntry(name=f"{folder}/{number:06}.7z{DELETING}", size_bytes=2, is_file=True)

    def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
        return self.files.get(name, b"{}")


def test_strange_markers_take_little_memory_and_few_lines_of_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ARCHIVES", 1_000)
    store = CrowdedStore()
    put_backup(store, NEW)
    begin(store, OLD)

    tracemalloc.start(1)
    try:
        finish(store)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert names_on(store) == both(NEW)
    assert peak < 2 * 1024**2
    assert len(caplog.messages) < 30
    # Whether what is done is logged too depends on who set the level before.
    warnings = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert warnings[-1] == f"{CrowdedStore.COUNT - 20} more such files are ignored as well."


@pytest.mark.parametrize(
    "name", ["HR-20261121T020000Z.deleting", "notes.json.deleting", f"{OLD}.json.deleting/inside"]
)
def test_removal_of_a_file_that_is_no_archive_is_left_alone(
    store: InMemoryArchiveStore, name: str
) -> None:
    store.files[f"{FOLDER}/{name}"] = make_backup_on(OLD).to_json().encode()
    before = dict(store.files)

    finish(store)

    assert store.files == before
