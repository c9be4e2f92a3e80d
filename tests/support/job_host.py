"""
A home directory in which the job scripts run under a shell of this machine.

The tool is a small program that writes down how it was called, waits if told so, prints and ends.
It stands for any program: Data Pump itself is the lab's.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.remote_job.scripts import (
    JobFiles,
    JobSpec,
    JobState,
    JobStatus,
    Source,
    as_unit,
    build_files,
    build_list,
    build_remove,
    build_start,
    build_status,
    build_stop,
    build_sweep,
    parse_answers,
    parse_files,
    parse_status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = "OB_ABCDEFGHIJKL_G1"
PATIENCE_SECONDS = 30.0
# All that the scripts may call; whatever else they used would be missed at once.
_PROGRAMS = (
    *("awk", "cat", "chmod", "date", "df", "find", "ls", "mkdir", "mv", "nohup", "printf", "ps"),
    *("rm", "rmdir", "setsid", "tail", "wc"),
)

_TOOL = """\
#!{python} -IS
import json, os, stat, sys
home = os.environ["HOME"]
plan = json.load(open(home + "/plan.json"))
name = sys.argv[1].removeprefix("parfile=")
content = open(name, "rb").read().decode("latin-1")
record = {{
    "argv": sys.argv[1:],
    "environment": {{
        key.decode(): value.decode("latin-1") for key, value in os.environb.items()
    }},
    "stdin": sys.stdin.read(),
    "folder": os.getcwd(),
    "parameter_file": content,
    "mode": stat.S_IMODE(os.stat(name).st_mode),
}}
with open(home + "/calls", "a") as calls:
    calls.write(json.dumps(record) + "\\n")
if name == "attach.par":
    if plan["attach_ends_it"]:
        open(home + "/gate", "w").close()
    print("attached")
    sys.exit(plan["attach_exit_code"])
sys.stdout.write(plan["output"])
sys.stderr.write(plan["error_output"])
sys.stdout.flush()
if plan["waits"]:
    open(home + "/gate").close()
sys.exit(plan["exit_code"])
"""

_BLIND_CAT = """\
#!/bin/sh
case ${{1:-}} in /proc/*) exit 1 ;; esac
exec {cat} "$@"
"""


@dataclass(frozen=True)
class Shell:
    """A shell of this machine, and how it is called."""

    name: str
    program: str

    @property
    def command(self) -> list[str]:
        # busybox is a shell by the name it is called by.
        return [self.program, "sh"] if self.name == "busybox" else [self.program]


@contextlib.contextmanager
def job_host(shell: Shell, **options: tuple[str, ...]) -> Iterator[JobHost]:
    """Make a host in a folder whose name needs quoting; end what runs on it afterwards."""
    with tempfile.TemporaryDirectory(prefix="job host ") as folder:
        made = JobHost(Path(folder) / "o'neil & sons", shell=shell, **options)
        try:
            yield made
        finally:
            made.close()


def find_shells() -> list[Shell]:
    """Return every POSIX shell found here, each program once."""
    found: dict[str, Shell] = {}
    for name in ("dash", "bash", "ksh", "ksh93", "mksh", "busybox", "yash", "sh"):
        program = shutil.which(name)
        if program:
            found.setdefault(os.path.realpath(program), Shell(name, program))
    return list(found.values())


class JobHost:
    """
    The home directory of an SSH user, with its shell.

    :param folder: an empty folder.
    :param without: programs this host does not have.
    """

    def __init__(self, folder: Path, *, shell: Shell, without: tuple[str, ...] = ()) -> None:
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.shell = shell
        self.home.mkdir(parents=True)
        self.bin.mkdir()
        self.tool = folder / "tool dir" / "expdp"
        self.tool.parent.mkdir()
        self.tool.write_text(_TOOL.format(python=sys.executable))
        self.tool.chmod(0o755)
        os.mkfifo(self.home / "gate")
        for name in _PROGRAMS:
            program = shutil.which(name)
            if program and name not in without:
                (self.bin / name).symlink_to(program)
        # The runner is started as `sh`, which on this host is the same shell.
        (self.bin / "sh").symlink_to(shell.program)
        # Where a shell has no sleep of its own, one does not have to take the time.
        self.program("sleep", f"#!/bin/sh\nexec {shutil.which('sleep')} 0.02\n")
        self.plan()

    def program(self, name: str, text: str) -> None:
        """Put a program of this name in the place of this host's."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def restore(self, name: str) -> None:
        """Put the machine's own program back."""
        (self.bin / name).unlink()
        (self.bin / name).symlink_to(str(shutil.which(name)))

    def without_boot_id(self, who: str) -> None:
        """Make this a host without Linux's boot id, where ``who -b`` has to do."""
        self.program("cat", _BLIND_CAT.format(cat=shutil.which("cat")))
        self.program("who", f"#!/bin/sh\nprintf '%s' '{who}'\n")

    def plan(
        self,
        *,
        output: str = "",
        error_output: str = "",
        exit_code: int = 0,
        waits: bool = False,
        attach_ends_it: bool = False,
        attach_exit_code: int = 0,
    ) -> None:
        """Say what the tool shall do."""
        (self.home / "plan.json").write_text(
            json.dumps(
                {
                    "output": output,
                    "error_output": error_output,
                    "exit_code": exit_code,
                    "waits": waits,
                    "attach_ends_it": attach_ends_it,
                    "attach_exit_code": attach_exit_code,
                }
            )
        )

    @property
    def directory(self) -> Path:
        return self.home / ".oracle-backup" / "jobs" / JOB

    @property
    def calls(self) -> list[dict[str, Any]]:
        """How the tool was called, each time."""
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in (self.home / "calls").read_text().splitlines()]
        return []

    def modes(self) -> dict[str, int]:
        """Return the mode of everything in the job's directory, and of the directories above."""
        base = self.home / ".oracle-backup"
        return {
            str(path.relative_to(self.home)): stat.S_IMODE(path.lstat().st_mode)
            for path in (base, *base.rglob("*"))
        }

    def secrets_left(self) -> list[str]:
        """Return the parameter files, whole or not, that lie about."""
        return [path.name for path in self.directory.glob("*.par*")]

    def spec(self, **changes: Any) -> JobSpec:
        values: dict[str, Any] = {
            "job": JOB,
            "tool": str(self.tool),
            "environment": {},
            "parameter_file": 'USERID=HR/"s3cret"\n',
        }
        return JobSpec(**(values | changes))

    def begin(
        self, script: str, *, umask: int = 0o022, file_limit: int | None = None
    ) -> subprocess.Popen[bytes]:
        """
        Send a script to a shell, as the SSH adapter does.

        :param file_limit: the most bytes that go into a file, for what the script starts too.
        """

        def limit() -> None:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit or 0, hard))

        process = subprocess.Popen(
            [*self.shell.command, "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"HOME": str(self.home), "PATH": str(self.bin), "TWO_TASK": "from the profile"},
            umask=umask,
            # With SIGXFSZ ignored, as here, a write beyond the limit fails as on a full disk.
            restore_signals=False,
            # Python starts a process much faster where there is nothing to do between.
            preexec_fn=None if file_limit is None else limit,
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(script.encode())
            process.stdin.close()
        # So that communicate() does not flush it once more.
        process.stdin = None
        return process

    def run(self, script: str, *, umask: int = 0o022) -> bytes:
        """Run a script; it must end well and complain of nothing."""
        with self.begin(as_unit(script), umask=umask) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            output, complaint = process.stdout.read(), process.stderr.read()
        if complaint or process.returncode:
            raise AssertionError(f"exit code {process.returncode}: {complaint.decode()}")
        return output

    def start(self, *, umask: int = 0o022, **changes: Any) -> dict[str, list[str]]:
        script = build_start(self.spec(**changes))
        return parse_answers(self.run(script, umask=umask).decode())

    def status(
        self, *, offset: int = 0, files: JobFiles | None = None, source: Source = "output"
    ) -> JobStatus:
        script = build_status(job=JOB, offset=offset, files=files, source=source)
        return parse_status(self.run(script))

    def files(self, *, folder: Path, stem: str) -> dict[str, int]:
        return parse_files(self.run(build_files(folder=str(folder), stem=stem)).decode())

    def sweep(self, *keep: str, older_than_days: int = 7) -> dict[str, list[str]]:
        script = build_sweep(older_than_days=older_than_days, keep=keep)
        return parse_answers(self.run(script).decode())

    def stop(
        self, *, why: str = "by hand", grace_seconds: int = 0, attach: bool = True
    ) -> dict[str, list[str]]:
        script = build_stop(job=JOB, why=why, grace_seconds=grace_seconds, attach=attach)
        return parse_answers(self.run(script).decode())

    def list(self, prefix: str) -> dict[str, list[str]]:
        return parse_answers(self.run(build_list(prefix=prefix)).decode())

    def remove(self, *paths: Path | str, remove_directory: bool = False) -> dict[str, list[str]]:
        script = build_remove(
            job=JOB, paths=[str(path) for path in paths], remove_directory=remove_directory
        )
        return parse_answers(self.run(script).decode())

    def open_gate(self) -> None:
        """Let the waiting tool end; waits until it waits."""
        with (self.home / "gate").open("w"):
            pass

    def wait(self, state: JobState) -> JobStatus:
        """Look until the job is in a state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := self.status()).state is not state:
            assert time.monotonic() < deadline, f"the job is {status}, not {state}"
        return status

    def wait_for_call(self) -> None:
        """Look until the tool has written down how it was called."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.calls:
            assert time.monotonic() < deadline

    def pids(self) -> list[int]:
        """Return the processes of the job that are there: the runner's and the tool's."""
        found = []
        for name in ("pid", "tool_pid"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                found.append(int((self.directory / name).read_text().split()[0]))
        return found

    def close(self) -> None:
        """End what still runs."""
        for pid in self.pids():
            with contextlib.suppress(OSError):
                # A number may have been given to another process meanwhile.
                if JOB.encode() in Path(f"/proc/{pid}/cmdline").read_bytes() or (
                    str(self.tool).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
                ):
                    os.kill(pid, signal.SIGKILL)
