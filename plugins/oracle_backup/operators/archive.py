"""How do dump and log become one archive on the store, without touching a disk on the way?"""

from __future__ import annotations

import dataclasses
import posixpath
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import read_catalogue, read_manifest
from oracle_backup.domain.comparison import compare_backups
from oracle_backup.domain.log import LogReader
from oracle_backup.domain.manifest import ArchiveRecord, Manifest, Member
from oracle_backup.domain.names import BackupNames
from oracle_backup.domain.units import format_bytes, format_seconds
from oracle_backup.errors import NameTakenError, SourceChangedError
from oracle_backup.hooks.connections import archive_password
from oracle_backup.hooks.host import OracleHostHook
from oracle_backup.hooks.store import ArchiveStoreHook
from oracle_backup.operators.steps import run_moment, run_param, told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.archive.model import ArchiveMember, WrittenArchive
    from oracle_backup.adapters.ports import ArchiveStore, Shell
    from oracle_backup.domain.log import ExportLog

_CHUNK_BYTES = 256 * 1024


class ArchiveOperator(BaseOperator):
    """
    Pack dump and log into one 7z archive on the store, as one stream.

    Reads from the Oracle host, compresses, encrypts if asked, and writes to the store at once:
    nothing of it lies on the worker. The archive bears ``.part`` until its last byte is written;
    then it is renamed, and then its manifest is written. A retry that finds archive and manifest
    of its own finished by an earlier try keeps them.

    Succeeds when archive and manifest are on the store, with every byte of the dump files in it
    that the host had when the export was judged.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param preflight: what ``PreflightOperator`` returned. (templated)
    :param export: what ``DataPumpExportOperator`` returned. (templated)
    :param inspection: what ``InspectOperator`` returned. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param sftp_conn_id: SFTP connection to the store.
    :param store_path: the store's folder.
    :param level: 0 to 9, as in 7-Zip.
    :param password_conn_id: connection whose password encrypts the archive, or None.
    :param threads: threads that compress; None for one per processor.
    :param warn_rows_drop: per cent of its rows that a table must lose to be warned of.
    :param progress_interval: seconds between two lines of progress in the log (default 60).

    :returns: XCom ``{"archive", "size_bytes", "dump_bytes", "location", "encrypted", "members",
        "warnings"}``; the warnings are those of the judgement, and what differs oddly from the
        newest good backup.
    :raises HostUnreachableError, StoreUnreachableError: a link broke for good. Retried.
    :raises SourceChangedError: a dump file is not as long as it was. Retried.
    :raises StoreFullError, StorePermissionError, NameTakenError: the store refused. Not retried.
    """

    template_fields: Sequence[str] = ("preflight", "export", "inspection")
    ui_color = "#e5f2e0"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        preflight: Any,
        export: Any,
        inspection: Any,
        ssh_conn_id: str,
        sftp_conn_id: str,
        store_path: str,
        level: int = 1,
        password_conn_id: str | None = None,
        threads: int | None = None,
        warn_rows_drop: int = 50,
        progress_interval: float = 60.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.preflight = preflight
        self.export = export
        self.inspection = inspection
        self.ssh_conn_id = ssh_conn_id
        self.sftp_conn_id = sftp_conn_id
        self.store_path = store_path
        self.level = level
        self.password_conn_id = password_conn_id
        self.threads = threads
        self.warn_rows_drop = warn_rows_drop
        self.progress_interval = progress_interval

    def execute(self, context: Context) -> dict[str, Any]:
        """Stream dump and log into the archive; then write the manifest."""
        names = BackupNames(
            database=self.database,
            schema=self.schema_name,
            moment=run_moment(context),
            generation=self.export["generation"],
        )
        with told_to_report(context):
            store_hook = ArchiveStoreHook(self.sftp_conn_id, path=self.store_path)
            with store_hook.store() as store:
                manifest = read_manifest(store, names.archive)
                if manifest is not None and self._is_mine_and_whole(manifest):
                    self.log.info("%s is there from an earlier try: kept.", names.archive)
                else:
                    self._make_room(store, names, manifest)
                    manifest = self._archive(context, store, names)
        return {
            "archive": names.archive,
            "location": store_hook.location(names.folder),
            "size_bytes": manifest.archive.size_bytes,
            "dump_bytes": sum(member.size_bytes for member in manifest.archive.members),
            "encrypted": manifest.archive.encrypted,
            "members": [member.name for member in manifest.archive.members],
            "warnings": list(manifest.warnings),
        }

    def _is_mine_and_whole(self, manifest: Manifest) -> bool:
        return manifest.job == self.export["job"] and not manifest.damage

    def _make_room(
        self, store: ArchiveStore, names: BackupNames, manifest: Manifest | None
    ) -> None:
        """Remove what an earlier try of this very export left; never another's."""
        if manifest is not None and manifest.job != self.export["job"]:
            raise NameTakenError(
                f"{names.archive} on {store.label} is the backup of another run: "
                f"{manifest.run_id}, job {manifest.job}.",
                hint="Two runs have the same time to the second. Trigger this one anew.",
            )
        if manifest is not None:
            self.log.warning("%s was damaged (%s): sent again.", names.archive, manifest.damage)
            store.remove(names.manifest)
        if store.size(names.archive) is not None:
            # Without a manifest it does not exist: an earlier try died before writing it.
            self.log.info("%s has no manifest: sent again.", names.archive)
            store.remove(names.archive)

    def _archive(self, context: Context, store: ArchiveStore, names: BackupNames) -> Manifest:
        with OracleHostHook(self.ssh_conn_id).shell() as shell:
            members = self._members(shell)
            log = self._read_log(shell)
            written = self._stream(store, members, name=names.archive)
        manifest = self._compared(store, names, self._manifest(context, names, written, log))
        store.write_text(names.manifest, manifest.to_json())
        return manifest

    def _compared(self, store: ArchiveStore, names: BackupNames, manifest: Manifest) -> Manifest:
        """Return the manifest with warnings of what differs oddly from the newest good backup."""
        catalogue = read_catalogue(
            store, names.folder, database=self.database, schema=self.schema_name
        )
        good = [entry.manifest for entry in catalogue if entry.manifest.counts]
        if not good:
            return manifest
        previous = max(good, key=lambda one: one.snapshot_time)
        warnings = compare_backups(previous, manifest, rows_drop_percent=self.warn_rows_drop)
        for warning in warnings:
            self.log.warning("%s", warning)
        return dataclasses.replace(manifest, warnings=(*manifest.warnings, *warnings))

    def _members(self, shell: Shell) -> list[ArchiveMember]:
        from oracle_backup.adapters.archive.model import ArchiveMember

        wanted = {file["path"]: file["size_bytes"] for file in self.inspection["dump_files"]}
        if self.inspection["log_size_bytes"] is not None:
            wanted[self.inspection["log_path"]] = self.inspection["log_size_bytes"]
        sizes = shell.stat(list(wanted))
        for path, size in wanted.items():
            if sizes[path] != size:
                raise SourceChangedError(
                    f"{path} on {shell.host_label} had {size} bytes when the export was judged, "
                    f"and has {'gone' if sizes[path] is None else f'{sizes[path]} now'}.",
                    hint="Find out what touches that folder. If the file is gone, clear the "
                    "export task to export again.",
                )
        return [
            ArchiveMember(
                name=posixpath.basename(path),
                size_bytes=size,
                open=lambda offset, path=path: shell.open_file(path, offset=offset),
            )
            for path, size in wanted.items()
        ]

    def _read_log(self, shell: Shell) -> ExportLog:
        reader = LogReader()
        if self.inspection["log_size_bytes"] is not None:
            with shell.open_file(self.inspection["log_path"]) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    reader.feed(chunk)
        return reader.close()

    def _stream(
        self, store: ArchiveStore, members: Sequence[ArchiveMember], *, name: str
    ) -> WrittenArchive:
        from oracle_backup.adapters.archive.progress import ProgressLines
        from oracle_backup.adapters.archive.writer import write_archive

        password = archive_password(self.password_conn_id)
        total = sum(member.size_bytes for member in members)
        self.log.info("Archiving %d files (%s) as %s.", len(members), format_bytes(total), name)
        part = store.open_part(name)
        try:
            written = write_archive(
                members,
                sink=part,
                level=self.level,
                password=password,
                threads=self.threads,
                progress=ProgressLines(self.log.info, interval_seconds=self.progress_interval),
            )
            store.finish(part)
        except BaseException:
            # Whatever ends this, a signal included: no half archive stays behind.
            store.abandon(part)
            raise
        self.log.info(
            "Archived %d files (%s) into %s (%s) in %s.",
            len(members),
            format_bytes(total),
            name,
            format_bytes(written.size_bytes),
            format_seconds(written.seconds),
        )
        return written

    def _manifest(
        self, context: Context, names: BackupNames, written: WrittenArchive, log: ExportLog
    ) -> Manifest:
        run = context["dag_run"]
        export, inspection = self.export, self.inspection
        return Manifest(
            database=self.database,
            schema=self.schema_name,
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
            database_version=self.preflight["database_version"],
            character_set=self.preflight["character_set"],
            parameters=export["parameters"],
            tables=tuple(row.to_dict() for row in log.tables),
            archive=ArchiveRecord(
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
            ),
            pinned=bool(run_param(context, "pin", default=False)),
            note=str(run_param(context, "note", default="") or ""),
        )


def _host_time(text: str | None) -> datetime:
    """Return an instant of the host's clock; where it left none, now: the job has ended."""
    return datetime.now(UTC) if text is None else datetime.fromisoformat(text)
