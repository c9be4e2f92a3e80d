"""
How is a real Airflow run beside the lab, on this machine, without Docker?

The four components as processes of their own, with SQLite, a free port and no login, on
loopback only: for demonstrations and tests, never for a production.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import psutil

from lab.paths import REPOSITORY
from lab.processes import MARKER
from lab.servers.launch import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from lab.stage import Lab

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
_LOCAL_SETTINGS = Path(__file__).with_name("airflow_local_settings.py")
_READY_SECONDS = 180
_GRACE_SECONDS = 10
_ANSWER_SECONDS = 120
_BUSY_WAIT = 15
"""
Seconds for which a writer waits for another. The API server logs an action from its event loop,
which another request needs to end what is waited for: only the end of this time parts the two,
and a task that starts gives up after some 30 s without an answer.
"""
_BUSY = ("Database error", "Database is locked")
_BUSY_SECONDS = 180
"""For one call of the API, on a machine that has other things to do."""


class AirflowStage:
    """
    Airflow's scheduler, triggerer, DAG processor and API server against a running lab.

    :param lab: a started lab; its folder gets an ``airflow`` folder, made anew.
    :param config: the backups.yaml to use.
    :param port: of the UI; 0 takes a free one.
    :param settings: more of Airflow's settings, by the names of their environment variables.
    """

    def __init__(
        self,
        lab: Lab,
        *,
        config: Path,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.lab = lab
        self.home = lab.paths.state / "airflow"
        self.port = port or _free_port()
        self._config = config
        self._settings = dict(settings or {})
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._unpaused: set[str] = set()

    @property
    def url(self) -> str:
        """Where the UI is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every Airflow process."""
        airflow = {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db?timeout={_BUSY_WAIT}",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(_free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(_free_port()),
            "ORACLE_BACKUP_CONFIG": str(self._config),
            MARKER: str(self.lab.paths.state),
        }
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW_", "PYTHON"))
        }
        return {**inherited, **self.lab.environment, **airflow, **self._settings}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Make the database anew and start all components; none is left if one fails."""
        shutil.rmtree(self.home, ignore_errors=True)
        self._unpaused.clear()
        self.home.mkdir(mode=0o700)
        (self.home / "config").mkdir()
        shutil.copy(_LOCAL_SETTINGS, self.home / "config")
        # Fixed once, so that every component reads the same ports.
        self._environment = self.environment
        self.command("db", "migrate")
        return self.start_again()

    def start_again(self) -> Self:
        """Start all components on the database as it is; none is left if one fails."""
        try:
            for name in COMPONENTS:
                self.launch(name)
            self.wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End all components."""
        for process in self._processes.values():
            _signal_group(process, signal.SIGTERM)
        give_up = time.monotonic() + _GRACE_SECONDS
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, give_up - time.monotonic()))
            # Children of a component that has ended by itself are still in its group.
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def launch(self, name: str, *, label: str | None = None) -> None:
        """
        Start one component.

        :param label: what it is called here, for a second one of the same kind.
        """
        label = label or name
        with self._log_path(label).open("ab") as log:
            self._processes[label] = subprocess.Popen(
                [sys.executable, "-m", "airflow", name],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End one component and its children with SIGKILL; those of a scheduler run tasks."""
        process = self._processes.pop(name)
        # First it alone stops, so that it starts no other child meanwhile.
        process.send_signal(signal.SIGSTOP)
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        _signal_group(process, signal.SIGKILL)
        process.wait()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Keep one component from doing anything, its children not, while the body runs."""
        process = self._processes[name]
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def pid(self, name: str) -> int:
        """Return the process of a component."""
        return self._processes[name].pid

    def command(self, *arguments: str) -> str:
        """Run an ``airflow`` command; return what it printed. Raise LabError if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode != 0:
            raise LabError(f"airflow {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    def api(self, method: str, path: str, **json: Any) -> Any:
        """Call Airflow's REST API; return the answer's JSON. Raise LabError for a refusal."""
        url = f"{self.url}/api/v2/{path}"
        give_up = time.monotonic() + _BUSY_SECONDS
        while True:
            answer = httpx.request(method, url, json=json or None, timeout=_ANSWER_SECONDS)
            # SQLite lets one write at a time; what came in its way was taken back whole.
            if answer.status_code < 500 or not any(word in answer.text for word in _BUSY):
                break
            if time.monotonic() > give_up:
                break
            time.sleep(1)
        if answer.is_error:
            raise LabError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def wait_for_dags(self, dag_ids: set[str]) -> None:
        """Wait until Airflow has found these DAGs."""
        give_up = time.monotonic() + _READY_SECONDS
        while True:
            found = {dag["dag_id"] for dag in self.api("GET", "dags")["dags"]}
            if dag_ids <= found:
                return
            if errors := self.api("GET", "importErrors")["import_errors"]:
                raise LabError("\n".join(error["stack_trace"] for error in errors))
            if time.monotonic() > give_up:
                raise LabError(f"Airflow did not find {', '.join(sorted(dag_ids - found))}.")
            time.sleep(1)

    def unpause(self, *dag_ids: str) -> None:
        """Unpause DAGs that this object has not unpaused before."""
        for dag_id in dag_ids:
            if dag_id not in self._unpaused:
                self.api("PATCH", f"dags/{dag_id}", is_paused=False)
                self._unpaused.add(dag_id)

    def trigger(self, dag_id: str, *, run_id: str | None = None) -> str:
        """Unpause a DAG and start a run, under this id if one is given; return the run's id."""
        self.unpause(dag_id)
        named = {"dag_run_id": run_id} if run_id else {}
        run = self.api("POST", f"dags/{dag_id}/dagRuns", logical_date=None, **named)
        return str(run["dag_run_id"])

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Return the state of each task of a run."""
        answer = self.api("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances")
        return {one["task_id"]: one["state"] or "none" for one in answer["task_instances"]}

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return str(self.api("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def wait_until_healthy(self) -> None:
        """Wait until every component says of itself that it is well."""
        give_up = time.monotonic() + _READY_SECONDS
        while True:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise LabError(f"Airflow's {name} has ended:\n{self._log_end(name)}")
            if self._is_healthy():
                return
            if time.monotonic() > give_up:
                raise LabError(f"Airflow is not up after {_READY_SECONDS} s; see {self.home}.")
            time.sleep(0.5)

    def _is_healthy(self) -> bool:
        try:
            health = self.api("GET", "monitor/health")
        except (httpx.HTTPError, LabError):
            return False
        wanted = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return all(health.get(name, {}).get("status") == "healthy" for name in wanted)

    def _log_path(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def _log_end(self, name: str) -> str:
        return self._log_path(name).read_text(errors="replace")[-3000:]


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
