"""Runs the preflight's operator against a lab."""

from __future__ import annotations

import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lab.oracle import conditions, instance
from oracle_backup.errors import PreflightError
from oracle_backup.operators.preflight import PreflightOperator
from oracle_backup.operators.steps import PROBLEM_KEY
from oracle_backup.operators.stores import StorePlace
from support.builders import make_archive_record, make_manifest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.stage import Lab

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PATIENCE_SECONDS = 60


class Told:
    """Stands for the task instance: it keeps what the step tells the report."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value


class Preflight:
    """Runs the operator against the lab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.told = Told()
        self.run = SimpleNamespace(
            dag_id="oracle_backup__lab__HR",
            run_id="manual__1",
            run_type="manual",
            logical_date=None,
            run_after=DUE,
        )

    def ask(self, **changes: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "task_id": "preflight",
            "database": "lab",
            "schema_name": "HR",
            "ssh_conn_id": "lab_host",
            "oracle_conn_id": "lab_database",
            "stores": (StorePlace(name="store", conn_id="lab_store", path="/backups"),),
            "tool": "expdp",
            "oracle_home": str(self.lab.paths.oracle_home),
            "directory": "BACKUP_DIR",
            "container": "LABPDB1",
        }
        operator = PreflightOperator(**(settings | changes))
        return operator.execute({"dag_run": self.run, "ti": self.told, "params": {}})

    def problems(self, **changes: Any) -> tuple[str, ...]:
        with pytest.raises(PreflightError) as caught:
            self.ask(**changes)
        # Not the kind that is tried again.
        assert self.told.pushed[PROBLEM_KEY]["kind"] == "PreflightError"
        return caught.value.problems

    def problem(self, **changes: Any) -> str:
        found = self.problems(**changes)
        assert len(found) == 1, found
        return found[0]

    def warning(self, **changes: Any) -> str:
        found = self.ask(**changes)["warnings"]
        assert len(found) == 1, found
        return found[0]

    def keep(self, *, archive_bytes: int = 1000, minutes: float = 3) -> None:
        """Put an earlier backup on the store: a manifest, and an archive that holds nothing."""
        manifest = make_manifest(
            database="lab",
            archive=make_archive_record(size_bytes=archive_bytes),
            export_started=DUE,
            export_ended=DUE + timedelta(minutes=minutes),
        )
        folder = self.lab.paths.store / "backups" / "lab" / "HR"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{manifest.archive.name}.json"
        path.write_text(manifest.to_json(), encoding="utf-8")
        with (folder / manifest.archive.name).open("wb") as archive:
            archive.truncate(archive_bytes)

    def files_on_host(self) -> list[Path]:
        return [path for path in self.lab.paths.dumps.iterdir() if path.is_file()]

    @contextmanager
    def changed(self) -> Iterator[sqlite3.Connection]:
        """Open the instance to change its conditions, and undo all of them in the end."""
        with closing(instance.connect(self.lab.paths.oracle_home)) as connection:
            try:
                yield connection
            finally:
                conditions.deny_view(connection)
                conditions.set_edition(connection, "EE")
                conditions.change_parameter(connection, "undo_retention", "900")
                conditions.grant_role(connection, "BACKUP", "DATAPUMP_EXP_FULL_DATABASE")
                instance.change_setting(connection, "version_full", instance.VERSION_FULL)
                connection.execute("DELETE FROM lab_segments WHERE segment = 'HUGE'")

    @contextmanager
    def before_the_probe_is_read(self) -> Iterator[Callable[[Callable[[Path], None]], None]]:
        """Let a test change the probe after the database wrote it and before the host reads it."""
        held = self.lab.hold_commands(match="until \\[ -e", when="before")
        threads: list[threading.Thread] = []

        def work(change: Callable[[Path], None]) -> None:
            until = time.monotonic() + PATIENCE_SECONDS
            while not held.held() and time.monotonic() < until:
                time.sleep(0.05)
            for probe in self.lab.paths.dumps.glob("*.probe"):
                change(probe)
            held.release()

        def begin(change: Callable[[Path], None]) -> None:
            threads.append(threading.Thread(target=work, args=(change,)))
            threads[0].start()

        try:
            yield begin
        finally:
            held.release()
            for thread in threads:
                thread.join()

    def grow(self, connection: sqlite3.Connection, size: int) -> None:
        connection.execute(
            "INSERT INTO lab_segments VALUES ('HR', 'HUGE', NULL, 'TABLE', 'USERS', ?)", (size,)
        )
