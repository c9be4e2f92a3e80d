"""
What has an export left that nobody wants any more, and how does it go?

A job in the database, a client on the host, half dump files in the directory. Only exact names of
the run's own job and files are ever touched.
"""

from __future__ import annotations

import logging
import posixpath
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.remote_job.scripts import (
    JobState,
    build_files,
    build_remove,
    build_stop,
    parse_answers,
    parse_files,
)
from oracle_backup.errors import BackupError, DatabaseError, ExportLostError, HostError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.operators.export_look import look

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_backup.adapters.oracle_database import JobView, OracleDatabase
    from oracle_backup.adapters.ports import Shell

_TIMEOUT_SECONDS = 120
_PATIENCE_SECONDS = 60
"""How long a job may take to go after it was stopped in the database."""
_MOST_FILES = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """
    One export whose rest is to go.

    :param folder: where its files are on the host, or None where that is not known.
    :param directory: the directory object of that folder; only with expdp.
    """

    job: str
    stem: str
    folder: str | None
    tool: str
    directory: str | None
    oracle_conn_id: str

    @classmethod
    def of(
        cls, record: Mapping[str, Any], *, directory: str | None, oracle_conn_id: str
    ) -> Leftovers:
        """Given an export's record, return what may be left of it."""
        return cls(
            job=record["job"],
            stem=record["stem"],
            folder=record["folder"],
            tool=record["tool"],
            directory=directory,
            oracle_conn_id=oracle_conn_id,
        )

    @property
    def is_pump(self) -> bool:
        """Whether its job lives in the database."""
        return self.tool == "expdp"


def end_job(left: Leftovers, *, shell: Shell | None, why: str) -> list[str]:
    """
    Stop whatever still lives of a job, in the database and on the host; return what was done.

    Raise HostError where its client can't be ended, DatabaseError where nobody could stop it,
    ExportLostError where it was told to stop and does not.
    """
    said: list[str] = []
    trouble: DatabaseError | ExportLostError | None = None
    if left.is_pump:
        try:
            said += _end_in_database(left)
        except (DatabaseError, ExportLostError) as error:
            # Its client may still be able to: it has a login of its own.
            log.warning("Job %s could not be stopped by SQL: %s", left.job, error)
            trouble = error
    ran = attached = False
    if shell is not None:
        ran, attached = _end_on_host(left, shell, why=why, attach=trouble is not None)
    # A client that has ended says nothing of its job: that is the database's.
    if trouble is not None and not (attached and _is_gone(left)):
        raise trouble
    if ran and not said:
        said = [f"Job {left.job} still ran on the host and {why}: it was stopped."]
    return said


def _end_on_host(left: Leftovers, shell: Shell, *, why: str, attach: bool) -> tuple[bool, bool]:
    """
    End a job's client, keep one that has not begun from beginning, and forget its login.

    Return whether it ran, and whether the tool says that it has ended the job by attaching to it.
    Raise HostError where the client can't be ended.
    """
    state = look(shell, left.job).state
    if state in {JobState.ENDED, JobState.ABSENT}:
        return False, False
    runs = state is JobState.RUNNING
    if runs:
        log.warning("Job %s still runs on %s: stopping it.", left.job, shell.host_label)
    script = build_stop(job=left.job, why=why, attach=left.is_pump and attach)
    stopped = shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)
    answers = parse_answers(stopped.stdout)
    if answers.get("state") == ["running"]:
        raise HostError(
            f"Job {left.job} on {shell.host_label} can't be stopped.",
            hint="Stop it in the database (KILL_JOB), then clear the task.",
        )
    return runs, answers.get("attach_exit_code") == ["0"]


def _is_gone(left: Leftovers) -> bool:
    """Return whether a job that the tool says it has ended is gone; it is believed if need be."""
    try:
        with OracleDatabaseHook(left.oracle_conn_id).database() as database:
            return _wait_until_gone(database, left.job) is None
    except DatabaseError as error:
        log.warning("Whether job %s is gone can't be told: %s", left.job, error)
        return True


def forget_client(shell: Shell, job: str) -> None:
    """Remove the login that a client which died has left in its job's directory."""
    script = build_stop(job=job, why="its client had died", grace_seconds=0, attach=False)
    shell.run(script, timeout_seconds=_TIMEOUT_SECONDS)


def remove_half_files(left: Leftovers, *, shell: Shell | None) -> list[str]:
    """
    Remove the dump files of an export that did not come to its end; return what was done.

    Never raises: what could not be removed is named instead.
    """
    try:
        removed, kept = _remove_on_host(left, shell) if shell and left.folder else ([], [])
        if left.is_pump and left.directory and (kept or shell is None):
            by_sql, kept = _remove_in_database(left, kept)
            removed += by_sql
    except BackupError as error:
        log.warning("Half dump files of job %s may be left: %s", left.job, error)
        return [f"Half dump files of job {left.job} may be left in {left.folder}: {error}"]
    notes = []
    if removed:
        notes.append(f"Half dump files of job {left.job} were removed: {', '.join(removed)}.")
    if kept:
        notes.append(
            f"Half dump files of job {left.job} could not be removed: {', '.join(kept)}. Remove "
            "them by hand, or let the SSH user write to that folder."
        )
    if not notes and shell is not None:
        # The database removes them itself when it is told to stop a job.
        notes.append(f"No dump file of job {left.job} is left in {left.folder}.")
    for note in notes:
        log.info("%s", note)
    return notes


def remove_records(left: Leftovers, *, shell: Shell) -> list[str]:
    """
    Remove log and job directory of an export another has taken the place of; return their paths.

    Only where no dump file of it is left: whoever kept one wants its log too. Never raises: the
    backup is safe, and some kilobytes on the host are no reason for it to fail.
    """
    folder = left.folder or ""
    try:
        listed = shell.run(
            build_files(folder=folder, stem=left.stem), timeout_seconds=_TIMEOUT_SECONDS
        )
        if parse_files(listed.stdout):
            return []
        script = build_remove(
            job=left.job, paths=[f"{folder.rstrip('/')}/{left.stem}.log"], remove_directory=True
        )
        answers = parse_answers(shell.run(script, timeout_seconds=_TIMEOUT_SECONDS).stdout)
    except BackupError as error:
        log.warning("The log of job %s may be left in %s: %s", left.job, left.folder, error)
        return []
    for path in answers.get("kept", []):
        log.warning("The SSH user may not remove %s on %s.", path, shell.host_label)
    return answers.get("removed", [])


def _end_in_database(left: Leftovers) -> list[str]:
    with OracleDatabaseHook(left.oracle_conn_id).database() as database:
        view = database.job(left.job)
        if view is None:
            return []
        log.warning("The database shows job %s as %s: stopping it.", left.job, view.state)
        database.stop_job(left.job, owner=view.owner)
        now = _wait_until_gone(database, left.job)
    if now is not None:
        raise ExportLostError(
            f"Job {left.job} was told to stop in the database, and after {_PATIENCE_SECONDS} s it "
            f"is still there as {now.state}.",
            hint="Look at DBA_DATAPUMP_JOBS, and at what its sessions wait for.",
        )
    return [f"Job {left.job} was {view.state} in the database: it was stopped and removed."]


def _wait_until_gone(database: OracleDatabase, job: str) -> JobView | None:
    """Return the job as it is after some patience, None once it is gone."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while (view := database.job(job)) is not None and time.monotonic() < give_up:
        time.sleep(0.5)
    return view


def _remove_on_host(left: Leftovers, shell: Shell) -> tuple[list[str], list[str]]:
    found = shell.run(
        build_files(folder=left.folder or "", stem=left.stem), timeout_seconds=_TIMEOUT_SECONDS
    )
    paths = sorted(parse_files(found.stdout))
    if not paths:
        return [], []
    script = build_remove(job=left.job, paths=paths, remove_directory=False)
    answers = parse_answers(shell.run(script, timeout_seconds=_TIMEOUT_SECONDS).stdout)
    return answers.get("removed", []), answers.get("kept", [])


def _remove_in_database(left: Leftovers, kept: list[str]) -> tuple[list[str], list[str]]:
    """Remove files by SQL: those the host kept, or, with no host to list them, by their numbers."""
    with OracleDatabaseHook(left.oracle_conn_id).database() as database:
        if not kept:
            return list(_numbered_away(database, left)), []
        removed, still = [], []
        for path in kept:
            with _told(path, still):
                database.remove_file(left.directory or "", posixpath.basename(path))
                removed.append(path)
    return removed, still


def _numbered_away(database: OracleDatabase, left: Leftovers) -> Iterator[str]:
    """Remove ``<stem>.dmp``, or ``<stem>_01.dmp``, ``_02`` and so on, as far as they are there."""
    if database.remove_file(left.directory or "", f"{left.stem}.dmp"):
        yield f"{left.stem}.dmp"
        return
    for number in range(1, _MOST_FILES):
        name = f"{left.stem}_{number:02}.dmp"
        if not database.remove_file(left.directory or "", name):
            return
        yield name


@contextmanager
def _told(path: str, still: list[str]) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        log.warning("The database can't remove %s either: %s", path, error)
        still.append(path)
