"""A progress line says how far, how fast and how long still, and not too often."""

from __future__ import annotations

import pytest

from oracle_backup.adapters.archive.model import Progress
from oracle_backup.adapters.archive.progress import (
    ProgressLines,
    render_duration,
    render_progress,
)

GIB = 1 << 30


def progress(done, total, *, written=0, seconds=0.0):
    return Progress(bytes_read=done, bytes_written=written, total_bytes=total, seconds=seconds)


def test_line_has_bytes_speed_ratio_and_time_left():
    line = render_progress(progress(2 * GIB, 10 * GIB, written=GIB // 2, seconds=100))

    assert line == (
        "Archived 2.0 GiB of 10.0 GiB (20 %), 21.5 MB/s, packed 4.0:1, about 7 min left."
    )


def test_line_at_the_end_has_no_time_left():
    line = render_progress(progress(GIB, GIB, seconds=10), verb="Read back")

    assert line == "Read back 1.0 GiB of 1.0 GiB (100 %), 107.4 MB/s."


def test_line_of_nothing():
    assert render_progress(progress(0, 0)) == "Archived 0 bytes of 0 bytes."


def test_lines_come_once_an_interval():
    now = [0.0]
    lines = []
    tell = ProgressLines(lines.append, interval_seconds=60, clock=lambda: now[0])
    for second in range(0, 200, 5):
        now[0] = second
        tell(progress(second, 200, seconds=second))

    assert [line.split()[1] for line in lines] == ["60", "120", "180"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3, "3 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (9000, "2.5 h")],
)
def test_durations(seconds, text):
    assert render_duration(seconds) == text
