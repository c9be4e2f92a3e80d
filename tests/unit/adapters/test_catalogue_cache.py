"""What is kept between two listings: never more than a saving, and never a danger."""

from __future__ import annotations

import dataclasses
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.adapters.catalogue import CatalogueCache, cache, read_catalogue, read_store
from oracle_backup.errors import StoreUnreachableError
from support.memory_store import MADE, InMemoryArchiveStore
from support.shelves import FOLDER, MIDDLE, NEW, OLD, make_backup_on, put_backup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from oracle_backup.errors import StoreError


class CountingStore(InMemoryArchiveStore):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def read_many(
        self, names: Iterable[str], *, max_bytes: int
    ) -> Iterator[tuple[str, bytes | StoreError]]:
        for name, content in super().read_many(names, max_bytes=max_bytes):
            self.read.append(name.rpartition("/")[2].removesuffix(".json"))
            yield name, content


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: MADE + 3_600.0)


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    for name in (OLD, MIDDLE, NEW):
        put_backup(made, name)
    return made


@pytest.fixture
def kept(tmp_path: Path) -> CatalogueCache:
    return CatalogueCache.of_store("sftp://nas/backups", base=tmp_path)


def read(store: CountingStore, kept: CatalogueCache) -> dict[str, Any]:
    """Return what the catalogue says with this cache; what was read is in ``store.read``."""
    store.read.clear()
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR", cache=kept)
    return {entry.archive.removeprefix(f"{FOLDER}/"): entry.manifest for entry in entries}


def files_of(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_second_listing_reads_nothing_and_says_the_same(
    store: CountingStore, kept: CatalogueCache
) -> None:
    first = read(store, kept)
    assert sorted(store.read) == [OLD, MIDDLE, NEW]

    assert read(store, kept) == first
    assert store.read == []


def test_only_what_has_changed_is_read_again(store: CountingStore, kept: CatalogueCache) -> None:
    read(store, kept)
    put_backup(store, MIDDLE, note="longer now")
    store.times[f"{FOLDER}/{NEW}.json"] = MADE + 60

    found = read(store, kept)

    assert sorted(store.read) == [MIDDLE, NEW]
    assert found[MIDDLE].note == "longer now"
    assert read(store, kept) == found
    assert store.read == []


def test_manifest_of_just_now_is_read_again(store: CountingStore, kept: CatalogueCache) -> None:
    """It may be written once more within the same second, and look the same."""
    store.times[f"{FOLDER}/{NEW}.json"] = MADE + 3_600 - cache.SETTLED_SECONDS + 1
    store.times[f"{FOLDER}/{OLD}.json"] = MADE + 365 * 86_400
    read(store, kept)

    read(store, kept)

    assert sorted(store.read) == [OLD, NEW]


def test_manifest_without_a_time_is_read_again(
    store: CountingStore, kept: CatalogueCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = InMemoryArchiveStore.list
    monkeypatch.setattr(
        InMemoryArchiveStore,
        "list",
        lambda self, folder: (
            dataclasses.replace(entry, modified=None) for entry in real(self, folder)
        ),
    )
    read(store, kept)

    read(store, kept)

    assert sorted(store.read) == [OLD, MIDDLE, NEW]


def test_what_is_gone_is_forgotten(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path
) -> None:
    read(store, kept)
    before = sum(path.stat().st_size for path in files_of(tmp_path))
    for name in (f"{FOLDER}/{OLD}", f"{FOLDER}/{OLD}.json"):
        del store.files[name]

    assert set(read(store, kept)) == {MIDDLE, NEW}
    assert sum(path.stat().st_size for path in files_of(tmp_path)) < before


def test_archive_that_is_gone_is_noticed_though_its_manifest_was_not_read(
    store: CountingStore, kept: CatalogueCache
) -> None:
    read(store, kept)
    del store.files[f"{FOLDER}/{NEW}"]

    assert set(read(store, kept)) == {OLD, MIDDLE}
    assert store.read == []


def test_manifests_of_other_schemas_in_the_folder_are_kept_too(
    store: CountingStore, kept: CatalogueCache
) -> None:
    put_backup(store, "OE.7z", schema="OE")
    read(store, kept)

    entries = read_catalogue(store, FOLDER, database="erp", schema="OE", cache=kept)

    assert [entry.manifest for entry in entries] == [make_backup_on("OE.7z", schema="OE").head]
    assert store.read.count("OE.7z") == 1


def test_each_folder_and_each_store_has_its_own(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path
) -> None:
    put_backup(store, OLD, folder="erp/OE", schema="OE")
    read_store(store, [FOLDER, "erp/OE"], cache=kept)
    store.read.clear()

    read_store(store, ["erp/OE"], cache=kept)
    assert store.read == []
    read(store, CatalogueCache.of_store("sftp://other/backups", base=tmp_path))
    assert sorted(store.read) == [OLD, MIDDLE, NEW]


def spoil_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def spoil_flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe" * 100)


def spoil_open_to_all(path: Path) -> None:
    path.chmod(0o666)


def spoil_link(path: Path) -> None:
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def spoil_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def spoil_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def spoil_away(path: Path) -> None:
    path.unlink()


SPOILERS = [
    spoil_cut,
    spoil_flip,
    spoil_empty,
    spoil_binary,
    spoil_open_to_all,
    spoil_link,
    spoil_folder,
    spoil_pipe,
    spoil_away,
]


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_cache_that_is_damaged_or_foreign_is_none(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path, spoil: Any
) -> None:
    first = read(store, kept)
    (path,) = files_of(tmp_path)
    spoil(path)

    assert read(store, kept) == first
    assert sorted(store.read) == [OLD, MIDDLE, NEW]


def test_line_that_is_no_manifest_is_read_anew(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path
) -> None:
    """As one that another release has kept, with a whole file around it."""
    first = read(store, kept)
    (path,) = files_of(tmp_path)
    lines = path.read_bytes().split(b"\n")[1:-1]
    spoiled = [line.partition(b"{")[0] + b"{}" if OLD.encode() in line else line for line in lines]
    cache._write(path, spoiled)

    assert read(store, kept) == first
    assert store.read == [OLD]


def test_cache_that_can_not_be_written_is_no_error(
    store: CountingStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_bytes(b"a file where the folder would be")
    kept = CatalogueCache(tmp_path / "taken" / "store")

    with caplog.at_level("INFO"):
        assert set(read(store, kept)) == {OLD, MIDDLE, NEW}
    assert "is not kept" in caplog.text


def test_cache_is_this_users_own(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path
) -> None:
    read(store, kept)

    (path,) = files_of(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_cache_does_not_grow_beyond_its_limit(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 4_000)
    first = read(store, kept)
    (path,) = files_of(tmp_path)
    assert path.stat().st_size < 4_200

    assert read(store, kept) == first
    assert 0 < len(store.read) < 3


def test_link_that_breaks_leaves_the_cache_as_it_was(
    store: CountingStore, kept: CatalogueCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(store, kept)
    (path,) = files_of(tmp_path)
    before = path.read_bytes()
    real = InMemoryArchiveStore.list

    def breaks(self: InMemoryArchiveStore, folder: str) -> Iterator[Any]:
        yield next(iter(real(self, folder)))
        raise StoreUnreachableError("The link broke.")

    monkeypatch.setattr(InMemoryArchiveStore, "list", breaks)

    with pytest.raises(StoreUnreachableError):
        read(store, kept)
    assert path.read_bytes() == before


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_cache_lies_where_a_users_programs_keep_theirs(
    store: CountingStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))

    read(store, CatalogueCache.of_store("sftp://nas/backups"))

    (path,) = files_of(tmp_path)
    assert "oracle-backup" in path.parts
    assert (".cache" in path.parts) is (variable == "HOME")
