"""A job on a host whose disk is full, or whose home can't be written: begun whole or not at all."""

from __future__ import annotations

import resource
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.remote_job.scripts import (
    JobState,
    as_unit,
    build_remove,
    build_start,
    build_status,
    parse_answers,
)
from oracle_backup.errors import RemoteCommandError
from support.job_host import JOB, JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {"parameter_file": 'USERID=HR/"s3cret"\n', "attach_file": 's3cret "s3cret"\n' * 99}


@pytest.fixture(params=find_shells(), ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


def start_in_trouble(host: JobHost, *, file_limit: int | None = None) -> str:
    """Start the job; return what the host says it can't do."""
    script = as_unit(build_start(host.spec(**SECRETS)))
    with host.begin(script, file_limit=file_limit) as process:
        said = process.stdout.read().decode()
    with pytest.raises(RemoteCommandError) as caught:
        parse_answers(said)
    assert "writable and not full" in caught.value.hint
    return caught.value.message


def begins_whole(host: JobHost) -> bool:
    """Return whether a start with the trouble gone runs the tool once, to its end."""
    host.start(**SECRETS)
    host.wait(JobState.ENDED)
    return len(host.calls) == 1 and host.secrets_left() == []


@pytest.mark.parametrize("file_limit", [0, 1000], ids=["full", "full soon"])
def test_start_on_a_full_disk_starts_nothing(host: JobHost, file_limit: int) -> None:
    said = start_in_trouble(host, file_limit=file_limit)

    assert f"cannot write into {host.directory}" in said
    assert host.calls == []
    assert host.secrets_left() == []
    assert not [path for path in host.directory.iterdir() if path.suffix[1:].isdecimal()]
    assert host.status().state is JobState.PREPARED
    assert begins_whole(host)


@pytest.mark.parametrize("name", ["pid.new", "exit_code.new"])
def test_runner_that_cannot_keep_what_it_has_to_starts_nothing(host: JobHost, name: str) -> None:
    (host.directory / name).mkdir(parents=True)

    said = start_in_trouble(host)

    assert "has not begun" in said
    assert host.calls == []
    assert host.secrets_left() == []
    (host.directory / name).rmdir()
    assert begins_whole(host)


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("mv", '#!/bin/sh\n[ "$2" != pid ] && exec {mv} "$@"\nexit 1\n'),
        ("mkdir", '#!/bin/sh\n[ "$1" != claim ] && exec {mkdir} "$@"\nexit 1\n'),
    ],
    ids=["pid", "claim"],
)
def test_runner_that_cannot_write_starts_nothing(host: JobHost, program: str, text: str) -> None:
    """The disk has become full after the start had written its files."""
    host.program(program, text.format(mv=shutil.which("mv"), mkdir=shutil.which("mkdir")))

    said = start_in_trouble(host)

    assert "has not begun" in said
    assert host.calls == []
    assert host.secrets_left() == []
    assert host.status().state is JobState.PREPARED
    host.restore(program)
    assert begins_whole(host)


def test_exit_code_waits_for_room_to_be_written(host: JobHost) -> None:
    host.plan(waits=True, exit_code=5)
    # Whoever starts with SIGXFSZ ignored, as here, gets an error instead of a signal.
    host.start()
    host.wait_for_call()
    runner, _ = host.pids()
    no_limit = resource.prlimit(runner, resource.RLIMIT_FSIZE)
    resource.prlimit(runner, resource.RLIMIT_FSIZE, (0, no_limit[1]))

    host.open_gate()
    deadline = time.monotonic() + 30
    while host.secrets_left():
        assert time.monotonic() < deadline
    full = host.status()
    resource.prlimit(runner, resource.RLIMIT_FSIZE, no_limit)
    status = host.wait(JobState.ENDED)

    assert full.state is JobState.RUNNING
    assert status.exit_code == 5


def test_runner_whose_directory_was_removed_goes_away(host: JobHost) -> None:
    host.plan(waits=True)
    host.start()
    host.wait_for_call()
    runner, _ = host.pids()
    shutil.rmtree(host.directory)

    lost = host.status()
    host.open_gate()
    deadline = time.monotonic() + 30
    while is_there(runner):
        assert time.monotonic() < deadline

    assert lost.state is JobState.ABSENT
    assert not host.directory.exists()


def is_there(pid: int) -> bool:
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU)
    except ProcessLookupError:
        return False
    return True


def test_home_that_cannot_be_written(host: JobHost) -> None:
    script = f"HOME=/proc\n{as_unit(build_start(host.spec()))}"

    with host.begin(script) as process:
        said = process.stdout.read().decode()

    with pytest.raises(RemoteCommandError, match=r"cannot make /proc/\.oracle-backup/jobs"):
        parse_answers(said)


@pytest.mark.parametrize("home", ["unset HOME", "HOME="])
def test_user_without_a_home(host: JobHost, home: str) -> None:
    script = f"{home}\n{as_unit(build_status(job=JOB))}"

    with host.begin(script) as process:
        said = process.stdout.read().decode()

    with pytest.raises(RemoteCommandError, match="no home directory"):
        parse_answers(said)


def test_remove_of_a_living_job_says_what_to_do(host: JobHost) -> None:
    host.plan(waits=True)
    host.start()
    host.wait_for_call()

    script = build_remove(job=JOB, paths=(), remove_directory=True)
    with pytest.raises(RemoteCommandError) as caught:
        parse_answers(host.run(script).decode())
    host.open_gate()

    assert "KILL_JOB" in caught.value.hint
    assert "home" not in caught.value.hint
