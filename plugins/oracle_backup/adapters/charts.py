"""How is a report's chart drawn as an image?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from oracle_backup.domain.report.html_page import PICTURE_HEIGHT, PICTURE_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.domain.report.page import Picture, Point

_SCALE: Final = 2
"""Pixels drawn for each of the page's: phones and newer screens show them all."""
_WIDTH: Final = PICTURE_WIDTH * _SCALE
_HEIGHT: Final = PICTURE_HEIGHT * _SCALE
_EDGE: Final = 4 * _SCALE
_FONT_SIZE: Final = 16 * _SCALE
_BARS: Final = (26 * _SCALE, 118 * _SCALE)
"""Where the tallest bar begins and all bars end."""
_LABELS_TOP: Final = 122 * _SCALE
_LINE: Final = (174 * _SCALE, 200 * _SCALE)
_LINE_TITLE_TOP: Final = 148 * _SCALE
_DOT: Final = 3 * _SCALE

_PAPER: Final = "#ffffff"
_INK: Final = "#1f2328"
_GREY: Final = "#59636e"
_RULE: Final = "#d8dee4"
_BAR: Final = "#8fb8e6"
_NEWEST: Final = "#0a5cb8"
_BAD: Final = "#d98a86"
_COLOURS: Final = 32
"""In the file: enough for the edges of letters, and the image stays a few kilobytes."""


def draw_chart(picture: Picture) -> bytes:
    """Given a chart's points, the oldest first, return it as PNG: bars above, a line below."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    _draw_bars(draw, picture)
    _draw_line(draw, picture)
    out = io.BytesIO()
    image.quantize(_COLOURS).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _draw_bars(draw: ImageDraw.ImageDraw, picture: Picture) -> None:
    points = picture.points
    top, bottom = _BARS
    highest = max((point.upper for point in points), default=0) or 1
    slot = (_WIDTH - 2 * _EDGE) / max(len(points), 1)
    width = min(slot * 0.7, 40 * _SCALE)
    for at, (point, middle) in enumerate(zip(points, _middles(points), strict=True)):
        newest = at == len(points) - 1
        colour = _BAD if point.is_bad else _NEWEST if newest else _BAR
        height = max((bottom - top) * max(point.upper, 0) / highest, _SCALE)
        draw.rectangle(
            (middle - width / 2, bottom - height, middle + width / 2, bottom), fill=colour
        )
    draw.line((_EDGE, bottom, _WIDTH - _EDGE, bottom), fill=_RULE, width=_SCALE)
    _write(draw, (_EDGE, 2 * _SCALE), picture.upper_title, _GREY)
    if points:
        _write(draw, (_WIDTH - _EDGE, 2 * _SCALE), points[-1].upper_text, _INK, right=True)
        _write(draw, (_EDGE, _LABELS_TOP), points[0].label, _GREY)
        _write(draw, (_WIDTH - _EDGE, _LABELS_TOP), points[-1].label, _GREY, right=True)


def _draw_line(draw: ImageDraw.ImageDraw, picture: Picture) -> None:
    known = [
        (middle, point)
        for point, middle in zip(picture.points, _middles(picture.points), strict=True)
        if point.lower is not None
    ]
    if not known:
        return
    top, bottom = _LINE
    values = [point.lower or 0.0 for _, point in known]
    # From 0, so that a small change looks small.
    highest = max(values) or 1
    places = [
        (middle, bottom - (bottom - top) * max(value, 0) / highest)
        for (middle, _), value in zip(known, values, strict=True)
    ]
    draw.line(places, fill=_NEWEST, width=2 * _SCALE, joint="curve")
    for (x, y), (_, point) in zip(places, known, strict=True):
        colour = _BAD if point.is_bad else _NEWEST
        draw.ellipse((x - _DOT, y - _DOT, x + _DOT, y + _DOT), fill=colour)
    _write(draw, (_EDGE, _LINE_TITLE_TOP), picture.lower_title, _GREY)
    right = (_WIDTH - _EDGE, _LINE_TITLE_TOP)
    _write(draw, right, known[-1][1].lower_text, _INK, right=True)


def _middles(points: Sequence[Point]) -> list[float]:
    slot = (_WIDTH - 2 * _EDGE) / max(len(points), 1)
    return [_EDGE + slot * (at + 0.5) for at in range(len(points))]


def _write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    colour: str,
    *,
    right: bool = False,
) -> None:
    # Pillow brings this typeface with it, so nothing depends on the worker's fonts.
    font = ImageFont.load_default(_FONT_SIZE)
    draw.text(place, text, fill=colour, font=font, anchor="ra" if right else "la")
