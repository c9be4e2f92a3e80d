"""The chart of a report, as an image: what it shows, and that it goes with every mail."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFont

from oracle_backup.adapters.charts import draw_chart
from oracle_backup.domain.report.html_page import PICTURE_HEIGHT, PICTURE_WIDTH
from oracle_backup.domain.report.page import Picture, Point
from oracle_backup.domain.report.sections import build_sections
from support.builders import make_report, make_run

NEWEST, OTHER, BAD = (10, 92, 184), (143, 184, 230), (217, 138, 134)


def make_picture(*uppers: float, bad: tuple[int, ...] = (), lower: float | None = 4.0) -> Picture:
    return Picture(
        cid="x@y",
        alt="",
        upper_title="Archive",
        lower_title="Dump : archive",
        points=tuple(
            Point(label=f"{at}", upper=one, upper_text="1 GiB", lower=lower, is_bad=at in bad)
            for at, one in enumerate(uppers)
        ),
    )


def drawn(picture: Picture) -> Image.Image:
    content = draw_chart(picture)
    assert content.startswith(b"\x89PNG\r\n")
    return Image.open(io.BytesIO(content)).convert("RGB")


def columns(image: Image.Image, colour: tuple[int, int, int], *, rows: range) -> dict[int, int]:
    """Return how many pixels of about this colour each column has."""
    found = {x: sum(near(image.getpixel((x, y)), colour) for y in rows) for x in range(image.width)}
    return {x: count for x, count in found.items() if count > 4}


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=True))


BARS = range(60, 234)
LINE = range(340, 404)


def test_image_is_twice_the_size_at_which_it_is_shown() -> None:
    assert drawn(make_picture(1, 2)).size == (2 * PICTURE_WIDTH, 2 * PICTURE_HEIGHT)


def test_bars_are_as_high_as_their_figures_and_the_newest_stands_out() -> None:
    image = drawn(make_picture(100, 50, 25))

    assert max(columns(image, OTHER, rows=BARS).values()) == pytest.approx(170, abs=8)
    newest = columns(image, NEWEST, rows=BARS)
    assert max(newest.values()) == pytest.approx(46, abs=4)
    assert min(newest) > image.width * 2 / 3


def test_bar_of_a_backup_that_does_not_count_has_another_colour() -> None:
    assert columns(drawn(make_picture(9, 9, bad=(0,))), BAD, rows=BARS)
    assert not columns(drawn(make_picture(9, 9)), BAD, rows=BARS)


def test_line_is_drawn_below_where_there_is_a_second_figure() -> None:
    with_line = drawn(make_picture(1, 2, 3))
    without = drawn(make_picture(1, 2, 3, lower=None))

    assert columns(with_line, NEWEST, rows=LINE)
    assert not columns(without, NEWEST, rows=LINE)


@pytest.mark.parametrize("uppers", [(), (0,), (0, 0), (1,), (-1, 5), (1e30, 1)])
@pytest.mark.parametrize("lower", [None, 0.0, 4.0, 1e30])
def test_odd_figures_break_nothing(uppers: tuple[float, ...], lower: float | None) -> None:
    assert drawn(make_picture(*uppers, lower=lower)).height == 2 * PICTURE_HEIGHT


@pytest.mark.parametrize("language", ["en", "es"])
def test_typeface_has_every_letter_that_is_drawn(language: str) -> None:
    """It is the one that Pillow brings, which has no accents."""
    report = make_report(language=language, history=(make_run(), make_run(dump_bytes=0)))
    picture = next(one.picture for one in build_sections(report) if one.picture is not None)
    words = [picture.upper_title, picture.lower_title]
    words += [text for one in picture.points for text in (one.label, one.upper_text)]
    words += [one.lower_text for one in picture.points]
    font = ImageFont.load_default(32)
    missing = font.getmask("ñ").getbbox(), bytes(font.getmask("ñ"))

    for letter in set("".join(words)) - {" "}:
        assert (font.getmask(letter).getbbox(), bytes(font.getmask(letter))) != missing


def test_image_is_small() -> None:
    assert len(draw_chart(make_picture(*range(1, 15)))) < 30_000
