"""How do a report, and any other mail, read as plain text and as HTML?"""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import TYPE_CHECKING

from oracle_backup.domain.report.sections import Section, build_sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.domain.report.model import BackupReport

_COLOURS = {"success": "#1a7f37", "warnings": "#9a6700", "failed": "#b3261e"}
_FONT = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_TEXT_WIDTH = 78


def render_text(report: BackupReport) -> str:
    """Given a report, return it as plain text for a terminal or an old mail reader."""
    return render_text_page(report.headline, build_sections(report))


def render_html(report: BackupReport) -> str:
    """Given a report, return it as one HTML page without anything active in it."""
    return render_html_page(
        report.headline,
        build_sections(report),
        subject=report.subject,
        colour=_COLOURS[report.outcome],
    )


def render_text_page(headline: str, sections: Sequence[Section]) -> str:
    """Given a headline and what is below it, return both as plain text."""
    parts = [_clean(headline)]
    for section in sections:
        lines = [_clean(section.title).upper()] if section.title else []
        width = max((len(label) for label, _ in section.rows), default=0)
        lines += [f"  {_clean(label):<{width}}  {_clean(value)}" for label, value in section.rows]
        for line in section.lines:
            lines += textwrap.wrap(
                _clean(line),
                _TEXT_WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        lines += [f"    {_clean(line)}" for line in section.code]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def render_html_page(
    headline: str, sections: Sequence[Section], *, subject: str, colour: str
) -> str:
    """Given a headline and what is below it, return both as one HTML page."""
    body = "".join(_section(section) for section in sections)
    return (
        "<!DOCTYPE html>"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(subject)}</title></head>"
        f'<body style="margin:0;padding:16px;background:#f4f5f7;color:#1f2328;{_FONT}">'
        '<div style="max-width:680px;margin:0 auto;background:#ffffff;border-radius:6px;'
        f'border:1px solid #d8dee4;border-top:6px solid {colour}">'
        f'<h1 style="font-size:19px;line-height:1.35;margin:0;padding:20px 24px 4px;'
        f'color:{colour}">{escape(_clean(headline))}</h1>'
        f'<div style="padding:0 24px 20px">{body}</div></div></body></html>\n'
    )


def _section(section: Section) -> str:
    title = (
        f'<h2 style="font-size:14px;margin:20px 0 6px">{escape(_clean(section.title))}</h2>'
        if section.title
        else ""
    )
    lines = "".join(
        f'<p style="font-size:14px;line-height:1.5;margin:4px 0;overflow-wrap:anywhere">'
        f"{escape(_clean(line))}</p>"
        for line in section.lines
    )
    rows = "".join(
        '<tr><td style="padding:3px 14px 3px 0;color:#59636e;white-space:nowrap;'
        f'vertical-align:top">{escape(_clean(label))}</td>'
        f'<td style="padding:3px 0;overflow-wrap:anywhere">{_linked(value)}</td></tr>'
        for label, value in section.rows
    )
    table = (
        f'<table role="presentation" style="font-size:14px;line-height:1.45;border-collapse:'
        f'collapse;word-break:break-word">{rows}</table>'
        if rows
        else ""
    )
    code = (
        '<pre style="font-size:12px;background:#f4f5f7;border-radius:4px;padding:10px 12px;'
        'margin:10px 0 0;white-space:pre-wrap;overflow-wrap:anywhere">'
        f"{escape(chr(10).join(_clean(line) for line in section.code))}</pre>"
        if section.code
        else ""
    )
    return f"{title}{lines}{table}{code}"


def _linked(value: str) -> str:
    clean = _clean(value)
    if _WEB_ADDRESS.fullmatch(clean):
        return f'<a href="{escape(clean)}" style="color:#0969da">{escape(clean)}</a>'
    return escape(clean)


def _clean(text: str) -> str:
    """Return the text without what could steer a terminal or a mail reader."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
