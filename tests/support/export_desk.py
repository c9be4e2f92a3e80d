"""
What stands around the operators of an export in a unit test.

The host is this machine's own ``sh`` with a home of its own, so that the real scripts run; the
database is a value that tells what it is asked; Airflow is a task instance and a state store.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.ports import Completed
from oracle_backup.domain.parameter_file import Login
from oracle_backup.hooks.database import OracleDatabaseHook
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.operators.export import DataPumpExportOperator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
STEM = "HR-20260101T000000Z"
GOOD_LINE = 'Job "B"."X" successfully completed at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36\n'
STOPPED_LINE = 'Job "B"."X" stopped by user request at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36\n'
FATAL_LINE = (
    'Job "B"."X" stopped due to fatal error at Mon Nov 2 02:00:41 2026 elapsed 0 00:00:36\n'
)
LOG = (
    'Starting "B"."X":  b/********@pdb1 parfile=job.par \n'
    '. . exported "HR"."JOBS"                             17.08 KB      19 rows\n'
)


class FakeTaskInstance:
    """Airflow's edge: what a task pushes and pulls, and how the others stand."""

    try_number = 1

    def __init__(self, xcoms: dict[tuple[str, str], Any] | None = None) -> None:
        self.xcoms = xcoms or {}
        self.pushed: dict[str, Any] = {}
        self.states: dict[str, Any] = {}

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value

    def xcom_pull(self, *, task_ids: str, key: str = "return_value") -> Any:
        return self.xcoms.get((task_ids, key))

    def get_task_states(self, **_: Any) -> dict[str, Any]:
        return {"r": self.states}

    def get_task_breadcrumbs(self, **_: Any) -> list[dict[str, Any]]:
        return []


class FakeStateStore(dict):
    """Airflow's task_state_store."""

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        self[key] = value


class LocalShell:
    """The Oracle host: this machine's ``sh``, in a home of its own."""

    host_label = "oracle@here"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.bin = home / "bin"
        self.bin.mkdir(parents=True)

    def run(self, script: str, *, timeout_seconds: float) -> Completed:
        done = subprocess.run(
            ["sh", "-s"],
            input=f"{{\n{script}\n}} </dev/null\n",
            env={"HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_seconds,
        )
        return Completed(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def open_file(self, path: str, *, offset: int = 0) -> io.BytesIO:
        return io.BytesIO(Path(path).read_bytes()[offset:])

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        return {path: Path(path).stat().st_size if Path(path).is_file() else None for path in paths}


class FakeDatabase:
    """What the database would say: the states of jobs, and what is in their way."""

    def __init__(self, dumps: Path) -> None:
        self.dumps = dumps
        self.states: dict[str, str] = {}
        self.stopped: list[str] = []
        self.removed: list[str] = []
        self.trouble: Exception | None = None
        self.stop_trouble: Exception | None = None
        self.before_stop_fails: Callable[[], None] | None = None
        self.remove_trouble: Exception | None = None
        self.progress: str | None = "1 of 2 MB"
        self.hindrance: tuple[str, ...] = ()
        self.before_next_look: Callable[[], None] | None = None

    def job(self, name: str) -> Any:
        if self.before_next_look:
            happens, self.before_next_look = self.before_next_look, None
            happens()
        if name not in self.states:
            return None
        return SimpleNamespace(owner="B", state=self.states[name], attached_sessions=0)

    def stop_job(self, name: str, *, owner: str) -> bool:
        assert owner == "B"
        self.stopped.append(name)
        if self.stop_trouble:
            if self.before_stop_fails:
                self.before_stop_fails()
            raise self.stop_trouble
        return self.states.pop(name, None) is not None

    def job_progress(self, name: str) -> str | None:
        return self.progress

    def job_hindrance(self, name: str, *, owner: str) -> tuple[str, ...]:
        return self.hindrance

    def remove_file(self, directory: str, name: str) -> bool:
        if self.remove_trouble:
            raise self.remove_trouble
        self.removed.append(f"{directory}:{name}")
        path = self.dumps / name
        found = path.exists()
        path.unlink(missing_ok=True)
        return found


class ExportDesk:
    """One run's export, with all that it speaks to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dumps = folder / "dumps"
        self.dumps.mkdir()
        self.shell = LocalShell(folder / "home")
        self.database = FakeDatabase(self.dumps)
        self.host_trouble: Exception | None = None
        self.tool = folder / "oracle" / "bin" / "expdp"
        self.tool.parent.mkdir(parents=True)
        self.plan_tool("exit 0")
        self.store = FakeStateStore()
        self.ti = FakeTaskInstance()
        monkeypatch.setattr(OracleHostHook, "__init__", lambda *_: None)
        monkeypatch.setattr(OracleHostHook, "remote_host", "ora01", raising=False)
        monkeypatch.setattr(OracleHostHook, "shell", lambda _: self._open_shell())
        monkeypatch.setattr(OracleDatabaseHook, "__init__", lambda *_: None)
        monkeypatch.setattr(OracleDatabaseHook, "database", lambda _: self._open_database())
        monkeypatch.setattr(OracleDatabaseHook, "login", lambda *_, **__: Login(method="os"))

    @contextlib.contextmanager
    def _open_shell(self) -> Iterator[LocalShell]:
        if self.host_trouble:
            raise self.host_trouble
        yield self.shell

    @contextlib.contextmanager
    def _open_database(self) -> Iterator[FakeDatabase]:
        if self.database.trouble:
            raise self.database.trouble
        yield self.database

    def plan_tool(self, script: str) -> None:
        """Say what the export tool does."""
        self.tool.write_text(f'#!/bin/sh\necho "$@" >>{self.shell.home}/calls\n{script}\n')
        self.tool.chmod(0o755)

    @property
    def calls(self) -> int:
        """How often an export was started."""
        calls = self.shell.home / "calls"
        return calls.read_text().count("parfile=job.par") if calls.exists() else 0

    def context(self, **more: Any) -> dict[str, Any]:
        run = SimpleNamespace(
            dag_id="d", run_id="r", run_type="manual", logical_date=MOMENT, run_after=MOMENT
        )
        return {"ti": self.ti, "dag_run": run, "task_state_store": self.store, **more}

    def operator(self, **changes: Any) -> DataPumpExportOperator:
        values: dict[str, Any] = {
            "database": "erp",
            "schema_name": "HR",
            "preflight": {"folder": str(self.dumps)},
            "ssh_conn_id": "h",
            "oracle_conn_id": "d",
            "environment": {"ORACLE_HOME": str(self.tool.parents[1])},
            "directory": "BACKUP_DIR",
            "login_method": "os",
            "consistent": False,
        }
        return DataPumpExportOperator(task_id="export", **(values | changes))

    @property
    def record(self) -> dict[str, Any]:
        """What the task remembers of its export."""
        return self.store["export"]

    @property
    def job(self) -> str:
        return self.record["job"]

    def directory(self, job: str) -> Path:
        """Return a job's directory on the host."""
        return self.shell.home / ".oracle-backup" / "jobs" / job

    def write_log(self, text: str) -> None:
        """Let the server have written this log."""
        Path(self.record["log_path"]).write_text(text, encoding="utf-8")

    def write_dumps(self, stem: str = STEM) -> list[Path]:
        """Let the server have written dump files, and others that are nobody's business."""
        ours = [self.dumps / f"{stem}_{number}.dmp" for number in ("01", "02")]
        for path in (*ours, self.dumps / "OTHER_01.dmp"):
            path.write_bytes(b"rows")
        return ours

    def event(self, status: str, **changes: Any) -> dict[str, Any]:
        """Return what the trigger sends."""
        state = {"ended": "ended", "lost": "lost"}.get(status, "running")
        values: dict[str, Any] = {
            "status": status,
            "job": self.record["job"],
            "message": "m",
            "state": state,
            "exit_code": 0 if status == "ended" else None,
            "started": "2026-01-01T00:00:00Z",
            "ended": "2026-01-01T00:10:00Z",
            "stopped": None,
            "offset": 100,
            "log_bytes": 90,
            "dump_bytes": 8,
            "free_bytes": 2**40,
            "quiet_seconds": 0.0,
            "waiting": None,
        }
        return values | changes
