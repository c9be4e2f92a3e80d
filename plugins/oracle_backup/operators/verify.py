"""Is what lies on the store what was sent, to the last byte?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import read_manifest
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.domain.units import format_bytes, format_seconds
from oracle_backup.errors import IntegrityError
from oracle_backup.hooks.connections import archive_password
from oracle_backup.hooks.store import ArchiveStoreHook
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.domain.manifest import Manifest


class VerifyOperator(BaseOperator):
    """
    Read the archive back from the store and compare it with its manifest.

    Reads every byte once: their SHA-256, then each member unpacked in memory, its size, CRC and
    SHA-256. On success the manifest is marked verified, which is what retention counts, and each
    asset in ``outlets`` gets an event with the backup's figures.

    Succeeds when everything matches.

    :param archive: what ``ArchiveOperator`` returned. (templated)
    :param sftp_conn_id: SFTP connection to the store.
    :param store_path: the store's folder.
    :param password_conn_id: connection whose password opens the archive, or None.
    :param progress_interval: seconds between two lines of progress in the log (default 60).

    :returns: XCom ``{"sha256", "verified"}``
    :raises IntegrityError: archive and manifest differ, or one is gone. Not retried.
    :raises StoreUnreachableError: the link broke. Retried.
    """

    template_fields: Sequence[str] = ("archive",)
    ui_color = "#e5f2e0"

    def __init__(
        self,
        *,
        archive: Any,
        sftp_conn_id: str,
        store_path: str,
        password_conn_id: str | None = None,
        progress_interval: float = 60.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.archive = archive
        self.sftp_conn_id = sftp_conn_id
        self.store_path = store_path
        self.password_conn_id = password_conn_id
        self.progress_interval = progress_interval

    def execute(self, context: Context) -> dict[str, Any]:
        """Read back, compare, and mark the manifest."""
        from oracle_backup.adapters.archive.progress import ProgressLines
        from oracle_backup.adapters.archive.reader import read_archive

        name = self.archive["archive"]
        with (
            told_to_report(context),
            ArchiveStoreHook(self.sftp_conn_id, path=self.store_path).store() as store,
        ):
            manifest = read_manifest(store, name)
            if manifest is None:
                raise IntegrityError(
                    f"{name} has no manifest on {store.label}.",
                    hint="Something removed it. Clear the archive task to send the backup again.",
                )
            try:
                with store.open_read(name) as source:
                    read = read_archive(
                        source,
                        password=archive_password(self.password_conn_id),
                        expected=manifest.archive,
                        progress=ProgressLines(
                            self.log.info, verb="Read back", interval_seconds=self.progress_interval
                        ),
                    )
            except IntegrityError as error:
                # So that it never counts, and a cleared archive task sends it again.
                damaged = manifest.with_damage(error.message)
                store.write_text(f"{name}{MANIFEST_SUFFIX}", damaged.to_json(), replace=True)
                raise
            verified = manifest.with_verification(
                time=datetime.now(UTC), method="full", sha256=read.sha256
            )
            store.write_text(f"{name}{MANIFEST_SUFFIX}", verified.to_json(), replace=True)
        self._tell_asset(context, verified)
        self.log.info(
            "Read %s (%s) back from the store in %s: every byte matches. SHA-256 %s.",
            name,
            format_bytes(read.size_bytes),
            format_seconds(read.seconds),
            read.sha256,
        )
        return {"sha256": read.sha256, "verified": True}

    def _tell_asset(self, context: Context, manifest: Manifest) -> None:
        """Put the backup's figures on the asset events this task emits when it succeeds."""
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {
                "archive": self.archive["archive"],
                "location": self.archive["location"],
                "verdict": manifest.verdict,
                "snapshot_time": manifest.snapshot_time.isoformat(),
                "size_bytes": manifest.archive.size_bytes,
                "dump_bytes": self.archive["dump_bytes"],
                "tables": len(manifest.tables),
                "rows": manifest.rows,
                "sha256": manifest.archive.sha256,
            }
