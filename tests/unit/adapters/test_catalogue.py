"""The catalogue: what a store holds, and what only looks like it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters.catalogue import (
    CatalogueEntry,
    read_catalogue,
    read_manifest,
    read_store,
    reading,
)
from oracle_backup.errors import IntegrityError, StorePermissionError, StoreUnreachableError
from support.builders import make_manifest
from support.memory_store import InMemoryArchiveStore
from support.shelves import FOLDER, MIDDLE, NEW, OLD, archive_bytes, make_backup_on, put_backup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.ports import StoreEntry


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


def manifest_bytes(store: InMemoryArchiveStore, name: str) -> bytes:
    return store.files[f"{FOLDER}/{name}.json"]


def test_catalogue_holds_every_backup_of_the_schema(store: InMemoryArchiveStore) -> None:
    found = read(store)

    assert set(found) == {OLD, MIDDLE, NEW}
    assert found[OLD].archive == f"{FOLDER}/{OLD}"
    assert found[OLD].manifest_name == f"{FOLDER}/{OLD}.json"
    assert found[OLD].folder == FOLDER
    assert found[OLD].manifest == make_backup_on(OLD).head


def test_catalogue_of_a_folder_that_is_not_there_is_empty() -> None:
    assert read(InMemoryArchiveStore()) == {}


def test_catalogue_of_the_root_holds_what_lies_flat_in_it() -> None:
    store = InMemoryArchiveStore()
    put_backup(store, OLD, folder="")

    (entry,) = read_catalogue(store, "", database="erp", schema="HR")
    assert entry.archive == OLD
    assert entry.folder == ""


def test_archive_without_a_manifest_does_not_exist(store: InMemoryArchiveStore) -> None:
    del store.files[f"{FOLDER}/{OLD}.json"]

    assert set(read(store)) == {MIDDLE, NEW}


@pytest.mark.parametrize("name", ["nightly.7z", "HR-20250922123045.7z", "ñ of erp (2).7z", "X.7Z"])
def test_name_of_an_archive_may_be_any(store: InMemoryArchiveStore, name: str) -> None:
    put_backup(store, name)

    assert set(read(store)) == {OLD, MIDDLE, NEW, name}


@pytest.mark.parametrize(
    "name",
    [
        "HR-20261124T020000Z.7z.json.part",
        "HR-20261124T020000Z.7z.json.deleting",
        "HR-20261124T020000Z.json",
        "notes.json",
        "HR-20261124T020000Z.zip.json",
    ],
)
def test_catalogue_takes_no_file_of_another_kind(store: InMemoryArchiveStore, name: str) -> None:
    store.files[f"{FOLDER}/{name}"] = manifest_bytes(store, NEW)

    assert set(read(store)) == {OLD, MIDDLE, NEW}


def test_catalogue_takes_no_folder_for_a_manifest(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/HR-20261124T020000Z.7z.json/inside"] = b""

    assert set(read(store)) == {OLD, MIDDLE, NEW}


@pytest.mark.parametrize("changes", [{"schema": "OE"}, {"database": "crm"}])
def test_manifest_of_another_schema_is_passed_over(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, changes: dict[str, str]
) -> None:
    """Several schemas may share a folder."""
    caplog.set_level(logging.DEBUG)
    put_backup(store, "HR-20261124T020000Z.7z", **changes)

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


@pytest.mark.parametrize("told", [OLD, "HR-20200101T000000Z.7z"])
def test_manifest_planted_for_another_archive_takes_part_in_nothing(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, told: str
) -> None:
    planted = "HR-20261124T020000Z.7z"
    put_backup(store, planted, archive_name=told)

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert f"{FOLDER}/{planted}.json is ignored" in warning.getMessage()
    assert told in warning.getMessage()


@pytest.mark.parametrize(
    "content", [None, b"cut off", b"something else, and of quite another size"]
)
def test_backup_whose_archive_is_gone_or_another_takes_part_in_nothing(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    """A newest backup that is only a manifest would let retention remove the real ones."""
    del store.files[f"{FOLDER}/{NEW}"]
    if content is not None:
        store.files[f"{FOLDER}/{NEW}"] = content

    assert set(read(store)) == {OLD, MIDDLE}
    assert f"{FOLDER}/{NEW}.json is ignored" in caplog.text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"null", make_manifest().to_json().encode()[:-30]]
)
def test_damaged_manifest_takes_part_in_nothing(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    store.files[f"{FOLDER}/{OLD}.json"] = content

    assert set(read(store)) == {MIDDLE, NEW}
    assert f"{FOLDER}/{OLD}.json is ignored" in caplog.text


def test_manifest_of_absurd_size_is_ignored(
    store: InMemoryArchiveStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", len(manifest_bytes(store, OLD)) + 10)
    store.files[f"{FOLDER}/HR-20261124T020000Z.7z.json"] = b" " * 100_000

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    assert "HR-20261124T020000Z.7z.json is ignored" in caplog.text


def test_manifest_that_may_not_be_read_hides_no_other(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    class Closed(InMemoryArchiveStore):
        def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
            if OLD in name:
                raise StorePermissionError(f"Cannot read {name}: Permission denied.")
            return super().read_bytes(name, max_bytes=max_bytes)

    closed = Closed()
    closed.files = store.files

    assert set(read(closed)) == {MIDDLE, NEW}
    assert f"{OLD}.json is ignored: Cannot read" in caplog.text


def test_many_damaged_manifests_do_not_fill_the_log(
    store: InMemoryArchiveStore, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1_000):
        store.files[f"{FOLDER}/{number}.7z.json"] = b"{}"

    assert set(read(store)) == {OLD, MIDDLE, NEW}
    assert len(caplog.records) < 30
    assert f"{1_000 - 20} more files in {FOLDER}" in caplog.text


@given(st.dictionaries(st.text(max_size=30), st.binary(max_size=40), max_size=8))
def test_catalogue_answers_whatever_lies_on_the_store(files: dict[str, bytes]) -> None:
    store = InMemoryArchiveStore()
    put_backup(store, NEW)
    for name, content in files.items():
        store.files.setdefault(f"{FOLDER}/{name}", content)
        store.files.setdefault(f"{FOLDER}/HR-20261124T020000Z-g{len(name) + 2}.7z.json", content)
    before = dict(store.files)

    found = read_store(store, [FOLDER])

    assert set(read(store)) == {NEW}
    assert [entry.archive for entry in found.entries] == [f"{FOLDER}/{NEW}"]
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
    assert read_manifest(store, f"{FOLDER}/{OLD}") == make_backup_on(OLD)
    assert read_manifest(store, f"{FOLDER}/HR-20200101T000000Z.7z") is None


def test_damaged_manifest_of_one_archive_is_an_error(store: InMemoryArchiveStore) -> None:
    store.files[f"{FOLDER}/{OLD}.json"] = b"{"

    with pytest.raises(IntegrityError):
        read_manifest(store, f"{FOLDER}/{OLD}")


# The whole store.


def test_store_catalogue_tells_what_is_no_backup(store: InMemoryArchiveStore) -> None:
    put_backup(store, OLD, folder="erp/OE", schema="OE")
    store.files[f"{FOLDER}/predecessor.7z"] = b"12345"
    store.files[f"{FOLDER}/notes.txt"] = b"mine"
    store.files[f"{FOLDER}/broken.7z"] = b"1"
    store.files[f"{FOLDER}/broken.7z.json"] = b"{"
    store.files[f"{FOLDER}/going.7z"] = b"1"
    store.files[f"{FOLDER}/going.7z.json.deleting"] = manifest_bytes(store, OLD)
    del store.files[f"{FOLDER}/{NEW}"]

    found = read_store(store, [FOLDER, "erp/OE", "erp/none", FOLDER])

    assert {entry.archive for entry in found.entries} == {
        f"{FOLDER}/{OLD}",
        f"{FOLDER}/{MIDDLE}",
        f"erp/OE/{OLD}",
    }
    assert [entry.archive for entry in found.half] == [f"{FOLDER}/{NEW}"]
    assert [entry.name for entry in found.foreign] == [f"{FOLDER}/predecessor.7z"]
    assert (found.foreign_count, found.foreign_bytes, found.damaged_count) == (1, 5, 1)


def test_store_catalogue_gives_each_schema_what_lies_in_its_own_folder(
    store: InMemoryArchiveStore,
) -> None:
    """A manifest for another schema that somebody has put here is none of that schema's."""
    put_backup(store, "HR-20261130T020000Z.7z", schema="OE")
    del store.files[f"{FOLDER}/{NEW}"]

    found = read_store(store, [FOLDER, "erp/OE"])

    assert {one.archive for one in found.of(database="erp", schema="HR", folder=FOLDER)} == {
        f"{FOLDER}/{OLD}",
        f"{FOLDER}/{MIDDLE}",
    }
    assert found.of(database="erp", schema="OE", folder="erp/OE") == []
    (half,) = found.half_of(database="erp", schema="HR", folder=FOLDER)
    assert half.archive == f"{FOLDER}/{NEW}"


@pytest.mark.parametrize("most", [0, 1, 2, 7, 1_000])
def test_more_archives_than_are_kept_at_hand_are_told_apart_all_the_same(
    store: InMemoryArchiveStore, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(reading, "MOST_ARCHIVES", most)
    monkeypatch.setattr(reading, "MOST_FOREIGN", 3)
    for number in range(10):
        store.files[f"{FOLDER}/A{number}.7z"] = b"12345"
    del store.files[f"{FOLDER}/{MIDDLE}"]

    found = read_store(store, [FOLDER])

    assert {entry.archive for entry in found.entries} == {f"{FOLDER}/{OLD}", f"{FOLDER}/{NEW}"}
    assert [entry.archive for entry in found.half] == [f"{FOLDER}/{MIDDLE}"]
    assert (found.foreign_count, found.foreign_bytes) == (10, 50)
    assert len(found.foreign) <= 3
    assert archive_bytes(OLD) == store.files[f"{FOLDER}/{OLD}"]


@pytest.mark.parametrize("at_once", [1, 2, 3, 4])
def test_manifests_are_read_in_goes_and_none_is_lost(
    store: InMemoryArchiveStore, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(reading, "READ_AT_ONCE", at_once)

    assert set(read(store)) == {OLD, MIDDLE, NEW}
