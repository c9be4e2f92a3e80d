"""Is what lies on the stores what was sent, to the last byte?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import read_manifest
from oracle_backup.adapters.copy_archive import copy_archive
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.errors import CopyMissingError, IntegrityError
from oracle_backup.hooks.connections import archive_password
from oracle_backup.operators.steps import told_to_report
from oracle_backup.operators.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.manifest import Manifest
    from oracle_backup.operators.stores import OpenStores, StorePlace

COPIES_KEY = "copies"
"""XCom key under which the report finds each copy's state, also where the task failed."""


class VerifyOperator(BaseOperator):
    """
    Compare each store's copy of the archive with its manifest, and mark the manifest verified.

    How is the store's choice. ``full`` reads every byte back: their SHA-256, then each member
    unpacked in memory, its size, CRC and SHA-256. ``hash`` compares the SHA-256 only, by the
    server's own command where it has one, else by reading back. ``size`` compares the size. A
    store that has missed the archive gets it from one whose copy is verified. Each asset in
    ``outlets`` gets an event with the backup's figures.

    Succeeds when every store has a copy and each of them matches.

    :param archive: what ``ArchiveOperator`` returned. (templated)
    :param stores: where archives go.
    :param password_conn_id: connection whose password opens the archive, or None.
    :param progress_interval: seconds between two lines of progress in the log (default 60).

    :returns: XCom ``{"sha256", "verified", "copies": [{"store", "method", "error"}]}``; the copies
        also under the key ``copies``, which is there too where the task fails.
    :raises IntegrityError: archive and manifest differ, or one is gone. Not retried.
    :raises CopyMissingError: a store has no copy, and another has a verified one. Retried.
    :raises StoreUnreachableError: no store could be asked. Retried.
    """

    template_fields: Sequence[str] = ("archive",)
    ui_color = "#e5f2e0"

    def __init__(
        self,
        *,
        archive: Any,
        stores: Sequence[StorePlace],
        password_conn_id: str | None = None,
        progress_interval: float = 60.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.archive = archive
        self.stores = stores
        self.password_conn_id = password_conn_id
        self.progress_interval = progress_interval

    def execute(self, context: Context) -> dict[str, Any]:
        """Check the copies there are, make those that are missing, check these too."""
        with told_to_report(context), open_stores(self.stores) as opened:
            verified: dict[str, Manifest] = {}
            missing = self._check(opened, list(opened.stores), verified)
            if verified:
                self._mend(opened, missing, verified)
            copies = self._copies(opened, verified)
            context["ti"].xcom_push(key=COPIES_KEY, value=copies)
            self._require_all(opened, verified)
        manifest = next(iter(verified.values()))
        self._tell_asset(context, manifest)
        return {"sha256": manifest.archive.sha256, "verified": True, "copies": copies}

    def _check(
        self, opened: OpenStores, names: Sequence[str], verified: dict[str, Manifest]
    ) -> list[str]:
        """Check these stores' copies; return the stores that have none."""
        missing = []
        # The most thorough first: what it finds out, the others are compared with.
        order = {"full": 0, "hash": 1, "size": 2}
        for place in sorted(self.stores, key=lambda place: order[place.verify]):
            if place.name not in names:
                continue
            store = opened.stores[place.name]
            with opened.guarded(place.name):
                manifest = read_manifest(store, self.archive["archive"])
                if manifest is None:
                    missing.append(place.name)
                    continue
                verified[place.name] = self._verify(store, place, manifest, verified)
        return missing

    def _verify(
        self,
        store: ArchiveStore,
        place: StorePlace,
        manifest: Manifest,
        verified: dict[str, Manifest],
    ) -> Manifest:
        from oracle_backup.adapters.check_copy import CopyCheck

        name = self.archive["archive"]
        check = CopyCheck(
            store,
            name=name,
            record=manifest.archive,
            password=archive_password(self.password_conn_id),
            log=self.log,
            progress_interval=self.progress_interval,
        )
        try:
            if manifest.verified is not None:
                self.log.info("%s on %s was verified by an earlier try.", name, place.name)
                check.run("size")
                return manifest
            sha256 = check.run(place.verify)
        except IntegrityError as error:
            # So that it never counts, and a cleared archive task sends it again.
            damaged = manifest.with_damage(error.message)
            store.write_text(f"{name}{MANIFEST_SUFFIX}", damaged.to_json(), replace=True)
            raise
        known = sha256 or next((one.archive.sha256 for one in verified.values()), None)
        marked = manifest.with_verification(
            time=datetime.now(UTC), method=place.verify, sha256=known
        )
        store.write_text(f"{name}{MANIFEST_SUFFIX}", marked.to_json(), replace=True)
        return marked

    def _mend(
        self, opened: OpenStores, missing: Sequence[str], verified: dict[str, Manifest]
    ) -> None:
        """Copy the archive to the stores that have none, and check these copies."""
        source, manifest = next(iter(verified.items()))
        name = self.archive["archive"]
        for target in missing:
            self.log.warning("%s is not on %s: copying it from %s.", name, target, source)
            with opened.guarded(target):
                copy_archive(
                    opened.stores[source], opened.stores[target], name=name, manifest=manifest
                )
        self._check(opened, [target for target in missing if target in opened.stores], verified)

    def _copies(self, opened: OpenStores, verified: dict[str, Manifest]) -> list[dict[str, Any]]:
        return [
            {
                "store": place.name,
                "method": place.verify if place.name in verified else None,
                "error": str(opened.failed[place.name]) if place.name in opened.failed else None,
            }
            for place in self.stores
        ]

    def _require_all(self, opened: OpenStores, verified: dict[str, Manifest]) -> None:
        name = self.archive["archive"]
        damaged = [error for error in opened.failed.values() if isinstance(error, IntegrityError)]
        if damaged:
            raise damaged[0]
        if not verified:
            opened.require_one()
            raise IntegrityError(
                f"{name} has no manifest on {', '.join(opened.stores)}.",
                hint="Something removed it. Clear the archive task to send the backup again.",
            )
        lacking = [place.name for place in self.stores if place.name not in verified]
        if lacking:
            why = " ".join(str(opened.failed[one]) for one in lacking if one in opened.failed)
            raise CopyMissingError(
                f"{name} is verified on {', '.join(verified)}, and missing on "
                f"{', '.join(lacking)}: {why}",
                hint="The copy is made as soon as that store can be written to: clear this task.",
            )

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
