"""How are many places asked at once, so that one that hangs holds up no other?"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

K = TypeVar("K", bound="Hashable")
T = TypeVar("T")


class NoAnswerError(BackupError):
    """A place has not answered within the time it had."""


def ask_side_by_side(
    questions: Mapping[K, Callable[[], T]],
    *,
    timeout_seconds: float,
    hint: str = "Try a longer --timeout.",
    tell: Callable[[int], object] = lambda _: None,
) -> dict[K, T | Exception]:
    """
    Ask all at once, and return each answer or its error, in the order of the questions.

    What does not answer in time is given up: its thread goes on alone, and keeps nobody from
    leaving.

    :param hint: what to do about one that does not.
    :param tell: told how many have answered, each time one has.
    """
    answers: queue.SimpleQueue[tuple[K, T | Exception]] = queue.SimpleQueue()

    def ask(key: K) -> None:
        try:
            answers.put((key, questions[key]()))
        except Exception as error:  # noqa: BLE001  # the edge of a thread: handed to who waits
            answers.put((key, error))

    for key in questions:
        threading.Thread(target=ask, args=(key,), daemon=True).start()
    found: dict[K, T | Exception] = {}
    give_up = time.monotonic() + timeout_seconds
    while len(found) < len(questions):
        tell(len(found))
        try:
            key, answer = answers.get(timeout=max(0.0, give_up - time.monotonic()))
        except queue.Empty:
            break
        found[key] = answer
    late = NoAnswerError(f"No answer within {timeout_seconds:g} s.", hint=hint)
    return {key: found.get(key, late) for key in questions}
