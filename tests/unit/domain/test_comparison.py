"""What a report says when a backup does not look like the one before."""

from datetime import timedelta

import pytest

from oracle_backup.domain.comparison import compare_backups
from oracle_backup.domain.manifest import Member
from support.builders import make_archive_record, make_manifest


def backup(*, minutes: int = 1, size: int = 1000, **rows: int):
    manifest = make_manifest()
    return make_manifest(
        tables=tuple(
            {"owner": "HR", "table": table, "partition": None, "rows": count}
            for table, count in rows.items()
        ),
        archive=make_archive_record(
            members=(Member(name="a.dmp", size_bytes=size, sha256="0" * 64, crc32=0),)
        ),
        export_ended=manifest.export_started + timedelta(minutes=minutes),
    )


def compare(before, after, *, percent: int = 50) -> tuple[str, ...]:
    return compare_backups(before, after, rows_drop_percent=percent)


def test_same_backup_is_not_worth_a_word():
    assert compare(backup(JOBS=500), backup(JOBS=500)) == ()


def test_new_table_and_more_rows_are_not_worth_a_word():
    assert compare(backup(JOBS=500), backup(JOBS=900, NEW=1)) == ()


def test_vanished_table_is_named():
    (warning,) = compare(backup(JOBS=5, OLD=0), backup(JOBS=5))

    assert "no longer there" in warning
    assert "OLD" in warning


@pytest.mark.parametrize(("left", "warned"), [(251, False), (250, True), (0, True)])
def test_table_that_lost_half_its_rows_is_named(left: int, warned: bool):
    assert bool(compare(backup(JOBS=500), backup(JOBS=left))) is warned


def test_share_of_lost_rows_can_be_chosen():
    assert compare(backup(JOBS=500), backup(JOBS=440), percent=10)
    assert not compare(backup(JOBS=500), backup(JOBS=460), percent=10)


def test_small_table_may_be_emptied_without_a_word():
    assert compare(backup(JOBS=99), backup(JOBS=0)) == ()


def test_partitions_of_a_table_are_added_up():
    def partitioned(*counts: int):
        return make_manifest(
            tables=tuple(
                {"owner": "HR", "table": "ORDERS", "partition": f"P{at}", "rows": count}
                for at, count in enumerate(counts)
            )
        )

    assert compare(partitioned(500, 500), partitioned(900)) == ()
    assert "ORDERS (1,000 to 100 rows)" in compare(partitioned(500, 500), partitioned(100))[0]


@pytest.mark.parametrize(
    ("size", "warned"), [(333, True), (334, False), (3000, False), (3001, True)]
)
def test_dump_set_of_another_size_is_told(size: int, warned: bool):
    assert bool(compare(backup(size=1000), backup(size=size))) is warned


@pytest.mark.parametrize(
    ("before", "after", "warned"), [(4, 13, True), (5, 15, False), (1, 10, False), (1, 11, True)]
)
def test_export_that_took_much_longer_is_told(before: int, after: int, warned: bool):
    assert bool(compare(backup(minutes=before), backup(minutes=after))) is warned


def test_long_lists_are_cut():
    (warning,) = compare(backup(**{f"T{at:02}": 0 for at in range(15)}), backup())

    assert "T09 and 5 more" in warning
