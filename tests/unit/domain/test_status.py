"""How protected is a schema?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from oracle_backup.domain.status import Drills, StoreView, judge_schema
from oracle_backup.domain.watch.alarm import Kind, Level
from oracle_backup.domain.watch.words import Speech
from support.watch import (
    DAY,
    NAS,
    NOW,
    OFF,
    good,
    hours_ago,
    make_aged,
    make_drill,
    make_watched_schema,
)


def judge(views, *, remembered=None, **changes):
    """Judge a schema; a list is what a store holds of it, None one that can't be asked."""
    stores = {"nas": NAS, "off": OFF}
    views = {
        name: StoreView.of(view) if isinstance(view, list) else view for name, view in views.items()
    }
    subject = make_watched_schema(stores=tuple(stores[name] for name in views), **changes)
    return judge_schema(subject, views, now=NOW, remembered=remembered)


def reasons(status):
    return Speech().reasons(status)


def kinds(status):
    return [one.kind for one in status.alarms]


def test_young_good_backup_is_in_order():
    status = judge({"nas": [make_aged(30), make_aged(6)]})

    assert (status.level, reasons(status)) == (Level.OK, ())
    assert status.newest.archive.name == "HR-6.7z"
    assert status.age == timedelta(hours=6)
    view = status.views["nas"]
    assert (view.count, view.good_count, view.first_good) == (2, 2, hours_ago(30))


def test_newest_good_backup_that_is_too_old_is_critical():
    status = judge({"nas": [make_aged(25), make_aged(2, verified=None)]})

    assert status.level is Level.CRITICAL
    assert reasons(status) == ("the newest good backup is 1 d 1 h old, at most 1 d is expected",)
    (alarm,) = status.alarms
    assert alarm.since == hours_ago(1)
    assert alarm.endangers == ("erp/HR",)


def test_age_that_is_just_expected_is_in_order():
    assert judge({"nas": [make_aged(24)]}).level is Level.OK


@pytest.mark.parametrize(
    ("expected", "level"), [(DAY, Level.CRITICAL), (None, Level.WARNING)], ids=["due", "by hand"]
)
def test_schema_without_a_good_backup(expected, level):
    never = judge({"nas": []}, expected=expected)
    bad = judge({"nas": [make_aged(7, verified=None)]}, expected=expected)

    assert (never.level, reasons(never)) == (level, ("never backed up",))
    assert (bad.level, reasons(bad)) == (level, ("no backup is complete and verified",))
    assert never.newest is never.age is never.newest_of_all is None
    assert never.alarms[0].id == bad.alarms[0].id
    assert never.alarms[0].condition != bad.alarms[0].condition


@pytest.mark.parametrize(
    "changes", [{"damage": "CRC"}, {"verdict": "incomplete"}], ids=["damaged", "incomplete"]
)
def test_first_backup_that_will_not_be_verified_is_no_good_one_at_once(changes):
    status = judge({"nas": [make_aged(1, verified=None, **changes)]})

    assert "no backup is complete and verified" in reasons(status)


def test_first_backup_that_is_being_read_back_changes_nothing():
    never = judge({"nas": []})
    under_way = judge({"nas": [make_aged(1, verified=None)]})

    assert under_way.alarms == never.alarms


@pytest.mark.parametrize("views", [[], [make_aged(1, verified=None)]], ids=["none", "under way"])
def test_new_schema_has_time_until_its_first_run_is_due(views):
    waiting = judge({"nas": views}, first_due=NOW)
    late = judge({"nas": views}, first_due=NOW - timedelta(seconds=1))

    assert (waiting.level, waiting.waits_until) == (Level.OK, NOW)
    assert (late.level, late.waits_until) == (Level.CRITICAL, None)


def test_new_schema_has_no_time_once_a_backup_has_failed():
    status = judge({"nas": [make_aged(1, verdict="incomplete")]}, first_due=NOW)

    assert status.level is Level.CRITICAL
    assert status.waits_until is None


def test_schema_does_not_wait_while_a_store_that_may_know_more_is_silent():
    status = judge({"nas": [], "off": None}, first_due=NOW)

    assert kinds(status) == [Kind.NO_BACKUP]


def test_schema_without_expectation_may_have_an_old_backup():
    assert judge({"nas": [make_aged(9000)]}, expected=None).level is Level.OK


def test_newer_backup_that_is_not_complete_is_a_warning_and_one_not_verified_yet_is_none():
    incomplete = judge({"nas": [make_aged(20), make_aged(2, verdict="incomplete")]})
    under_way = judge({"nas": [make_aged(20), make_aged(2, verified=None)]})

    assert incomplete.level is Level.WARNING
    assert reasons(incomplete) == ("the newest backup is incomplete",)
    assert under_way.level is Level.OK


def test_backup_of_the_future_is_a_warning():
    status = judge({"nas": [make_aged(-2)]})

    assert status.level is Level.WARNING
    assert "future" in reasons(status)[0]


def test_no_store_that_answers_is_critical_and_one_of_two_a_warning():
    none = judge({"nas": None, "off": None})
    one = judge({"nas": [make_aged(2)], "off": None})

    assert none.level is Level.CRITICAL
    assert none.is_unseen
    assert none.alarms == ()
    assert reasons(none)[0] == "none of its stores could be asked"
    assert (one.level, reasons(one)) == (Level.WARNING, ("store off could not be asked",))


@pytest.mark.parametrize("expected", [DAY, None])
def test_store_that_lags_behind_another_is_a_warning(expected):
    old = judge({"nas": [make_aged(2)], "off": [make_aged(50)]}, expected=expected)
    empty = judge({"nas": [make_aged(2)], "off": []}, expected=expected)

    assert (old.level, reasons(old)) == (
        Level.WARNING,
        ("store off has none newer than 2026-11-21 10:00 UTC",),
    )
    assert reasons(empty) == ("store off has no good backup",)
    assert empty.alarms[0].place == OFF.place


def test_store_whose_copy_is_still_young_does_not_lag():
    assert judge({"nas": [make_aged(2)], "off": [make_aged(23)]}).level is Level.OK


def test_stores_that_are_all_too_old_are_told_once():
    status = judge({"nas": [make_aged(50)], "off": [make_aged(50)]})

    assert len(status.alarms) == 1


def test_lost_and_damaged_archives_are_warnings_and_come_after_what_is_critical():
    damaged = make_aged(40, verified=None, damage="CRC")
    view = StoreView.of([make_aged(30), damaged], lost=["HR-2.7z", "HR-1.7z"])

    status = judge({"nas": view})

    assert status.level is Level.CRITICAL
    assert reasons(status)[1:] == (
        "on store nas, the archives of 2 backups are gone or changed: HR-1.7z; HR-2.7z",
        "on store nas, 1 backups are damaged: HR-40.7z",
    )
    assert "1 d 6 h" in reasons(status)[0]


def test_another_archive_that_is_lost_is_a_change():
    def condition(*lost):
        return judge({"nas": StoreView.of([make_aged(2)], lost=lost)}).alarms[0].condition

    assert condition("a", "b") == condition("b", "a") != condition("a", "c")


def test_drill_in_time_is_in_order():
    status = judge({"nas": [make_aged(2, drills=(make_drill(20),))]}, max_drill_age=DAY)

    assert status.level is Level.OK
    assert status.drills.passed == hours_ago(20)


def test_drill_that_passed_on_any_backup_and_any_store_counts():
    far = [make_aged(50, drills=(make_drill(20), make_drill(90, result="failed")))]
    near = [make_aged(2, drills=(make_drill(45),))]

    status = judge({"nas": near, "off": far}, expected=None, max_drill_age=DAY)

    assert Kind.DRILL_OVERDUE not in kinds(status)
    assert Kind.DRILL_FAILED not in kinds(status)


def test_drill_that_is_overdue_is_a_warning():
    status = judge({"nas": [make_aged(2, drills=(make_drill(30),))]}, max_drill_age=DAY)

    (alarm,) = status.alarms
    assert (alarm.kind, alarm.level, alarm.since) == (
        Kind.DRILL_OVERDUE,
        Level.WARNING,
        hours_ago(6),
    )
    assert "1 d 6 h ago" in reasons(status)[0]


def test_schema_never_drilled_counts_from_its_first_good_backup():
    young = judge({"nas": [make_aged(2), make_aged(23)]}, max_drill_age=DAY)
    old = judge({"nas": [make_aged(2), make_aged(25)]}, max_drill_age=DAY)
    bad = judge({"nas": [make_aged(2), make_aged(25, verified=None)]}, max_drill_age=DAY)

    assert (kinds(young), kinds(old), kinds(bad)) == ([], [Kind.DRILL_OVERDUE], [])
    assert "no restore was ever rehearsed" in reasons(old)[0]


def test_what_is_remembered_of_drills_outlives_the_backups_they_were_of():
    views = {"nas": [make_aged(2)]}
    late = judge(views, max_drill_age=DAY, remembered=Drills(first_good=hours_ago(30)))
    fine = judge(
        views,
        max_drill_age=DAY,
        remembered=Drills(first_good=hours_ago(90), passed=hours_ago(20)),
    )

    assert kinds(late) == [Kind.DRILL_OVERDUE]
    assert kinds(fine) == []
    assert late.drills.first_good == hours_ago(30)


def test_last_drill_that_failed_is_critical_and_an_older_one_is_nothing():
    failed = make_drill(1, result="failed", reason="ORA-39083")
    last = judge({"nas": [make_aged(2, drills=(make_drill(5), failed))]})
    before = judge(
        {"nas": [make_aged(2, drills=(make_drill(0.5),)), make_aged(9, drills=(failed,))]}
    )

    assert (kinds(last), last.level) == ([Kind.DRILL_FAILED], Level.CRITICAL)
    assert "ORA-39083" in reasons(last)[0]
    assert "HR-2.7z" in reasons(last)[0]
    assert kinds(before) == []


def test_drills_are_not_judged_while_a_store_that_may_know_more_is_silent():
    failed = make_drill(1, result="failed")

    status = judge({"nas": [make_aged(2, drills=(failed,))], "off": None}, max_drill_age=DAY / 99)

    assert kinds(status) == []


def test_store_that_lags_is_told_whatever_a_third_one_would_say():
    far = replace(NAS, name="far", path="/far")
    subject = make_watched_schema(stores=(NAS, OFF, far))
    views = {"nas": good(2), "off": None, "far": good(50)}

    assert kinds(judge_schema(subject, views, now=NOW)) == [Kind.LAGS]
    assert kinds(judge_schema(subject, {**views, "far": good(2)}, now=NOW)) == []
