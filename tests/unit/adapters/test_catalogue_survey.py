"""What a whole store holds, in figures."""

from __future__ import annotations

import logging

import pytest

from oracle_backup.adapters.catalogue import CatalogueCache, survey
from oracle_backup.adapters.catalogue.survey import DEEPEST, survey_store
from oracle_backup.errors import StoreError, StorePermissionError, StoreUnreachableError
from support.builders import make_archive_record, make_manifest
from support.memory_store import InMemoryArchiveStore

SIZE = 4


def put(store, name, *, folder="erp/HR", database="erp", schema="HR", size=SIZE, **changes):
    """Put a backup onto a store; another size than the manifest tells makes it half."""
    manifest = make_manifest(
        database=database,
        schema=schema,
        archive=make_archive_record(name=name, size_bytes=SIZE),
        **changes,
    )
    path = f"{folder}/{name}" if folder else name
    store.files[path] = b"x" * size
    store.files[f"{path}.json"] = manifest.to_json().encode()


@pytest.fixture
def store():
    return InMemoryArchiveStore(label="nas")


def look(store, *folders, whole=True, **changes):
    return survey_store(store, folders, whole=whole, pause=lambda _: None, **changes)


def test_figures_of_each_schema_and_folder(store):
    put(store, "a.7z")
    put(store, "b.7z", verified=None, damage="CRC")
    put(store, "c.7z", folder="erp/SALES", schema="SALES")
    store.files["erp/HR/other.7z"] = b"12345"
    store.files["erp/HR/odd.7z.json"] = b"{}"

    answer = look(store, "erp/HR", "erp/SALES")

    assert set(answer.views) == {("erp", "HR", "erp/HR"), ("erp", "SALES", "erp/SALES")}
    view = answer.views["erp", "HR", "erp/HR"]
    assert (view.count, view.good_count, view.damaged) == (2, 1, ("b.7z",))
    assert (answer.unreadable, answer.foreign, answer.foreign_bytes) == (1, 1, 5)
    assert (answer.is_whole, answer.location) == (True, "nas")


def test_backups_in_folders_nobody_expects_are_found_and_foreign_files_there_are_not(store):
    put(store, "a.7z")
    put(store, "b.7z", folder="", schema="ROOT")
    put(store, "c.7z", folder="erp/OLD/deep", schema="OLD")
    store.files["media/film.7z"] = b"12345"
    store.files["media/film.7z.json"] = b"{}"

    answer = look(store, "erp/HR")

    assert set(answer.views) == {
        ("erp", "HR", "erp/HR"),
        ("erp", "ROOT", ""),
        ("erp", "OLD", "erp/OLD/deep"),
    }
    assert (answer.unreadable, answer.foreign) == (0, 0)


def test_only_expected_folders_are_read_where_the_rest_is_not_asked_for(store):
    put(store, "a.7z")
    put(store, "b.7z", folder="erp/OLD", schema="OLD")

    answer = look(store, "erp/HR", whole=False)

    assert set(answer.views) == {("erp", "HR", "erp/HR")}
    assert not answer.is_whole


def test_folders_inside_an_expected_one_are_looked_into(store):
    put(store, "a.7z", folder="")
    put(store, "b.7z", folder="below", schema="OLD")

    assert ("erp", "OLD", "below") in look(store, "").views


@pytest.mark.parametrize("folder", [".snapshot/erp", "#recycle", "@eaDir", "a/.hidden"])
def test_snapshots_and_bins_of_file_servers_are_left_alone(store, folder):
    put(store, "a.7z", folder=folder)

    assert look(store).views == {}


def test_folders_too_deep_for_us_are_left_alone(store):
    put(store, "a.7z", folder="/".join("d" * DEEPEST))
    put(store, "b.7z", folder="/".join("x" * (DEEPEST + 1)))

    assert [folder for _, _, folder in look(store).views] == ["/".join("d" * DEEPEST)]


def test_archive_that_comes_back_at_the_second_look_was_never_lost(store):
    put(store, "a.7z", size=SIZE + 1)
    pauses = []

    def mend(seconds):
        pauses.append(seconds)
        store.files["erp/HR/a.7z"] = b"x" * SIZE

    view = survey_store(store, ["erp/HR"], whole=True, pause=mend).views["erp", "HR", "erp/HR"]

    assert (view.lost, view.count, pauses) == ((), 1, [survey.SETTLE_SECONDS])


def test_archive_that_is_gone_or_of_another_size_is_lost(store):
    put(store, "a.7z", size=SIZE + 1)
    put(store, "b.7z")
    del store.files["erp/HR/b.7z"]

    view = look(store, "erp/HR").views["erp", "HR", "erp/HR"]

    assert (view.lost, view.count) == (("a.7z", "b.7z"), 0)


class ClosedStore(InMemoryArchiveStore):
    """A store some of whose folders can't be listed."""

    def __init__(self, closed, error):
        super().__init__(label="nas")
        self.closed = closed
        self.error = error

    def list(self, folder):
        if folder == self.closed:
            raise self.error
        return super().list(folder)


def test_folder_of_others_that_is_closed_stops_nothing():
    store = ClosedStore("private", StorePermissionError("no"))
    put(store, "a.7z", folder="private")
    put(store, "b.7z", folder="zoo", schema="OLD")

    answer = look(store)

    assert list(answer.views) == [("erp", "OLD", "zoo")]
    assert answer.is_whole


def test_folder_of_ours_that_is_closed_and_a_broken_link_stop_the_look():
    closed = ClosedStore("erp/HR", StorePermissionError("no"))
    broken = ClosedStore("zoo", StoreUnreachableError("gone"))
    put(broken, "a.7z", folder="zoo")

    with pytest.raises(StoreError):
        look(closed, "erp/HR")
    with pytest.raises(StoreUnreachableError):
        look(broken)


def test_walk_has_an_end_in_time(store, caplog):
    for number in range(5):
        put(store, "a.7z", folder=f"d{number}", schema=f"S{number}")
    ticks = iter(range(0, 1000, 50))

    answer = look(store, clock=lambda: next(ticks))

    assert not answer.is_whole
    assert 0 < len(answer.views) < 5
    assert "more folders than could be looked into" in caplog.text


def test_walk_has_an_end_in_number(store, monkeypatch, caplog):
    monkeypatch.setattr(survey, "MOST_FOLDERS", 3)
    for number in range(5):
        put(store, "a.7z", folder=f"d{number}", schema=f"S{number}")

    answer = look(store)

    assert not answer.is_whole
    assert len(answer.views) == 2
    assert caplog.records[0].levelno == logging.WARNING


def test_manifests_that_did_not_change_are_not_read_again(store, tmp_path):
    put(store, "a.7z")
    store.times = {"erp/HR/a.7z.json": 1_000}
    first = look(store, "erp/HR", cache=CatalogueCache(tmp_path / "cache"))
    content = store.files["erp/HR/a.7z.json"]
    store.files["erp/HR/a.7z.json"] = b"x" * len(content)

    assert look(store, "erp/HR", cache=CatalogueCache(tmp_path / "cache")) == first
