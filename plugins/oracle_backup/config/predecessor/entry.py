"""What has become of the file's values: which options, and which of them stand where?"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from oracle_backup.config.merge import Level
from oracle_backup.config.model import Options
from oracle_backup.config.problems import Place, Problem
from oracle_backup.config.resolve import resolve


@dataclass(frozen=True, slots=True)
class Carried:
    """
    One value that became an option.

    :param place: where it stands.
    :param option: the option's path, with dots.
    :param value: what the option holds now.
    """

    place: Place
    option: str
    value: object


@dataclass(frozen=True, slots=True)
class Lost:
    """
    One thing that could not be carried over, or not as it was.

    :param place: where it stands, or would stand.
    :param text: what is lost, and what to do about it.
    """

    place: Place
    text: str


@dataclass(slots=True)
class Draft:
    """
    The options of one schema while they are being gathered.

    :param options: as they would stand in backups.yaml.
    :param sources: where in the predecessor's files each option comes from.
    """

    options: dict[str, object] = field(default_factory=dict)
    sources: dict[tuple[str, ...], Place] = field(default_factory=dict)
    carried: list[Carried] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def put(self, option: str, value: object, place: Place) -> None:
        """Set an option, given by its path with dots."""
        path = tuple(option.split("."))
        group = self.options
        for name in path[:-1]:
            below = group.setdefault(name, {})
            # Groups are made here only, so nothing else can stand there.
            assert isinstance(below, dict)
            group = below
        group[path[-1]] = value
        self.sources[path] = place
        self.carried = [one for one in self.carried if one.option != option]
        self.carried.append(Carried(place, option, value))

    def share(self, option: str, place: Place) -> None:
        """Tell of a second value that went into an option which is set."""
        (set_before,) = (one for one in self.carried if one.option == option)
        self.carried.append(Carried(place, option, set_before.value))

    def text_of(self, option: Place) -> str:
        """Return what an option of a group holds, as text."""
        group = self.options[str(option[0])]
        return str(group[str(option[1])]) if isinstance(group, dict) else ""

    def lose(self, place: Place, text: str) -> None:
        """Say what could not be carried over."""
        self.lost.append(Lost(place, text))

    def copy(self) -> Draft:
        """Return a draft of its own, to which more is added; what was told is told already."""
        return Draft(deepcopy(self.options), dict(self.sources))

    def resolved(self, *, otherwise: Place) -> tuple[Options | None, list[Problem]]:
        """
        Validate the options.

        :param otherwise: where problems are said to be that come from no value of the file.
        """
        options, problems = resolve([Level((), self.options)])
        return options, list(self._told(problems, otherwise))

    def _told(self, problems: tuple[Problem, ...], otherwise: Place) -> Iterator[Problem]:
        """Yield the problems of options as those of what they come from."""
        for problem in problems:
            names = tuple(map(str, problem.path))
            lengths = range(len(names), 0, -1)
            found = (self.sources.get(names[:length]) for length in lengths)
            place = next((place for place in found if place is not None), None)
            yield Problem(place or otherwise, problem.text)
