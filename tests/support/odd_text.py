"""
Text as nobody wishes for it: all of Unicode, and what shells and parameter files stumble over.

From a seed, so that what failed can be had again.
"""

from __future__ import annotations

import random
import string

_NAME_SIGNS = "_$#"
_QUOTED_SIGNS = "_$# .-"
# What ends, splits, escapes or expands something somewhere.
_NASTY = [
    *"\"'`\\,;:/%=()[]{}<>|&*?!~^@+\t\n\r\0\v\x1b\x7f",
    *("\r\n", "\\\n", "$(id)", "${HOME}", "`id`", "%U", "%L", "''", '""', "\\'", '\\"', "--", "#x"),
    *("\nFULL=Y", " FULL=Y", ",SYS", "DIR:X", "../", "END_", "\nEOF\n", "%s", "&&", "$$", "!!"),
    *("\x85", "\u00a0", "\u00ad", "\u200b", "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffd"),
    *("e\u0301", "\U0001f5c4", "\U0010ffff", "\U000e0041", "\uffff"),
]
_LETTERS = [(0xC0, 0xD6), (0xDF, 0xF6), (0x100, 0x17F), (0x391, 0x3A1), (0x410, 0x44F)]
_LETTERS += [(0x5D0, 0x5EA), (0x621, 0x63A), (0x905, 0x939), (0x3041, 0x3096), (0x4E00, 0x9FA5)]
_LETTERS += [(0xAC00, 0xD7A3), (0x10330, 0x10340), (0x20000, 0x2A6D6), (0x1D400, 0x1D454)]


class OddText:
    """Draws texts; the same from the same seed."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def schema_name(self) -> str:
        """Return a schema's or table's name as it might be written in the config file."""
        draw = self._draw
        if draw.random() < 0.4:
            name = self._of(string.ascii_letters + string.digits + _NAME_SIGNS)
            return self._spoiled(draw.choice(string.ascii_letters) + name, chance=0.15)
        body = self._of(string.ascii_letters + string.digits + _QUOTED_SIGNS, letters=0.4)
        if draw.random() < 0.9:
            body = self._letter() + body.rstrip()
        return f'"{self._spoiled(body, chance=0.15)}"'

    def path(self) -> str:
        """Return a folder as it might be written in the config file."""
        signs = string.ascii_letters + string.digits + "_.-"
        parts = [self._of(signs) for _ in range(self._draw.randint(1, 5))]
        return self._spoiled("/" + self._draw.choice(["/", "/", "//"]).join(parts), chance=0.2)

    def password(self) -> str:
        """Return a password."""
        draw = self._draw
        signs = [sign for sign in string.printable if sign not in '\t\n\r\v\f"\\']
        text = self._of("".join(signs), letters=0.3)
        if draw.random() < 0.02:
            text += chr(draw.randint(0xD800, 0xDFFF))
        return self._spoiled(text, chance=0.15)

    def _of(self, signs: str, *, letters: float = 0.0) -> str:
        draw = self._draw
        length = draw.choice([1, 2, 3, 5, 8, 13, 20, 30])
        if draw.random() < 0.02:
            length = draw.randint(100, 200)
        return "".join(
            self._letter() if draw.random() < letters else draw.choice(signs) for _ in range(length)
        )

    def _letter(self) -> str:
        first, last = self._draw.choice(_LETTERS)
        return chr(self._draw.randint(first, last))

    def _spoiled(self, text: str, *, chance: float) -> str:
        """Return the text, perhaps with something nasty in it, or anything at all instead."""
        draw = self._draw
        if draw.random() < chance:
            for _ in range(draw.randint(1, 3)):
                at = draw.randint(0, len(text))
                text = text[:at] + self._nasty() + text[at:]
        return text

    def _nasty(self) -> str:
        if self._draw.random() < 0.7:
            return self._draw.choice(_NASTY)
        point = self._draw.randint(0, 0x10FFFF - 0x800)
        return chr(point if point < 0xD800 else point + 0x800)
