"""Files of an export become one archive on each store that can take it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.errors import StoreFullError
from oracle_backup.operators.pack import ExportFile, Packer
from oracle_backup.operators.stores import OpenStores
from support.memory_store import InMemoryArchiveStore

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_backup.adapters.ports import ArchiveStore

NAME = "erp/HR/HR-20261123T020000Z.7z"
DUMP, LOG = b"packed by Data Pump" * 1000, b"Job completed\n" * 10


@pytest.fixture
def files(tmp_path: Path) -> list[ExportFile]:
    """A dump that Data Pump has compressed, and its log."""
    (tmp_path / "HR.dmp").write_bytes(DUMP)
    (tmp_path / "HR.log").write_bytes(LOG)
    return [
        ExportFile(str(tmp_path / "HR.dmp"), len(DUMP), compressed=True),
        ExportFile(str(tmp_path / "HR.log"), len(LOG), compressed=False),
    ]


def pack(files: list[ExportFile], *, level: int = 1, **stores: ArchiveStore) -> OpenStores:
    opened = OpenStores(stores=dict(stores))
    packer = Packer(
        level=level,
        password=None,
        threads=1,
        encoder="lzma",
        compress_on="worker",
        progress_interval=60,
    )
    packer.pack(LocalShell(), files, opened, name=NAME)
    return opened


def test_every_store_gets_the_archive(files: list[ExportFile]) -> None:
    stores = {name: InMemoryArchiveStore(label=name) for name in ("near", "far")}

    opened = pack(files, **stores)

    assert opened.failed == {}
    first, second = (store.files[NAME] for store in stores.values())
    assert first == second
    found = read_archive(io.BytesIO(first))
    assert [member.size_bytes for member in found.members] == [len(DUMP), len(LOG)]


@pytest.mark.parametrize(("level", "least"), [(1, len(DUMP)), (0, len(DUMP) + len(LOG))])
def test_store_without_room_for_what_is_stored_as_it_is_gets_nothing(
    files: list[ExportFile], level: int, least: int
) -> None:
    """Hours before it would be full; and the other store goes on."""
    small = InMemoryArchiveStore(label="small", free=least - 1)
    enough = InMemoryArchiveStore(label="enough", free=least)
    unknown = InMemoryArchiveStore(label="unknown", free=None)

    opened = pack(files, level=level, small=small, enough=enough, unknown=unknown)

    assert isinstance(opened.failed.pop("small"), StoreFullError)
    assert opened.failed == {}
    assert small.files == {}
    assert small.parts == {}
    assert NAME in enough.files
    assert NAME in unknown.files


def test_store_may_be_smaller_than_a_dump_that_is_compressed_on_the_way(
    files: list[ExportFile],
) -> None:
    plain = [ExportFile(file.path, file.size_bytes, compressed=False) for file in files]
    store = InMemoryArchiveStore(free=len(DUMP) // 2)

    pack(plain, only=store)

    assert NAME in store.files


def test_no_store_with_room_ends_the_task_with_the_reason(files: list[ExportFile]) -> None:
    with pytest.raises(StoreFullError, match=r"small has .* free, and the archive will have at"):
        pack(files, only=InMemoryArchiveStore(label="small", free=10))
