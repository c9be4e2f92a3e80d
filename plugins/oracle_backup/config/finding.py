"""What does it say of options that do not go together?"""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]
"""A group and an option, or an option; with the position, where it is in a list."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that does not make sense.

    :param option: the option that is best changed.
    :param text: what is wrong with it.
    :param others: the other options it follows from.
    """

    option: Path
    text: str
    others: tuple[Path, ...] = ()

    @property
    def involved(self) -> tuple[Path, ...]:
        """All options it follows from."""
        return (self.option, *self.others)
