"""
What must hold for every history and every policy.

Each property runs over a hundred stories that hypothesis draws and shrinks; with the mark `slow`,
over ten thousand more.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from oracle_backup.domain.retention import (
    KEEP_ALL,
    Backup,
    RetentionPlan,
    RetentionPolicy,
    Span,
    apply_rules,
    plan_retention,
)
from oracle_backup.errors import RetentionRefusedError
from support.histories import COUNTED, WITHIN, Story, stories, story_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FORMS = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G week %V"}
FORMS |= {"monthly": "%Y-%m", "yearly": "%Y"}


def plan_of(story: Story, **changes: object) -> RetentionPlan:
    values = {"policy": story.policy, "zone": story.zone, "now": story.now}
    return plan_retention(changes.pop("backups", story.backups), **(values | changes))


def kept(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.keep}


def removed(plan: RetentionPlan) -> set[str]:
    return {decision.backup.name for decision in plan.remove}


def reasons(plan: RetentionPlan) -> dict[str, tuple[str, ...]]:
    return {one.backup.name: one.reasons for one in (*plan.keep, *plan.remove)}


def moment(backup: Backup) -> datetime:
    return backup.snapshot_time.astimezone(UTC)


def believed(story: Story) -> list[Backup]:
    """Good backups that are not of the future."""
    return [one for one in story.backups if one.good and moment(one) < story.now]


def young(one: Backup, story: Story) -> bool:
    """Whether nobody has read the archive back in the week since its export."""
    return one.unread_since is not None and story.now - one.unread_since < timedelta(days=7)


def keep_and_remove_divide_the_backups(story: Story) -> None:
    plan = plan_of(story)

    assert len(plan.keep) + len(plan.remove) == len(story.backups)
    assert kept(plan) | removed(plan) == {backup.name for backup in story.backups}
    assert all(why and all(why) for why in reasons(plan).values())


def the_newest_good_backup_stays(story: Story) -> None:
    good = believed(story)
    if good:
        newest = max(map(moment, good))
        stays = [one.backup for one in plan_of(story).keep if one.backup.good]
        assert any(moment(one) == newest for one in stays)


def pinned_backups_stay(story: Story) -> None:
    assert {one.name for one in story.backups if one.pinned} <= kept(plan_of(story))


def something_good_stays_where_there_was_something_good(story: Story) -> None:
    plan = plan_of(story)

    assert any(one.backup.good for one in plan.keep) is any(one.good for one in story.backups)


def backups_of_the_future_stay_and_push_nothing_out(story: Story) -> None:
    future = {one.name for one in story.backups if moment(one) >= story.now}

    mixed = plan_of(story)
    without = plan_of(story, backups=[one for one in story.backups if one.name not in future])

    assert kept(mixed) == kept(without) | future
    assert all(reasons(mixed)[name] == why for name, why in reasons(without).items())


def the_order_of_the_listing_does_not_matter(story: Story) -> None:
    shuffled = story.backups[:]
    story.chance.shuffle(shuffled)

    assert plan_of(story, backups=shuffled) == plan_of(story)


def each_part_of_the_plan_is_newest_first(story: Story) -> None:
    plan = plan_of(story, max_delete=1)

    for part in (plan.keep, plan.remove, plan.later):
        moments = [moment(one.backup) for one in part]
        assert moments == sorted(moments, reverse=True)


def the_zone_in_which_an_instant_is_told_does_not_matter(story: Story) -> None:
    in_utc = [dataclasses.replace(one, snapshot_time=moment(one)) for one in story.backups]

    assert reasons(plan_of(story)) == reasons(plan_of(story, backups=in_utc))


def names_only_choose_between_twins(story: Story) -> None:
    # Of one instant, and one of them not good or pinned: then a name decides more than a twin.
    if len({moment(one) for one in story.backups}) < len(story.backups):
        return
    names = [one.name for one in story.backups]
    story.chance.shuffle(names)
    renamed = [
        dataclasses.replace(one, name=name) for name, one in zip(names, story.backups, strict=True)
    ]

    def stay(plan: RetentionPlan) -> list[datetime]:
        return sorted(moment(one.backup) for one in plan.keep)

    assert stay(plan_of(story, backups=renamed)) == stay(plan_of(story))


def what_is_not_good_displaces_nothing_good(story: Story) -> None:
    good = [one for one in story.backups if one.good]

    mixed, alone = plan_of(story), plan_of(story, backups=good)

    assert kept(alone) == kept(mixed) & {one.name for one in good}
    assert all(reasons(mixed)[name] == why for name, why in reasons(alone).items())


def what_is_not_good_stays_until_something_newer_is_good(story: Story) -> None:
    plan = plan_of(story)

    newest = max(map(moment, believed(story)), default=None)
    for one in story.backups:
        if not one.good:
            superseded = newest is not None and moment(one) < newest
            assert (one.name in kept(plan)) is (one.pinned or not superseded or young(one, story))


def what_its_run_may_still_read_back_stays(story: Story) -> None:
    unread = {one.name for one in story.backups if young(one, story)}

    assert unread <= kept(plan_of(story))


def more_never_keeps_less(story: Story) -> None:
    def longer(span: Span | None) -> Span:
        return dataclasses.replace(span or Span(), days=(span.days if span else 0) + 1)

    generous = RetentionPolicy(
        **{
            rule: count if (count := getattr(story.policy, rule)) == KEEP_ALL else count + 1
            for rule in COUNTED
        },
        **{rule: longer(getattr(story.policy, rule)) for rule in WITHIN},
    )

    assert kept(plan_of(story)) <= kept(plan_of(story, policy=generous))


def a_newer_good_backup_brings_none_back(story: Story) -> None:
    """Whatever a plan removes, the same history with one more good backup at its end removes."""
    past = [one for one in story.backups if moment(one) < story.now]
    now = story.now + timedelta(days=40)
    at = story.now + timedelta(seconds=story.number % (40 * 86_400))
    newer = Backup(name="newer", snapshot_time=at)

    before = plan_of(story, backups=past, now=now)
    after = plan_of(story, backups=[*past, newer], now=now)

    assert removed(before) <= removed(after)
    assert "newer" in kept(after)


def a_plan_carried_out_leaves_nothing_more_to_do(story: Story) -> None:
    plan = plan_of(story)

    again = plan_of(story, backups=[one.backup for one in plan.keep])

    assert again.remove == ()


def a_plan_carried_out_in_steps_loses_nothing_that_one_step_keeps(story: Story) -> None:
    """The oldest that is left may stay where the oldest of all was too old: never the reverse."""
    most = story.number % 3 + 1
    left = story.backups
    while (plan := plan_of(story, backups=left, max_delete=most)).remove:
        assert len(plan.remove) <= most
        assert all(
            moment(one.backup) <= moment(two.backup) for one in plan.remove for two in plan.later
        )
        assert len(plan.later) == 0 or len(plan.remove) == most
        left = [one.backup for one in (*plan.keep, *plan.later)]

    assert plan.later == ()
    assert kept(plan_of(story)) <= {one.name for one in left}


def rules_together_keep_what_each_keeps_alone(story: Story) -> None:
    alone: set[str] = set()
    for rule in (*COUNTED, *WITHIN):
        policy = RetentionPolicy(**{rule: getattr(story.policy, rule)})
        if not policy.is_empty:
            alone |= kept(plan_of(story, policy=policy))

    assert kept(plan_of(story)) == alone


def keep_last_keeps_exactly_so_many_of_the_newest_good(story: Story) -> None:
    count = story.number % 9 + 1

    plan = plan_of(story, policy=RetentionPolicy(last=count))

    good = sorted(map(moment, believed(story)), reverse=True)
    by_rule = [moment(one.backup) for one in plan.keep if "last snapshot" in one.reasons]
    assert by_rule == good[:count]


def a_rule_keeps_the_newest_of_each_bucket_and_the_oldest_while_counts_are_left(
    story: Story,
) -> None:
    rule = COUNTED[1:][story.number % 5]
    count = (1, 2, 5, KEEP_ALL)[story.number // 5 % 4]
    newest_first = sorted(map(moment, believed(story)), reverse=True)

    found = apply_rules(
        newest_first,
        policy=RetentionPolicy(**{rule: count}),
        zone=ZoneInfo(story.zone),
        now=story.now,
    )

    buckets = buckets_of(range(len(newest_first)), newest_first, rule, story.zone)
    wanted = buckets if count == KEEP_ALL else buckets[:count]
    expected = {bucket[0]: (f"{rule} snapshot",) for bucket in wanted}
    if newest_first and (count == KEEP_ALL or len(buckets) < count):
        expected.setdefault(len(newest_first) - 1, (f"oldest {rule} snapshot",))
    assert {nr: why for nr, why in enumerate(found) if why} == expected


def a_rule_within_a_span_keeps_the_newest_of_each_bucket_younger_than_that(story: Story) -> None:
    rule = COUNTED[1:][story.number % 5]
    span = getattr(story.policy, f"within_{rule}") or Span(days=30)
    zone = ZoneInfo(story.zone)
    newest_first = sorted(map(moment, believed(story)), reverse=True)

    found = apply_rules(
        newest_first,
        policy=RetentionPolicy(**{f"within_{rule}": span}),
        zone=zone,
        now=story.now,
    )

    after = span.before(newest_first[0], zone=zone) if newest_first else None
    young = [nr for nr, at in enumerate(newest_first) if after is None or at > after]
    words = f"{rule} within {span}"
    expected = {bucket[0]: (words,) for bucket in buckets_of(young, newest_first, rule, story.zone)}
    if young and young[-1] == len(newest_first) - 1:
        expected.setdefault(young[-1], (f"oldest {words}",))
    assert {nr: why for nr, why in enumerate(found) if why} == expected


def buckets_of(
    numbers: Iterable[int], times: list[datetime], rule: str, zone: str
) -> list[list[int]]:
    """Say which instants fall into one hour, day, week, month, year: written down once more."""

    def key(nr: int) -> str:
        try:
            return times[nr].astimezone(ZoneInfo(zone)).strftime(FORMS[rule])
        except OverflowError:
            return times[nr].strftime(FORMS[rule])

    return [list(bucket) for _, bucket in groupby(numbers, key=key)]


def a_twin_changes_nothing_for_the_calendar(story: Story) -> None:
    """Which instants stay is the same, whether a backup was made once or twice."""
    if not story.backups:
        return
    policy = RetentionPolicy(**{rule: getattr(story.policy, rule) for rule in COUNTED[1:]})
    if policy.is_empty:
        policy = RetentionPolicy(daily=3, monthly=2)
    twin = dataclasses.replace(story.chance.choice(story.backups), name="twin", pinned=False)

    def stay(backups: list[Backup]) -> set[datetime]:
        plan = plan_of(story, backups=backups, policy=policy)
        return {moment(one.backup) for one in plan.keep}

    assert stay([*story.backups, twin]) == stay(story.backups)


def whole_weeks_earlier_the_days_and_weeks_are_the_same(story: Story) -> None:
    """Where the clocks never turn, no rule of hours, days and weeks knows one week from another."""
    weeks = timedelta(weeks=story.number % 500)
    near = [one for one in story.backups if 1900 < moment(one).year < 2200]
    earlier = [
        dataclasses.replace(
            one,
            snapshot_time=moment(one) - weeks,
            unread_since=one.unread_since and one.unread_since - weeks,
        )
        for one in near
    ]
    policy = RetentionPolicy(
        last=max(story.policy.last, 1),
        hourly=story.policy.hourly,
        daily=story.policy.daily,
        weekly=story.policy.weekly,
        within=Span(days=10, hours=3),
        within_daily=Span(days=100),
    )

    assert reasons(plan_of(story, backups=near, policy=policy, zone="UTC")) == reasons(
        plan_of(story, backups=earlier, policy=policy, zone="UTC", now=story.now - weeks)
    )


def a_stale_history_keeps_half(story: Story) -> None:
    """While the newest is older than expected, no plan takes more than half; else any may."""
    plan = plan_of(story)
    good = [one.backup.good for one in plan.keep].count(True)
    good_going = [one.backup.good for one in plan.remove].count(True)
    large = len(plan.remove) > len(plan.keep) or good_going > good
    newest = max(map(moment, believed(story)), default=None)
    age = story.now - newest if newest else timedelta()

    assert plan_of(story, expected_age=age) == plan
    if newest is None or not large:
        assert plan_of(story, expected_age=timedelta()) == plan
        return
    with pytest.raises(RetentionRefusedError, match="older than expected"):
        plan_of(story, expected_age=age - timedelta(microseconds=1))


def a_rule_of_all_never_removes_a_good_backup(story: Story) -> None:
    plan = plan_of(story, policy=dataclasses.replace(story.policy, last=KEEP_ALL))

    assert {one.name for one in story.backups if one.good} <= kept(plan)


PROPERTIES: tuple[Callable[[Story], None], ...] = (
    keep_and_remove_divide_the_backups,
    the_newest_good_backup_stays,
    pinned_backups_stay,
    something_good_stays_where_there_was_something_good,
    backups_of_the_future_stay_and_push_nothing_out,
    the_order_of_the_listing_does_not_matter,
    each_part_of_the_plan_is_newest_first,
    the_zone_in_which_an_instant_is_told_does_not_matter,
    names_only_choose_between_twins,
    what_is_not_good_displaces_nothing_good,
    what_is_not_good_stays_until_something_newer_is_good,
    what_its_run_may_still_read_back_stays,
    more_never_keeps_less,
    a_newer_good_backup_brings_none_back,
    a_plan_carried_out_leaves_nothing_more_to_do,
    a_plan_carried_out_in_steps_loses_nothing_that_one_step_keeps,
    rules_together_keep_what_each_keeps_alone,
    keep_last_keeps_exactly_so_many_of_the_newest_good,
    a_rule_keeps_the_newest_of_each_bucket_and_the_oldest_while_counts_are_left,
    a_rule_within_a_span_keeps_the_newest_of_each_bucket_younger_than_that,
    a_twin_changes_nothing_for_the_calendar,
    whole_weeks_earlier_the_days_and_weeks_are_the_same,
    a_stale_history_keeps_half,
    a_rule_of_all_never_removes_a_good_backup,
)
each_property = pytest.mark.parametrize(
    "holds", PROPERTIES, ids=[one.__name__ for one in PROPERTIES]
)


@each_property
def test_it_holds_for_every_story(holds: Callable[[Story], None]) -> None:
    settings(max_examples=100, deadline=None)(given(stories())(holds))()


@pytest.mark.slow
@each_property
def test_it_holds_for_ten_thousand_stories(holds: Callable[[Story], None]) -> None:
    """A story is made from its number, which a failure tells: drawing one takes far longer."""
    for number in range(10_000):
        try:
            holds(story_of(number))
        except BaseException as error:
            error.add_note(f"It is broken by story_of({number}).")
            raise
