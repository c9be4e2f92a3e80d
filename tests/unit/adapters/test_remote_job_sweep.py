"""Which job directories a sweep removes, and which it never touches."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.remote_job.scripts import JobState
from support.job_host import JOB, JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture(params=find_shells(), ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


def make_job(host: JobHost, name: str, *, days: float, ended: bool = True) -> Path:
    """Make a job's directory as old as that."""
    folder = host.directory.parent / name
    (folder / "claim").mkdir(parents=True)
    (folder / "pid").write_text("1\nthe boot before\n1\n")
    if ended:
        (folder / "exit_code").write_text("0\n")
    age(folder, days=days)
    return folder


def age(folder: Path, *, days: float) -> None:
    then = time.time() - days * DAY_SECONDS
    os.utime(folder, (then, then))


def test_sweep_removes_what_ended_that_long_ago(host: JobHost) -> None:
    old = make_job(host, "OB_AAAAAAAAAAAA_G1", days=7.1)
    young = make_job(host, "OB_BBBBBBBBBBBB_G1", days=6.9)

    answers = host.sweep(older_than_days=7)

    assert answers == {"swept": [old.name], "kept": [young.name]}
    assert not old.exists()
    assert (young / "exit_code").exists()


def test_sweep_of_all_ages(host: JobHost) -> None:
    make_job(host, "OB_AAAAAAAAAAAA_G1", days=0)

    assert host.sweep(older_than_days=0) == {"swept": ["OB_AAAAAAAAAAAA_G1"]}


def test_sweep_keeps_what_it_is_told_to(host: JobHost) -> None:
    kept = make_job(host, "OB_AAAAAAAAAAAA_G1", days=99)
    make_job(host, "OB_AAAAAAAAAAAA_G11", days=99)

    answers = host.sweep("OB_X'; exit; '", kept.name)

    assert answers == {"swept": ["OB_AAAAAAAAAAAA_G11"], "kept": [kept.name]}
    assert kept.is_dir()


def test_sweep_tells_of_a_job_that_neither_ended_nor_lives_and_leaves_it(host: JobHost) -> None:
    lost = make_job(host, "OB_AAAAAAAAAAAA_G1", days=8, ended=False)
    prepared = host.directory.parent / "OB_BBBBBBBBBBBB_G1"
    prepared.mkdir()
    age(prepared, days=8)
    fresh = make_job(host, "OB_CCCCCCCCCCCC_G1", days=1, ended=False)

    answers = host.sweep()

    assert answers == {"lost": [lost.name, prepared.name], "kept": [fresh.name]}
    assert (lost / "pid").exists()
    assert prepared.is_dir()


def test_sweep_never_touches_a_living_job(host: JobHost) -> None:
    host.plan(waits=True)
    host.start()
    host.wait_for_call()
    age(host.directory, days=99)

    answers = host.sweep()
    host.open_gate()

    assert answers == {"kept": [JOB]}
    assert host.wait(JobState.ENDED).exit_code == 0


def test_sweep_touches_no_directory_that_is_no_job(host: JobHost) -> None:
    precious = host.home / "precious"
    precious.mkdir()
    (precious / "exit_code").write_text("0\n")
    others = make_job(host, "mine", days=99)
    (host.directory.parent / "OB_LINK").symlink_to(precious)
    (host.directory.parent / "OB_FILE").write_text("a file")

    assert host.sweep(older_than_days=0) == {}
    assert (precious / "exit_code").exists()
    assert others.is_dir()


def test_sweep_of_a_host_without_jobs(host: JobHost) -> None:
    assert host.sweep() == {}
