from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from oracle_backup.domain.retention import Span, parse_span

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("9h", Span(hours=9), "9h"),
        ("30d", Span(days=30), "30d"),
        ("6m", Span(months=6), "6m"),
        ("1y2m3d4h", Span(years=1, months=2, days=3, hours=4), "1y2m3d4h"),
        ("4h3d2m1y", Span(years=1, months=2, days=3, hours=4), "1y2m3d4h"),
        (" 5d\n", Span(days=5), "5d"),
        ("3d5d", Span(days=5), "5d"),
        ("9999y", Span(years=9999), "9999y"),
        ("007d", Span(days=7), "7d"),
        ("0d", Span(), ""),
        ("", Span(), ""),
    ],
)
def test_span_is_read_and_written_as_restic_does(text: str, span: Span, written: str) -> None:
    assert parse_span(text) == span
    assert str(span) == written
    assert span.is_nothing is not bool(written)


@pytest.mark.parametrize(
    "text", ["2w", "5", "d", "5 d", "1y 2m", "-7m", "1d12", "1.5d", "1Y", "5s", "٥d", "1y4m3w1d"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a span of years, months, days and hours"):
        parse_span(text)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(hours=1), "1 hour"),
        (Span(days=2, hours=3), "2 days and 3 hours"),
        (Span(years=1, months=6, days=1), "1 year, 6 months and 1 day"),
        (Span(), "nothing"),
    ],
)
def test_span_reads_as_words(span: Span, words: str) -> None:
    assert span.in_words() == words


@pytest.mark.parametrize(
    ("moment", "span", "before"),
    [
        # A day the month does not have runs over into the next one.
        ("2027-03-31T02:00+00:00", Span(months=1), "2027-03-03T02:00+00:00"),
        ("2028-03-31T02:00+00:00", Span(months=1), "2028-03-02T02:00+00:00"),
        ("2028-02-29T02:00+00:00", Span(years=1), "2027-03-01T02:00+00:00"),
        ("2026-10-31T02:00+00:00", Span(months=1), "2026-10-01T02:00+00:00"),
        # Years and months first, then days, all at once.
        ("2027-03-31T02:00+00:00", Span(months=1, days=3), "2027-02-28T02:00+00:00"),
        ("2027-01-15T02:00+00:00", Span(months=13), "2025-12-15T02:00+00:00"),
        ("2027-01-15T02:00+00:00", Span(years=1, months=2, days=3, hours=4), "2025-11-11T22:00Z"),
        ("2027-01-15T02:30:15.5+00:00", Span(days=15), "2026-12-31T02:30:15.5Z"),
    ],
)
def test_months_are_of_the_calendar(moment: str, span: Span, before: str) -> None:
    found = span.before(datetime.fromisoformat(moment), zone=ZoneInfo("UTC"))

    assert found == datetime.fromisoformat(before)


@pytest.mark.parametrize(
    ("moment", "span", "before"),
    [
        # Days go by the clock on the wall, hours by the one that never turns.
        ("2026-10-26T01:00Z", Span(days=1), "2026-10-25T01:00Z"),
        ("2026-10-25T12:00Z", Span(days=1), "2026-10-24T11:00Z"),
        ("2026-10-25T12:00Z", Span(hours=24), "2026-10-24T12:00Z"),
        ("2026-03-29T12:00Z", Span(days=1), "2026-03-28T13:00Z"),
        # 02:30 comes twice: the second time is taken, as Go does east of Greenwich.
        ("2026-10-26T01:30Z", Span(days=1), "2026-10-25T01:30Z"),
        # 02:30 does not come at all: the clocks show 03:30 then.
        ("2026-03-30T00:30Z", Span(days=1), "2026-03-29T01:30Z"),
    ],
)
def test_days_are_of_the_zone(moment: str, span: Span, before: str) -> None:
    found = span.before(datetime.fromisoformat(moment), zone=MADRID)

    assert found == datetime.fromisoformat(before)


def test_an_hour_that_comes_twice_west_of_greenwich_is_the_first_as_in_go() -> None:
    found = Span(days=1).before(
        datetime(2026, 11, 2, 6, 30, tzinfo=UTC), zone=ZoneInfo("America/New_York")
    )

    assert found == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "span",
    [
        Span(years=9999),
        Span(months=99_999),
        Span(days=10**9),
        Span(days=10**12),
        Span(hours=10**9),
        Span(hours=10**18),
    ],
)
def test_what_is_before_all_time_has_no_instant(span: Span) -> None:
    assert span.before(datetime(2026, 11, 23, 2, tzinfo=UTC), zone=MADRID) is None


def test_the_zone_of_an_instant_at_the_end_of_the_calendar_does_not_matter() -> None:
    end = datetime.max.replace(tzinfo=UTC)

    assert Span(days=1).before(end, zone=ZoneInfo("Pacific/Apia")) is None
