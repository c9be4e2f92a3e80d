"""What is a mail's page made of, whatever it is about?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ADVICE: Final = "advice"
"""Tone of a part that says what its reader is to do."""
TROUBLE: Final = "trouble"
"""Tone of a part that says what went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """
    A line of a chart.

    :param share: how long the bar is, from 0 to 1.
    :param text: what stands behind it: the figure.
    :param is_bad: whether it is drawn in the colour of trouble.
    """

    label: str
    share: float
    text: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """
    One thing in a picture, which shows two figures of it.

    :param label: what stands below it.
    :param upper: the first figure, drawn as a bar.
    :param lower: the second, drawn as a line; None where there is none.
    :param is_bad: whether it is drawn in the colour of trouble.
    """

    label: str
    upper: float
    upper_text: str
    lower: float | None = None
    lower_text: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    A chart that goes with the mail as an image.

    :param cid: its id within the mail.
    :param alt: what it shows, in words.
    :param upper_title: what the bars are.
    :param lower_title: what the line is.
    """

    cid: str
    alt: str
    upper_title: str
    lower_title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """
    A table.

    :param columns: what stands above each column.
    :param figures: columns whose values are figures, by their place.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A part of the page; what is in it stands in this order.

    :param lines: sentences.
    :param rows: pairs of a label and a value.
    :param grid: a table.
    :param bars: a chart of bars.
    :param picture: the same as `bars` as an image, shown in their place where the mail has it.
    :param code: lines to copy and run.
    :param link: words and the address that they lead to.
    :param tone: ``todo``, ``trouble``, or nothing.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    grid: Grid | None = None
    bars: tuple[Bar, ...] = ()
    picture: Picture | None = None
    link: tuple[str, str] | None = None
    tone: str = ""
