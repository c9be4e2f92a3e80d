"""
Which value stands under a key or at a position of the predecessor's files?

Keys are found in any case and with blanks around them, text is read without the blanks around it,
and numbers may stand in quotes: the script was content with all of that. Passwords are taken as
they are, and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from oracle_backup.config.predecessor.json_text import Members
from oracle_backup.config.problems import Place, Problem, render_kind, render_value

_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,18})(?:\.0+)?", re.ASCII)


class Fields:
    """
    The values of one object or list of a file.

    :param values: what is written, by key or position.
    :param places: where each of them stands.
    :param place: where the object or list stands.
    :param problems: what is found to be wrong is added here.
    """

    def __init__(
        self,
        values: dict[str | int, object],
        places: dict[str | int, Place],
        *,
        place: Place,
        problems: list[Problem],
    ) -> None:
        self._values = values
        self._places = places
        self._place = place
        self._problems = problems

    def place_of(self, name: str | int) -> Place:
        """Say where a value stands, or would stand."""
        return self._places.get(name, (*self._place, name))

    def value(self, name: str | int) -> object:
        """Return a value as it is; None where there is none."""
        return self._values.get(name)

    def refuse(self, name: str | int, text: str) -> None:
        """Say what is wrong with a value."""
        self._problems.append(Problem(self.place_of(name), text))

    def text(self, name: str | int, *, required: bool = False) -> str:
        """Return text without blanks around it; empty where there is none."""
        value = self.value(name)
        text = ""
        if isinstance(value, str):
            text = value.strip()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            text = f"{value:.15g}" if isinstance(value, float) else str(value)
        elif value is not None:
            self.refuse(name, f"must be text, is {_kind(value)}")
            return ""
        if required and not text:
            self.refuse(name, "is required")
        return text

    def secret(self, name: str | int) -> str | None:
        """Return a password as it is, blanks and all; None where there is none."""
        value = self.value(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            self.refuse(name, f"must be text, is {_kind(value)}")
            return None
        return value if value and value.strip() else None

    def number(self, name: str | int, *, least: int, most: int) -> int | None:
        """Return a whole number, also one in quotes; None where there is none, or a wrong one."""
        value = self.value(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        written = "" if isinstance(value, bool) else str(value).strip()
        match = _WHOLE_NUMBER.fullmatch(written)
        if match is None or not least <= int(match[1]) <= most:
            shown = f", is {render_value(value)}" if isinstance(value, int | float) else ""
            self.refuse(name, f"must be a whole number from {least} to {most}{shown}")
            return None
        return int(match[1])


def group(value: object, *, place: Place, known: Sequence[str], problems: list[Problem]) -> Fields:
    """
    Given what should be a JSON object, return its values by the names in `known`.

    A key that is like a known one and yet none is a problem: it is one that was mistyped, and what
    it says would be lost. Other keys are nobody's; `unknown_keys` tells them.
    """
    values: dict[str | int, object] = {}
    places: dict[str | int, Place] = {}
    if not isinstance(value, Members):
        problems.append(Problem(place, f"must be an object in braces, is {_kind(value)}"))
        return Fields(values, places, place=place, problems=problems)
    names = {_folded(name): name for name in known}
    for key, one in value:
        name = names.get(_folded(key))
        if name is None:
            alike = get_close_matches(_folded(key), names, n=1, cutoff=0.8)
            if alike:
                text = f'unknown key; did you mean "{names[alike[0]]}"?'
                problems.append(Problem((*place, key), text))
        elif name in values:
            problems.append(Problem((*place, key), "stands twice; remove one"))
        else:
            values[name] = one
            places[name] = (*place, key)
    return Fields(values, places, place=place, problems=problems)


def unknown_keys(value: object, *, place: Place, known: Sequence[str]) -> Iterator[Place]:
    """Yield where the keys of an object stand that the script did not know."""
    names = {_folded(name) for name in known}
    for key, _ in value if isinstance(value, Members) else ():
        if _folded(key) not in names:
            yield (*place, key)


def row(value: object, *, place: Place, problems: list[Problem]) -> Fields:
    """Given what should be a JSON list, return its values by position."""
    if not isinstance(value, list):
        text = "is required" if value is None else f"must be a list, is {_kind(value)}"
        problems.append(Problem(place, text))
        value = []
    return Fields(dict(enumerate(value)), {}, place=place, problems=problems)


def _folded(key: str) -> str:
    return key.strip().casefold()


def _kind(value: object) -> str:
    if isinstance(value, Members):
        return "an object"
    return "true or false" if isinstance(value, bool) else render_kind(value)
