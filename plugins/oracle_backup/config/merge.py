"""
Which value of an option holds, when it stands on several levels, and where was it written?

Groups (mappings) are merged option by option; scalars and lists of a nearer level replace those
of a farther one. An empty group (``export:`` with nothing under it) says nothing, so it changes
nothing. ``store`` and ``stores`` are two ways to say one thing: a level that has one of them takes
the other from none above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oracle_backup.config.problems import Place

_ONE_OF = ("store", "stores")


@dataclass(frozen=True, slots=True)
class Level:
    """
    The options of one level.

    :param path: where the level stands in the file.
    :param options: what is written there.
    """

    path: Place
    options: Mapping[str, object]


@dataclass(slots=True)
class Merged:
    """
    What holds after merging.

    :param options: the options that hold.
    :param origins: for each option's path, the path of the level that wrote it last.
    """

    options: dict[str, object] = field(default_factory=dict)
    origins: dict[tuple[str, ...], Place] = field(default_factory=dict)

    def place_of(self, option: Place, *, otherwise: Place) -> Place:
        """Say where in the file an option's value was written, or would best be."""
        for length in range(len(option), 0, -1):
            written = self.origins.get(tuple(map(str, option[:length])))
            if written is not None:
                return (*written, *option)
        return (*otherwise, *option)


def merge_levels(levels: Sequence[Level]) -> Merged:
    """Merge levels, the farthest first."""
    merged = Merged()
    for level in levels:
        for name in _replaced_by(level):
            merged.options.pop(name, None)
            merged.origins = {at: by for at, by in merged.origins.items() if at[0] != name}
        _lay_over(merged.options, level.options, merged=merged, level=level, prefix=())
    return merged


def _replaced_by(level: Level) -> Iterator[str]:
    """Yield the options of farther levels that one of this level stands for."""
    given = [name for name in _ONE_OF if level.options.get(name) not in (None, {})]
    if given:
        yield from (name for name in _ONE_OF if name not in given)


def _lay_over(
    target: dict[str, object],
    options: Mapping[str, object],
    *,
    merged: Merged,
    level: Level,
    prefix: tuple[str, ...],
) -> None:
    for name, value in options.items():
        here = (*prefix, name)
        below = target.get(name)
        if isinstance(value, Mapping):
            group = below if isinstance(below, dict) else {}
            target[name] = group
            merged.origins[here] = level.path
            _lay_over(group, value, merged=merged, level=level, prefix=here)
        elif value is not None or not isinstance(below, dict):
            target[name] = value
            merged.origins[here] = level.path
