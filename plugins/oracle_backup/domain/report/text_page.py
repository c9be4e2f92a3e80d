"""How does a page read as plain text, in a terminal or an old mail reader?"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_backup.domain.report.page import Bar, Grid, Section

_WIDTH: Final = 78
_BAR_WIDTH: Final = 24
_MOST_LABEL: Final = 40
"""A label longer than this moves its own value only."""


def render_text_page(headline: str, sections: Sequence[Section]) -> str:
    """Given a headline and what is below it, return both as plain text."""
    parts = [clean(headline), *("\n".join(_section(one)) for one in sections)]
    return "\n\n".join(parts) + "\n"


def clean(text: str) -> str:
    """Return the text without what could steer a terminal or a mail reader."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield clean(section.title).upper()
    for line in section.lines:
        yield from textwrap.wrap(
            clean(line),
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    width = _width(label for label, _ in section.rows)
    for label, value in section.rows:
        yield f"  {clean(label):<{width}}  {clean(value)}"
    if section.grid is not None:
        yield from _grid(section.grid)
    yield from _bars(section.bars)
    if section.link is not None:
        words, address = section.link
        yield f"  {clean(words)}: {clean(address)}"
    for line in section.code:
        yield f"    {clean(line)}"


def _grid(grid: Grid) -> Iterator[str]:
    table = [grid.columns, *grid.rows]
    widths = [_width(row[at] for row in table) for at in range(len(grid.columns))]
    for row in table:
        cells = [
            f"{clean(cell):>{width}}" if at in grid.figures else f"{clean(cell):<{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _bars(bars: Sequence[Bar]) -> Iterator[str]:
    width = _width(bar.label for bar in bars)
    for bar in bars:
        drawn = "█" * max(round(bar.share * _BAR_WIDTH), 1 if bar.share > 0 else 0)
        yield f"  {clean(bar.label):<{width}}  {drawn:<{_BAR_WIDTH}}  {clean(bar.text)}"


def _width(labels: Iterator[str]) -> int:
    return max((len(label) for label in labels if len(label) <= _MOST_LABEL), default=0)
