"""
How does a page look as HTML, in a phone, a browser's mail and Outlook?

Outlook lays pages out as Word does: only tables keep their place, and only what stands in a tag's
own ``style`` counts. Nothing is fetched and nothing is active.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.page import ADVICE, TROUBLE
from oracle_backup.domain.report.text_page import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from oracle_backup.domain.report.page import Bar, Grid, Picture, Section

SUCCESS: Final = "#1a7f37"
WARNING: Final = "#8a5a00"
FAILURE: Final = "#b3261e"

PICTURE_WIDTH: Final = 480
PICTURE_HEIGHT: Final = 208
"""Of a picture, in the page's pixels."""

_SHORT: Final = 120
"""Letters of a headline that is no paragraph."""

_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_MONO: Final = "font-family:Menlo,Consolas,'Liberation Mono',monospace"
_BREAK: Final = "overflow-wrap:anywhere;word-break:break-word"
_TABLE: Final = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
_TEXT: Final = "font-size:15px;line-height:1.5;color:#1f2328"
_GREY: Final = "#59636e"
_BLUE: Final = "#0a5cb8"
_SMALL: Final = f"font-size:14px;line-height:1.45;{_FONT}"
_TONES: Final = {ADVICE: ("#fff6e0", "#c98500"), TROUBLE: ("#fdf0ef", FAILURE)}
"""Background and edge."""
_WEB_ADDRESS: Final = re.compile(r"https?://([^\s<>\"'/]+)[^\s<>\"']*")
_LONG_ADDRESS: Final = 60
"""Letters; of a longer one the server is shown, and it leads where it should."""
_MOST_COLUMNS: Final = 3
"""More have no room on a phone."""


def render_html_page(
    headline: str,
    sections: Sequence[Section],
    *,
    subject: str,
    colour: str,
    language: str = "en",
    pictures: Collection[str] = (),
) -> str:
    """
    Given a headline and what is below it, return both as one HTML page.

    :param colour: of the band that the headline stands in; white is to be read on it.
    :param pictures: ids of the pictures that the mail carries; in place of others stand bars.
    """
    size = 19 if len(headline) <= _SHORT else 16
    body = "".join(_section(section, pictures) for section in sections)
    return (
        "<!DOCTYPE html>"
        f'<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light">'
        f"<title>{_safe(subject)}</title></head>"
        f'<body style="margin:0;padding:0;background:#eef0f3;{_FONT}">'
        f'<table {_TABLE} bgcolor="#eef0f3"><tr><td align="center" style="padding:10px 6px">'
        # Outlook knows no max-width.
        '<!--[if mso]><table width="680"><tr><td><![endif]-->'
        f'<table {_TABLE} bgcolor="#ffffff" style="max-width:680px;border:1px solid #d8dee4">'
        f'<tr><td bgcolor="{colour}" style="background:{colour};padding:16px 18px">'
        f'<h1 style="margin:0;font-size:{size}px;line-height:1.35;font-weight:600;color:#ffffff;'
        f'{_FONT};{_BREAK}">{_safe(headline)}</h1></td></tr>'
        f'<tr><td style="padding:2px 18px 18px;{_FONT};{_TEXT}">{body}</td></tr></table>'
        "<!--[if mso]></td></tr></table><![endif]-->"
        "</td></tr></table></body></html>\n"
    )


def _section(section: Section, pictures: Collection[str]) -> str:
    title = (
        f'<h2 style="margin:0 0 4px;font-size:15px;line-height:1.4;{_FONT};{_BREAK}">'
        f"{_safe(section.title)}</h2>"
        if section.title
        else ""
    )
    picture = section.picture if section.picture and section.picture.cid in pictures else None
    inside = "".join(
        (
            title,
            *(
                f'<p style="margin:4px 0;{_TEXT};{_FONT};{_BREAK}">{_safe(line)}</p>'
                for line in section.lines
            ),
            _rows(section.rows),
            _table(section.grid) if section.grid is not None else "",
            _picture(picture) if picture is not None else _bars(section.bars),
            _link(*section.link) if section.link is not None else "",
            _code(section.code),
        )
    )
    if section.tone in _TONES:
        back, edge = _TONES[section.tone]
        return (
            f'<table {_TABLE} style="margin:14px 0 0"><tr>'
            f'<td bgcolor="{back}" style="background:{back};border-left:4px solid {edge};'
            f'padding:10px 14px">{inside}</td></tr></table>'
        )
    return f'<table {_TABLE} style="margin:18px 0 0"><tr><td>{inside}</td></tr></table>'


def _rows(rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f'<tr><td width="112" style="width:112px;padding:3px 12px 3px 0;color:{_GREY};'
        f'font-size:14px;line-height:1.45;vertical-align:top;{_FONT}">{_safe(label)}</td>'
        f'<td style="padding:3px 0;font-size:14px;line-height:1.45;vertical-align:top;{_FONT};'
        f'{_BREAK}">{_linked(value)}</td></tr>'
        for label, value in rows
    )
    return f"<table {_TABLE}>{lines}</table>"


def _table(grid: Grid) -> str:
    return _grid(grid) if len(grid.columns) <= _MOST_COLUMNS else _stacked(grid)


def _stacked(grid: Grid) -> str:
    """Return a wide table so that a phone can show it: a line of two values, the others below."""
    edge = "border-bottom:1px solid #e4e8ec"
    lines = "".join(
        f'<tr><td style="padding:6px 0 0;{_SMALL};color:#1f2328;font-weight:600;{_BREAK}">'
        f"{_safe(first)}</td>"
        f'<td align="right" style="padding:6px 0 0 12px;{_SMALL};color:#1f2328;font-weight:600">'
        f"{_safe(second)}</td></tr>"
        f'<tr><td colspan="2" style="padding:0 0 6px;{edge};{_SMALL};color:{_GREY};{_BREAK}">'
        f"{_labelled(grid.columns[2:], others)}</td></tr>"
        for first, second, *others in grid.rows
    )
    return f"<table {_TABLE}>{lines}</table>"


def _labelled(labels: Sequence[str], values: Sequence[str]) -> str:
    pairs = zip(labels, values, strict=True)
    return " &middot; ".join(f"{_safe(label)}: {_safe(value)}" for label, value in pairs)


def _grid(grid: Grid) -> str:
    def cell(tag: str, at: int, text: str, style: str) -> str:
        figures = at in grid.figures
        side = "right" if figures else "left"
        wrap = "white-space:nowrap" if figures else _BREAK
        pad = "5px 0 5px 12px" if at else "5px 0"
        width = "" if at else ' width="40%"'
        return (
            f'<{tag} align="{side}"{width} style="padding:{pad};font-size:14px;line-height:1.4;'
            f'vertical-align:top;border-bottom:1px solid #e4e8ec;{style};{_FONT};{wrap}">'
            f"{_safe(text)}</{tag}>"
        )

    head = "".join(
        cell("th", at, text, f"color:{_GREY};font-weight:normal")
        for at, text in enumerate(grid.columns)
    )
    body = "".join(
        f"<tr>{''.join(cell('td', at, text, 'color:#1f2328') for at, text in enumerate(row))}</tr>"
        for row in grid.rows
    )
    return (
        '<table width="100%" cellpadding="0" cellspacing="0" border="0"'
        f' style="border-collapse:collapse"><tr>{head}</tr>{body}</table>'
    )


def _bars(bars: Sequence[Bar]) -> str:
    if not bars:
        return ""
    return f"<table {_TABLE}>{''.join(map(_bar, bars))}</table>"


def _bar(bar: Bar) -> str:
    colour = FAILURE if bar.is_bad else _BLUE
    full = min(100, max(round(bar.share * 100), 1 if bar.share > 0 else 0))
    piece = "height:10px;line-height:10px;font-size:1px"
    drawn = "".join(
        f'<td width="{width}%" style="width:{width}%;{piece}{paint}"{back}>&nbsp;</td>'
        for width, paint, back in (
            (full, f";background:{colour}", f' bgcolor="{colour}"'),
            (100 - full, "", ""),
        )
        if width
    )
    return (
        f'<tr><td width="84" style="width:84px;padding:3px 10px 3px 0;color:{_GREY};{_SMALL};'
        f'{_BREAK}">{_safe(bar.label)}</td>'
        f'<td style="padding:3px 0"><table {_TABLE}><tr>{drawn}</tr></table></td>'
        f'<td width="132" align="right" style="width:132px;padding:3px 0 3px 10px;'
        f'color:{FAILURE if bar.is_bad else "#1f2328"};{_SMALL}">{_safe(bar.text)}</td></tr>'
    )


def _picture(picture: Picture) -> str:
    return (
        f'<img src="cid:{_safe(picture.cid)}" width="{PICTURE_WIDTH}" alt="{_safe(picture.alt)}" '
        f'style="display:block;width:100%;max-width:{PICTURE_WIDTH}px;height:auto;border:0;'
        f'font-size:13px;line-height:1.4;color:{_GREY}">'
    )


def _code(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    text = "\n".join(clean(line) for line in lines)
    return (
        '<pre style="margin:8px 0 0;padding:10px 12px;background:#f4f5f7;font-size:13px;'
        f'line-height:1.45;white-space:pre-wrap;{_MONO};{_BREAK}">{escape(text)}</pre>'
    )


def _link(words: str, address: str) -> str:
    shown = _safe(words)
    if _WEB_ADDRESS.fullmatch(clean(address)):
        style = f"color:{_BLUE};font-weight:600"
        shown = f'<a href="{_safe(address)}" style="{style}">{shown}</a>'
    else:
        shown = f"{shown}: {_safe(address)}"
    return f'<p style="margin:8px 0 2px;{_TEXT};{_FONT};{_BREAK}">{shown}</p>'


def _linked(value: str) -> str:
    address = _safe(value)
    if match := _WEB_ADDRESS.fullmatch(clean(value)):
        shown = address if len(value) <= _LONG_ADDRESS else f"{_safe(match[1])}/&hellip;"
        return f'<a href="{address}" style="color:{_BLUE}">{shown}</a>'
    return address


def _safe(text: str) -> str:
    return escape(clean(text))
