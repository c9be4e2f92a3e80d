"""What is wrong with everything that is looked after?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oracle_backup.domain.status import Drills, StoreView
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level
from oracle_backup.domain.watch.judge import MOST_DROPPED, judge
from oracle_backup.domain.watch.subjects import BrokenEntry, StoreAnswer, StoreSilence
from support.watch import (
    DAY,
    NAS,
    NOW,
    OFF,
    good,
    hours_ago,
    make_aged,
    make_answer,
    make_drill,
    make_watched,
    make_watched_schema,
)

SILENCE = StoreSilence(error="Cannot reach the store.")
BOTH = {"HR": good(), "SALES": good()}


def look(watched, answers, **changes):
    return judge(watched, answers, now=NOW, **changes)


def kinds(found):
    return [one.kind for one in found.alarms]


def test_everything_in_order_is_no_alarm():
    watched = make_watched(make_watched_schema("HR"), make_watched_schema("SALES"))

    found = look(watched, {NAS.place: make_answer(BOTH)})

    assert (found.level, found.alarms) == (Level.OK, ())
    assert [one.schema for one in found.statuses] == ["HR", "SALES"]
    assert found.statuses[0].views["nas"].count == 1


def test_schema_of_which_nothing_is_found_was_never_backed_up():
    found = look(make_watched(), {NAS.place: make_answer()})

    assert kinds(found) == [Kind.NO_BACKUP]


def test_backups_in_another_folder_are_not_the_schema_s():
    views = {("erp", "HR", "elsewhere"): good()}

    found = look(make_watched(), {NAS.place: StoreAnswer(location="x", views=views)})

    assert kinds(found) == [Kind.NO_BACKUP]


def test_worst_comes_first():
    watched = make_watched(make_watched_schema("HR"), make_watched_schema("SALES"))
    lost = StoreView.of([make_aged(2)], lost=["x"])

    found = look(watched, {NAS.place: make_answer({"HR": lost})})

    assert kinds(found) == [Kind.NO_BACKUP, Kind.LOST]


def test_unreadable_config_is_the_one_alarm_and_nothing_else_can_be_judged():
    found = look(make_watched(unreadable="no YAML"), {})

    (alarm,) = found.alarms
    assert (alarm.kind, alarm.level, found.level) == (Kind.CONFIG, Level.CRITICAL, Level.CRITICAL)
    assert not found.could_judge(Alarm(kind=Kind.TOO_OLD, level=Level.CRITICAL))
    assert found.could_judge(alarm)


def test_wrong_entry_is_critical_since_the_file_was_changed():
    broken = BrokenEntry(database="erp", schema="sales", problems=("a: wrong", "b: wrong"))

    found = look(make_watched(broken=(broken,)), {NAS.place: make_answer({"HR": good()})})

    (alarm,) = found.alarms
    assert (alarm.kind, alarm.level) == (Kind.BROKEN, Level.CRITICAL)
    assert alarm.since == hours_ago(1000)
    assert alarm.endangers == ("erp/sales",)
    other = BrokenEntry(database="erp", schema="sales", problems=("a: wrong",))
    changed = look(make_watched(broken=(other,)), {NAS.place: make_answer({"HR": good()})})
    assert changed.alarms[0].id == alarm.id
    assert changed.alarms[0].condition != alarm.condition


def test_wrong_section_is_a_warning():
    found = look(
        make_watched(section_problems=("watchdog.to: wrong",)),
        {NAS.place: make_answer({"HR": good()})},
    )

    assert [(one.kind, one.level) for one in found.alarms] == [(Kind.SECTION, Level.WARNING)]


def test_only_store_of_a_schema_that_is_silent_is_critical_and_one_of_two_a_warning():
    one = look(make_watched(), {NAS.place: SILENCE})
    two = look(
        make_watched(make_watched_schema(stores=(NAS, OFF))),
        {NAS.place: SILENCE, OFF.place: make_answer({"HR": good()})},
    )

    assert [(a.kind, a.level, a.endangers) for a in one.alarms] == [
        (Kind.SILENT, Level.CRITICAL, ("erp/HR",))
    ]
    assert [(a.kind, a.level, a.endangers) for a in two.alarms] == [
        (Kind.SILENT, Level.WARNING, ())
    ]
    assert (one.level, two.level) == (Level.CRITICAL, Level.WARNING)


def test_manifests_that_can_t_be_read_are_a_warning():
    found = look(make_watched(), {NAS.place: make_answer({"HR": good()}, unreadable=2)})

    assert [(one.kind, one.level) for one in found.alarms] == [(Kind.UNREADABLE, Level.WARNING)]


def test_backups_of_a_schema_that_the_config_does_not_know_are_a_warning():
    found = look(make_watched(), {NAS.place: make_answer({"HR": good(), "OLD": good()})})

    (alarm,) = found.alarms
    assert (alarm.kind, alarm.level, alarm.key) == (Kind.DROPPED, Level.WARNING, "erp/OLD")
    assert alarm.facts["count"] == 1
    assert alarm.facts["folders"] == ("erp/OLD",)


def test_manifests_alone_are_nothing_that_remains():
    lost = StoreView.of([], lost=["x"])

    assert kinds(look(make_watched(), {NAS.place: make_answer({"HR": good(), "OLD": lost})})) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"switched_off": frozenset({"erp/OLD"})},
        {"broken": (BrokenEntry(database="erp", schema="old", problems=("x",)),)},
        {"broken": (BrokenEntry(database="erp", schema='"OLD"', problems=("x",)),)},
        {"broken": (BrokenEntry(database="erp", schema="", problems=("x",)),)},
    ],
    ids=["switched off", "broken", "quoted", "whole database"],
)
def test_schema_the_config_speaks_of_was_not_dropped(changes):
    answers = {NAS.place: make_answer({"HR": good(), "OLD": good()})}

    assert Kind.DROPPED not in kinds(look(make_watched(**changes), answers))


def test_broken_entry_of_another_database_hides_no_dropped_schema():
    broken = BrokenEntry(database="crm", schema="", problems=("x",))
    answers = {NAS.place: make_answer({"HR": good(), "OLD": good()})}

    assert Kind.DROPPED in kinds(look(make_watched(broken=(broken,)), answers))


def test_dropped_schema_in_several_folders_is_told_once_for_each_store():
    schema = make_watched_schema(stores=(NAS, OFF))
    views = {
        ("erp", "HR", "erp/HR"): good(),
        ("erp", "OLD", ""): good(),
        ("erp", "OLD", "erp/OLD"): good(),
    }
    answer = StoreAnswer(location="x", views=views)

    found = look(make_watched(schema), {NAS.place: answer, OFF.place: answer})

    assert [one.store for one in found.alarms] == ["nas", "off"]
    assert found.alarms[0].facts["folders"] == (".", "erp/OLD")
    assert found.alarms[0].facts["count"] == 2


def test_store_that_makes_up_schemas_fills_no_mail():
    views = {"HR": good()} | {f"X{number}": good() for number in range(MOST_DROPPED + 50)}

    assert len(look(make_watched(), {NAS.place: make_answer(views)}).alarms) == MOST_DROPPED


def test_with_some_schemas_left_out_nothing_is_said_of_others():
    found = look(
        make_watched(), {NAS.place: make_answer({"HR": good(), "OLD": good()})}, is_alone=False
    )

    assert found.alarms == ()
    assert found.partial == {NAS.place}


def alarm(kind, *, schema="HR", place=""):
    return Alarm(kind=kind, level=Level.WARNING, database="erp", schema=schema, place=place)


def test_what_could_not_be_looked_at_has_not_healed():
    watched = make_watched(
        make_watched_schema("HR"),
        make_watched_schema("SALES", stores=(NAS, OFF)),
        make_watched_schema("CRM", stores=(OFF,)),
    )
    found = look(
        watched, {NAS.place: SILENCE, OFF.place: make_answer({"SALES": good(), "CRM": good()})}
    )

    could = {
        "unseen": found.could_judge(alarm(Kind.TOO_OLD)),
        "seen on another": found.could_judge(alarm(Kind.TOO_OLD, schema="SALES")),
        "lags": found.could_judge(alarm(Kind.LAGS, schema="SALES", place=OFF.place)),
        "drill": found.could_judge(alarm(Kind.DRILL_FAILED, schema="SALES")),
        "lost there": found.could_judge(alarm(Kind.LOST, schema="SALES", place=NAS.place)),
        "lost elsewhere": found.could_judge(alarm(Kind.LOST, schema="SALES", place=OFF.place)),
        "not concerned": found.could_judge(alarm(Kind.DRILL_FAILED, schema="CRM")),
        "store itself": found.could_judge(
            Alarm(kind=Kind.SILENT, level=Level.WARNING, place=NAS.place)
        ),
    }

    assert could == {
        "unseen": False,
        "seen on another": True,
        "lags": False,
        "drill": False,
        "lost there": False,
        "lost elsewhere": True,
        "not concerned": True,
        "store itself": True,
    }


def test_schema_is_not_found_gone_where_not_all_folders_were_looked_into():
    found = look(make_watched(), {NAS.place: make_answer({"HR": good()}, is_whole=False)})

    assert not found.could_judge(alarm(Kind.DROPPED, schema="OLD", place=NAS.place))
    assert found.could_judge(alarm(Kind.DROPPED, schema="OLD", place=OFF.place))
    assert found.could_judge(alarm(Kind.LOST, place=NAS.place))


def test_drills_are_remembered_of_schemas_that_are_to_have_some():
    watched = make_watched(
        make_watched_schema("HR", max_drill_age=9 * DAY), make_watched_schema("SALES")
    )
    drilled = StoreView.of([make_aged(6, drills=(make_drill(5),))])

    found = look(watched, {NAS.place: make_answer({"HR": drilled, "SALES": drilled})})

    assert found.drills == {"erp/HR": Drills(passed=hours_ago(5), first_good=hours_ago(6))}
    again = look(
        watched,
        {NAS.place: make_answer(BOTH)},
        remembered={"erp/HR": Drills(passed=hours_ago(5), first_good=hours_ago(50))},
    )
    assert again.drills["erp/HR"] == Drills(passed=hours_ago(5), first_good=hours_ago(50))


def test_stores_and_folders_are_named_once():
    watched = make_watched(
        make_watched_schema("HR", folder=""),
        make_watched_schema("SALES", folder=""),
        make_watched_schema("CRM", stores=(OFF,)),
    )

    assert list(watched.stores()) == [NAS.place, OFF.place]
    assert watched.folders(NAS.place) == [""]
    assert watched.folders(OFF.place) == ["erp/CRM"]


def test_figure_of_lost_archives_is_of_all_schemas():
    lost = StoreView.of([], lost=["x", "y"])

    assert make_answer({"HR": lost, "OLD": lost}).lost == 4


def test_time_is_an_argument():
    later = datetime(2030, 1, 1, tzinfo=UTC)

    found = judge(make_watched(), {NAS.place: make_answer({"HR": good()})}, now=later)

    assert kinds(found) == [Kind.TOO_OLD]
