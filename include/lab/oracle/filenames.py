"""Which files does a DUMPFILE specification name, one after the other?"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATES = {"Y": "%Y", "M": "%m", "D": "%d", "T": "%Y%m%d"}
_UNBOUNDED = 1_000_000


class BadTemplateError(ValueError):
    """The name holds a substitution variable that does not exist (ORA-39124)."""


class FileNames:
    """Hands out the paths of a dump set: each plain name once, templates in turn."""

    def __init__(self, templates: list[list[str]], *, used: int = 0) -> None:
        self._templates = [(Path(folder), _dated(_extended(name))) for folder, name in templates]
        self._paths = self._in_turn()
        for _ in range(used):
            self.next()

    @property
    def capacity(self) -> int:
        """How many files the specification is good for."""
        limits = (_limit(name) or 1 for _, name in self._templates)
        return min(sum(limits), _UNBOUNDED)

    def next(self) -> str | None:
        """Return the next path, None when there are no more names."""
        return next(self._paths, None)

    def _in_turn(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            live = [pair for pair in self._templates if number <= (_limit(pair[1]) or 1)]
            if not live:
                return
            for folder, name in live:
                yield str(folder / _numbered(name, number))


def existing(folder: str, name: str) -> list[str]:
    """Return the files a name or template stands for when a dump set is read."""
    template = _dated(_extended(name))
    if not _limit(template):
        return [str(Path(folder) / template)]
    found: list[str] = []
    for number in range(1, _limit(template) + 1):
        path = Path(folder) / _numbered(template, number)
        if number > 1 and not path.exists():
            break
        found.append(str(path))
    return found


def _limit(name: str) -> int:
    """Return how many numbers a template has, 0 for a plain name."""
    if re.search("%l", name, re.IGNORECASE):
        return _UNBOUNDED
    return 99 if re.search("%u", name, re.IGNORECASE) else 0


def _numbered(name: str, number: int) -> str:
    return re.sub("%[ul]", f"{number:02}", name, flags=re.IGNORECASE)


def _dated(name: str) -> str:
    def replace(found: re.Match[str]) -> str:
        letter = found[1].upper()
        if letter in "UL" and letter:
            return found[0]
        if letter not in _DATES:
            raise BadTemplateError(name)
        return time.strftime(_DATES[letter])

    return re.sub("%(.?)", replace, name)


def _extended(name: str) -> str:
    return name if "." in name else name + ".dmp"
