"""What of an earlier try may make room for the archive, and what never may?"""

import dataclasses
from datetime import UTC, datetime

import pytest

from oracle_backup.domain.manifest import Manifest
from oracle_backup.domain.names import BackupNames
from oracle_backup.errors import NameTakenError
from oracle_backup.operators.archive import ArchiveOperator
from support.builders import make_archive_record, make_manifest
from support.memory_store import InMemoryArchiveStore

NAMES = BackupNames(
    database="erp", schema="HR", moment=datetime(2026, 11, 23, 2, tzinfo=UTC), generation=1
)
JOB = "OB_ABCDEFGHIJKL_G1"


def make_operator() -> ArchiveOperator:
    return ArchiveOperator(
        task_id="archive",
        database="erp",
        schema_name="HR",
        preflight={},
        export={"job": JOB},
        inspection={},
        ssh_conn_id="h",
        stores=(),
    )


def make_store(manifest: Manifest | None, *, archive: str = "an archive") -> InMemoryArchiveStore:
    store = InMemoryArchiveStore()
    store.write_text(NAMES.archive, archive)
    if manifest is not None:
        store.write_text(NAMES.manifest, manifest.to_json())
    return store


def mine(size_bytes: int = len("an archive")) -> Manifest:
    return make_manifest(job=JOB, archive=make_archive_record(size_bytes=size_bytes))


def test_whole_archive_of_this_export_is_kept():
    assert make_operator()._is_kept(make_store(mine()), NAMES, mine())


@pytest.mark.parametrize(
    "manifest",
    [
        mine().with_damage("x"),
        dataclasses.replace(mine(), job="OB_OTHER_G1"),
        mine(size_bytes=9),
        mine(size_bytes=11),
    ],
    ids=["damaged", "another's", "longer than it was", "shorter than it was"],
)
def test_archive_that_is_not_this_exports_or_not_whole_is_not_kept(manifest: Manifest):
    assert not make_operator()._is_kept(make_store(manifest), NAMES, manifest)


def test_manifest_that_has_outlived_its_archive_keeps_nothing():
    """Somebody removed the archive and cleared the task: it is to be sent again."""
    store = make_store(mine())
    store.remove(NAMES.archive)

    assert not make_operator()._is_kept(store, NAMES, mine())
    make_operator()._make_room(store, NAMES, mine(), begun=True)
    assert store.files == {}


@pytest.mark.parametrize("manifest", [None, make_manifest(job=JOB).with_damage("Byte 7 differs.")])
def test_what_an_earlier_try_left_makes_room(manifest: Manifest | None):
    store = make_store(manifest)

    make_operator()._make_room(store, NAMES, manifest, begun=True)

    assert store.size(NAMES.archive) is None
    assert store.size(NAMES.manifest) is None


@pytest.mark.parametrize(("begun", "left"), [(True, 1), (False, 2)])
def test_half_archive_of_an_earlier_try_makes_room_and_nobody_elses(begun: bool, left: int):
    """It may take the room that this try needs; another task's may be alive."""
    store = InMemoryArchiveStore()
    store.open_part(NAMES.archive).write(b"half an arch")
    store.open_part(f"{NAMES.folder}/HR-20261122T020000Z.7z").write(b"another run's")

    make_operator()._make_room(store, NAMES, None, begun=begun)

    assert len(store.parts) == left


def test_backup_of_another_run_is_never_removed():
    manifest = make_manifest(job="OB_OTHER_G1").with_damage("even so")
    store = make_store(manifest)

    with pytest.raises(NameTakenError, match="another run"):
        make_operator()._make_room(store, NAMES, manifest, begun=True)

    assert store.size(NAMES.archive) is not None
    assert store.size(NAMES.manifest) is not None


def test_archive_of_another_program_is_never_removed():
    """Both may back the schema up at the same second, into one folder, under one kind of name."""
    store = make_store(None)

    with pytest.raises(NameTakenError, match=r"there already, and not by this run.*Move it away"):
        make_operator()._make_room(store, NAMES, None, begun=False)

    assert store.size(NAMES.archive) is not None


def test_damaged_archive_of_this_export_makes_room_whatever_is_remembered():
    manifest = make_manifest(job=JOB).with_damage("Byte 7 differs.")
    store = make_store(manifest)

    make_operator()._make_room(store, NAMES, manifest, begun=False)

    assert store.size(NAMES.archive) is None
