"""
Which of a million numbers have come before, in a few bytes each?

A Python set takes about a hundred bytes for a number; this one takes between 16 and 32.
"""

from __future__ import annotations

from array import array

_BITS = (1 << 64) - 1


class NumberSet:
    """Numbers of up to 64 bits, as `hash` returns them; they can only be added."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        return self._slots[self._place(number)] != 0

    def add(self, number: int) -> bool:
        """Add a number; return whether it is new."""
        place = self._place(number)
        if self._slots[place]:
            return False
        self._slots[place] = _filled(number)
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def _place(self, number: int) -> int:
        """Return where a number is, or where it would go."""
        wanted = _filled(number)
        slots, last = self._slots, len(self._slots) - 1
        place = wanted & last
        while slots[place] not in (0, wanted):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for number in old:
            if number:
                self._slots[self._place(number)] = number


def _filled(number: int) -> int:
    # An empty slot is 0, so that number takes the place of its neighbour.
    return number & _BITS or 1
