"""Bytes beyond the limit wait, and no longer than the limit asks."""

from __future__ import annotations

import pytest

from oracle_backup.adapters.bandwidth import Bandwidth


class Time:
    """A clock that moves only when somebody waits."""

    def __init__(self):
        self.now = 1000.0
        self.waited = 0.0

    def pause(self, seconds):
        self.now += seconds
        self.waited += seconds


def bucket(rate, time):
    return Bandwidth(rate, pause=time.pause, clock=lambda: time.now)


@pytest.mark.parametrize("chunk", [1000, 32768, 5_000_000])
def test_long_stream_takes_the_time_its_limit_asks_for(chunk):
    time = Time()
    limit = bucket(1_000_000, time)

    for _ in range(50_000_000 // chunk):
        limit.take(chunk)

    assert time.waited == pytest.approx(50, rel=0.02)


def test_stream_slower_than_its_limit_never_waits():
    time = Time()
    limit = bucket(1_000_000, time)

    for _ in range(1000):
        time.now += 0.1
        limit.take(90_000)

    assert time.waited == 0


def test_a_rest_is_not_saved_up():
    """After an hour of nothing, an hour's worth must not go out at once."""
    time = Time()
    limit = bucket(1_000_000, time)
    time.now += 3600

    limit.take(10_000_000)

    assert time.waited == pytest.approx(9.75)


def test_no_limit_never_waits():
    time = Time()
    limit = bucket(None, time)

    limit.take(10**15)

    assert time.waited == 0
