"""What of an export grows on the host, as the job scripts tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.remote_job.scripts import JobFiles, JobState
from oracle_backup.errors import RemoteCommandError
from support.job_host import JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEM = "HR-20261123T020000Z"


@pytest.fixture(params=find_shells(), ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


@pytest.fixture
def folder(host: JobHost) -> Path:
    """Where the database writes; a name that a shell could stumble over."""
    made = host.home.parent / "dump $(id) 'dir"
    made.mkdir()
    return made


def files_in(folder: Path) -> JobFiles:
    return JobFiles(folder=str(folder), stem=STEM, log_path=str(folder / f"{STEM}.log"))


def test_status_measures_log_dumps_and_room(host: JobHost, folder: Path) -> None:
    (folder / f"{STEM}.log").write_bytes(b"12345")
    for name, size in ((f"{STEM}.dmp", 1), (f"{STEM}_01.dmp", 20), (f"{STEM}_02.dmp", 300)):
        (folder / name).write_bytes(b"x" * size)
    (folder / "other.dmp").write_bytes(b"x" * 4000)

    status = host.status(files=files_in(folder))

    assert status.state is JobState.ABSENT
    assert (status.log_bytes, status.dump_bytes) == (5, 321)
    assert status.free_bytes > 0
    assert status.free_bytes % 1024 == 0


def test_status_measures_files_larger_than_a_shell_can_count(host: JobHost, folder: Path) -> None:
    for number in (1, 2, 3):
        with (folder / f"{STEM}_0{number}.dmp").open("wb") as sparse:
            sparse.truncate(3 * 1024**4 + number)

    assert host.status(files=files_in(folder)).dump_bytes == 9 * 1024**4 + 6


def test_status_before_anything_is_written(host: JobHost, folder: Path) -> None:
    status = host.status(files=files_in(folder))

    assert (status.log_bytes, status.dump_bytes) == (None, 0)
    assert status.free_bytes is not None


def test_status_of_a_folder_that_is_not_there_tells_nothing(host: JobHost, folder: Path) -> None:
    status = host.status(files=files_in(folder / "missing"))

    assert (status.log_bytes, status.dump_bytes, status.free_bytes) == (None, None, None)


def test_status_tells_no_sizes_unless_asked(host: JobHost) -> None:
    status = host.status()

    assert (status.log_bytes, status.dump_bytes, status.free_bytes) == (None, None, None)


@pytest.mark.parametrize(
    "line",
    [
        "//server/my share 100 60 40 60% /backup dir",
        "/dev/sda1 100 60 40 60% /",
        "/dev/disk/by-id/a 100 60 40 100% /u01/99% full",
    ],
)
def test_status_reads_the_room_whatever_the_filesystem_is_called(
    host: JobHost, folder: Path, line: str
) -> None:
    host.program("df", f"#!/bin/sh\necho head\necho '{line}'\n")

    assert host.status(files=files_in(folder)).free_bytes == 40 * 1024


@pytest.mark.parametrize("said", ["head", "head\nproc - - - - /proc"])
def test_status_tells_no_room_where_df_tells_none(host: JobHost, folder: Path, said: str) -> None:
    host.program("df", f"#!/bin/sh\nprintf '%s\\n' '{said}'\n")

    assert host.status(files=files_in(folder)).free_bytes is None


def test_status_reads_the_servers_log_from_a_byte_on(host: JobHost, folder: Path) -> None:
    host.plan(output="from the tool\n")
    host.start()
    host.wait(JobState.ENDED)
    (folder / f"{STEM}.log").write_bytes(b"0123\xff567\n")

    from_log = host.status(files=files_in(folder), source="log", offset=4)
    from_tool = host.status(files=files_in(folder), offset=5)

    assert from_log.output == b"\xff567\n"
    assert from_tool.output == b"the tool\n"


def test_status_of_a_log_that_is_not_there_has_no_lines(host: JobHost, folder: Path) -> None:
    status = host.status(files=files_in(folder), source="log")

    assert status.output == b""


def test_files_of_an_export_are_its_own_only(host: JobHost, folder: Path) -> None:
    ours = {f"{STEM}.dmp": 1, f"{STEM}_01.dmp": 2, f"{STEM}_100.dmp": 3}
    others = (
        f"{STEM}-g2.dmp",
        f"{STEM}-g2_01.dmp",
        f"{STEM}_1a.dmp",
        f"{STEM}_.dmp",
        f"{STEM}_01.dmp.old",
        f"{STEM}_01_02.dmp",
        f"{STEM}.log",
        f"X{STEM}_01.dmp",
    )
    for name, size in ours.items():
        (folder / name).write_bytes(b"x" * size)
    for name in others:
        (folder / name).write_bytes(b"other")
    (folder / f"{STEM}_03.dmp").mkdir()

    assert host.files(folder=folder, stem=STEM) == {
        str(folder / name): size for name, size in ours.items()
    }
    assert host.files(folder=folder, stem=f"{STEM}-g2") == {
        str(folder / f"{STEM}-g2.dmp"): 5,
        str(folder / f"{STEM}-g2_01.dmp"): 5,
    }


def test_files_of_an_export_that_wrote_none(host: JobHost, folder: Path) -> None:
    assert host.files(folder=folder, stem=STEM) == {}


def test_files_in_a_folder_that_cannot_be_listed(host: JobHost, folder: Path) -> None:
    with pytest.raises(RemoteCommandError, match="cannot list .*missing") as caught:
        host.files(folder=folder / "missing", stem=STEM)

    assert "SSH user" in caught.value.hint
