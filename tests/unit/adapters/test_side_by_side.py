"""Asking many places at once."""

import threading

from oracle_backup.adapters.side_by_side import NoAnswerError, ask_side_by_side
from oracle_backup.errors import StoreError


def test_answers_and_errors_come_in_the_order_of_the_questions():
    meet = threading.Barrier(3, timeout=60)

    def answer():
        # Passes only where all are asked at once.
        meet.wait()
        return "fine"

    def fail():
        meet.wait()
        raise StoreError("closed")

    def crash():
        meet.wait()
        raise ValueError("nobody foresaw this")

    told = []
    found = ask_side_by_side(
        {"c": crash, "b": fail, "a": answer}, timeout_seconds=60, tell=told.append
    )

    assert list(found) == ["c", "b", "a"]
    assert found["a"] == "fine"
    assert isinstance(found["b"], StoreError)
    assert isinstance(found["c"], ValueError)
    assert told == [0, 1, 2]


def test_place_that_hangs_is_given_up_and_the_others_are_kept():
    free = threading.Event()
    try:
        found = ask_side_by_side({"hangs": free.wait, "a": lambda: 1}, timeout_seconds=0.5)
    finally:
        free.set()

    assert found["a"] == 1
    assert isinstance(found["hangs"], NoAnswerError)


def test_nothing_to_ask_is_no_answer():
    assert ask_side_by_side({}, timeout_seconds=1) == {}
