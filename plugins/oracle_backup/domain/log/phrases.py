"""Which of the config's own phrases stand in the log?"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class PhraseWatch:
    """Look for phrases within lines; case and accents don't matter."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._missing = {_fold(phrase): phrase for phrase in phrases}
        self.watched = frozenset(self._missing.values())
        self.seen: set[str] = set()

    def __bool__(self) -> bool:
        """Tell whether there is still a phrase to look for."""
        return bool(self._missing)

    def look(self, line: str) -> None:
        """Look for the phrases not seen yet in one line."""
        folded = _fold(line)
        for phrase in [phrase for phrase in self._missing if phrase in folded]:
            self.seen.add(self._missing.pop(phrase))


def _fold(text: str) -> str:
    if not text.isascii():
        text = "".join(
            sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign)
        )
    return text.casefold()
