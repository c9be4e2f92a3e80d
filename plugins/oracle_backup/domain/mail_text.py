"""
What do a mail's subject and message say, written as templates of the user's own?

Both hold placeholders in braces; a brace that is to be shown is written twice. The message may be
HTML: its paragraphs are kept, as plain text, and nothing else of it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.name_template import check_placeholders

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS: Final = ("schema", "database", "host", "verdict", "time")

_TOKEN: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BREAKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
    }
)
"""Elements that begin a line of their own."""
_UNSEEN: Final = frozenset({"head", "script", "style", "template", "title"})
"""Elements whose text no reader of mails shows."""


def check_template(text: str) -> str:
    """
    Return the template of a subject or a message if it can be one.

    :raises ValueError: with what it must be.
    """
    for match in _TOKEN.finditer(text):
        if match[1] is not None:
            check_placeholders([match[1]], known=PLACEHOLDERS)
        elif match[0] in {"{", "}"}:
            raise ValueError(f"must have each {match[0]} that is to be shown twice")
    return text


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its placeholders filled; what is none of them stays as it is."""
    return _TOKEN.sub(
        lambda match: match[0][0] if match[1] is None else values.get(match[1], match[0]), template
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """
    Given text that may be HTML, return its paragraphs as plain text.

    Tags, comments, scripts and styles are gone, and nothing of what is left is HTML any more: it
    has to be escaped like any other text.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\0"))
    return tuple(line for line in lines if line)


class _Reader(HTMLParser):
    """Gathers the text that a reader would see, with a NUL between paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data.replace("\0", " "))

    def _break(self, tag: str) -> None:
        if tag in _BREAKS:
            self.pieces.append("\0")
