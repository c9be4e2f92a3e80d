"""A store that missed an archive gets it from one that has it, byte for byte or not at all."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.catalogue import read_manifest
from oracle_backup.adapters.copy_archive import copy_archive
from oracle_backup.errors import IntegrityError, StoreFullError
from support.builders import make_archive_record, make_manifest
from support.memory_store import InMemoryArchiveStore, MemoryPart

if TYPE_CHECKING:
    from oracle_backup.domain.manifest import Manifest

NAME = "erp/HR/HR-20261123T020000Z.7z"


def manifest_of(content: bytes) -> Manifest:
    record = make_archive_record(
        size_bytes=len(content),
        start_header=content[:32].hex(),
        body_sha256=hashlib.sha256(content[32:]).hexdigest(),
    )
    verified = make_manifest(archive=record)
    return verified.with_verification(
        time=datetime(2026, 11, 23, tzinfo=UTC), method="full", sha256="a" * 64
    )


def two_stores(content: bytes) -> tuple[InMemoryArchiveStore, InMemoryArchiveStore]:
    source, target = InMemoryArchiveStore(label="first"), InMemoryArchiveStore(label="second")
    source.files[NAME] = content
    return source, target


@pytest.mark.parametrize("size_bytes", [32, 33, 5_000_000])
def test_copy_is_the_same_and_not_yet_verified(size_bytes: int) -> None:
    content = bytes(range(256)) * (size_bytes // 256 + 1)
    content = content[:size_bytes]
    source, target = two_stores(content)

    copy_archive(source, target, name=NAME, manifest=manifest_of(content))

    assert target.files[NAME] == content
    written = read_manifest(target, NAME)
    assert written is not None
    assert not written.counts
    assert target.parts == {}


@pytest.mark.parametrize("at", [0, 31, 32, 999])
def test_archive_that_is_another_one_is_not_copied(at: int) -> None:
    content = b"x" * 1_000
    source, target = two_stores(content[:at] + b"y" + content[at + 1 :])

    with pytest.raises(IntegrityError, match="first"):
        copy_archive(source, target, name=NAME, manifest=manifest_of(content))

    assert target.files == {}
    assert target.parts == {}


def test_shorter_archive_is_not_copied() -> None:
    content = b"x" * 1_000
    source, target = two_stores(content[:-1])

    with pytest.raises(IntegrityError):
        copy_archive(source, target, name=NAME, manifest=manifest_of(content))

    assert target.files == {}


def test_full_store_keeps_no_part() -> None:
    class FullPart(MemoryPart):
        def write(self, data: bytes, /) -> int:
            raise StoreFullError("no space")

    class FullStore(InMemoryArchiveStore):
        def open_part(self, name: str) -> MemoryPart:
            part = self.parts[f"{name}.part"] = FullPart(name)
            return part

    content = b"x" * 1_000
    source, _ = two_stores(content)
    target = FullStore()

    with pytest.raises(StoreFullError):
        copy_archive(source, target, name=NAME, manifest=manifest_of(content))

    assert target.files == {}
    assert target.parts == {}
