"""A bar where somebody looks, and nothing in a file."""

from __future__ import annotations

import io

import pytest

from oracle_backup.adapters.archive.model import Progress
from oracle_backup.cli.progress_bar import ProgressBar, progress_bar, render_bar


def progress(done, *, total=1000, written=0):
    return Progress(bytes_read=done, bytes_written=written, total_bytes=total, seconds=1.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("done", "filled"), [(0, 0), (500, 12), (1000, 24), (5000, 24)], ids=str)
def test_bar_fills_with_the_work(done, filled):
    line = render_bar(progress(done), verb="Archived")

    assert line.startswith("[" + "#" * filled + "-" * (24 - filled) + "] Archived ")


def test_bar_of_nothing_is_empty():
    assert render_bar(progress(0, total=0), verb="Verified").startswith("[-")


def test_bar_is_drawn_over_itself_now_and_then():
    times = iter([0.0, 0.0, 0.1, 0.3])
    stream = io.StringIO()
    bar = ProgressBar(stream, verb="Archived", columns=70, clock=lambda: next(times))
    for done in (100, 200, 300):
        bar(progress(done))
    bar.close()

    drawn = stream.getvalue().split("\r\x1b[K")
    assert len(drawn) == 4
    assert "(10 %)" in drawn[1]
    assert "(30 %)" in drawn[2]
    assert drawn[0] == drawn[3] == ""
    assert all(len(line) < 70 for line in drawn)


def test_line_is_cut_where_the_terminal_ends():
    stream = io.StringIO()
    ProgressBar(stream, verb="Archived", columns=20)(progress(100))

    assert stream.getvalue() == "\r\x1b[K[##----------------"


def test_terminal_gets_a_bar_that_is_wiped_at_the_end():
    stream = Terminal()
    with progress_bar(stream, verb="Archived") as bar:
        bar(progress(10))

    assert "Archived" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_pipe_gets_nothing():
    stream = io.StringIO()
    with progress_bar(stream, verb="Archived") as bar:
        assert bar is None

    assert stream.getvalue() == ""
