"""
What can be asked of the Oracle host before an export, and by which scripts?

Each script goes to ``sh -s`` over stdin and answers on standard output; they are POSIX.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.errors import RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.adapters.ports import Completed, Shell

TIMEOUT_SECONDS = 60
_ABSENT, _CLOSED = 3, 4
_WRITE_AND_REMOVE = (
    # Large enough to find a disk that is full: an empty file fits on any.
    'dd if=/dev/zero of="$f" bs=1024 count=64 2>/dev/null; code=$?\nrm -f "$f" && [ $code -eq 0 ]'
)
_PATIENCE_SECONDS = 5
"""Over NFS a file may be seen this much later than it was written."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of Oracle's; `release` is empty where it does not tell."""

    path: str
    release: str


def find_tool(shell: Shell, *, oracle_home: str, tool: str) -> Tool | None:
    """Return the tool, or None where there is no such program."""
    path = f"{oracle_home}/bin/{tool}"
    done = _run(
        shell,
        f"ORACLE_HOME={shlex.quote(oracle_home)}; export ORACLE_HOME\n"
        f"[ -x {shlex.quote(path)} ] || exit {_ABSENT}\n"
        # The help's first lines tell the release, without a login.
        f"{shlex.quote(path)} help=y </dev/null 2>&1\n"
        "exit 0",
    )
    if done.exit_code == _ABSENT:
        return None
    lines = (line.strip() for line in done.stdout.splitlines())
    return Tool(path, next((line for line in lines if "Release" in line), ""))


def free_bytes(shell: Shell, folder: str) -> int | None:
    """Return what is free in a folder that the SSH user can read, None where it can't."""
    quoted = shlex.quote(folder)
    done = _run(shell, f"[ -d {quoted} ] && [ -r {quoted} ] && [ -x {quoted} ] && df -Pk {quoted}")
    return parse_df(done.stdout) if done.exit_code == 0 else None


def read_probe(shell: Shell, path: str) -> str | None:
    """
    Return a small file's text, None where it is not there, after a few seconds' patience.

    Raise RemoteCommandError where it is there and can't be read.
    """
    quoted = shlex.quote(path)
    done = _run(
        shell,
        "n=0\n"
        f"until [ -e {quoted} ] || [ $n -ge {_PATIENCE_SECONDS} ]; do\n"
        "    sleep 1\n    n=$((n + 1))\ndone\n"
        f"[ -e {quoted} ] || exit {_ABSENT}\n"
        f"cat {quoted} 2>/dev/null || exit {_CLOSED}",
    )
    if done.exit_code == _ABSENT:
        return None
    if done.exit_code != 0:
        raise RemoteCommandError(f"The SSH user can't read {path}.", exit_code=done.exit_code)
    return done.stdout


def can_write(shell: Shell, path: str) -> bool:
    """Write a small file and remove it again; return whether that was possible."""
    return _run(shell, f"f={shlex.quote(path)}\n{_WRITE_AND_REMOVE}").exit_code == 0


def can_write_home(shell: Shell) -> tuple[bool, int | None]:
    """Return whether the folder of the jobs can be written to, and what is free there."""
    done = _run(
        shell,
        'umask 077\nd="$HOME/.oracle-backup"\nf="$d/.preflight.$$"\n'
        f'mkdir -p "$d" 2>/dev/null || exit {_CLOSED}\n'
        f'( {_WRITE_AND_REMOVE} ) || exit {_CLOSED}\ndf -Pk "$d"',
    )
    return done.exit_code != _CLOSED, parse_df(done.stdout)


def list_names(shell: Shell, folder: str, *, prefix: str, suffix: str) -> list[str]:
    """Return the names of a folder's regular files that begin and end so."""
    done = _run(
        shell,
        f"cd {shlex.quote(folder)} 2>/dev/null || exit 0\n"
        f"for f in {shlex.quote(prefix)}*{shlex.quote(suffix)}; do\n"
        '    [ -f "$f" ] && printf \'%s\\n\' "$f"\n'
        "done\nexit 0",
    )
    return done.stdout.splitlines()


def log_lines_of_job(shell: Shell, folder: str, job: str) -> str:
    """Return the lines of the folder's logs that name a job, in their order; "" for none."""
    done = _run(
        shell,
        f"cd {shlex.quote(folder)} 2>/dev/null || exit 0\n"
        # Of one file at a time grep prints no names.
        "for f in ./*.log; do\n"
        f'    grep -F {shlex.quote(chr(34) + job + chr(34))} "$f" 2>/dev/null\n'
        "done\nexit 0",
    )
    return done.stdout


def parse_df(output: str) -> int | None:
    """Given what ``df -Pk`` printed, return the free bytes. POSIX fixes the columns."""
    lines = output.splitlines()
    if len(lines) < 2:
        return None
    # A device name may hold blanks, so the columns are counted from the right.
    words: Sequence[str] = lines[-1].split()
    try:
        percent = next(at for at, word in enumerate(words) if word.endswith("%"))
        return int(words[percent - 1]) * 1024
    except (StopIteration, ValueError):
        return None


def _run(shell: Shell, script: str) -> Completed:
    return shell.run(script, timeout_seconds=TIMEOUT_SECONDS)
