"""The job scripts as text: what goes in is quoted, what comes back is not trusted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.adapters.remote_job.scripts import (
    JobSpec,
    JobState,
    as_unit,
    build_remove,
    build_start,
    build_status,
    build_stop,
    parse_answers,
    parse_status,
)
from oracle_backup.errors import ConfigError, RemoteCommandError

JOB = "OB_ABCDEFGHIJKL_G1"


def make_spec(**changes: object) -> JobSpec:
    values = {"job": JOB, "tool": "/u01/bin/expdp", "environment": {}, "parameter_file": "A=1\n"}
    return JobSpec(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"parameter_file": "A=\0"},
        {"attach_file": "\0"},
        {"tool": "/bin/\0"},
        {"environment": {"ORACLE_SID": "A\0B", "TWO_TASK": None}},
    ],
)
def test_start_refuses_what_no_shell_can_carry(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=f"{JOB} holds a NUL"):
        build_start(make_spec(**changes))


def test_start_holds_no_secret_in_an_argument_or_a_variable() -> None:
    script = build_start(
        make_spec(parameter_file='USERID=HR/"hidden-one"\n', attach_file="hidden-two\n")
    )

    lines = script.splitlines()
    for secret in ('USERID=HR/"hidden-one"', "hidden-two"):
        # A line of its own in a here-document, and nowhere else.
        assert lines.count(secret) == 1
        assert script.count(secret) == 1
        assert re.fullmatch(r".* <<'END_\w{24}' \|\| return 1", lines[lines.index(secret) - 1])


def test_spec_does_not_show_what_may_hold_a_password() -> None:
    spec = make_spec(parameter_file="hidden-one", attach_file="hidden-two")

    assert "hidden" not in repr(spec)
    assert JOB in repr(spec)


def test_start_without_an_attach_file_writes_none() -> None:
    assert "attach.par.$$" not in build_start(make_spec())
    assert "attach.par.$$" in build_start(make_spec(attach_file="A\n"))


@pytest.mark.parametrize(
    "script",
    [
        build_start(make_spec(job="A'; touch x; '")),
        build_status(job="A'; touch x; '"),
        build_stop(job="A'; touch x; '", why="w"),
        build_remove(job="A'; touch x; '", paths=[], remove_directory=False),
    ],
)
def test_job_name_is_quoted(script: str) -> None:
    assert script.startswith("job='A'\"'\"'; touch x; '\"'\"''\n")


def test_stop_keeps_its_reason_on_one_line() -> None:
    script = build_stop(job=JOB, why="too slow\nstate=ended", grace_seconds=7)

    assert "\nwhy='too slow state=ended'\n" in script
    assert "\ngrace=7\n" in script


def test_unit_is_one_group_with_nothing_on_stdin() -> None:
    assert as_unit("echo 1") == "{\necho 1\n} </dev/null\n"


def test_answers_may_come_more_than_once() -> None:
    output = "noise\nremoved=/a=b\nremoved=/c\nno key=1\n=2\nstate=ended\n"

    assert parse_answers(output) == {"removed": ["/a=b", "/c"], "state": ["ended"]}


def test_an_error_among_the_answers_is_raised() -> None:
    with pytest.raises(RemoteCommandError, match=r"refused: cannot make /home/x/\.oracle-backup"):
        parse_answers("created=no\nerror=cannot make /home/x/.oracle-backup\n")


def test_status_of_an_ended_job() -> None:
    status = parse_status(
        b"state=ended\nexit_code=5\nstarted=2026-11-23T02:00:00Z\nended=2026-11-23T02:01:00Z\n"
        b"stopped=by hand\nnow=2026-11-23T02:02:00Z\noutput:\nstate=running\noutput:\n\xff"
    )

    assert status.state is JobState.ENDED
    assert status.exit_code == 5
    assert status.started == "2026-11-23T02:00:00Z"
    assert status.ended == "2026-11-23T02:01:00Z"
    assert status.now == "2026-11-23T02:02:00Z"
    assert status.stopped == "by hand"
    assert status.output == b"state=running\noutput:\n\xff"


@pytest.mark.parametrize("state", [one for one in JobState if one is not JobState.ENDED])
def test_status_of_a_job_that_has_not_ended_has_no_exit_code(state: JobState) -> None:
    status = parse_status(f"state={state}\nexit_code=0\noutput:\n".encode())

    assert status.state is state
    assert status.exit_code is None
    assert (status.started, status.ended, status.now, status.stopped) == (None,) * 4
    assert status.output == b""


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"state=running\n",
        b"output:\n",
        b"state=ended\noutput:\n",
        b"state=ended\nexit_code=\noutput:\n",
        b"state=ended\nexit_code=x\noutput:\n",
        b"state=sleeping\noutput:\n",
        b"Last login: today\n",
        b"\xff\xfe",
    ],
)
def test_status_that_is_cut_off_or_strange_is_refused(output: bytes) -> None:
    with pytest.raises(RemoteCommandError, match="can't be read") as caught:
        parse_status(output)

    assert "POSIX" in caught.value.hint


def test_status_passes_on_what_the_host_says_is_wrong() -> None:
    with pytest.raises(RemoteCommandError, match="no home"):
        parse_status(b"error=no home\nstate=running\noutput:\n")


@given(st.binary(max_size=80))
def test_status_is_read_or_refused_whatever_comes(output: bytes) -> None:
    try:
        status = parse_status(output)
    except RemoteCommandError:
        return

    assert b"output:\n" in output
    assert (status.exit_code is not None) is (status.state is JobState.ENDED)
