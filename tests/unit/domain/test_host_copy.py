from __future__ import annotations

import dataclasses

import pytest

from oracle_backup.domain.host_copy import HostCopy, as_backup, host_copy, not_of_others
from oracle_backup.domain.manifest import Manifest, Member
from oracle_backup.domain.names import job_name
from support.builders import make_archive_record, make_manifest

FOLDER = "/u01/dump"
JOB = job_name(dag_id="d", run_id="r", schema="HR", generation=1)
DUMP, LOG = f"{FOLDER}/HR-20261123T020000Z_01.dmp", f"{FOLDER}/HR-20261123T020000Z.log"


def member(name: str, size_bytes: int = 5) -> Member:
    return Member(name=name, size_bytes=size_bytes, sha256="c" * 64, crc32=7)


def backup(*members: Member, **changes: object) -> Manifest:
    record = make_archive_record(**({"members": members} if members else {}))
    return make_manifest(**({"archive": record, "host_folder": FOLDER, "job": JOB} | changes))


def test_a_manifest_names_its_files_on_the_host() -> None:
    copy = host_copy(backup(), folder=f"{FOLDER}/")

    assert copy == HostCopy(
        archive="HR-20261123T020000Z.7z", job=JOB, files=((DUMP, 4_096), (LOG, 900))
    )
    assert copy.paths == {DUMP, LOG}
    assert HostCopy.from_dict(copy.to_dict()) == copy


@pytest.mark.parametrize(
    "manifest",
    [
        backup(host_folder=None),
        backup(host_folder=""),
        backup(host_folder="/"),
        backup(host_folder="/etc"),
        backup(host_folder=f"{FOLDER}/../dump"),
        backup(job=""),
        backup(job="SYS_EXPORT_SCHEMA_01"),
        backup(member("../../etc/passwd")),
        backup(member("HR_01.dmp"), member("/etc/x.dmp")),
        backup(member("HR_01.dmp"), member("sub/x.dmp")),
        backup(member("passwd")),
        backup(member("HR\n.dmp")),
        backup(member("HR_01.dmp", -1)),
        backup(archive=dataclasses.replace(make_archive_record(), members=())),
    ],
)
def test_a_manifest_is_not_believed_beyond_dumps_and_logs_of_ours(manifest: Manifest) -> None:
    assert host_copy(manifest, folder=FOLDER) is None


def test_no_folder_is_none() -> None:
    assert host_copy(backup(host_folder="/"), folder="/") is None


@pytest.mark.parametrize(
    ("sizes", "there", "good"),
    [
        ({DUMP: 4_096, LOG: 900}, (DUMP, LOG), True),
        ({DUMP: 4_096, LOG: None}, (DUMP,), False),
        ({DUMP: 4_097, LOG: 900}, (LOG,), False),
    ],
)
def test_only_what_has_its_size_is_there(
    sizes: dict[str, int | None], there: tuple[str, ...], good: bool
) -> None:
    manifest = backup(pinned=True)
    copy = host_copy(manifest, folder=FOLDER)
    assert copy is not None

    found = as_backup(copy, manifest, sizes=sizes)

    assert copy.there(sizes) == there
    assert found is not None
    assert (found.name, found.good, found.pinned) == ("HR-20261123T020000Z.7z", good, True)
    assert found.snapshot_time == manifest.snapshot_time


@pytest.mark.parametrize("changes", [{"verdict": "incomplete"}, {"verified": None}])
def test_a_copy_is_as_good_as_its_archive(changes: dict[str, object]) -> None:
    manifest = backup(**changes)
    copy = host_copy(manifest, folder=FOLDER)
    assert copy is not None

    found = as_backup(copy, manifest, sizes={DUMP: 4_096, LOG: 900})

    assert found is not None
    assert found.good is False


@pytest.mark.parametrize("sizes", [{}, {DUMP: None, LOG: None}, {DUMP: 1, LOG: 1}])
def test_a_copy_of_which_nothing_is_there_is_none(sizes: dict[str, int | None]) -> None:
    manifest = backup()
    copy = host_copy(manifest, folder=FOLDER)
    assert copy is not None

    assert as_backup(copy, manifest, sizes=sizes) is None


def test_a_file_that_another_copy_names_is_not_ours_to_remove() -> None:
    other = HostCopy(archive="x.7z", job=JOB, files=((DUMP, 4_096),))

    assert not_of_others([DUMP, LOG], [other]) == (LOG,)
    assert not_of_others([DUMP, LOG], []) == (DUMP, LOG)
