"""A broken link is opened again as long as that brings something, and not for ever."""

from __future__ import annotations

import threading

from oracle_backup.adapters import patience
from oracle_backup.adapters.patience import MOST_BREAKS, PAUSES_SECONDS, Patience


def test_gives_up_after_breaks_that_bring_nothing():
    tries = Patience()

    assert [tries.next_pause() for _ in PAUSES_SECONDS] == list(PAUSES_SECONDS)
    assert tries.next_pause() is None
    assert tries.next_pause() is None


def test_progress_begins_the_count_anew():
    tries = Patience()
    for _ in PAUSES_SECONDS:
        tries.next_pause()

    tries.note_progress()

    assert tries.next_pause() == PAUSES_SECONDS[0]


def test_gives_up_on_a_link_that_breaks_all_the_time(monkeypatch):
    """Each time it brings a little, which would go on for days."""
    monkeypatch.setattr(patience.time, "monotonic", lambda: 1000.0)
    tries = Patience()
    pauses = []
    while (pause := tries.next_pause()) is not None:
        pauses.append(pause)
        tries.note_progress()

    assert len(pauses) == MOST_BREAKS


def test_old_breaks_are_forgotten(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(patience.time, "monotonic", lambda: now)
    tries = Patience()
    for _ in range(10 * MOST_BREAKS):
        now += patience.WINDOW_SECONDS / MOST_BREAKS * 1.1
        assert tries.next_pause() == PAUSES_SECONDS[0]
        tries.note_progress()


def test_wait_is_the_pause_it_was_given():
    waited = []
    Patience(waited.append).wait(2.5)

    assert waited == [2.5]


def test_stop_wakes_whoever_waits_and_nobody_tries_again():
    tries = Patience()
    wanted = []
    waiting = threading.Thread(target=lambda: wanted.append(tries.wait(600)), daemon=True)
    waiting.start()

    tries.stop()
    waiting.join(30)

    assert wanted == [False]
    assert tries.next_pause() is None
