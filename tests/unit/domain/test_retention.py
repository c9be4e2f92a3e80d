"""Retention: what each rule keeps, and what a plan of real backups adds to the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from oracle_backup.domain.retention import (
    KEEP_ALL,
    Backup,
    Decision,
    RetentionPlan,
    RetentionPolicy,
    Span,
    apply_rules,
    check_plan,
    plan_retention,
)
from oracle_backup.errors import RetentionRefusedError
from support.builders import instant, make_backup, make_backups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
WITHIN = ("within", *(f"within_{rule}" for rule in RULES[1:]))
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def kept(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.keep}


def removed(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.remove}


def reasons(plan: RetentionPlan) -> dict[str, tuple[str, ...]]:
    return {one.backup.name: one.reasons for one in (*plan.keep, *plan.remove)}


def make_plan(
    backups: Sequence[Backup], *, zone: str = "UTC", now: datetime = NOW, **policy: object
) -> RetentionPlan:
    return plan_retention(backups, policy=RetentionPolicy(**policy), zone=zone, now=now)


NIGHTS = [f"2026-11-{day:02}" for day in range(1, 24)]
CASES = [
    ("last 3", {"last": 3}, NIGHTS, ["2026-11-21", "2026-11-22", "2026-11-23"]),
    ("last more than there are", {"last": 9}, NIGHTS[:4], NIGHTS[:4]),
    (
        "hourly takes the newest of each hour, and then counts hours with a backup",
        {"hourly": 2},
        ["2026-11-20T10:05", "2026-11-20T10:55", "2026-11-22T07:00", "2026-11-22T07:59"],
        ["2026-11-20T10:55", "2026-11-22T07:59"],
    ),
    (
        "the same hour of two days is two buckets",
        {"hourly": 2},
        ["2026-11-20T10:05", "2026-11-21T10:05", "2026-11-22T10:05"],
        ["2026-11-21T10:05", "2026-11-22T10:05"],
    ),
    (
        "the same day of two months is two buckets",
        {"daily": 2},
        ["2026-09-23", "2026-10-23", "2026-11-23"],
        ["2026-10-23", "2026-11-23"],
    ),
    (
        "the same month of two years is two buckets",
        {"monthly": 2},
        ["2024-11-23", "2025-11-23", "2026-11-23"],
        ["2025-11-23", "2026-11-23"],
    ),
    (
        "daily passes over days without a backup",
        {"daily": 2},
        ["2026-11-01", "2026-11-10", "2026-11-23"],
        ["2026-11-10", "2026-11-23"],
    ),
    (
        "a week begins on Monday",
        {"weekly": 2},
        ["2026-11-14", "2026-11-15", "2026-11-16", "2026-11-22", "2026-11-23"],
        ["2026-11-22", "2026-11-23"],
    ),
    (
        "a week that holds New Year is one week, of the year in which its Thursday lies",
        {"weekly": 3},
        ["2026-12-26", "2026-12-27", "2026-12-28", "2026-12-31", "2027-01-03", "2027-01-04"],
        ["2026-12-27", "2027-01-03", "2027-01-04"],
    ),
    (
        "the same week number of two years is two weeks",
        {"weekly": 2},
        ["2025-01-08", "2026-01-07", "2027-01-13"],
        ["2026-01-07", "2027-01-13"],
    ),
    (
        "the oldest is kept while counts are left",
        {"yearly": 3},
        ["2025-03-01", "2025-12-31", "2026-02-01", "2026-11-23"],
        ["2025-03-01", "2025-12-31", "2026-11-23"],
    ),
    (
        "the oldest is not kept when the last count went to its bucket",
        {"yearly": 2},
        ["2025-03-01", "2025-12-31", "2026-02-01", "2026-11-23"],
        ["2025-12-31", "2026-11-23"],
    ),
    (
        "a count used up on other buckets leaves nothing for the oldest",
        {"monthly": 1},
        ["2026-11-01", "2026-11-02"],
        ["2026-11-02"],
    ),
    (
        "a count left over keeps the oldest of one single bucket",
        {"monthly": 2},
        ["2026-11-01", "2026-11-02", "2026-11-03"],
        ["2026-11-01", "2026-11-03"],
    ),
    (
        "all of a rule keeps one of each bucket, and the oldest",
        {"monthly": -1},
        ["2026-09-01", "2026-09-02", "2026-10-01", "2026-10-31", "2026-11-01"],
        ["2026-09-01", "2026-09-02", "2026-10-31", "2026-11-01"],
    ),
    (
        "within does not reach what is exactly that old",
        {"within": Span(days=2)},
        ["2026-11-20", "2026-11-21", "2026-11-21T02:00:01", "2026-11-23"],
        ["2026-11-21T02:00:01", "2026-11-23"],
    ),
    (
        "within has no oldest rule",
        {"within": Span(days=30)},
        ["2026-01-01", "2026-11-23"],
        ["2026-11-23"],
    ),
    (
        "one backup can be kept by several rules, and then counts for each",
        {"last": 1, "daily": 2, "monthly": 2},
        ["2026-10-31", "2026-11-01", "2026-11-22", "2026-11-23"],
        ["2026-10-31", "2026-11-22", "2026-11-23"],
    ),
    (
        "a month before the 31st of March reaches into March",
        {"within": Span(months=1)},
        ["2027-03-01", "2027-03-02", "2027-03-03", "2027-03-03T02:00:01", "2027-03-31"],
        ["2027-03-03T02:00:01", "2027-03-31"],
    ),
    (
        "a year before a leap day is the first of March",
        {"within": Span(years=1)},
        ["2027-02-28", "2027-03-01", "2027-03-01T02:00:01", "2028-02-29"],
        ["2027-03-01T02:00:01", "2028-02-29"],
    ),
    (
        "within a span, a rule keeps the newest of each bucket",
        {"within_daily": Span(days=3)},
        ["2026-11-18", "2026-11-21T01:00", "2026-11-21T05:00", "2026-11-22", "2026-11-23"],
        ["2026-11-21T05:00", "2026-11-22", "2026-11-23"],
    ),
    (
        "and the oldest of all, if it is young enough",
        {"within_monthly": Span(days=30)},
        ["2026-11-01", "2026-11-12", "2026-11-23"],
        ["2026-11-01", "2026-11-23"],
    ),
    (
        "but not where that is too old",
        {"within_monthly": Span(days=20)},
        ["2026-11-01", "2026-11-12", "2026-11-23"],
        ["2026-11-23"],
    ),
    (
        "a bucket that the span cuts is filled from what is left of it",
        {"within_weekly": Span(days=8), "last": 1},
        ["2026-11-09", "2026-11-14", "2026-11-15T01:00", "2026-11-15T03:00", "2026-11-23"],
        ["2026-11-15T03:00", "2026-11-23"],
    ),
    ("nothing is there", {"last": 1}, [], []),
    ("one is there", {"yearly": 1}, ["2020-01-01"], ["2020-01-01"]),
]


@pytest.mark.parametrize(
    ("policy", "there", "stay"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_rules_keep(policy: dict[str, object], there: list[str], stay: list[str]) -> None:
    plan = make_plan(make_backups(*there), **policy)

    assert kept(plan) == {one.name for one in make_backups(*stay)}


def test_reasons_name_every_rule_in_the_words_and_order_of_restic() -> None:
    spans = {rule: Span(days=nr) for nr, rule in enumerate(WITHIN, start=1)}
    backups = make_backups("2026-11-01", "2026-11-22T12:00", "2026-11-23")

    plan = make_plan(backups, **dict.fromkeys(RULES, 1), **spans)

    assert [one.reasons for one in plan.keep] == [
        (
            "within 1d",
            "last snapshot",
            "hourly snapshot",
            "daily snapshot",
            "weekly snapshot",
            "monthly snapshot",
            "yearly snapshot",
            "hourly within 2d",
            "daily within 3d",
            "weekly within 4d",
            "monthly within 5d",
            "yearly within 6d",
        ),
        ("within 1d", "hourly within 2d", "daily within 3d", "weekly within 4d"),
    ]
    assert [one.reasons for one in plan.remove] == [("no rule keeps it",)]


def test_reasons_tell_the_oldest_within_a_span() -> None:
    plan = make_plan(make_backups("2026-11-22", "2026-11-23"), within_yearly=Span(months=1))

    assert [one.reasons for one in plan.keep] == [
        ("yearly within 1m",),
        ("oldest yearly within 1m",),
    ]


def test_reasons_tell_the_oldest_and_the_pinned() -> None:
    plan = make_plan(
        [make_backup("2026-11-01", pinned=True), *make_backups("2026-11-02", "2026-11-03")],
        monthly=5,
    )

    assert [one.reasons for one in plan.keep] == [
        ("monthly snapshot",),
        ("oldest monthly snapshot", "pinned"),
    ]


def test_days_begin_at_midnight_of_the_zone() -> None:
    """23:30 and 00:30 UTC are one day in Madrid and two in UTC."""
    backups = make_backups("2026-11-21T23:30", "2026-11-22T00:30", "2026-11-22T23:15")

    in_utc, in_madrid = (
        make_plan(backups, daily=2, zone=zone) for zone in ("UTC", "Europe/Madrid")
    )

    assert kept(in_utc) == {"2026-11-21T23:30:00+0000", "2026-11-22T23:15:00+0000"}
    assert kept(in_madrid) == {"2026-11-22T00:30:00+0000", "2026-11-22T23:15:00+0000"}


def test_the_hour_that_comes_twice_in_autumn_is_one_bucket() -> None:
    backups = make_backups("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30")

    plan = make_plan(backups, hourly=2, zone="Europe/Madrid")

    assert kept(plan) == {"2026-10-25T01:30:00+0000", "2026-10-25T02:30:00+0000"}


def test_the_later_of_two_equal_wall_clock_times_is_the_newer() -> None:
    """Python calls these two equal or the wrong way round, unless they are told in UTC."""
    madrid = ZoneInfo("Europe/Madrid")
    summer = make_backup(datetime(2026, 10, 25, 2, 10, tzinfo=madrid, fold=0), name="summer")
    winter = make_backup(datetime(2026, 10, 25, 2, 15, tzinfo=madrid, fold=1), name="winter")

    plan = make_plan([summer, winter], last=1)
    wide = make_plan([summer, winter], within=Span(hours=1))

    assert kept(plan) == {"winter"}
    assert kept(wide) == {"winter"}


def test_twins_are_chosen_between_the_same_way_each_time() -> None:
    twins = [make_backup("2026-11-23", name=name) for name in ("HR.7z", "HR-g2.7z")]

    plans = [make_plan(listed, last=1) for listed in (twins, twins[::-1])]

    assert plans[0] == plans[1]
    assert len(plans[0].keep) == 1


def test_backups_of_the_future_stay_and_push_none_out() -> None:
    """The clock of a host ran wild: its backups may be good, but the order they claim is not."""
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    backups = make_backups("2026-11-22", "2026-11-23", "2026-11-23T03:00", "2031-01-01")

    plan = make_plan(backups, last=1, within=Span(hours=1), now=now)

    said = ("dated in the future, so it counts for no rule",)
    assert reasons(plan) == {
        "2031-01-01T02:00:00+0000": said,
        "2026-11-23T03:00:00+0000": said,
        "2026-11-23T02:00:00+0000": ("within 1h", "last snapshot"),
        "2026-11-22T02:00:00+0000": ("no rule keeps it",),
    }


def test_what_is_not_good_is_not_replaced_by_what_claims_the_future() -> None:
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    backups = [make_backup("2026-11-22", good=False), make_backup("2031-01-01")]

    assert removed(make_plan(backups, last=1, now=now)) == set()


def test_rules_alone_measure_from_the_newest_that_is_not_of_the_future() -> None:
    """As restic does: what is in the future fills buckets, and spans do not begin there."""
    times = [instant("2031-01-01"), instant("2026-11-23"), instant("2026-11-22")]

    found = apply_rules(
        times,
        policy=RetentionPolicy(last=1, within=Span(hours=1)),
        zone=ZoneInfo("UTC"),
        now=instant("2026-11-24"),
    )

    assert found == [("within 1h", "last snapshot"), ("within 1h",), ()]


def test_the_present_itself_is_no_past() -> None:
    now = instant("2026-11-23T04:00")

    found = apply_rules(
        [now, instant("2026-11-23T02:00"), instant("2026-11-23T01:00")],
        policy=RetentionPolicy(within=Span(hours=1)),
        zone=ZoneInfo("UTC"),
        now=now,
    )

    assert found == [("within 1h",), ("within 1h",), ()]


def test_what_is_past_is_not_told_by_the_clock_on_the_wall() -> None:
    """At 02:30 in summer, 02:10 of the same night in winter is still to come."""
    madrid = ZoneInfo("Europe/Madrid")

    found = apply_rules(
        [
            datetime(2026, 10, 25, 2, 10, tzinfo=madrid, fold=1),
            datetime(2026, 10, 25, 0, 30, tzinfo=madrid),
        ],
        policy=RetentionPolicy(within=Span(hours=1)),
        zone=madrid,
        now=datetime(2026, 10, 25, 2, 30, tzinfo=madrid, fold=0),
    )

    assert found == [("within 1h",), ("within 1h",)]


@pytest.mark.parametrize("newest", [["2031-01-01"], ["2031-01-01", "2026-11-24"]])
def test_rules_alone_keep_all_within_a_span_that_begins_nowhere(newest: list[str]) -> None:
    found = apply_rules(
        [instant(text) for text in newest],
        policy=RetentionPolicy(within=Span(hours=1)),
        zone=ZoneInfo("UTC"),
        now=instant("2026-11-24"),
    )

    assert found == [("within 1h",)] * len(newest)


def test_the_first_and_the_last_instant_of_all_have_a_bucket() -> None:
    ends = [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]

    for zone in ("Pacific/Apia", "America/New_York"):
        found = apply_rules(ends, policy=RetentionPolicy(daily=2), zone=ZoneInfo(zone), now=NOW)
        assert found == [("daily snapshot",)] * 2


def test_a_pinned_backup_takes_no_count() -> None:
    backups = [make_backup("2026-11-01", pinned=True), *make_backups("2026-11-02", "2026-11-03")]

    plan = make_plan(backups, last=2)

    assert removed(plan) == set()


def test_a_pinned_backup_that_is_not_good_stays() -> None:
    backups = [make_backup("2026-11-01", pinned=True, good=False), make_backup("2026-11-23")]

    plan = make_plan(backups, last=1)

    assert reasons(plan)["2026-11-01T02:00:00+0000"] == ("pinned",)


def test_what_is_not_good_goes_with_its_reason() -> None:
    backups = [
        make_backup("2026-11-21", good=False),
        make_backup("2026-11-22"),
        make_backup("2026-11-23", good=False),
    ]

    plan = make_plan(backups, last=KEEP_ALL)

    assert reasons(plan) == {
        "2026-11-23T02:00:00+0000": ("not a good backup, but no newer good one exists",),
        "2026-11-22T02:00:00+0000": ("last snapshot",),
        "2026-11-21T02:00:00+0000": ("not a good backup, a newer good one exists",),
    }


def test_what_its_own_run_may_still_read_back_stays_for_a_week() -> None:
    """Runs of missed days go side by side, and the one of the newest data need not end last."""
    week_ago = NOW - timedelta(days=7)
    backups = [
        make_backup("2026-11-20", good=False, unread_since=week_ago),
        make_backup("2026-11-21", good=False, unread_since=week_ago + timedelta(seconds=1)),
        make_backup("2026-11-22"),
    ]

    plan = make_plan(backups, last=1)

    assert reasons(plan) == {
        "2026-11-22T02:00:00+0000": ("last snapshot",),
        "2026-11-21T02:00:00+0000": ("not read back yet, and young enough for its run to do so",),
        "2026-11-20T02:00:00+0000": ("not a good backup, a newer good one exists",),
    }


def test_what_is_not_good_stays_beside_a_good_twin() -> None:
    """Only something newer can stand in for it."""
    twins = [make_backup("2026-11-23"), make_backup("2026-11-23", name="twin", good=False)]

    assert "twin" in kept(make_plan(twins, last=1))


def test_the_newest_stays_where_clocks_turn_and_no_rule_keeps_it() -> None:
    """In the hour that comes twice, restic's "an hour before" is the same instant."""
    backups = make_backups("2026-10-24T23:30", "2026-10-25T00:30")

    plan = make_plan(backups, within=Span(hours=1), zone="Europe/Madrid")

    assert reasons(plan) == {
        "2026-10-25T00:30:00+0000": ("the newest good backup",),
        "2026-10-24T23:30:00+0000": ("no rule keeps it",),
    }


# What is refused.


@pytest.mark.parametrize(
    "policy",
    [{}, dict.fromkeys(WITHIN, Span()), dict.fromkeys(RULES, 0)],
)
@pytest.mark.parametrize("there", [[], ["2026-11-23"]])
def test_an_empty_policy_is_refused(policy: dict[str, object], there: list[str]) -> None:
    with pytest.raises(RetentionRefusedError, match="empty") as caught:
        make_plan(make_backups(*there), **policy)

    assert RetentionPolicy(**policy).is_empty
    assert "keep_last" in caught.value.hint


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        *((rule, count) for rule in RULES for count in (1, KEEP_ALL)),
        *((rule, Span(hours=1)) for rule in WITHIN),
    ],
)
def test_a_policy_with_one_rule_is_not_empty(rule: str, value: object) -> None:
    assert not RetentionPolicy(**{rule: value}).is_empty


@pytest.mark.parametrize("rule", RULES)
def test_a_policy_of_less_than_all_is_none(rule: str) -> None:
    with pytest.raises(ValueError, match=f"{rule} must be 0 or more, or -1 for all, is -2"):
        RetentionPolicy(**{rule: -2})


def test_a_backup_listed_twice_is_refused() -> None:
    twice = make_backups("2026-11-22", "2026-11-23", "2026-11-23")

    with pytest.raises(RetentionRefusedError, match="listed twice"):
        make_plan(twice, last=1)


def decisions(backups: Iterable[Backup]) -> tuple[Decision, ...]:
    return tuple(Decision(backup=one, reasons=("by hand",)) for one in backups)


@pytest.mark.parametrize(
    ("keep", "remove", "named"),
    [
        ([], [make_backup("2026-11-23", name="only")], "only"),
        ([make_backup("2026-11-22")], [make_backup("2026-11-23", name="newest")], "newest"),
        (
            [make_backup("2026-11-23", good=False)],
            [make_backup("2026-11-22", name="good one")],
            "good one",
        ),
        (
            [make_backup("2026-11-23")],
            [make_backup("2026-11-22", name="pinned one", pinned=True)],
            "pinned one",
        ),
        ([], [make_backup("2026-11-22", name="all there is", good=False)], "all there is"),
    ],
)
@pytest.mark.parametrize("part", ["remove", "later"])
def test_check_plan_refuses_a_plan_that_breaks_a_rule(
    keep: list[Backup], remove: list[Backup], named: str, part: str
) -> None:
    going = {"remove": (), part: decisions(remove)}

    with pytest.raises(RetentionRefusedError, match=named) as caught:
        check_plan(RetentionPlan(keep=decisions(keep), **going))

    assert "Nothing was removed" in caught.value.message


@pytest.mark.parametrize(
    ("keep", "remove"),
    [
        ([], []),
        ([make_backup("2026-11-24")], [make_backup("2026-11-23", good=False)]),
        ([make_backup("2026-11-23")], [make_backup("2026-11-22")]),
        ([make_backup("2026-11-23")], [make_backup("2026-11-23", name="twin")]),
    ],
)
def test_check_plan_lets_a_sound_plan_pass(keep: list[Backup], remove: list[Backup]) -> None:
    check_plan(RetentionPlan(keep=decisions(keep), remove=decisions(remove)))


# A history that has stood still.


def stale(*, good: int, bad: int = 0, last: int = 1, hours: int = 30) -> RetentionPlan:
    """Plan for so many good backups of consecutive nights, 31 hours after the newest."""
    backups = [
        make_backup(instant("2026-11-23") - timedelta(days=nr), name=f"good {nr}")
        for nr in range(good)
    ]
    backups += [
        make_backup(instant("2026-10-23") - timedelta(days=nr), name=f"bad {nr}", good=False)
        for nr in range(bad)
    ]
    return plan_retention(
        backups,
        policy=RetentionPolicy(last=last),
        now=instant("2026-11-23") + timedelta(hours=31),
        expected_age=timedelta(hours=hours),
    )


@pytest.mark.parametrize(
    "history", [{"good": 3}, {"good": 5, "last": 2}, {"good": 4, "last": 4, "bad": 5}]
)
def test_more_than_half_does_not_go_while_the_newest_is_too_old(history: dict[str, int]) -> None:
    assert stale(**history, hours=31).remove

    with pytest.raises(RetentionRefusedError, match="2026-11-23 02:00") as caught:
        stale(**history)

    assert "clock" in caught.value.hint


def test_more_than_half_of_the_good_ones_does_not_go_either() -> None:
    backups = [
        *make_backups("2026-11-21", "2026-11-22", "2026-11-23"),
        *(make_backup(f"2026-11-23T0{hour}:00", good=False) for hour in range(4, 9)),
    ]

    with pytest.raises(RetentionRefusedError, match="2 of 3 good backups"):
        plan_retention(
            backups,
            policy=RetentionPolicy(last=1),
            now=instant("2026-11-24"),
            expected_age=timedelta(hours=6),
        )


@pytest.mark.parametrize("history", [{"good": 2}, {"good": 4, "last": 2}, {"good": 0, "bad": 2}])
def test_half_may_go_however_old_the_newest_is(history: dict[str, int]) -> None:
    assert len(stale(**history).remove) == history["good"] // 2


# So many at once.


def test_only_so_many_go_at_once_the_oldest_first() -> None:
    backups = make_backups("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")

    plan = plan_retention(backups, policy=RetentionPolicy(last=1), now=NOW, max_delete=3)

    assert [one.backup.name[:10] for one in plan.remove] == [
        "2026-11-21",
        "2026-11-20",
        "2026-11-19",
    ]
    assert [one.backup.name[:10] for one in plan.later] == ["2026-11-22"]


@pytest.mark.parametrize(("most", "going"), [(KEEP_ALL, 4), (9, 4), (4, 4), (0, 0)])
def test_a_limit_that_is_none_or_not_reached_changes_nothing(most: int, going: int) -> None:
    backups = make_backups("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")

    plan = plan_retention(backups, policy=RetentionPolicy(last=1), now=NOW, max_delete=most)

    assert (len(plan.remove), len(plan.later)) == (going, 4 - going)


# How it reads.


def test_plan_reads_as_a_line_per_backup() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    plan = make_plan(
        [
            make_backup("2026-11-22", name="old.7z"),
            make_backup(datetime(2026, 11, 23, 3, tzinfo=madrid), name="new.7z"),
        ],
        last=1,
        daily=1,
    )
    waiting = RetentionPlan(keep=plan.keep, remove=(), later=plan.remove)

    assert plan.lines() == (
        "keep   new.7z  data of 2026-11-23 03:00:00+0100  (last snapshot; daily snapshot)",
        "remove old.7z  data of 2026-11-22 02:00:00+0000  (no rule keeps it)",
    )
    assert waiting.lines()[1] == (
        "later  old.7z  data of 2026-11-22 02:00:00+0000  (no rule keeps it)"
    )


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"last": 7}, "the last 7"),
        ({"last": KEEP_ALL}, "all"),
        (
            dict(zip(RULES, (1, 2, 3, 4, 5, KEEP_ALL), strict=True)),
            "the last 1, 2 hourly, 3 daily, 4 weekly, 5 monthly, all yearly",
        ),
        ({"within": Span(days=1, hours=12)}, "all within 1 day and 12 hours"),
        (
            {"daily": 7, "within": Span(days=2), "within_monthly": Span(years=1, months=6, days=1)},
            "7 daily, all within 2 days, monthly within 1 year, 6 months and 1 day",
        ),
        ({"within_weekly": Span()}, "nothing"),
        ({}, "nothing"),
    ],
)
def test_policy_reads_as_words(policy: dict[str, object], words: str) -> None:
    assert RetentionPolicy(**policy).in_words() == words
