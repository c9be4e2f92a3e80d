"""The scripts that ask the Oracle host, under every POSIX shell of this machine."""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters import host_questions
from oracle_backup.adapters.ports import Completed
from oracle_backup.adapters.remote_job.scripts import as_unit
from oracle_backup.errors import RemoteCommandError
from support.job_host import Shell, find_shells
from support.scripted_shell import ScriptedShell

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = find_shells()
PROGRAMS = ("cat", "dd", "df", "grep", "mkdir", "printf", "rm", "sleep")

pytestmark = pytest.mark.skipif(not SHELLS, reason="no POSIX shell here")


class LocalShell(ScriptedShell):
    """A shell of this machine in place of the host's, with a home and few programs."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        super().__init__(answer=self._run)
        self._shell = shell
        self.home = folder / "a home"
        self.home.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in PROGRAMS:
            program = shutil.which(name)
            assert program, name
            (self.bin / name).symlink_to(program)

    def _run(self, script: str) -> Completed:
        done = subprocess.run(
            [*self._shell.command, "-s"],
            input=as_unit(script),
            env={"HOME": str(self.home), "PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Completed(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)


@pytest.fixture(params=SHELLS, ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> LocalShell:
    return LocalShell(request.param, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name needs quoting."""
    made = tmp_path / "it's a folder; $HOME"
    made.mkdir()
    return made


def make_tool(home: Path, text: str) -> None:
    (home / "bin").mkdir()
    program = home / "bin" / "expdp"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def test_tool_tells_its_release_and_finds_its_home(shell: LocalShell, folder: Path):
    make_tool(folder, '[ "$1" = help=y ] && echo "Export: Release 19.0" && echo "$ORACLE_HOME" >&2')

    found = host_questions.find_tool(shell, oracle_home=str(folder), tool="expdp")

    assert found == host_questions.Tool(f"{folder}/bin/expdp", "Export: Release 19.0")


def test_tool_that_ends_badly_is_there_all_the_same(shell: LocalShell, folder: Path):
    make_tool(folder, "exit 127")

    found = host_questions.find_tool(shell, oracle_home=str(folder), tool="expdp")

    assert found == host_questions.Tool(f"{folder}/bin/expdp", "")


def test_tool_that_is_not_there_is_none(shell: LocalShell, folder: Path):
    assert host_questions.find_tool(shell, oracle_home=str(folder), tool="expdp") is None


def test_free_space_is_that_of_the_folder(shell: LocalShell, folder: Path):
    assert (host_questions.free_bytes(shell, str(folder)) or 0) > 0
    assert host_questions.free_bytes(shell, f"{folder}/nowhere") is None


def test_probe_is_read_missing_or_closed(shell: LocalShell, folder: Path, monkeypatch):
    # The patience is for NFS; here it would only be slow.
    monkeypatch.setattr(host_questions, "_PATIENCE_SECONDS", 0)
    probe = folder / "HR.probe"
    probe.write_text("a text\n")

    assert host_questions.read_probe(shell, str(probe)) == "a text\n"
    assert host_questions.read_probe(shell, f"{folder}/missing") is None
    with pytest.raises(RemoteCommandError) as caught:
        host_questions.read_probe(shell, str(folder))
    assert caught.value.exit_code is not None


def test_probe_that_comes_late_is_waited_for(shell: LocalShell, folder: Path, monkeypatch):
    monkeypatch.setattr(host_questions, "_PATIENCE_SECONDS", 60)
    probe = folder / "HR.probe"
    whole = folder / "written"
    whole.write_text("late\n")
    threading.Timer(0.5, whole.rename, args=(probe,)).start()

    assert host_questions.read_probe(shell, str(probe)) == "late\n"


def test_folder_is_written_to_and_left_clean(shell: LocalShell, folder: Path):
    assert host_questions.can_write(shell, f"{folder}/HR.probe") is True
    assert host_questions.can_write(shell, f"{folder}/nowhere/HR.probe") is False
    assert list(folder.iterdir()) == []


def test_full_disk_is_found_by_writing(shell: LocalShell, folder: Path):
    (shell.bin / "dd").unlink()
    full = shell.bin / "dd"
    full.write_text(f'#!/bin/sh\necho half >"{folder}/HR.probe"\nexit 1\n')
    full.chmod(0o755)

    assert host_questions.can_write(shell, f"{folder}/HR.probe") is False
    assert list(folder.iterdir()) == []


def test_home_is_made_written_to_and_left_clean(shell: LocalShell):
    writable, free = host_questions.can_write_home(shell)

    made = shell.home / ".oracle-backup"
    assert writable is True
    assert (free or 0) > 0
    assert made.stat().st_mode & 0o777 == 0o700
    assert list(made.iterdir()) == []


def test_home_that_can_t_be_written_to(shell: LocalShell):
    (shell.home / ".oracle-backup").write_text("a file")

    assert host_questions.can_write_home(shell)[0] is False


def test_names_are_those_of_files_that_begin_and_end_so(shell: LocalShell, folder: Path):
    for name in ("HR-1.dmp", "HR-2 x.dmp", "HR-3.log", "XHR-1.dmp"):
        (folder / name).write_text("")
    (folder / "HR-4.dmp").mkdir()

    found = host_questions.list_names(shell, str(folder), prefix="HR-", suffix=".dmp")

    assert found == ["HR-1.dmp", "HR-2 x.dmp"]
    assert host_questions.list_names(shell, str(folder), prefix="A-", suffix=".dmp") == []
    assert host_questions.list_names(shell, "/nowhere", prefix="A-", suffix=".dmp") == []


def test_lines_of_a_job_are_those_that_name_it_whole(shell: LocalShell, folder: Path):
    (folder / "a.log").write_text('Starting "B"."OB_X_G1": x\nother\nJob "B"."OB_X_G1" ended\n')
    (folder / "b.log").write_text('Starting "B"."OB_X_G10": y\n')

    found = host_questions.log_lines_of_job(shell, str(folder), "OB_X_G1")

    assert found == 'Starting "B"."OB_X_G1": x\nJob "B"."OB_X_G1" ended\n'
    assert host_questions.log_lines_of_job(shell, str(folder), "OB_Z_G1") == ""
    assert host_questions.log_lines_of_job(shell, "/nowhere", "OB_X_G1") == ""


@pytest.mark.parametrize(
    ("output", "free"),
    [
        ("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 9 4 5 44% /\n", 5120),
        ("Filesystem x\n//nas/my share 9 4 7 44% /mnt/my dir\n", 7168),
        ("Filesystem x\n", None),
        ("", None),
        ("Filesystem x\nnothing here\n", None),
        ("Filesystem x\n/dev/a 9 4 - 44% /\n", None),
    ],
)
def test_free_space_is_the_column_before_the_per_cent(output: str, free: int | None):
    assert host_questions.parse_df(output) == free
