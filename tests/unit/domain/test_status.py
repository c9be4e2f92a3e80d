"""How protected is a schema?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oracle_backup.domain.status import Level, StoreView, judge_schema
from support.builders import make_manifest

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def backup(hours_ago, **changes):
    moment = NOW - timedelta(hours=hours_ago)
    return make_manifest(snapshot_time=moment, archive_name=f"HR-{hours_ago}.7z", **changes)


def judge(views, *, expected=DAY):
    views = {
        name: StoreView(backups=view) if isinstance(view, list) else view
        for name, view in views.items()
    }
    return judge_schema(views, database="erp", schema="HR", expected=expected, now=NOW)


def test_young_good_backup_is_in_order():
    status = judge({"nas": [backup(30), backup(6)]})

    assert (status.level, status.reasons) == (Level.OK, ())
    assert status.newest.archive.name == "HR-6.7z"
    assert status.age == timedelta(hours=6)


def test_newest_good_backup_that_is_too_old_is_critical():
    status = judge({"nas": [backup(25), backup(2, verified=None)]})

    assert status.level is Level.CRITICAL
    assert status.reasons == ("the newest good backup is 1 d 1 h old, at most 1 d is expected",)


def test_age_that_is_just_expected_is_in_order():
    assert judge({"nas": [backup(24)]}).level is Level.OK


@pytest.mark.parametrize(
    ("expected", "level"), [(DAY, Level.CRITICAL), (None, Level.WARNING)], ids=["due", "by hand"]
)
def test_schema_without_a_good_backup(expected, level):
    never = judge({"nas": []}, expected=expected)
    bad = judge({"nas": [backup(3, verified=None)]}, expected=expected)

    assert (never.level, never.reasons) == (level, ("never backed up",))
    assert (bad.level, bad.reasons) == (level, ("no backup is complete and verified",))
    assert never.newest is never.age is never.newest_of_all is None


def test_schema_without_expectation_may_have_an_old_backup():
    assert judge({"nas": [backup(9000)]}, expected=None).level is Level.OK


def test_newer_backup_that_is_not_complete_is_a_warning_and_one_not_verified_yet_is_none():
    incomplete = judge({"nas": [backup(20), backup(2, verdict="incomplete")]})
    under_way = judge({"nas": [backup(20), backup(2, verified=None)]})

    assert incomplete.level is Level.WARNING
    assert incomplete.reasons == ("the newest backup is incomplete",)
    assert under_way.level is Level.OK


def test_backup_of_the_future_is_a_warning():
    status = judge({"nas": [backup(-2)]})

    assert status.level is Level.WARNING
    assert "future" in status.reasons[0]


def test_no_store_that_answers_is_critical_and_one_of_two_a_warning():
    none = judge({"nas": None, "off": None})
    one = judge({"nas": [backup(2)], "off": None})

    assert none.level is Level.CRITICAL
    assert none.reasons[0] == "none of its stores could be asked"
    assert (one.level, one.reasons) == (Level.WARNING, ("store off could not be asked",))


@pytest.mark.parametrize("expected", [DAY, None])
def test_store_that_lags_behind_another_is_a_warning(expected):
    old = judge({"nas": [backup(2)], "off": [backup(50)]}, expected=expected)
    empty = judge({"nas": [backup(2)], "off": []}, expected=expected)

    assert (old.level, old.reasons) == (
        Level.WARNING,
        ("store off has none newer than 2026-11-21 10:00Z",),
    )
    assert empty.reasons == ("store off has no good backup",)


def test_store_whose_copy_is_still_young_does_not_lag():
    assert judge({"nas": [backup(2)], "off": [backup(23)]}).level is Level.OK


def test_stores_that_are_all_too_old_are_told_once():
    status = judge({"nas": [backup(50)], "off": [backup(50)]})

    assert len(status.reasons) == 1


def test_lost_and_damaged_archives_are_warnings_and_come_after_what_is_critical():
    view = StoreView(backups=[backup(30), backup(40, verified=None, damage="CRC")], half_count=2)

    status = judge({"nas": view})

    assert status.level is Level.CRITICAL
    assert status.reasons[1:] == (
        "on store nas, the archives of 2 backups are gone or changed",
        "on store nas, 1 backups are damaged",
    )
    assert "1 d 6 h" in status.reasons[0]
