"""
How is one thing killed at four moments of four backups at once?

Each backup is brought to its moment and kept there: its commands are held on the host, its job
hangs in the database. Then the one thing dies, everything is let go, and all four have to end well.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.oracle.faults import set_faults
from lab.servers.launch import LabError
from support.airflow_deaths import (
    AT_END,
    BEFORE_START,
    DEATHS,
    MOMENTS,
    RUNNING,
    STARTED,
    client_of,
    freeze,
    kill_worker_of,
)
from support.airflow_runs import (
    DONE,
    PATIENCE_SECONDS,
    BackupRun,
    host_processes,
    wait_until,
)
from support.airflow_watch import ProcessWatch, places_of, secrets_in, secrets_of

if TYPE_CHECKING:
    from lab.airflow import AirflowStage
    from lab.servers.holds import HeldCommands

_WATCH_SECONDS = 0.1
_RESUME_SECONDS = 60.0


@dataclass(slots=True)
class Cell:
    """What came of one backup: the facts a test looks at."""

    state: str
    tasks: dict[str, str]
    stored: list[str]
    manifests: list[dict[str, Any]]
    outcomes: list[str | None]
    most_alive: int
    jobs_left: list[str]
    folders_left: list[str]
    dumps_left: list[str]
    subjects: list[str]
    told: str


@dataclass(slots=True)
class Round:
    """What came of the four backups of one death."""

    cells: dict[str, Cell] = field(default_factory=dict)
    processes_left: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    samples: int = 0


class KillRound:
    """
    Plays one round.

    :param stage: the Airflow, with the four schemas.
    :param death: what dies; a key of DEATHS.
    """

    def __init__(self, stage: AirflowStage, *, death: str) -> None:
        self._stage = stage
        self._lab = stage.lab
        self._death = death
        self._hanging = {STARTED, RUNNING, AT_END}
        self._holds: dict[str, HeldCommands] = {}
        self._most_alive = dict.fromkeys(MOMENTS, 0)
        _empty(stage)
        self._runs = {
            moment: BackupRun(stage, schema=moment, run_id=f"{death}-{moment.lower()}")
            for moment in MOMENTS
        }

    def play(self) -> Round:
        """Play it; return what came of it. What went wrong on the way is left to the tests."""
        secrets = secrets_of(self._lab)
        with ProcessWatch(secrets, interval=_WATCH_SECONDS) as watch:
            try:
                self._reach_moments()
                DEATHS[self._death](self._stage, self._runs)
                self._let_go()
                self._wait_for_ends()
            except BaseException:
                self._end_what_is_left()
                raise
            finally:
                self._release()
                self._order_faults(hanging=())
        cells = {moment: self._tell(moment) for moment in MOMENTS}
        round_ = Round(
            cells=cells,
            processes_left=[" ".join(one.cmdline()) for one in host_processes(self._stage)],
            shown=watch.found,
            written=secrets_in(places_of(self._stage), secrets),
            samples=watch.samples,
        )
        self._end_what_is_left()
        return round_

    # -- to the moment

    def _reach_moments(self) -> None:
        self._order_faults(hanging=self._hanging)
        runs = self._runs
        self._hold_start(BEFORE_START, when="before")
        self._hold_start(STARTED, when="after")
        for run in runs.values():
            run.trigger()
        wait_until(lambda: self._is_followed(AT_END), what=runs[AT_END].describe)
        self._end_job_unseen()
        wait_until(
            lambda: (
                self._holds[BEFORE_START].held()
                and self._holds[STARTED].held()
                and runs[STARTED].live_jobs()
                and self._is_followed(RUNNING)
            ),
            what=lambda: [run.describe() for run in runs.values()],
        )

    def _hold_start(self, moment: str, *, when: Any) -> None:
        job = self._runs[moment].job()
        self._holds[moment] = self._lab.hold_commands(
            match=rf"job={job}\n[\s\S]*write_files\(\)", when=when
        )

    def _is_followed(self, moment: str) -> bool:
        """Return whether the export is deferred, its job runs, and its trigger has told of it."""
        run = self._runs[moment]
        return (
            run.export_state() == "deferred"
            and "EXECUTING" in run.live_jobs().values()
            and "[oracle]" in run.export_log()
        )

    def _end_job_unseen(self) -> None:
        """Let a job end whose trigger is kept from seeing it."""
        run = self._runs[AT_END]
        self._holds[AT_END] = self._lab.hold_commands(
            match=rf"job={run.job()}\n[\s\S]*offset=", when="before"
        )
        client = client_of(run)
        if self._death == "client":
            # It has to be there to die. Frozen it does not see the end either.
            freeze(client)
        self._hanging.discard(AT_END)
        self._order_faults(hanging=self._hanging)
        wait_until(lambda: not run.live_jobs(), what=run.describe)
        if self._death != "client":
            file = run.job_folder() / "exit_code"
            wait_until(file.exists, what="the exit code of the job at its end")
        wait_until(self._holds[AT_END].held, what="the trigger looks at the job that has ended")

    def _order_faults(self, *, hanging: Any) -> None:
        rules = [{"fault": "hang", "schema": one, "table": "SECOND"} for one in sorted(hanging)]
        if self._death == "client" and hanging:
            # Nothing of it runs yet when the others die: this one dies as soon as its job runs.
            rules.append({"fault": "kill-client", "schema": BEFORE_START, "times": 1})
        set_faults(self._lab.paths.oracle_home, rules)

    # -- after the death

    def _let_go(self) -> None:
        """Release what was held; let the jobs go on once their tasks have come back to them."""
        self._release()
        if self._death == "worker":
            # The end is seen now, so a worker goes on with the task: it dies as well. Not before
            # the task runs: one that is queued the LocalExecutor would forget for ever.
            run = self._runs[AT_END]
            wait_until(
                lambda: run.export_state() == "running" and kill_worker_of(self._stage, run),
                what=run.describe,
            )
        if self._death == "client":
            self._wait_until_resumed(RUNNING)
        self._look_until(
            lambda: self._runs[STARTED].export_state() in {"deferred", *DONE},
            what=self._runs[STARTED].describe,
        )
        self._hanging = set()
        self._order_faults(hanging=())

    def _wait_until_resumed(self, moment: str) -> None:
        """Wait until a deferred task has been on a worker again, or has had time for it."""
        give_up = time.monotonic() + _RESUME_SECONDS
        while self._runs[moment].export_state() == "deferred" and time.monotonic() < give_up:
            time.sleep(0.2)

    def _release(self) -> None:
        for held in self._holds.values():
            held.release()

    def _wait_for_ends(self) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            self._count_alive()
            if all(run.state() in DONE for run in self._runs.values()):
                return
            time.sleep(0.5)

    def _look_until(self, condition: Any, *, what: Any) -> None:
        def looked() -> Any:
            self._count_alive()
            return condition()

        wait_until(looked, what=what)

    def _count_alive(self) -> None:
        for moment, run in self._runs.items():
            alive = [state for state in run.live_jobs().values() if state != "NOT RUNNING"]
            self._most_alive[moment] = max(self._most_alive[moment], len(alive))

    # -- what came of it

    def _tell(self, moment: str) -> Cell:
        run = self._runs[moment]
        return Cell(
            state=run.state(),
            tasks=run.task_states(),
            stored=run.stored(),
            manifests=run.manifests(),
            outcomes=[row.outcome for row in run.history()],
            most_alive=self._most_alive[moment],
            jobs_left=[*run.live_jobs(), *run.control_tables()],
            folders_left=run.job_folders(),
            dumps_left=run.dump_files(),
            subjects=[str(mail["Subject"]) for mail in run.mails()],
            told=f"{run.describe()}\n{run.export_log()[-6000:]}",
        )

    def _end_what_is_left(self) -> None:
        """Leave the stage to the next round as this one found it, whatever went wrong."""
        self._release()
        self._order_faults(hanging=())
        for run in self._runs.values():
            with contextlib.suppress(LabError):  # it may not have been started
                if run.state() not in DONE:
                    run.mark_failed()
        for run in self._runs.values():
            # Its mail would be taken for one of the next round's.
            with contextlib.suppress(LabError, AssertionError):
                wait_until(run.is_over, what=run.describe)
        for process in host_processes(self._stage):
            process.kill()


def _empty(stage: AirflowStage) -> None:
    """Empty dump folder, store, mailbox and job folders."""
    lab = stage.lab
    jobs = lab.paths.home / ".oracle-backup" / "jobs"
    for folder in (lab.paths.store, lab.paths.dumps, jobs):
        for path in folder.iterdir() if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in lab.mails():
        path.unlink()
