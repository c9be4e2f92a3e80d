"""Values for tests: whole and plausible, changed where a test says so."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from oracle_backup.domain.manifest import ArchiveRecord, Manifest, Member, Verification
from oracle_backup.domain.parameter_file import ExportParameters, Login
from oracle_backup.domain.report.model import ArchiveFacts, BackupReport, PastRun, Step
from oracle_backup.domain.retention import Backup

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STEPS = ("preflight", "export", "inspect", "archive", "verify", "retain", "clean_up")


def instant(text: str) -> datetime:
    """Return an instant in UTC; ``2026-11-23`` is that day at two in the morning."""
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-11-23"):
        moment += timedelta(hours=2)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def make_login(**changes: Any) -> Login:
    values: dict[str, Any] = {"method": "password", "user": "BACKUP", "password": "s3cret"}
    return Login(**(values | changes))


def make_parameters(**changes: Any) -> ExportParameters:
    values: dict[str, Any] = {
        "schema": "HR",
        "directory": "DATA_PUMP_DIR",
        "dump_file": "HR-20261123T020000Z_%U.dmp",
        "log_file": "HR-20261123T020000Z.log",
        "job_name": "OB_ABCDEFGHIJKL_G1",
        "login": make_login(),
    }
    return ExportParameters(**(values | changes))


def make_archive_record(**changes: Any) -> ArchiveRecord:
    values: dict[str, Any] = {
        "name": "HR-20261123T020000Z.7z",
        "size_bytes": 1_000,
        "start_header": "377abcaf271c0004" + "0" * 48,
        "body_sha256": "b" * 64,
        "sha256": "a" * 64,
        "encrypted": True,
        "level": 1,
        "members": (
            Member(name="HR-20261123T020000Z_01.dmp", size_bytes=4_096, sha256="c" * 64, crc32=7),
            Member(name="HR-20261123T020000Z.log", size_bytes=900, sha256="d" * 64, crc32=8),
        ),
    }
    return ArchiveRecord(**(values | changes))


def make_manifest(**changes: Any) -> Manifest:
    """Return the manifest of a good backup; ``archive_name`` changes only the archive's name."""
    archive_name = changes.pop("archive_name", None)
    values: dict[str, Any] = {
        "database": "erp",
        "schema": "HR",
        "dag_id": "oracle_backup__erp__HR",
        "run_id": "scheduled__2026-11-23T02:00:00+00:00",
        "job": "OB_ABCDEFGHIJKL_G1",
        "generation": 1,
        "scheduled_time": DUE,
        "snapshot_time": DUE + timedelta(seconds=12),
        "snapshot_scn": 4_711,
        "export_started": DUE + timedelta(seconds=12),
        "export_ended": DUE + timedelta(minutes=3),
        "verdict": "complete",
        "reasons": ("The log ends with success.",),
        "warnings": (),
        "tool": "expdp",
        "tool_version": "19.21.0.0.0",
        "database_version": "19.21.0.0.0",
        "character_set": "AL32UTF8",
        "parameters": {"directory": "DATA_PUMP_DIR", "consistent": True, "exclude": []},
        "tables": (
            {"owner": "HR", "table": "EMPLOYEES", "partition": None, "rows": 107, "size_bytes": 9},
            {"owner": "HR", "table": "JOBS", "partition": "P1", "rows": 19, "size_bytes": None},
        ),
        "archive": make_archive_record(),
        "host_folder": "/u01/app/oracle/dpdump",
        "verified": Verification(time=DUE + timedelta(minutes=9), method="full"),
    }
    manifest = Manifest(**(values | changes))
    if archive_name is None:
        return manifest
    return dataclasses.replace(
        manifest, archive=dataclasses.replace(manifest.archive, name=archive_name)
    )


def make_steps(**states: str) -> tuple[Step, ...]:
    """Return all steps before the report, successful but for those named."""
    return tuple(Step(name=name, state=states.get(name, "success")) for name in STEPS)


def make_archive_facts(**changes: Any) -> ArchiveFacts:
    values: dict[str, Any] = {
        "name": "HR-20261123T020000Z.7z",
        "location": "sftp://backup@nas:22/backups/erp/HR",
        "size_bytes": 1024**3,
        "dump_bytes": 4 * 1024**3,
        "encrypted": True,
        "sha256": "a" * 64,
        "members": ("HR-20261123T020000Z_01.dmp", "HR-20261123T020000Z.log"),
    }
    return ArchiveFacts(**(values | changes))


def make_run(**changes: Any) -> PastRun:
    """Return a backup of the past, as a report's chart shows it."""
    values: dict[str, Any] = {
        "snapshot_time": DUE + timedelta(seconds=12),
        "size_bytes": 1024**3,
        "dump_bytes": 4 * 1024**3,
    }
    return PastRun(**(values | changes))


def make_report(**changes: Any) -> BackupReport:
    """Return the report of a run in which all went well."""
    values: dict[str, Any] = {
        "database": "erp",
        "schema": "HR",
        "dag_id": "oracle_backup__erp__HR",
        "run_id": "scheduled__2026-11-23T02:00:00+00:00",
        "run_url": "https://airflow.example/dags/oracle_backup__erp__HR/runs/1",
        "host": "ora01.example",
        "zone": "Europe/Madrid",
        "moment": DUE,
        "snapshot_time": DUE + timedelta(seconds=12),
        "verdict": "complete",
        "reasons": ("The log ends with success.",),
        "warnings": (),
        "steps": make_steps(),
        "problems": (),
        "tables": 2,
        "rows": 1_234_567,
        "archive": make_archive_facts(),
        "verified": True,
    }
    return BackupReport(**(values | changes))


def make_backup(snapshot_time: datetime | str, **changes: Any) -> Backup:
    """Return a good backup, named by its instant unless told otherwise."""
    moment = instant(snapshot_time) if isinstance(snapshot_time, str) else snapshot_time
    values: dict[str, Any] = {"name": f"{moment:%Y-%m-%dT%H:%M:%S%z}", "snapshot_time": moment}
    return Backup(**(values | changes))


def make_backups(*snapshot_times: datetime | str, **changes: Any) -> list[Backup]:
    """Return a backup per instant, in the order given."""
    return [make_backup(one, **changes) for one in snapshot_times]
