from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.duration import LONGEST, parse_duration, render_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", timedelta(minutes=90)),
        ("6h", timedelta(hours=6)),
        ("1d12h", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("1w2d3h4m5s", timedelta(days=9, hours=3, minutes=4, seconds=5)),
    ],
)
def test_duration_is_read(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "6", "h", "0h", "06h", "6 h", "-6h", "6h1d", "6h6h", "1.5h", "PT6H", "6h\n", "6H"]
)
def test_duration_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a duration such as 90m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36526d", "9" * 400 + "w", "5217w6d5h", "36525d1s"])
def test_duration_of_more_than_a_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 100 years"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["1w", "10d", "1d", "36525d", "1d1s", "23h59m59s"])
def test_duration_is_written_in_the_plainest_form(text: str) -> None:
    assert render_duration(parse_duration(text)) == text


@given(st.integers(min_value=1, max_value=int(LONGEST.total_seconds())))
def test_duration_written_is_read_back(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(render_duration(duration)) == duration
