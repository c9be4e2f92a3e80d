"""What is written into a new backup's manifest?"""

from __future__ import annotations

import posixpath
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.manifest import ArchiveRecord, Manifest, Member
from oracle_backup.operators.steps import run_moment, run_param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from oracle_backup.adapters.archive.model import WrittenArchive
    from oracle_backup.domain.log import ExportLog
    from oracle_backup.domain.names import BackupNames


def new_manifest(
    context: Context,
    names: BackupNames,
    written: WrittenArchive,
    log: ExportLog,
    *,
    preflight: Mapping[str, Any],
    export: Mapping[str, Any],
    inspection: Mapping[str, Any],
) -> Manifest:
    """Given what each step has left, return the manifest of an archive nobody has read back yet."""
    run = context["dag_run"]
    return Manifest(
        database=names.database,
        schema=names.schema,
        dag_id=run.dag_id,
        run_id=run.run_id,
        job=export["job"],
        generation=export["generation"],
        scheduled_time=run_moment(context),
        snapshot_time=datetime.fromisoformat(export["snapshot_time"]),
        snapshot_scn=export["snapshot_scn"],
        export_started=_host_time(export["started"]),
        export_ended=_host_time(export["ended"]),
        verdict=inspection["verdict"],
        reasons=tuple(inspection["reasons"]),
        warnings=tuple(inspection["warnings"]),
        tool=export["tool"],
        tool_version=log.version,
        database_version=preflight["database_version"],
        character_set=preflight["character_set"],
        parameters=export["parameters"],
        tables=tuple(row.to_dict() for row in log.tables),
        archive=_record(names, written),
        pinned=bool(run_param(context, "pin", default=False)),
        note=str(run_param(context, "note", default="") or ""),
        host_folder=export["folder"],
    )


def _record(names: BackupNames, written: WrittenArchive) -> ArchiveRecord:
    return ArchiveRecord(
        name=posixpath.basename(names.archive),
        size_bytes=written.size_bytes,
        start_header=written.start_header,
        body_sha256=written.body_sha256,
        sha256=None,
        encrypted=written.encrypted,
        level=written.level,
        members=tuple(
            Member(
                name=member.name,
                size_bytes=member.size_bytes,
                sha256=member.sha256,
                crc32=member.crc32,
            )
            for member in written.members
        ),
    )


def _host_time(text: str | None) -> datetime:
    """Return an instant of the host's clock; where it left none, now: the job has ended."""
    return datetime.now(UTC) if text is None else datetime.fromisoformat(text)
