"""How sizes and durations read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.units import format_age, format_bytes, format_seconds


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2, "1.0 MiB"),
        (3.1 * 1024**3, "3.1 GiB"),
        (1024**4, "1.0 TiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_format_bytes(size: float, text: str) -> None:
    assert format_bytes(size) == text


@given(st.integers(0, 2**60))
def test_format_bytes_is_near_the_truth(size: int) -> None:
    number, unit = format_bytes(size).split()
    factor = 1024 ** ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit)

    assert abs(float(number) * factor - size) <= factor * 0.051
    assert unit == "TiB" or float(number) <= 1024


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (1.25, "1.2 s"),
        (9.9, "9.9 s"),
        (10, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (61, "1 min 01 s"),
        (3599.7, "1 h 00 min 00 s"),
        (3723, "1 h 02 min 03 s"),
        (90_000, "25 h 00 min 00 s"),
    ],
)
def test_format_seconds(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h 00 min"),
        (timedelta(hours=23, minutes=5), "23 h 05 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
    ],
)
def test_format_age(age: timedelta, text: str) -> None:
    assert format_age(age) == text
