"""What of a run's exports still lives although their task has ended, and how is it caught?"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.adapters.remote_job.scripts import JobState, build_list, parse_answers
from oracle_backup.domain.lost_job import UNREACHABLE
from oracle_backup.domain.names import USUAL_SHAPE, BackupNames, NameShape, job_family
from oracle_backup.errors import DatabaseError, HostUnreachableError
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import host_hook
from oracle_backup.operators.export_leftovers import Leftovers, end_job, remove_half_files
from oracle_backup.operators.export_look import look

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.adapters.ports import Shell
    from oracle_backup.adapters.remote_job.scripts import JobStatus

_TIMEOUT_SECONDS = 120
_GENERATIONS_ASKED = 3
"""How many of a run's jobs the database is asked for at least; the host may have lost its list."""
_IDLING = "IDLING"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportNet:
    """
    A run whose export has ended without a result.

    :param moment: as in the names of its files.
    :param folder: where its files are on the host, None where preflight never found out.
    :param shape: how its files are called.
    :param halted: its job that somebody else has stopped on purpose, or None.
    """

    dag_id: str
    run_id: str
    moment: datetime
    database: str
    schema: str
    folder: str | None
    tool: str
    directory: str | None
    ssh_conn_id: str
    oracle_conn_id: str
    halted: str | None
    shape: NameShape = USUAL_SHAPE

    @property
    def family(self) -> str:
        """What the names of the run's jobs begin with."""
        return job_family(dag_id=self.dag_id, run_id=self.run_id, schema=self.schema)

    @property
    def is_pump(self) -> bool:
        """Whether its jobs live in the database."""
        return self.tool == "expdp"

    def leftovers(self, generation: int) -> Leftovers:
        """Return what the export of a generation may have left."""
        names = BackupNames(
            database=self.database,
            schema=self.schema,
            moment=self.moment,
            generation=generation,
            shape=self.shape,
        )
        return Leftovers(
            job=f"{self.family}{generation}",
            stem=names.stem,
            folder=self.folder,
            tool=self.tool,
            directory=self.directory,
            oracle_conn_id=self.oracle_conn_id,
        )


def end_what_nobody_follows(net: ExportNet) -> list[str]:
    """
    Stop every job of the run that still lives, and remove its half files; return what was done.

    Raise HostUnreachableError or DatabaseError where nobody could be asked.
    """
    with ExitStack() as stack:
        shell = _open_shell(net, stack)
        last = _last_generation(net, shell)
        return [
            note
            for generation in range(1, last + 1)
            for note in _end(net, net.leftovers(generation), shell)
        ]


def _open_shell(net: ExportNet, stack: ExitStack) -> Shell | None:
    """Return a shell on the host, or None where it is away and the database may be asked."""
    try:
        return stack.enter_context(host_hook(net.ssh_conn_id).shell())
    except HostUnreachableError as error:
        if not net.is_pump:
            raise
        log.warning("%s The database alone is asked for the run's jobs.", error)
        return None


def _last_generation(net: ExportNet, shell: Shell | None) -> int:
    listed: list[str] = []
    if shell is not None:
        done = shell.run(build_list(prefix=net.family), timeout_seconds=_TIMEOUT_SECONDS)
        listed = parse_answers(done.stdout).get("job", [])
    numbers = [job.removeprefix(net.family) for job in listed]
    known = [int(number) for number in numbers if number.isdigit()]
    return max([_GENERATIONS_ASKED if net.is_pump else 0, *known])


def _end(net: ExportNet, left: Leftovers, shell: Shell | None) -> list[str]:
    """End one job, and remove the half files of one that was stopped now or before."""
    status = look(shell, left.job) if shell is not None else None
    runs = status is not None and status.state not in {JobState.ENDED, JobState.ABSENT}
    view = _state_in_database(left, may_fail=shell is not None) if left.is_pump else None
    untold = [] if view != UNREACHABLE or runs else _not_told(left, status)
    view = None if view == UNREACHABLE else view
    if view is not None and (left.job == net.halted or view == _IDLING):
        return [f"Job {left.job} is in somebody's hands ({view}): it was left as it is."]
    notes = end_job(left, shell=shell, why="its task had ended") if runs or view else []
    stopped = status.stopped if status is not None else None
    if stopped is not None and not notes:
        # The trigger did it, which has no way to tell the report.
        notes = [f"Job {left.job} was stopped: {stopped}."]
    return [*untold, *notes, *(remove_half_files(left, shell=shell) if notes else ())]


def _not_told(left: Leftovers, status: JobStatus | None) -> list[str]:
    """Return what is to be said of a job that the host runs no more and nobody else can tell of."""
    if status is None or status.state is JobState.ABSENT or status.exit_code == 0:
        return []
    return [
        f"Whether job {left.job} still runs in the database can't be told, as that does not "
        f"answer: look at DBA_DATAPUMP_JOBS, and for its dump files in {left.folder}."
    ]


def _state_in_database(left: Leftovers, *, may_fail: bool) -> str | None:
    """Return the job's state, None where there is no such job, UNREACHABLE where nobody tells."""
    try:
        with OracleDatabaseHook(left.oracle_conn_id).database() as database:
            view = database.job(left.job)
    except DatabaseError as error:
        if not may_fail:
            raise
        log.warning("%s The host alone is asked for job %s.", error, left.job)
        return UNREACHABLE
    return view.state if view else None
