from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from oracle_backup.config.expected_age import expected_age, longest_gap
from oracle_backup.config.keep_span import WRITTEN, KeepSpan, parse_keep_span, render_keep_span
from oracle_backup.config.model import SchemaSettings
from oracle_backup.domain.retention import KEEP_ALL, RetentionPolicy, Span

Settings = Callable[[str], SchemaSettings]
Problems = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("30d", Span(days=30), "30d"),
        ("8w", Span(days=56), "56d"),
        ("6mo", Span(months=6), "6mo"),
        ("1y6mo", Span(years=1, months=6), "1y6mo"),
        ("1y6m", Span(years=1, months=6), "1y6mo"),
        ("6m7d", Span(months=6, days=7), "6mo7d"),
        ("1y2m3w4d5h", Span(years=1, months=2, days=25, hours=5), "1y2mo25d5h"),
        ("75y", Span(years=75), "75y"),
    ],
)
def test_span_of_the_file_is_restics_and_weeks(text: str, span: Span, written: str) -> None:
    assert parse_keep_span(text) == span
    assert render_keep_span(span) == written
    assert parse_keep_span(written) == span
    assert re.fullmatch(WRITTEN, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("6m", "months are written mo, as in 6mo"),
        ("90m", "months are written mo, as in 90mo"),
        ("", "must be a span such as"),
        ("0d", "must be a span such as"),
        ("d", "must be a span such as"),
        ("1d12h30m", "must be a span such as"),
        ("90s", "must be a span such as"),
        ("7d1y", "must be a span such as"),
        ("-1d", "must be a span such as"),
        ("1d\n", "must be a span such as"),
        ("1000000d", "must be a span such as"),
    ],
)
def test_what_is_no_span_or_could_be_minutes_is_refused(text: str, said: str) -> None:
    assert not text or not re.fullmatch(WRITTEN, text)
    with pytest.raises(ValueError, match=said):
        parse_keep_span(text)


def test_span_goes_into_a_model_and_out_again() -> None:
    class Holder(BaseModel):
        model_config = ConfigDict(strict=True)
        span: KeepSpan

    held = Holder.model_validate({"span": "1y6mo"})

    assert Holder.model_validate({"span": held.span}) == held
    assert json.loads(held.model_dump_json()) == {"span": "1y6mo"}


def test_every_option_reaches_the_policy(settings: Settings) -> None:
    found = settings(
        """retention: {keep_last: 1, keep_hourly: 2, keep_daily: 3, keep_weekly: 4,
          keep_monthly: 5, keep_yearly: -1, keep_within: 1d, keep_within_hourly: 2d,
          keep_within_daily: 3w, keep_within_weekly: 4mo, keep_within_monthly: 5y,
          keep_within_yearly: 6y6mo, max_delete: 7}"""
    )

    assert found.retention.policy == RetentionPolicy(
        last=1,
        hourly=2,
        daily=3,
        weekly=4,
        monthly=5,
        yearly=KEEP_ALL,
        within=Span(days=1),
        within_hourly=Span(days=2),
        within_daily=Span(days=21),
        within_weekly=Span(months=4),
        within_monthly=Span(years=5),
        within_yearly=Span(years=6, months=6),
    )
    assert found.retention.max_delete == 7


@pytest.mark.parametrize("group", ["retention", "host_retention"])
def test_where_only_the_limit_is_given_seven_are_kept(settings: Settings, group: str) -> None:
    found = getattr(settings(f"{group}: {{max_delete: -1}}"), group)

    assert found.policy == RetentionPolicy(last=7)
    assert found.max_delete == KEEP_ALL


@pytest.mark.parametrize("text", ["", "host_retention:", "host_retention: {}"])
def test_nothing_stays_on_the_host_unless_asked_for(settings: Settings, text: str) -> None:
    found = settings(text or "{}")

    assert found.host_retention is None
    assert found.retention.max_delete == 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retention: {keep_within: 6m}", "must be a span whose months are written mo, as in 6mo"),
        ("retention: {keep_within: 7}", "must be a span with its unit"),
        ("retention: {keep_last: -2}", "must be at least -1"),
        ("retention: {keep_last: 0}", "keeps nothing"),
        ("retention: {keep_daily: null}", "keeps nothing"),
        ("host_retention: {keep_last: 0}", "keeps nothing"),
        ("retention: {max_delete: 0}", "must be at least 1, or -1 for no limit"),
        ("host_retention: {max_delete: 0}", "must be at least 1, or -1 for no limit"),
        ("{host_retention: {keep_last: 1}, keep_dump: true}", "does not go with host_retention"),
    ],
)
def test_what_can_not_be_meant_is_refused(problems: Problems, text: str, said: str) -> None:
    (line,) = problems(text)

    assert said in line


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("0 2 * * *", timedelta(days=1)),
        ("@daily", timedelta(days=1)),
        ("@hourly", timedelta(hours=1)),
        ("@weekly", timedelta(weeks=1)),
        ("@monthly", timedelta(days=31)),
        ("@quarterly", timedelta(days=92)),
        ("@yearly", timedelta(days=366)),
        ("* * * * *", timedelta(minutes=1)),
        ("*/5 * * * *", timedelta(minutes=5)),
        ("0,20 * * * *", timedelta(minutes=40)),
        ("0 6,18 * * *", timedelta(hours=12)),
        ("0 1,20 * * *", timedelta(hours=19)),
        ("0 2 * 1-6 *", timedelta(days=185)),
        ("30 8-18 * * *", timedelta(hours=14)),
        ("0 2 * * 1-5", timedelta(days=3)),
        ("*/5 8-17 * * 1-5", timedelta(days=2, hours=14, minutes=5)),
        ("0 2 * * 1#2", timedelta(days=35)),
        ("0 2 L * *", timedelta(days=31)),
        ("0 2 29 2 *", timedelta(days=1461)),
        ("0 2 1 1,2 *", timedelta(days=335)),
        ("* * 1-10 1 *", timedelta(days=356, minutes=1)),
        ("0 2 31 * *", timedelta(days=61)),
        ("0 2 13 * 5", timedelta(days=7)),
    ],
)
def test_longest_time_between_two_fires(schedule: str, gap: timedelta) -> None:
    assert longest_gap(schedule) == gap


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("{}", timedelta(hours=30)),
        ("start_late_limit: 12h", timedelta(hours=36)),
        ("start_late_limit: 5m", timedelta(hours=30)),
        ("start_late_limit: null", timedelta(hours=30)),
        ("schedule: null", None),
        ("schedule: '@weekly'", timedelta(days=7, hours=6)),
        # The longest night is that on which the clocks are put back.
        ("timezone: Europe/Madrid", timedelta(hours=31)),
        ("timezone: America/New_York", timedelta(hours=31)),
        ("timezone: Australia/Lord_Howe", timedelta(hours=30, minutes=30)),
        ("timezone: Antarctica/Troll", timedelta(hours=32)),
        ("timezone: Asia/Tokyo", timedelta(hours=30)),
        ("{timezone: Europe/Madrid, max_age: 2d}", timedelta(days=2)),
        ("max_age: 2d", timedelta(days=2)),
        ("{max_age: 2d, schedule: null}", timedelta(days=2)),
    ],
)
def test_newest_backup_may_be_as_old_as_the_schedule_makes_it(
    settings: Settings, text: str, age: timedelta | None
) -> None:
    assert expected_age(settings(text)) == age
