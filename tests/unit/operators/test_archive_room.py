"""What of an earlier try may make room for the archive, and what never may?"""

from datetime import UTC, datetime

import pytest

from oracle_backup.domain.manifest import Manifest
from oracle_backup.domain.names import BackupNames
from oracle_backup.errors import NameTakenError
from oracle_backup.operators.archive import ArchiveOperator
from support.builders import make_manifest
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


def make_store(manifest: Manifest | None) -> InMemoryArchiveStore:
    store = InMemoryArchiveStore()
    store.write_text(NAMES.archive, "an archive")
    if manifest is not None:
        store.write_text(NAMES.manifest, manifest.to_json())
    return store


def test_whole_archive_of_this_export_is_kept():
    assert make_operator()._is_mine_and_whole(make_manifest(job=JOB))


@pytest.mark.parametrize(
    "manifest", [make_manifest(job=JOB).with_damage("x"), make_manifest(job="OB_OTHER_G1")]
)
def test_damaged_archive_or_another_exports_is_not_taken_for_a_whole_one(manifest: Manifest):
    assert not make_operator()._is_mine_and_whole(manifest)


@pytest.mark.parametrize("manifest", [None, make_manifest(job=JOB).with_damage("Byte 7 differs.")])
def test_what_an_earlier_try_left_makes_room(manifest: Manifest | None):
    store = make_store(manifest)

    make_operator()._make_room(store, NAMES, manifest, begun=True)

    assert store.size(NAMES.archive) is None
    assert store.size(NAMES.manifest) is None


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
