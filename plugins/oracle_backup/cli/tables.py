"""How is a table shown, in a terminal and in a file?"""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_GAP: Final = "  "
_NARROWEST: Final = 20
"""What the last column gets at least, however wide the others are."""


def render_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    columns: int | None = None,
    right: Collection[str] = (),
) -> list[str]:
    """
    Return the lines of a table: columns as wide as they need, the last one wrapped.

    :param columns: how wide it may be; None for no limit, as in a file.
    :param right: headers of the columns whose cells end at the right.
    """
    cells = [[printable(cell) for cell in row] for row in (headers, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    before = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    room = None if columns is None else max(_NARROWEST, columns - before)
    sides = [header in right for header in headers]
    lines: list[str] = []
    for *first, last in cells:
        wrapped = textwrap.wrap(last, room, break_on_hyphens=False) if room is not None else [last]
        head = [
            _padded(cell, width, side)
            for cell, width, side in zip(first, widths, sides, strict=False)
        ]
        lines.append(_GAP.join([*head, wrapped[0] if wrapped else ""]).rstrip())
        lines += [" " * before + line for line in wrapped[1:]]
    return lines


def terminal_columns(stream: TextIO) -> int | None:
    """Return how wide the terminal is, None where the stream is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def printable(text: str) -> str:
    """Return a text without signs that steer a terminal or turn text: a store may name any."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


def _width(text: str) -> int:
    """Return how many places a text takes; signs of East Asia take two, marks none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )
