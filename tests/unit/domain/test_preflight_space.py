"""Whether dump and archive will fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from oracle_backup.domain.manifest import Member
from oracle_backup.domain.preflight_space import (
    LastBackup,
    expected_dump_bytes,
    judge_folder,
    judge_home,
    judge_store,
    last_backup,
)
from support.builders import DUE, make_archive_record, make_manifest

MIB = 1024**2
GIB = 1024**3


def make_last(**changes: Any) -> LastBackup:
    values: dict[str, Any] = {
        "duration_seconds": 60.0,
        "dump_bytes": 10 * GIB,
        "archive_bytes": 2 * GIB,
    }
    return LastBackup(**(values | changes))


def test_last_backup_of_an_empty_store_is_none():
    assert last_backup([], compression="metadata_only") is None


def test_last_backup_tells_duration_and_sizes():
    members = (
        Member(name="HR_01.dmp", size_bytes=100, sha256="c" * 64, crc32=7),
        Member(name="HR_02.DMP", size_bytes=11, sha256="c" * 64, crc32=7),
        Member(name="HR.log", size_bytes=9, sha256="d" * 64, crc32=8),
    )
    manifest = make_manifest(
        archive=make_archive_record(members=members, size_bytes=50),
        export_started=DUE,
        export_ended=DUE + timedelta(minutes=3),
    )

    assert last_backup([manifest], compression="metadata_only") == LastBackup(
        duration_seconds=180.0, dump_bytes=111, archive_bytes=50
    )


def test_last_backup_is_the_newest_complete_one():
    def made(days: int, verdict: str) -> Any:
        return make_manifest(
            snapshot_time=DUE + timedelta(days=days),
            export_ended=DUE + timedelta(days=1, seconds=days),
            export_started=DUE + timedelta(days=1),
            verdict=verdict,
        )

    both = [made(1, "complete"), made(3, "incomplete"), made(2, "complete")]
    found = last_backup(both, compression="metadata_only")
    assert found is not None
    assert found.duration_seconds == 2.0
    found = last_backup(both[1:2], compression="metadata_only")
    assert found is not None
    assert found.duration_seconds == 3.0


def test_last_backup_whose_clock_went_back_took_no_time():
    manifest = make_manifest(export_started=DUE, export_ended=DUE - timedelta(hours=1))

    found = last_backup([manifest], compression="metadata_only")

    assert found is not None
    assert found.duration_seconds == 0.0


def test_last_dump_that_was_compressed_in_another_way_tells_no_size():
    manifest = make_manifest(parameters={"compression": "all"})

    alike = last_backup([manifest], compression="all")
    other = last_backup([manifest], compression="metadata_only")

    assert alike is not None
    assert other is not None
    assert alike.dump_bytes > 0
    assert other.dump_bytes == 0
    assert other.archive_bytes == alike.archive_bytes


@pytest.mark.parametrize(
    ("segments", "last", "parallel", "expected"),
    [
        (None, None, 4, None),
        (100 * MIB, None, 1, 105 * MIB),
        (100 * MIB, make_last(dump_bytes=0), 1, 105 * MIB),
        (100 * MIB, make_last(dump_bytes=10 * MIB), 1, 12 * MIB),
        (None, make_last(dump_bytes=10 * MIB), 3, 44 * MIB),
    ],
)
def test_next_dump_is_about_as_large_as_the_last(
    segments: int | None, last: LastBackup | None, parallel: int, expected: int | None
):
    found = expected_dump_bytes(segments_bytes=segments, last=last, parallel=parallel)

    assert found == expected


def judge(**changes: Any):
    values: dict[str, Any] = {
        "free_bytes": 20 * GIB,
        "segments_bytes": 15 * GIB,
        "last": None,
        "parallel": 1,
    }
    return judge_folder("/dumps", **(values | changes))


def test_folder_with_room_passes():
    assert judge().passed == ("Folder /dumps has 20.0 GiB free; the dump may take 15.8 GiB.",)


def test_folder_of_a_schema_of_unknown_size_passes():
    assert judge(segments_bytes=None).passed == ("Folder /dumps has 20.0 GiB free.",)


def test_folder_too_small_for_the_segments_is_a_problem_without_a_last_dump():
    (text,) = judge(segments_bytes=20 * GIB).problems

    assert "the dump may take 21.0 GiB: the schema's segments take 20.0 GiB." in text


def test_folder_too_small_for_a_dump_like_the_last_is_a_problem():
    (text,) = judge(last=make_last(dump_bytes=19 * GIB)).problems

    assert "the dump may take 22.8 GiB: the last dump took 19.0 GiB." in text


def test_folder_smaller_than_the_segments_only_warns_where_the_last_dump_was_small():
    found = judge(segments_bytes=100 * GIB, last=make_last(dump_bytes=10 * GIB))

    assert found.problems == ()
    (text,) = found.warnings
    assert "segments take 100.0 GiB; the last dump took 10.0 GiB" in text


@pytest.mark.parametrize(
    ("free", "kind"), [(None, "passed"), (64 * MIB, "passed"), (64 * MIB - 1, "warnings")]
)
def test_home_of_the_jobs(free: int | None, kind: str):
    (text,) = getattr(judge_home(free), kind)

    assert "~/.oracle-backup" in text


@pytest.mark.parametrize(
    ("free", "segments", "last", "kind", "words"),
    [
        (None, GIB, make_last(), "passed", "does not tell its free space"),
        (2 * GIB, 99 * GIB, make_last(), "passed", "2.0 GiB free and can be written to"),
        (2 * GIB - 1, None, make_last(), "problems", "the last archive took 2.0 GiB"),
        (GIB, 2 * GIB, None, "warnings", "segments take 2.0 GiB"),
        (2 * GIB, 2 * GIB, None, "passed", "can be written to"),
        (GIB, None, None, "passed", "can be written to"),
    ],
)
def test_store(free: int | None, segments: int | None, last: Any, kind: str, words: str):
    found = judge_store("sftp://x", free_bytes=free, segments_bytes=segments, last=last)

    (text,) = getattr(found, kind)
    assert words in text
    assert text.startswith("Store sftp://x ")
    assert len(found.problems + found.warnings + found.passed) == 1
