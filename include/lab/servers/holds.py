"""
Which commands of the host are to wait, at which point, and until when?

A hold is a file in the state's `holds`, with the pattern and the point in it; it ends when the
file goes. Each command that waits makes a file in the folder of the same name, so that both sides,
which are processes of their own, see the same thing.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from typing import TYPE_CHECKING, Literal

from lab.files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "holds"
When = Literal["before", "after"]
_POLL_SECONDS = 0.05


class HeldCommands:
    """
    The commands of the host that one hold keeps waiting.

    :param folder: where the lab keeps holds.
    :param name: of this hold; a file name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._rule = folder / f"{name}.json"
        self._waiting = folder / name

    def held(self) -> int:
        """Return how many commands wait now."""
        return len(list(self._waiting.glob("*"))) if self._waiting.is_dir() else 0

    def release(self) -> None:
        """Let them go on, and hold no other."""
        self._rule.unlink(missing_ok=True)

    def begin(self, *, match: str, when: When) -> None:
        """Begin to hold what the pattern finds."""
        re.compile(match)
        self._waiting.mkdir(parents=True, exist_ok=True)
        write_json(self._rule, {"match": match, "when": when})


class Holds:
    """
    The server's side: makes the commands wait that a hold speaks of.

    :param folder: where the lab keeps holds.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        # What a server that was killed has left waits no more.
        for waiting in folder.glob("*/"):
            shutil.rmtree(waiting, ignore_errors=True)
            waiting.mkdir()

    def concern(self, when: When) -> bool:
        """Return whether any command is to be held at this point."""
        return any(found == when for _, found, _ in self._rules())

    async def wait(self, text: str, *, when: When) -> None:
        """Return when no hold keeps the command with this text at this point."""
        own = f"{next(self._numbers)}"
        for rule, point, match in self._rules():
            if point != when or not re.search(match, text):
                continue
            mark = rule.with_suffix("") / own
            mark.touch()
            try:
                while rule.exists():  # noqa: ASYNC110 - the one who releases is another process
                    await asyncio.sleep(_POLL_SECONDS)
            finally:
                mark.unlink(missing_ok=True)

    def _rules(self) -> list[tuple[Path, str, str]]:
        found = []
        for rule in sorted(self._folder.glob("*.json")):
            said = read_json(rule)
            if said is not None:  # else it was released meanwhile
                found.append((rule, said["when"], said["match"]))
        return found
