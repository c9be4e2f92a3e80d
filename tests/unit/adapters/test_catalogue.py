"""The catalogue: what a store holds, and how a backup leaves it without a moment of doubt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters import catalogue
from oracle_backup.adapters.catalogue import (
    CatalogueEntry,
    finish_removals,
    read_catalogue,
    read_manifest,
    remove_backups,
)
from oracle_backup.errors import IntegrityError, StoreUnreachableError
from support.builders import instant, make_manifest
from support.memory_store import InMemoryArchiveStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_backup.adapters.ports import StoreEntry

FOLDER = "erp/HR"
OLD, MIDDLE, NEW = (f"HR-2026112{day}T020000Z.7z" for day in (1, 2, 3))
DELETING = ".7z.json.deleting"


def put_backup(store: InMemoryArchiveStore, name: str, **changes: object) -> None:
    """Put an archive and its manifest on a store; ``folder`` puts them elsewhere."""
    folder = changes.pop("folder", FOLDER)
    manifest = make_manifest(**({"archive_name": name} | changes))
    store.files[f"{folder}/{name}"] = f"archive {name}".encode()
    store.files[f"{folder}/{name}.json"] = manifest.to_json().encode()


@pytest.fixture
def store() -> InMemoryArchiveStore:
    made = InMemoryArchiveStore()
    for name in (OLD, MIDDLE, NEW):
        put_backup(made, name)
    return made


def read(store: InMemoryArchiveStore) -> dict[str, CatalogueEntry]:
    """Return the catalogue of HR on erp, by the archive's plain name."""
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")
    found = {entry.archive.removeprefix(f"{FOLDER}/"): entry for entry in entries}
    assert len(found) == len(entries)
    return found


# Reading.


def test_catalogue_holds_every_backup_of_the_schema(store: InMemoryArchiveStore) -> None:
    found = read(store)

    assert set(found) == {OLD, MIDDLE, NEW}
    assert found[OLD].archive == f"{FOLDER}/{OLD}"
    assert found[OLD].manifest_name == f"{FOLDER}/{OLD}.json"
    assert found[OLD].manifest == make_manifest(archive_name=OLD)


def test_catalogue_of_a_folder_that_is_not_there_is_empty() -> None:
    assert read(InMemoryArchiveStore()) == {}


def test_archive_without_a_manifest_does_not_exist(store: InMemoryArchiveStore) -> None:
    del store.files[f"{FOLDER}/{OLD}.json"]

    assert set(read(store)) == {MIDDLE, NEW}


@pytest.mark.parametrize(
    "name",
    [
        "HR-20261124T020000Z.7z.json.part",
        "HR-20261124T020000Z.7z.json.deleting",
        "HR-20261124T020000Z.json",
        "notes.json",
        "notes.7z.json",
        "HR-20261324T020000Z.7z.json",
    ],
)
def test_catalogue_takes_no_file_of_another_name(store: InMemoryArchiveStore, name: str) -> None:
    store.files[f"{FOLDER}/{name}"] = store.files[f"{FOLDER}/{NEW}.json"]

    assert set(read(store)) == {OLD, MIDDLE, NEW}


def test_catalogue_takes_no_folder_for_a_manifest(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/HR-20261124T020000Z.7z.json/inside"] = b""

    assert set(read(store)) == {OLD, MIDDLE, NEW}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "OE"}, "schema OE"),
        ({"database": "crm"}, "on crm"),
        ({"archive_name": OLD}, f"tells of {OLD}"),
        ({"archive_name": "HR-20200101T000000Z.7z"}, "tells of HR-20200101T000000Z.7z"),
    ],
)
def test_manifest_planted_for_something_else_takes_part_in_nothing(
    store: InMemoryArchiveStore,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, str],
    told: str,
) -> None:
    planted = "HR-20261124T020000Z.7z"
    put_backup(store, planted, **changes)

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert f"{FOLDER}/{planted}.json is ignored" in warning.getMessage()
    assert told in warning.getMessage()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"null", make_manifest().to_json().encode()[:-30]]
)
def test_damaged_manifest_takes_part_in_nothing(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    store.files[f"{FOLDER}/{OLD}.json"] = content

    assert set(read(store)) == {MIDDLE, NEW}
    assert f"{FOLDER}/{OLD}.json is ignored" in caplog.text


@pytest.mark.parametrize("suffix", [".json", ".json.deleting"])
def test_manifest_of_absurd_size_is_not_even_read(
    store: InMemoryArchiveStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    suffix: str,
) -> None:
    normal = len(store.files[f"{FOLDER}/{OLD}.json"])
    monkeypatch.setattr(catalogue, "MAX_BYTES", normal + 10)
    planted = f"{FOLDER}/HR-20261124T020000Z.7z{suffix}"
    store.files[planted] = b" " * (normal + 11)

    finish_removals(store, FOLDER)

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    assert planted in store.files
    assert "no manifest of ours" in caplog.text


@given(st.dictionaries(st.text(max_size=30), st.binary(max_size=40), max_size=8))
def test_catalogue_answers_whatever_lies_on_the_store(files: dict[str, bytes]) -> None:
    store = InMemoryArchiveStore()
    put_backup(store, NEW)
    for name, content in files.items():
        store.files.setdefault(f"{FOLDER}/{name}", content)
        store.files.setdefault(f"{FOLDER}/HR-20261124T020000Z-g{len(name) + 2}.7z.json", content)
    before = dict(store.files)

    finish_removals(store, FOLDER)

    assert set(read(store)) == {NEW}
    assert store.files == before


def test_broken_link_is_an_error_and_not_an_empty_catalogue(store: InMemoryArchiveStore) -> None:
    class Broken(InMemoryArchiveStore):
        def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
            raise StoreUnreachableError("The link broke.")

        def list(self, folder: str) -> Iterator[StoreEntry]:
            return store.list(folder)

    with pytest.raises(StoreUnreachableError):
        read(Broken())


def test_manifest_of_one_archive_can_be_read(store: InMemoryArchiveStore) -> None:
    assert read_manifest(store, f"{FOLDER}/{OLD}") == make_manifest(archive_name=OLD)
    assert read_manifest(store, f"{FOLDER}/HR-20200101T000000Z.7z") is None


def test_damaged_manifest_of_one_archive_is_an_error(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/{OLD}.json"] = b"{"

    with pytest.raises(IntegrityError):
        read_manifest(store, f"{FOLDER}/{OLD}")


# Removing.


def names_on(store: InMemoryArchiveStore) -> set[str]:
    return {name.removeprefix(f"{FOLDER}/") for name in store.files}


def test_remove_takes_archive_and_manifest_and_nothing_else(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/notes.txt"] = b"mine"
    found = read(store)

    remove_backups(store, [found[OLD], found[MIDDLE]])

    assert names_on(store) == {NEW, f"{NEW}.json", "notes.txt"}
    assert store.parts == {}


def test_remove_of_nothing_does_nothing(store: InMemoryArchiveStore) -> None:
    before = dict(store.files)

    remove_backups(store, [])

    assert store.files == before


def test_remove_works_for_a_manifest_with_half_a_surrogate(store: InMemoryArchiveStore) -> None:
    """Such a manifest can be planted, and is valid JSON."""
    put_backup(store, OLD, note="\ud800")

    remove_backups(store, [read(store)[OLD]])

    assert set(read(store)) == {MIDDLE, NEW}


def test_remove_says_what_it_removed(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    remove_backups(store, [read(store)[OLD]])

    assert f"Removed {FOLDER}/{OLD}." in caplog.messages


class PowerCutError(Exception):
    """The worker is gone."""


class FlickeringStore(InMemoryArchiveStore):
    """
    A store whose client dies at its nth change.

    :param store: whose files these are.
    :param survives: how many changes are made before.
    :param done: whether the last change is made, and only its answer is lost.
    """

    def __init__(self, store: InMemoryArchiveStore, *, survives: int, done: bool) -> None:
        super().__init__()
        self.files, self.parts = store.files, store.parts
        self._left = survives
        self._done = done

    def _change(self, change: Callable[[], None]) -> None:
        if self._left:
            self._left -= 1
            change()
            return
        if self._done:
            change()
        raise PowerCutError

    def write_text(self, name: str, text: str, *, replace: bool = False) -> None:
        def begin() -> None:
            self.open_part(name).write(text.encode()[:10])

        # A file is begun under another name: two changes, and a client may die between them.
        self._change(begin)
        self._change(lambda: InMemoryArchiveStore.write_text(self, name, text, replace=replace))

    def remove(self, name: str) -> None:
        self._change(lambda: InMemoryArchiveStore.remove(self, name))


def check_sound(store: InMemoryArchiveStore) -> None:
    """Every backup in the catalogue is whole, and the one that was to stay is there."""
    found = read(store)
    assert NEW in found
    assert all(store.files[entry.archive].startswith(b"archive ") for entry in found.values())


CUTS = [(survives, done) for survives in range(12) for done in (False, True)]


def cut_removal(store: InMemoryArchiveStore, *, survives: int, done: bool) -> bool:
    """Remove the two older backups on a store that flickers; return whether it came to an end."""
    found = read(store)
    try:
        remove_backups(
            FlickeringStore(store, survives=survives, done=done),
            [found[name] for name in (OLD, MIDDLE) if name in found],
        )
    except PowerCutError:
        return False
    return True


@pytest.mark.parametrize(("survives", "done"), CUTS)
def test_removal_cut_off_anywhere_ends_well_the_next_time(
    store: InMemoryArchiveStore, survives: int, done: bool
) -> None:
    ended = cut_removal(store, survives=survives, done=done)
    check_sound(store)

    finish_removals(store, FOLDER)
    check_sound(store)
    assert not [name for name in store.files if name.endswith(DELETING)]
    # What is left is whole or gone: no archive without a manifest, no manifest without one.
    archives = {name for name in names_on(store) if name.endswith(".7z")}
    assert archives == set(read(store))
    assert ended is (survives >= 10)

    remove_backups(store, [entry for name, entry in read(store).items() if name != NEW])
    assert names_on(store) == {NEW, f"{NEW}.json"}


@pytest.mark.parametrize(("survives", "done"), CUTS)
@pytest.mark.parametrize("again", [(0, False), (0, True), (1, False), (1, True), (2, False)])
def test_removal_cut_off_twice_ends_well_the_third_time(
    store: InMemoryArchiveStore, survives: int, done: bool, again: tuple[int, bool]
) -> None:
    cut_removal(store, survives=survives, done=done)
    try:
        finish_removals(FlickeringStore(store, survives=again[0], done=again[1]), FOLDER)
    except PowerCutError:
        check_sound(store)

    finish_removals(store, FOLDER)

    check_sound(store)
    assert {name for name in names_on(store) if name.endswith(".7z")} == set(read(store))
    assert not [name for name in store.files if name.endswith(DELETING)]


def test_removal_whose_manifest_had_not_gone_is_taken_back(store: InMemoryArchiveStore) -> None:
    """The backup is whole, so the next plan decides: it may be pinned by now."""
    store.files[f"{FOLDER}/{OLD}.json.deleting"] = store.files[f"{FOLDER}/{OLD}.json"]
    before = read(store)

    finish_removals(store, FOLDER)

    assert read(store) == before
    assert names_on(store) == {
        f"{name}{end}" for name in (OLD, MIDDLE, NEW) for end in ("", ".json")
    }


def test_removal_is_finished_by_its_name_and_says_so(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    marker = store.files.pop(f"{FOLDER}/{OLD}.json")
    store.files[f"{FOLDER}/{OLD}.json.deleting"] = marker

    finish_removals(store, FOLDER)

    assert names_on(store) == {MIDDLE, f"{MIDDLE}.json", NEW, f"{NEW}.json"}
    assert f"removal of {FOLDER}/{OLD}" in caplog.text


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", make_manifest(archive_name=NEW).to_json().encode()],
    ids=["empty", "cut off", "of something else", "of another archive"],
)
def test_removal_that_no_manifest_names_is_left_alone(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    del store.files[f"{FOLDER}/{OLD}.json"]
    store.files[f"{FOLDER}/{OLD}.json.deleting"] = content
    before = dict(store.files)

    finish_removals(store, FOLDER)

    assert store.files == before
    assert f"{OLD}.json.deleting is ignored" in caplog.text


@pytest.mark.parametrize(
    "name", ["notes.7z.json.deleting", "HR-20261121T020000Z.deleting", "..7z.json.deleting"]
)
def test_removal_of_a_file_that_is_none_of_ours_is_left_alone(
    store: InMemoryArchiveStore, name: str
) -> None:
    store.files[f"{FOLDER}/{name}"] = make_manifest().to_json().encode()
    before = dict(store.files)

    finish_removals(store, FOLDER)

    assert store.files == before


def test_backups_of_one_run_are_told_apart_by_their_generation() -> None:
    store = InMemoryArchiveStore()
    names = ("HR-20261121T020000Z.7z", "HR-20261121T020000Z-g2.7z")
    for generation, name in enumerate(names, start=1):
        put_backup(store, name, generation=generation, snapshot_time=instant("2026-11-21"))
    found = read(store)

    remove_backups(store, [found[names[0]]])

    assert set(read(store)) == {names[1]}
