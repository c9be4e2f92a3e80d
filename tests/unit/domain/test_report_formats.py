"""Days and figures, as English and Spanish write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oracle_backup.domain.report.formats import (
    format_count,
    format_decimal,
    format_duration,
    format_instant,
    format_short_day,
    format_size,
    spanish_figures,
)

MOMENT = datetime(2026, 11, 3, 23, 30, 5, tzinfo=UTC)


def test_instant_is_shown_by_the_clocks_of_its_zone() -> None:
    assert format_instant(MOMENT, zone="UTC") == "2026-11-03 23:30:05 UTC"
    assert format_instant(MOMENT, zone="Europe/Madrid") == "2026-11-04 00:30:05 Europe/Madrid"
    assert format_instant(MOMENT, zone="UTC", language="es") == "03/11/2026 23:30:05 UTC"


def test_short_day_has_day_and_month_in_the_order_of_the_language() -> None:
    assert format_short_day(MOMENT, zone="Europe/Madrid") == "11-04"
    assert format_short_day(MOMENT, zone="Europe/Madrid", language="es") == "04/11"


def test_figures_have_the_signs_of_the_language() -> None:
    assert [format_count(1_234_567), format_count(1_234_567, language="es")] == [
        "1,234,567",
        "1.234.567",
    ]
    assert [format_decimal(1234.56), format_decimal(1234.56, language="es")] == [
        "1,234.6",
        "1.234,6",
    ]
    assert [format_size(3.1 * 1024**3), format_size(3.1 * 1024**3, language="es")] == [
        "3.1 GiB",
        "3,1 GiB",
    ]
    assert [format_duration(9.54), format_duration(9.54, language="es")] == ["9.5 s", "9,5 s"]


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("3.1 GiB", "3,1 GiB"),
        ("512 bytes", "512 bytes"),
        ("9.5 s", "9,5 s"),
        ("1 h 02 min 03 s", "1 h 02 min 03 s"),
        ("1,234,567", "1.234.567"),
        ("2026-11-03 02:00", "03/11/2026 02:00"),
        ("3.1 GiB of 1,024 on 2026-11-03", "3,1 GiB of 1.024 on 03/11/2026"),
        ("19.21.0.0.0", "19.21.0.0.0"),
        ("HR-2026-11-03.7z", "HR-2026-11-03.7z"),
        ("2026-11-03T02:00:00", "2026-11-03T02:00:00"),
        ("1,2", "1,2"),
        ("v3.1 GiB", "v3.1 GiB"),
    ],
)
def test_figures_of_an_english_text_are_written_as_in_spanish(english: str, spanish: str) -> None:
    assert spanish_figures(english) == spanish
