"""``retention --simulate``: the rules alone, from standard input to JSON."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = """\
2026-11-21T02:00:00Z
2026-11-22T02:00:00Z
2026-11-23T02:00:00Z
2026-11-22T23:30:00Z
2026-11-22T02:00:00Z
"""


@pytest.fixture
def simulate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Return the JSON a simulation prints."""

    def run(*options: str, times: str = TIMES, code: int = 0) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(times.encode())))
        assert main(["retention", "--simulate", "--json", *options]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else said.err

    return run


def test_everything_is_told_newest_first_with_the_words_of_restic(
    simulate: Callable[..., Any],
) -> None:
    found = simulate("--keep-last", "1", "--keep-daily", "9", "--keep-within-yearly", "1y2m3d4h")

    assert found == {
        "keep": [
            {
                "time": "2026-11-23T02:00:00Z",
                "reasons": ["last snapshot", "daily snapshot", "yearly within 1y2m3d4h"],
            },
            {"time": "2026-11-22T23:30:00Z", "reasons": ["daily snapshot"]},
            {
                "time": "2026-11-21T02:00:00Z",
                "reasons": ["daily snapshot", "oldest yearly within 1y2m3d4h"],
            },
        ],
        "remove": [{"time": "2026-11-22T02:00:00Z"}, {"time": "2026-11-22T02:00:00Z"}],
    }


def test_of_duplicates_each_counts(simulate: Callable[..., Any]) -> None:
    found = simulate("--keep-last", "2", times="2026-11-23T02:00Z\n" * 3)

    assert (len(found["keep"]), len(found["remove"])) == (2, 1)


@pytest.mark.parametrize("count", ["-1", "unlimited"])
def test_all_may_be_kept(simulate: Callable[..., Any], count: str) -> None:
    found = simulate("--keep-last", count)

    assert (len(found["keep"]), found["remove"]) == (5, [])


def test_days_begin_in_the_zone(simulate: Callable[..., Any]) -> None:
    found = simulate("--keep-daily", "2", "--timezone", "Europe/Madrid")

    # 23:30 is the next day in Madrid, and that day's newest is at two.
    assert [one["time"] for one in found["keep"]] == [
        "2026-11-23T02:00:00Z",
        "2026-11-22T02:00:00Z",
    ]


def test_spans_are_measured_from_the_newest_that_is_past(simulate: Callable[..., Any]) -> None:
    found = simulate("--keep-within", "3h", "--now", "2026-11-23T00:00:00Z")

    assert [one["time"] for one in found["keep"]] == [
        "2026-11-23T02:00:00Z",
        "2026-11-22T23:30:00Z",
    ]


def test_an_instant_is_printed_as_it_was_written(simulate: Callable[..., Any]) -> None:
    times = "2026-11-23T02:00:00+05:30\r\n\n 2026-11-23 02:00:00.5 \n2026-11-22T20:30Z"

    found = simulate("--keep-last", "9", times="\ufeff" + times)

    # Without an offset it is of the zone; the other two are one instant.
    assert [one["time"] for one in found["keep"]] == [
        "2026-11-23 02:00:00.5",
        "2026-11-23T02:00:00+05:30",
        "2026-11-22T20:30Z",
    ]


def test_an_instant_without_an_offset_is_of_the_zone(simulate: Callable[..., Any]) -> None:
    times = "2026-11-23T02:30\n2026-11-23T02:00Z\n2026-11-23T00:30Z\n"

    found = simulate("--keep-last", "1", "--timezone", "Europe/Madrid", times=times)

    # 02:30 in Madrid is 01:30 in UTC.
    assert [one["time"] for one in found["keep"]] == ["2026-11-23T02:00Z"]
    assert [one["time"] for one in found["remove"]] == ["2026-11-23T02:30", "2026-11-23T00:30Z"]


def test_nothing_in_nothing_out(simulate: Callable[..., Any]) -> None:
    assert simulate("--keep-last", "1", times="") == {"keep": [], "remove": []}


@pytest.mark.parametrize("options", [[], ["--keep-last", "0"], ["--keep-within", "0d"]])
def test_a_policy_that_keeps_nothing_is_shown_and_warned_of(
    simulate: Callable[..., Any], capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    found = simulate(*options)

    assert (found["keep"], len(found["remove"])) == ([], 5)


def test_that_a_real_plan_would_be_refused_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"2026-11-23T02:00Z\n")))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert main(["retention", "--simulate"]) == 0

    said = capsys.readouterr()
    assert said.out == "remove  2026-11-23T02:00Z\n"
    assert "A real plan is refused" in said.err


def test_a_program_that_reads_it_gets_json_without_asking(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"2026-11-23T02:00Z\n")))

    assert main(["retention", "--simulate", "--keep-last", "1"]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "keep": [{"time": "2026-11-23T02:00Z", "reasons": ["last snapshot"]}],
        "remove": [],
    }


def test_on_a_terminal_there_is_a_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TIMES.encode())))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert main(["retention", "--simulate", "--keep-last", "1"]) == 0

    said = capsys.readouterr()
    assert said.out.splitlines()[:2] == [
        "keep    2026-11-23T02:00:00Z  (last snapshot)",
        "remove  2026-11-22T23:30:00Z",
    ]
    assert said.err == ""


@pytest.mark.parametrize(
    ("options", "times", "said"),
    [
        ([], "yesterday\n", "line 1 of standard input is 'yesterday', which is no instant"),
        ([], "2026-11-23T02:00Z\n\n2026-02-30\n", "line 3 of standard input is '2026-02-30'"),
        ([], "0001-01-01T00:00:00+14:00\n", "which is no instant"),
        ([], "\x00\n", "which is no instant"),
        (["--keep-last", "-2"], TIMES, "--keep-last must be a whole number, 0 or more, or -1"),
        (["--keep-last", "1.5"], TIMES, "--keep-last must be a whole number"),
        (["--keep-last", "1_0"], TIMES, "--keep-last must be a whole number"),
        (["--keep-within", "2w"], TIMES, "--keep-within must be a span of years"),
        (["--keep-within-daily", "5"], TIMES, "--keep-within-daily must be a span"),
        (["--timezone", "Mars/Olympus"], TIMES, "--timezone must be an IANA time zone"),
        (["--now", "soon"], TIMES, "--now is 'soon', which is no instant"),
        (["--apply"], TIMES, "--apply does not go with --simulate"),
        (["--database", "erp"], TIMES, "--database does not go with --simulate"),
        (["--max-delete", "3"], TIMES, "--max-delete does not go with --simulate"),
    ],
)
def test_what_can_not_be_meant_is_wrong_use(
    simulate: Callable[..., Any], options: list[str], times: str, said: str
) -> None:
    assert said in simulate(*options, times=times, code=2)


def test_all_wrong_options_are_told_at_once(simulate: Callable[..., Any]) -> None:
    said = simulate("--keep-last", "x", "--keep-within", "y", code=2)

    assert "--keep-last" in said
    assert "--keep-within" in said


@pytest.mark.parametrize("option", ["--timezone", "--now"])
def test_what_is_for_simulations_is_refused_without(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["retention", option, "UTC"]) == 2

    assert "is for --simulate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--apply", "--keep-last", "1"], "--apply carries out the retention of the config file"),
        (["--max-delete", "0"], "--max-delete must be 1 or more, or -1 for all, is 0"),
        (["--max-delete", "-2"], "--max-delete must be 1 or more, or -1 for all, is -2"),
    ],
)
def test_options_of_a_real_plan_are_checked_before_anybody_is_asked(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["retention", *options]) == 2

    assert said in capsys.readouterr().err
