"""What has become of a backup that runs in a real Airflow, on all sides that know of it?"""

from __future__ import annotations

import contextlib
import email
import json
import sqlite3
import time
from dataclasses import dataclass
from email import policy
from typing import TYPE_CHECKING, Any

import psutil

from lab.airflow import COMPONENTS
from lab.oracle import instance
from lab.processes import processes_of
from oracle_backup.domain import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from pathlib import Path

    from lab.airflow import AirflowStage

DONE = ("success", "failed")
PATIENCE_SECONDS = 240.0
_OPEN = frozenset(
    {"none", "scheduled", "queued", "running", "deferred", "up_for_retry", "restarting"}
)
_POLL_SECONDS = 0.3


def wait_until(
    condition: Callable[[], object],
    *,
    what: Callable[[], object] | str,
    seconds: float = PATIENCE_SECONDS,
) -> None:
    """Wait until the condition holds; fail with what was waited for."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"It did not happen in {seconds:.0f} s: {said}")
        time.sleep(_POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A job the stand-in has run: no outcome while it runs, and for ever if it was killed."""

    id: int
    job: str
    outcome: str | None


class BackupRun:
    """
    One run of a schema's DAG.

    :param stage: the Airflow it runs in.
    :param schema: the schema; the DAG is that of database ``lab``.
    :param run_id: of the run.
    """

    def __init__(self, stage: AirflowStage, *, schema: str, run_id: str) -> None:
        self.stage = stage
        self.schema = schema
        self.run_id = run_id
        self.dag_id = names.dag_id(database="lab", schema=schema)
        self._history_before = max((row.id for row in self._history()), default=0)
        self._mails_before = set(stage.lab.mails())

    def job(self, generation: int = 1) -> str:
        """Return the name of the run's job."""
        return names.job_name(
            dag_id=self.dag_id, run_id=self.run_id, schema=self.schema, generation=generation
        )

    def trigger(self) -> None:
        """Start the run."""
        self.stage.trigger(self.dag_id, run_id=self.run_id)

    # -- Airflow

    def state(self) -> str:
        """Return the state of the run."""
        return self.stage.run_state(self.dag_id, self.run_id)

    def task_states(self) -> dict[str, str]:
        """Return the state of each task."""
        return self.stage.task_states(self.dag_id, self.run_id)

    def export_state(self) -> str:
        """Return the state of the export task."""
        return self.task_states()["export"]

    def export_instance(self) -> dict[str, Any]:
        """Return what Airflow's API says of the export task's instance."""
        path = f"dags/{self.dag_id}/dagRuns/{self.run_id}/taskInstances/export"
        answer: dict[str, Any] = self.stage.api("GET", path)
        return answer

    def triggerer(self) -> int | None:
        """Return the number of the triggerer that follows the export, if one does."""
        rows = airflow_rows(
            self.stage,
            "select triggerer_id from trigger join task_instance on trigger_id = trigger.id "
            f"where dag_id = '{self.dag_id}' and run_id = '{self.run_id}'",
        )
        return rows[0][0] if rows else None

    def mark_failed(self) -> None:
        """Mark the run failed, as a person does in the UI."""
        self.stage.api("PATCH", f"dags/{self.dag_id}/dagRuns/{self.run_id}", state="failed")

    def is_over(self) -> bool:
        """Return whether no task will do anything any more; teardowns outlive a failed run."""
        return self.state() in DONE and _OPEN.isdisjoint(self.task_states().values())

    def export_log(self) -> str:
        """Return what the tries of the export have logged."""
        folder = self.stage.home / "logs" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}"
        files = sorted(folder.glob("task_id=export/*.log*"))
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)

    def wait_for_end(self, *, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until the run has ended; return its state."""
        wait_until(lambda: self.state() in DONE, what=self.describe, seconds=seconds)
        return self.state()

    def describe(self) -> str:
        """Return all that helps to see what a run waits for."""
        return f"{self.schema}: {self.task_states()}, jobs {self.history()}, {self.live_jobs()}"

    # -- the database

    def history(self) -> list[HistoryRow]:
        """Return the jobs the stand-in has run since this object was made, oldest first."""
        return [row for row in self._history() if row.id > self._history_before]

    def _history(self) -> list[HistoryRow]:
        return [
            HistoryRow(*row)
            for row in self._ask(
                "select id, job, outcome from lab_job_history where schemas = ? order by id",
                self.schema,
            )
        ]

    def live_jobs(self) -> dict[str, str]:
        """Return the schema's jobs the database knows, with their states."""
        family = self.job().removesuffix("1") + "%"
        rows = self._ask("select name, live_state from lab_live_jobs where name like ?", family)
        return dict(rows)

    def control_tables(self) -> list[str]:
        """Return the control tables of the run's jobs that are left."""
        family = self.job().removesuffix("1") + "%"
        return [
            row[0] for row in self._ask("select name from lab_tables where name like ?", family)
        ]

    def _ask(self, question: str, value: str) -> list[Any]:
        connection = instance.connect(self.stage.lab.paths.oracle_home)
        with contextlib.closing(connection):
            return connection.execute(question, (value,)).fetchall()

    # -- host, store, mail

    def job_folder(self, generation: int = 1) -> Path:
        """Return the job's directory on the host."""
        return self.stage.lab.paths.home / ".oracle-backup" / "jobs" / self.job(generation)

    def job_folders(self) -> list[str]:
        """Return the directories of the run's jobs on the host."""
        family = self.job().removesuffix("1")
        folder = self.stage.lab.paths.home / ".oracle-backup" / "jobs"
        return sorted(path.name for path in folder.glob(f"{family}*"))

    def dump_files(self) -> list[str]:
        """Return what of the schema lies in the dump folder."""
        return sorted(path.name for path in self.stage.lab.paths.dumps.glob(f"{self.schema}-*"))

    def stored(self) -> list[str]:
        """Return the names of the schema's files on the store, `.part` files too."""
        found = self.stage.lab.paths.store.rglob("*")
        return sorted(path.name for path in found if path.name.startswith(f"{self.schema}-"))

    def manifests(self) -> list[dict[str, Any]]:
        """Return the schema's manifests on the store."""
        paths = sorted(self.stage.lab.paths.store.rglob(f"{self.schema}-*.7z.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]

    def mails(self) -> list[EmailMessage]:
        """Return the mails about the schema since this object was made."""
        found = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in self.stage.lab.mails()
            if path not in self._mails_before
        ]
        return [mail for mail in found if f" {self.schema} " in f" {mail['Subject']} "]


def host_processes(stage: AirflowStage) -> list[psutil.Process]:
    """Return the lab's processes that are neither a server of it nor Airflow's."""
    known: set[int] = set()
    for path in stage.lab.paths.run.glob("*.json"):
        known.add(json.loads(path.read_text(encoding="utf-8"))["pid"])
    for name in COMPONENTS:
        with contextlib.suppress(KeyError, psutil.NoSuchProcess):
            component = psutil.Process(stage.pid(name))
            known |= {component.pid, *(one.pid for one in component.children(recursive=True))}
    return [one for one in processes_of(stage.lab.paths.state) if one.pid not in known]


def executor_processes(stage: AirflowStage) -> list[psutil.Process]:
    """Return the processes in which the LocalExecutor runs tasks, or waits for them."""
    scheduler = psutil.Process(stage.pid("scheduler"))
    found = []
    for process in scheduler.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "LocalExecutor" in " ".join(process.cmdline()):
                found.append(process)
    return found


def kill_tree(process: psutil.Process) -> None:
    """End a process and all it has started, with SIGKILL."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.suspend()
        for one in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def airflow_rows(stage: AirflowStage, question: str) -> list[Any]:
    """Ask Airflow's database."""
    with contextlib.closing(sqlite3.connect(stage.home / "airflow.db", timeout=60)) as database:
        return database.execute(question).fetchall()


def log_of_callbacks(stage: AirflowStage) -> str:
    """Return what callbacks in the DAG processor have said."""
    paths = [stage.home / "dag-processor.log", *(stage.home / "logs" / "dag_processor").rglob("*")]
    return "".join(path.read_text(errors="replace") for path in paths if path.is_file())


def failure_callbacks(stage: AirflowStage, dag_id: str) -> int:
    """Return how often the callback of a DAG's failed runs was called."""
    return sum(
        "Executing on_failure dag callback" in line and dag_id in line
        for line in log_of_callbacks(stage).splitlines()
    )
