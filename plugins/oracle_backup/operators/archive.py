"""How do dump and log become one archive on the stores, without touching a disk on the way?"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import read_catalogue, read_manifest
from oracle_backup.adapters.copy_archive import copy_archive
from oracle_backup.domain.comparison import compare_backups
from oracle_backup.domain.names import USUAL_SHAPE, BackupNames, NameShape
from oracle_backup.errors import NameTakenError
from oracle_backup.hooks.connections import archive_password
from oracle_backup.hooks.host import export_host
from oracle_backup.operators.manifests import new_manifest
from oracle_backup.operators.pack import Packer, files_of, read_export_log
from oracle_backup.operators.steps import run_moment, told_to_report
from oracle_backup.operators.stores import copies_of, open_stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import Manifest
    from oracle_backup.operators.stores import OpenStores, StorePlace


_PART_AGE = timedelta(days=2)
"""No run writes for so long: its tasks are ended after one day."""
_KEY = "archive"
"""Under which this task remembers the archive it has begun to send, from try to try."""
_KEPT = timedelta(days=90)


class ArchiveOperator(BaseOperator):
    """
    Pack dump and log into one 7z archive on each store, as one stream.

    Reads from the Oracle host, compresses once, encrypts if asked, and writes to all stores at
    once: nothing of it lies on the worker. The archive bears ``.part`` until its last byte is
    written; then it is renamed, and then its manifest is written. A retry that finds archive and
    manifest of its own finished by an earlier try keeps them, and copies them to a store that has
    missed them. A store that fails does not stop the others.

    Succeeds when archive and manifest are on one store at least, with every byte of the dump
    files in it that the host had when the export was judged. What a store lacks then is
    ``VerifyOperator``'s to mend, or to fail for.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param preflight: what ``PreflightOperator`` returned. (templated)
    :param export: what ``DataPumpExportOperator`` returned. (templated)
    :param inspection: what ``InspectOperator`` returned. (templated)
    :param ssh_conn_id: SSH connection to the Oracle host.
    :param stores: where archives go.
    :param shape: how archives are called.
    :param level: 0 to 9, as in 7-Zip.
    :param password_conn_id: connection whose password encrypts the archive, or None.
    :param threads: threads that compress; None for one per processor.
    :param encoder: ``auto``, ``7zz`` or ``lzma``.
    :param compress_on: ``worker``, ``host`` or ``auto``: where the encoder runs.
    :param warn_rows_drop: per cent of its rows that a table must lose to be warned of.
    :param progress_interval: seconds between two lines of progress in the log (default 60).

    :returns: XCom ``{"archive", "size_bytes", "dump_bytes", "location", "encrypted", "members",
        "warnings", "copies": [{"store", "location", "error"}]}``; the warnings are those of the
        judgement, and what differs oddly from the newest good backup.
    :raises HostUnreachableError, StoreUnreachableError: a link broke for good. Retried.
    :raises SourceChangedError: a dump file is not as long as it was. Retried.
    :raises StoreFullError, StorePermissionError, NameTakenError: no store took it. Not retried.
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
        stores: Sequence[StorePlace],
        shape: NameShape = USUAL_SHAPE,
        level: int = 1,
        password_conn_id: str | None = None,
        threads: int | None = None,
        encoder: str = "auto",
        compress_on: str = "worker",
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
        self.stores = stores
        self.shape = shape
        self.level = level
        self.password_conn_id = password_conn_id
        self.threads = threads
        self.encoder = encoder
        self.compress_on = compress_on
        self.warn_rows_drop = warn_rows_drop
        self.progress_interval = progress_interval

    def execute(self, context: Context) -> dict[str, Any]:
        """Stream dump and log into the archive; then write the manifest."""
        names = BackupNames(
            database=self.database,
            schema=self.schema_name,
            moment=run_moment(context),
            generation=self.export["generation"],
            shape=self.shape,
        )
        with told_to_report(context), open_stores(self.stores) as opened:
            manifest = self._send(context, opened, names)
            opened.require_one()
            copies = copies_of(self.stores, opened.failed, folder=names.folder)
        return {
            "archive": names.archive,
            "location": next(copy["location"] for copy in copies if not copy["error"]),
            "size_bytes": manifest.archive.size_bytes,
            "dump_bytes": sum(member.size_bytes for member in manifest.archive.members),
            "encrypted": manifest.archive.encrypted,
            "members": [member.name for member in manifest.archive.members],
            "warnings": list(manifest.warnings),
            "copies": copies,
        }

    def _send(self, context: Context, opened: OpenStores, names: BackupNames) -> Manifest:
        """Have the archive on every store that is open; return its manifest."""
        finished: dict[str, Manifest] = {}
        begun = context["task_state_store"].get(_KEY) == names.archive
        for name, store in list(opened.stores.items()):
            with opened.guarded(name):
                store.sweep_parts(names.folder, _PART_AGE)
                manifest = read_manifest(store, names.archive)
                if manifest is not None and self._is_kept(store, names, manifest):
                    self.log.info("%s is on %s from an earlier try: kept.", names.archive, name)
                    finished[name] = manifest
                else:
                    self._make_room(store, names, manifest, begun=begun)
        opened.require_one()
        if finished:
            self._copy(opened, names, finished)
            return next(iter(finished.values()))
        return self._archive(context, opened, names)

    def _is_kept(self, store: ArchiveStore, names: BackupNames, manifest: Manifest) -> bool:
        """
        Return whether the archive on a store is this export's, and as far as can be seen whole.

        Its bytes are the next task's to compare. But a manifest outlives an archive that somebody
        removed, and clearing this task is the way to have it again.
        """
        if manifest.job != self.export["job"] or manifest.damage:
            return False
        return store.size(names.archive) == manifest.archive.size_bytes

    def _make_room(
        self, store: ArchiveStore, names: BackupNames, manifest: Manifest | None, *, begun: bool
    ) -> None:
        """
        Remove what an earlier try of this very export left; never another's.

        :param begun: whether an earlier try has begun to send an archive of this name.
        """
        if manifest is not None and manifest.job != self.export["job"]:
            raise NameTakenError(
                f"{names.archive} on {store.label} is the backup of another run: "
                f"{manifest.run_id}, job {manifest.job}.",
                hint="Two runs have the same time to the second. Trigger this one anew.",
            )
        if begun:
            # Of this task's own earlier tries: they have ended, and a store may lack the room for
            # two archives.
            store.sweep_parts(names.folder, timedelta(0), of=names.archive)
        if manifest is not None:
            damage = manifest.damage or "it is not as long as it was"
            self.log.warning("%s was damaged (%s): sent again.", names.archive, damage)
            store.remove(names.manifest)
        if store.size(names.archive) is not None:
            if manifest is None and not begun:
                raise NameTakenError(
                    f"{names.archive} on {store.label} is there already, and not by this run: it "
                    "has no manifest.",
                    hint="Move it away and clear this task, or let archive.file_name give other "
                    "names. Where another program backs up the same schema, let one of the two "
                    "start a minute later.",
                )
            # Without a manifest it does not exist: an earlier try died before writing it.
            self.log.info("%s has no manifest: sent again.", names.archive)
            store.remove(names.archive)

    def _copy(self, opened: OpenStores, names: BackupNames, finished: dict[str, Manifest]) -> None:
        """Give the archive to the stores that have missed it, byte for byte the same."""
        source, manifest = next(iter(finished.items()))
        for name in [name for name in opened.stores if name not in finished]:
            self.log.info("Copying %s from %s to %s.", names.archive, source, name)
            with opened.guarded(name):
                copy_archive(
                    opened.stores[source],
                    opened.stores[name],
                    name=names.archive,
                    manifest=manifest,
                )

    def _archive(self, context: Context, opened: OpenStores, names: BackupNames) -> Manifest:
        packer = Packer(
            level=self.level,
            password=archive_password(self.password_conn_id),
            threads=self.threads,
            encoder=self.encoder,
            compress_on=self.compress_on,
            progress_interval=self.progress_interval,
        )
        # Before anything is sent, so that a next try knows what of this name is its own.
        context["task_state_store"].set(_KEY, names.archive, retention=_KEPT)
        with export_host(self.ssh_conn_id, self.export).shell() as shell:
            files = files_of(shell, self.inspection, self.export["parameters"])
            log = read_export_log(shell, self.inspection)
            written = packer.pack(shell, files, opened, name=names.archive)
        manifest = new_manifest(
            context,
            names,
            written,
            log,
            preflight=self.preflight,
            export=self.export,
            inspection=self.inspection,
        )
        manifest = self._compared(opened, names, manifest)
        for name, store in list(opened.stores.items()):
            with opened.guarded(name):
                store.write_text(names.manifest, manifest.to_json())
        return manifest

    def _compared(self, opened: OpenStores, names: BackupNames, manifest: Manifest) -> Manifest:
        """Return the manifest with warnings of what differs oddly from the newest good backup."""
        for name, store in list(opened.stores.items()):
            with opened.guarded(name):
                previous = self._newest_good(store, names)
                break
        else:
            return manifest
        if previous is None:
            return manifest
        warnings = compare_backups(previous, manifest, rows_drop_percent=self.warn_rows_drop)
        for warning in warnings:
            self.log.warning("%s", warning)
        return dataclasses.replace(manifest, warnings=(*manifest.warnings, *warnings))

    def _newest_good(self, store: ArchiveStore, names: BackupNames) -> Manifest | None:
        entries = read_catalogue(
            store, names.folder, database=self.database, schema=self.schema_name
        )
        good = [entry for entry in entries if entry.manifest.counts]
        if not good:
            return None
        newest = max(good, key=lambda entry: entry.manifest.snapshot_time)
        return read_manifest(store, newest.archive)
