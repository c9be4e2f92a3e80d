"""Retention: what each rule keeps, and what must hold for every history and every policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oracle_backup.domain.retention import (
    KEEP_ALL,
    Backup,
    Decision,
    RetentionPlan,
    RetentionPolicy,
    check_plan,
    plan_retention,
)
from oracle_backup.errors import RetentionRefusedError
from support.builders import instant, make_backup, make_backups

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Antarctica/Troll",
)
YEAR_1, YEAR_9998 = datetime(1, 1, 3, tzinfo=UTC), datetime(9998, 12, 30, tzinfo=UTC)


def kept(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.keep}


def removed(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.remove}


def reasons(plan: RetentionPlan) -> dict[str, tuple[str, ...]]:
    return {one.backup.name: one.reasons for one in (*plan.keep, *plan.remove)}


def moment(backup: Backup) -> datetime:
    return backup.snapshot_time.astimezone(UTC)


def make_plan(backups: Sequence[Backup], *, zone: str = "UTC", **policy: object) -> RetentionPlan:
    return plan_retention(backups, policy=RetentionPolicy(**policy), zone=zone)


TURNS = (
    datetime(2026, 10, 25, 0, tzinfo=UTC),  # Madrid goes back
    datetime(2026, 3, 29, 0, tzinfo=UTC),  # Madrid goes forth
    datetime(2026, 11, 1, 5, tzinfo=UTC),  # New York goes back
    datetime(2009, 11, 1, 2, 31, tzinfo=UTC),  # St John's went back, across midnight
    datetime(2011, 12, 30, 9, tzinfo=UTC),  # Apia left a day out
    datetime(2027, 1, 1, 0, tzinfo=UTC),  # a year ends inside an ISO week
)
NEAR_TURNS = tuple(
    turn + timedelta(minutes=minutes)
    for turn in TURNS
    for minutes in (-150, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 90, 150)
)
WRONG_CLOCKS = (YEAR_1, datetime(2099, 1, 1, tzinfo=UTC), YEAR_9998)


def _some_instant(number: int) -> datetime:
    """Return a night of three years, an instant near a turn of clocks, or one of a wrong clock."""
    if number < 1_000:
        return datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=number)
    if number < 2_000:
        return NEAR_TURNS[number % len(NEAR_TURNS)]
    if number < 3_000:
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number * 17)
    return WRONG_CLOCKS[number % len(WRONG_CLOCKS)]


@st.composite
def histories(draw: st.DrawFn, *, only_good: bool = False) -> list[Backup]:
    """Histories as they may be: crowded, with gaps, twins, wrong clocks, and turning clocks."""
    told_in = [UTC, *(ZoneInfo(name) for name in ZONES)]
    one = st.tuples(
        st.integers(0, 3_100).map(_some_instant),
        st.integers(0, 2**8 - 1),
    ).map(
        lambda pair: (
            pair[0].astimezone(told_in[pair[1] % len(told_in)]),
            only_good or pair[1] % 4 != 3,
            not only_good and pair[1] % 5 == 4,
        )
    )
    drawn = draw(st.lists(one, max_size=16))
    return [
        # Names in another order than the listing.
        Backup(name=f"b{index * 7 % 17:02}", snapshot_time=at, good=good, pinned=pinned)
        for index, (at, good, pinned) in enumerate(drawn)
    ]


counts = st.sampled_from([0, 0, 0, 1, 2, 3, 5, 40, KEEP_ALL])
policies = st.builds(
    RetentionPolicy,
    **dict.fromkeys(RULES, counts),
    within=st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=1000)),
).filter(lambda policy: not policy.is_empty)
zones = st.sampled_from(ZONES)


# What holds for every history and every policy.


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_keep_and_remove_divide_the_backups(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    assert len(plan.keep) + len(plan.remove) == len(backups)
    assert kept(plan) | removed(plan) == {backup.name for backup in backups}
    assert all(why and all(why) for why in reasons(plan).values())


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_the_newest_good_and_every_pinned_backup_stay(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    assert {one.name for one in backups if one.pinned} <= kept(plan)
    good = [one for one in backups if one.good]
    if good:
        newest = max(map(moment, good))
        assert any(moment(one.backup) == newest for one in plan.keep if one.backup.good)


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_something_good_stays_where_there_was_something_good(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    assert any(one.backup.good for one in plan.keep) is any(one.good for one in backups)


@given(histories(), policies, zones, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_the_listing_does_not_matter(
    backups: list[Backup], policy: RetentionPolicy, zone: str, chance: random.Random
) -> None:
    shuffled = backups[:]
    chance.shuffle(shuffled)

    assert plan_retention(shuffled, policy=policy, zone=zone) == plan_retention(
        backups, policy=policy, zone=zone
    )


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_each_part_of_the_plan_is_newest_first(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    for part in (plan.keep, plan.remove):
        moments = [moment(one.backup) for one in part]
        assert moments == sorted(moments, reverse=True)


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_the_zone_in_which_an_instant_is_told_does_not_matter(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    in_utc = [
        Backup(name=one.name, snapshot_time=moment(one), good=one.good, pinned=one.pinned)
        for one in backups
    ]

    assert reasons(plan_retention(backups, policy=policy, zone=zone)) == reasons(
        plan_retention(in_utc, policy=policy, zone=zone)
    )


@given(histories(), policies, zones, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_names_play_no_part_but_between_twins(
    backups: list[Backup], policy: RetentionPolicy, zone: str, chance: random.Random
) -> None:
    """Names only choose between backups of one instant, which hold the same data."""
    names = [one.name for one in backups]
    chance.shuffle(names)
    renamed = [
        Backup(name=name, snapshot_time=one.snapshot_time, good=one.good, pinned=one.pinned)
        for name, one in zip(names, backups, strict=True)
    ]

    def stay(listed: list[Backup]) -> list[tuple[datetime, bool]]:
        plan = plan_retention(listed, policy=policy, zone=zone)
        return sorted((moment(one.backup), one.backup.good) for one in plan.keep)

    assume(len({(moment(one), one.good) for one in backups}) == len(backups))
    assert stay(renamed) == stay(backups)


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_what_is_not_good_displaces_nothing_good(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    good = [one for one in backups if one.good]

    mixed = plan_retention(backups, policy=policy, zone=zone)
    alone = plan_retention(good, policy=policy, zone=zone)

    assert kept(alone) == kept(mixed) & {one.name for one in good}
    assert all(reasons(mixed)[name] == why for name, why in reasons(alone).items())


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_what_is_not_good_stays_until_something_newer_is_good(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    newest = max((moment(one) for one in backups if one.good), default=None)
    for one in backups:
        if not one.good:
            superseded = newest is not None and moment(one) < newest
            assert (one.name in kept(plan)) is (one.pinned or not superseded)


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_more_counts_never_keep_less(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    generous = RetentionPolicy(
        **{
            rule: count if (count := getattr(policy, rule)) == KEEP_ALL else count + 1
            for rule in RULES
        },
        within=(policy.within or timedelta()) + timedelta(days=1),
    )

    assert kept(plan_retention(backups, policy=policy, zone=zone)) <= kept(
        plan_retention(backups, policy=generous, zone=zone)
    )


@given(histories(), policies, zones, st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_newer_good_backup_brings_none_back(
    backups: list[Backup], policy: RetentionPolicy, zone: str, seconds: int
) -> None:
    """Whatever a plan removes, the same history with one more good backup at its end removes."""
    newest = max((moment(one) for one in backups), default=instant("2026-01-01"))
    newer = make_backup(newest + timedelta(seconds=seconds + 1), name="newer")

    before = plan_retention(backups, policy=policy, zone=zone)
    after = plan_retention([*backups, newer], policy=policy, zone=zone)

    assert removed(before) <= removed(after)
    assert "newer" in kept(after)


@given(histories(), policies, zones)
@settings(max_examples=60)
def test_a_plan_carried_out_leaves_nothing_more_to_do(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    plan = plan_retention(backups, policy=policy, zone=zone)

    again = plan_retention([one.backup for one in plan.keep], policy=policy, zone=zone)

    assert again.remove == ()


@given(histories(only_good=True), st.integers(1, 9), st.integers(0, 10**6))
@settings(max_examples=60)
def test_pruning_every_night_keeps_at_least_what_pruning_once_keeps(
    backups: list[Backup], count: int, seconds: int
) -> None:
    """
    The oldest rule speaks of the oldest that is left, so here is where history matters.

    A backup kept as the oldest stands in for those removed before it; pruning all at once may
    remove it, pruning night by night never removes one that pruning once would keep.
    """
    policy = RetentionPolicy(monthly=count)
    nightly: list[Backup] = []
    for one in sorted(backups, key=moment):
        plan = plan_retention([*nightly, one], policy=policy)
        nightly = [decision.backup for decision in plan.keep]

    once = plan_retention(backups, policy=policy)

    # Of twins, either may be the one.
    instants = {moment(one) for one in nightly}
    heads = [one for one in once.keep if one.reasons == ("monthly",)]
    assert {moment(one.backup) for one in heads} <= instants


# What each rule means.


@given(histories(), st.integers(1, 30), zones)
@settings(max_examples=60)
def test_keep_last_keeps_exactly_so_many_of_the_newest_good(
    backups: list[Backup], count: int, zone: str
) -> None:
    plan = make_plan(backups, last=count, zone=zone)

    good = sorted((one for one in backups if one.good), key=moment, reverse=True)
    by_rule = [one for one in plan.keep if "last" in one.reasons]
    assert len(by_rule) == min(count, len(good))
    assert [moment(one.backup) for one in by_rule] == [moment(one) for one in good[:count]]
    others = [one for one in plan.keep if "last" not in one.reasons]
    assert all(one.backup.pinned or not one.backup.good for one in others)


@given(histories(), zones)
@settings(max_examples=60)
def test_keep_last_of_all_keeps_every_good_backup(backups: list[Backup], zone: str) -> None:
    plan = make_plan(backups, last=KEEP_ALL, zone=zone)

    assert {one.name for one in backups if one.good} <= kept(plan)


def keys(rule: str, zone: str) -> Callable[[Backup], object]:
    """Say in which hour, day, week, month, year a backup falls: written down once more."""
    forms = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G week %V"}
    forms |= {"monthly": "%Y-%m", "yearly": "%Y"}
    return lambda one: moment(one).astimezone(ZoneInfo(zone)).strftime(forms[rule])


@given(histories(only_good=True), st.sampled_from(RULES[1:]), st.sampled_from([1, 2, 5, -1]), zones)
@settings(max_examples=150)
def test_a_rule_keeps_the_newest_of_each_bucket_and_the_oldest_while_counts_are_left(
    backups: list[Backup], rule: str, count: int, zone: str
) -> None:
    plan = make_plan(backups, **{rule: count}, zone=zone)

    newest_first = sorted(backups, key=lambda one: (moment(one), one.name), reverse=True)
    buckets = [list(bucket) for _, bucket in groupby(newest_first, key=keys(rule, zone))]
    wanted = buckets if count == KEEP_ALL else buckets[:count]
    expected = {bucket[0].name: (rule,) for bucket in wanted}
    if newest_first and (count == KEEP_ALL or len(buckets) < count):
        expected.setdefault(newest_first[-1].name, (f"oldest {rule}",))
    assert {one.backup.name: one.reasons for one in plan.keep} == expected


@given(histories(only_good=True), st.timedeltas(timedelta(seconds=1), timedelta(days=900)), zones)
@settings(max_examples=60)
def test_keep_within_measures_from_the_newest_good_backup(
    backups: list[Backup], within: timedelta, zone: str
) -> None:
    plan = make_plan(backups, within=within, zone=zone)

    newest = max(map(moment, backups), default=None)
    assert kept(plan) == {one.name for one in backups if newest - moment(one) < within}


@given(histories(only_good=True), policies, zones)
@settings(max_examples=60)
def test_rules_together_keep_what_each_keeps_alone(
    backups: list[Backup], policy: RetentionPolicy, zone: str
) -> None:
    alone: set[str] = set()
    for rule in (*RULES, "within"):
        if value := getattr(policy, rule):
            alone |= kept(make_plan(backups, **{rule: value}, zone=zone))

    assert kept(plan_retention(backups, policy=policy, zone=zone)) == alone


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
        {"within": timedelta(days=2)},
        ["2026-11-20", "2026-11-21", "2026-11-21T02:00:01", "2026-11-23"],
        ["2026-11-21T02:00:01", "2026-11-23"],
    ),
    (
        "within has no oldest rule",
        {"within": timedelta(days=30)},
        ["2026-01-01", "2026-11-23"],
        ["2026-11-23"],
    ),
    (
        "one backup can be kept by several rules, and then counts for each",
        {"last": 1, "daily": 2, "monthly": 2},
        ["2026-10-31", "2026-11-01", "2026-11-22", "2026-11-23"],
        ["2026-10-31", "2026-11-22", "2026-11-23"],
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


def test_reasons_name_every_rule_in_one_order() -> None:
    plan = make_plan(
        make_backups("2026-11-01", "2026-11-22", "2026-11-23"),
        **dict.fromkeys(RULES, 1),
        within=timedelta(days=1.5),
    )

    assert [one.reasons for one in plan.keep] == [
        (*RULES, "within 1.5 days of the newest"),
        ("within 1.5 days of the newest",),
    ]
    assert [one.reasons for one in plan.remove] == [("no rule keeps it",)]


def test_reasons_tell_the_oldest_and_the_pinned() -> None:
    plan = make_plan(
        [make_backup("2026-11-01", pinned=True), *make_backups("2026-11-02", "2026-11-03")],
        monthly=5,
    )

    assert [one.reasons for one in plan.keep] == [("monthly",), ("oldest monthly", "pinned")]


def test_days_begin_at_midnight_of_the_zone() -> None:
    """23:30 and 00:30 UTC are one day in Madrid and two in UTC."""
    backups = make_backups("2026-11-21T23:30", "2026-11-22T00:30", "2026-11-22T23:15")

    in_utc, in_madrid = (make_plan(backups, daily=2, zone=zone) for zone in ZONES[:2])

    assert kept(in_utc) == {"2026-11-21T23:30:00+0000", "2026-11-22T23:15:00+0000"}
    assert kept(in_madrid) == {"2026-11-22T00:30:00+0000", "2026-11-22T23:15:00+0000"}


def test_the_hour_that_comes_twice_in_autumn_is_one_bucket() -> None:
    backups = make_backups("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30")

    plan = make_plan(backups, hourly=2, zone="Europe/Madrid")

    assert kept(plan) == {"2026-10-25T01:30:00+0000", "2026-10-25T02:30:00+0000"}


def test_the_later_of_two_equal_wall_clock_times_is_the_newer() -> None:
    """Python calls these two equal or the wrong way round, unless they are told in UTC."""
    madrid = ZoneInfo("Europe/Madrid")
    summer = make_backup(datetime(2026, 10, 25, 2, 45, tzinfo=madrid, fold=0), name="summer")
    winter = make_backup(datetime(2026, 10, 25, 2, 15, tzinfo=madrid, fold=1), name="winter")

    plan = make_plan([summer, winter], last=1)
    wide = make_plan([summer, winter], within=timedelta(minutes=30))

    assert kept(plan) == {"winter"}
    assert kept(wide) == {"winter"}


def test_twins_are_chosen_between_the_same_way_each_time() -> None:
    twins = [make_backup("2026-11-23", name=name) for name in ("HR.7z", "HR-g2.7z")]

    plans = [make_plan(listed, last=1) for listed in (twins, twins[::-1])]

    assert plans[0] == plans[1]
    assert len(plans[0].keep) == 1


def test_a_backup_from_the_future_counts_as_the_newest() -> None:
    """No clock is read here: what the data say is believed, also of a host whose clock ran wild."""
    backups = make_backups("2026-11-22", "2026-11-23", "2031-01-01")

    plan = make_plan(backups, within=timedelta(days=7))

    assert kept(plan) == {"2031-01-01T02:00:00+0000"}


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
        "2026-11-22T02:00:00+0000": ("last",),
        "2026-11-21T02:00:00+0000": ("not a good backup, a newer good one exists",),
    }


def test_what_is_not_good_stays_beside_a_good_twin() -> None:
    """Only something newer can stand in for it."""
    twins = [make_backup("2026-11-23"), make_backup("2026-11-23", name="twin", good=False)]

    assert "twin" in kept(make_plan(twins, last=1))


# What is refused.


@pytest.mark.parametrize(
    "policy",
    [{}, {"within": timedelta()}, {"within": timedelta(days=-1)}, dict.fromkeys(RULES, 0)],
)
@pytest.mark.parametrize("there", [[], ["2026-11-23"]])
def test_an_empty_policy_is_refused(policy: dict[str, object], there: list[str]) -> None:
    with pytest.raises(RetentionRefusedError, match="empty") as caught:
        make_plan(make_backups(*there), **policy)

    assert RetentionPolicy(**policy).is_empty
    assert "keep_last" in caught.value.hint


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("count", [1, KEEP_ALL])
def test_a_policy_with_one_rule_is_not_empty(rule: str, count: int) -> None:
    assert not RetentionPolicy(**{rule: count}).is_empty


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
    ],
)
def test_check_plan_refuses_a_plan_that_breaks_a_rule(
    keep: list[Backup], remove: list[Backup], named: str
) -> None:
    with pytest.raises(RetentionRefusedError, match=named) as caught:
        check_plan(RetentionPlan(keep=decisions(keep), remove=decisions(remove)))

    assert "Nothing was removed" in caught.value.hint


@pytest.mark.parametrize(
    ("keep", "remove"),
    [
        ([], []),
        ([], [make_backup("2026-11-23", good=False)]),
        ([make_backup("2026-11-23")], [make_backup("2026-11-22")]),
        ([make_backup("2026-11-23")], [make_backup("2026-11-23", name="twin")]),
    ],
)
def test_check_plan_lets_a_sound_plan_pass(keep: list[Backup], remove: list[Backup]) -> None:
    check_plan(RetentionPlan(keep=decisions(keep), remove=decisions(remove)))


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

    assert plan.lines() == (
        "keep   new.7z  data of 2026-11-23 03:00:00+0100  (last; daily)",
        "remove old.7z  data of 2026-11-22 02:00:00+0000  (no rule keeps it)",
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
        ({"within": timedelta(hours=36)}, "all within 1.5 days"),
        ({"daily": 7, "within": timedelta(days=2)}, "7 daily, all within 2 days"),
        ({}, "nothing"),
    ],
)
def test_policy_reads_as_words(policy: dict[str, object], words: str) -> None:
    assert RetentionPolicy(**policy).in_words() == words
