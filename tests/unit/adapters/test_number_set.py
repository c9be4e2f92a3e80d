"""It answers as a set does, and is much smaller."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters.number_set import NumberSet

# Python's hashes, and such that crowd together.
numbers = st.integers(-(2**63), 2**63 - 1) | st.integers(2, 50).map(lambda few: few * 1024)


@given(st.lists(numbers.filter(lambda number: number != 0)))
def test_it_answers_as_a_set_does(added: list[int]) -> None:
    mine, theirs = NumberSet(), set()
    for number in added:
        assert (number in mine) is (number in theirs)
        assert mine.add(number) is (number not in theirs)
        theirs.add(number)

    assert len(mine) == len(theirs)
    assert all(number in mine for number in theirs)


def test_nought_is_a_number_too() -> None:
    found = NumberSet()

    assert 0 not in found
    assert found.add(0)
    assert 0 in found
    assert not found.add(0)


def test_it_is_small() -> None:
    found = NumberSet()
    for number in range(100_000):
        found.add(hash(str(number)))

    assert len(found) == 100_000
    assert sys.getsizeof(found._slots) <= 100_000 * 32
