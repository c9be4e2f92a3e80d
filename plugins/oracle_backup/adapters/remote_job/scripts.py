"""
Which shell scripts drive a job on the Oracle host, and what do they answer?

Pure: each function returns the text that goes to ``sh -s`` over stdin, so that nothing of it is
in an argument list. The protocol is in the ``.sh`` files beside this one: small POSIX programs
which are run under real shells in the tests.
"""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from oracle_backup.errors import ConfigError, RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


Source = Literal["output", "log"]
"""Whose lines are read: the tool's own, or those of the server's log once the tool is lost."""

_SIZES = ("log_bytes", "dump_bytes", "free_bytes")


class JobState(StrEnum):
    """Where a job on the host stands."""

    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"
    CLAIMED = "claimed"
    PREPARED = "prepared"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """
    One look at a job.

    :param exit_code: the tool's; only when ended.
    :param started: UTC by the host's clock, ISO 8601, or None; so are `ended` and `now`.
    :param stopped: why it was stopped on purpose, or None.
    :param output: what the tool printed, or the log says, from the asked byte on.
    :param log_bytes: size of the server's log; None where it can't be told, as with the next two.
    :param dump_bytes: size of the dump files together.
    :param free_bytes: what is free where they are written.
    """

    state: JobState
    exit_code: int | None
    started: str | None
    ended: str | None
    now: str | None
    stopped: str | None
    output: bytes
    log_bytes: int | None = None
    dump_bytes: int | None = None
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFiles:
    """
    What of an export grows on the host.

    :param folder: where the database writes.
    :param stem: what the names of the dump files begin with.
    :param log_path: the server's log.
    """

    folder: str
    stem: str
    log_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """
    What is to run, once.

    :param job: the job's name, which names its directory.
    :param tool: absolute path of the program; it gets ``parfile=job.par`` and nothing else.
    :param environment: variables for the tool; None unsets one.
    :param parameter_file: its text; may hold a password.
    :param attach_file: the text of the file with which the tool attaches to stop the job.
    """

    job: str
    tool: str
    environment: Mapping[str, str | None]
    parameter_file: str = field(repr=False)
    attach_file: str | None = field(default=None, repr=False)


def build_start(spec: JobSpec) -> str:
    """
    Return the script that starts the job unless it was started before.

    Raise ConfigError for a value with a NUL, which no shell can carry.
    """
    values = (spec.tool, spec.parameter_file, spec.attach_file or "", *spec.environment.values())
    if any("\0" in value for value in values if value):
        raise ConfigError(
            f"A value for job {spec.job} holds a NUL character, which no shell can carry.",
            hint="Look for it in the environment and the login of the schema.",
        )
    environment = "".join(_variable(name, value) for name, value in spec.environment.items())
    contents = {
        "env.sh": f"{environment}tool={shlex.quote(spec.tool)}\n",
        "job.par": spec.parameter_file,
        "run.sh": f"{_head(spec.job)}{_script('run')}",
    }
    if spec.attach_file is not None:
        contents["attach.par"] = spec.attach_file
    written = "".join(_write(name, text) for name, text in contents.items())
    return f"{_head(spec.job)}write_files() {{\n{written}}}\n{_script('start')}"


def build_status(
    *, job: str, offset: int = 0, files: JobFiles | None = None, source: Source = "output"
) -> str:
    """
    Return the script that tells the job's state and its lines from a byte on.

    :param files: what to measure too; needed to read the log.
    """
    grown = files or JobFiles(folder="", stem="", log_path="")
    return (
        f"{_head(job)}offset={int(offset)}\nsource={shlex.quote(source)}\n"
        f"folder={shlex.quote(grown.folder)}\nstem={shlex.quote(grown.stem)}\n"
        f"log={shlex.quote(grown.log_path)}\n{_script('status')}"
    )


def build_stop(*, job: str, why: str, grace_seconds: int = 20, attach: bool = True) -> str:
    """
    Return the script that stops the job in the database, and then its client.

    :param grace_seconds: how long the client may take to end by itself.
    :param attach: False when the database has been told already.
    """
    return (
        f"{_head(job)}why={shlex.quote(' '.join(why.split()))}\n"
        f"grace={int(grace_seconds)}\nattach={'yes' if attach else 'no'}\n{_script('stop')}"
    )


def build_files(*, folder: str, stem: str) -> str:
    """Return the script that tells the dump files of one export."""
    return f"{_head('')}folder={shlex.quote(folder)}\nstem={shlex.quote(stem)}\n{_script('files')}"


def build_sweep(*, older_than_days: int, keep: Sequence[str]) -> str:
    """
    Return the script that removes directories of jobs which ended at least so many days ago.

    It answers ``swept=`` with each, ``lost=`` with one as old that neither ended nor lives and is
    left alone, since only the database knows of its job, and ``kept=`` with any other.

    :param keep: jobs that are not touched.
    """
    # A file that is N days old is what find calls older than N - 1.
    old = f"-mtime +{older_than_days - 1}" if older_than_days > 0 else ""
    kept = "".join(f'    [ "$1" != {shlex.quote(job)} ] || return 0\n' for job in keep)
    return (
        f"{_head('')}old={shlex.quote(old)}\n"
        f"is_kept() {{\n{kept}    return 1\n}}\n{_script('sweep')}"
    )


def build_list(*, prefix: str) -> str:
    """Return the script that answers ``job=`` with each job whose name begins so."""
    return (
        f'cd "$HOME/.oracle-backup/jobs" 2>/dev/null || exit 0\n'
        f"for job in {shlex.quote(prefix)}*; do\n"
        f'    [ -d "$job" ] && printf \'job=%s\\n\' "$job"\n'
        f"done\nexit 0\n"
    )


def build_remove(*, job: str, paths: Sequence[str], remove_directory: bool) -> str:
    """Return the script that removes a job's files, unless the job is alive."""
    calls = "".join(f'    "$1" {shlex.quote(path)}\n' for path in paths)
    return (
        f"{_head(job)}remove_directory={'yes' if remove_directory else 'no'}\n"
        f"each_file() {{\n    :\n{calls}}}\n{_script('remove')}"
    )


def as_unit(script: str) -> str:
    """
    Return the script so that a shell runs all of it or nothing.

    A shell reads a group to its end before it begins, so a link that breaks in the middle of
    sending leaves nothing half done.
    """
    return f"{{\n{script}\n}} </dev/null\n"


def parse_answers(output: str) -> dict[str, list[str]]:
    """
    Given what a script printed, return its ``key=value`` lines; a key may come more than once.

    Raise RemoteCommandError for an ``error=`` line; a ``hint=`` line says what to do.
    """
    answers: dict[str, list[str]] = {}
    for line in output.splitlines():
        key, equals, value = line.partition("=")
        if equals and key.isidentifier():
            answers.setdefault(key, []).append(value)
    if "error" in answers:
        hint = "Check the SSH user's home directory: it must be writable and not full"
        raise RemoteCommandError(
            f"The Oracle host refused: {answers['error'][0]}.",
            hint=f"{answers.get('hint', [hint])[0]}.",
        )
    return answers


def parse_files(output: str) -> dict[str, int]:
    """Given what the files script printed, return the size of each dump file by its path."""
    found = {}
    for answer in parse_answers(output).get("file", []):
        size, _, path = answer.partition(" ")
        found[path] = int(size)
    return found


def parse_status(output: bytes) -> JobStatus:
    """Given what the status script printed, return it. Raise RemoteCommandError for other text."""
    head, marker, tail = output.partition(b"output:\n")
    answers = {
        key: values[-1] for key, values in parse_answers(head.decode("utf-8", "replace")).items()
    }
    try:
        state = JobState(answers["state"] if marker else "cut off")
        exit_code = int(answers["exit_code"]) if state is JobState.ENDED else None
        sizes = {key: int(answers[key]) for key in _SIZES if key in answers}
    except (KeyError, ValueError) as error:
        raise RemoteCommandError(
            f"The Oracle host's answer about the job can't be read: {error}.",
            hint="Check that the SSH user's shell is a POSIX one and its profile prints nothing.",
        ) from error
    return JobStatus(
        state=state,
        exit_code=exit_code,
        started=answers.get("started"),
        ended=answers.get("ended"),
        now=answers.get("now"),
        stopped=answers.get("stopped"),
        output=tail,
        log_bytes=sizes.get("log_bytes"),
        dump_bytes=sizes.get("dump_bytes"),
        free_bytes=sizes.get("free_bytes"),
    )


def _head(job: str) -> str:
    return f"job={shlex.quote(job)}\n{_script('common')}"


def _write(name: str, text: str) -> str:
    # The delimiter is made from the text, so no line of the text can be it.
    end = f"END_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    body = text if text.endswith("\n") else f"{text}\n"
    # Each start has files of its own until they are whole: another may be writing the same.
    new, final = f'"$1"/{name}.$$', f'"$1"/{name}'
    # ksh keeps such a text in a file of its own, and goes on without its end if that disk is full.
    whole = f"[ $(($(wc -c <{new}))) -eq {len(body.encode())} ]"
    return f"{{ cat >{new} && {whole} && mv {new} {final}; }} <<'{end}' || return 1\n{body}{end}\n"


def _variable(name: str, value: str | None) -> str:
    if value is None:
        return f"unset {name}\n"
    return f"{name}={shlex.quote(value)}\nexport {name}\n"


@cache
def _script(name: str) -> str:
    return (files(__package__) / f"{name}.sh").read_text(encoding="utf-8")
