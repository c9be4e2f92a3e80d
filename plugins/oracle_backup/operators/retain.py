"""Which old backups go, now that there is a new one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import (
    CatalogueEntry,
    finish_removals,
    read_catalogue,
    remove_backups,
)
from oracle_backup.domain.retention import Backup, RetentionPolicy, plan_retention
from oracle_backup.errors import ExportIncompleteError
from oracle_backup.hooks.store import ArchiveStoreHook
from oracle_backup.operators.steps import told_to_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context


class RetainOperator(BaseOperator):
    """
    Plan and apply retention for one schema on one store.

    Only what a manifest names can go. Age is the instant the data show; only complete and
    verified backups count. The newest of these and pinned ones never go. The plan is in the log,
    with reasons, before anything is removed. A removal that was interrupted is finished first.

    Succeeds when the plan is carried out. An incomplete export prunes nothing and fails here, so
    that its run ends red.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param folder: the schema's folder, relative to the store's path.
    :param inspection: what ``InspectOperator`` returned. (templated)
    :param sftp_conn_id: SFTP connection to the store.
    :param store_path: the store's folder.
    :param policy: what to keep.
    :param timezone: zone in which days, weeks and months begin.

    :returns: XCom ``{"kept", "removed", "plan": [lines]}``
    :raises ExportIncompleteError: the export is incomplete. Not retried.
    :raises RetentionRefusedError: the plan breaks a rule; nothing was removed. Not retried.
    :raises StoreUnreachableError: the link broke. Retried.
    """

    template_fields: Sequence[str] = ("inspection",)
    ui_color = "#efe5f5"

    def __init__(
        self,
        *,
        database: str,
        schema_name: str,
        folder: str,
        inspection: Any,
        sftp_conn_id: str,
        store_path: str,
        policy: RetentionPolicy,
        timezone: str = "UTC",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.folder = folder
        self.inspection = inspection
        self.sftp_conn_id = sftp_conn_id
        self.store_path = store_path
        self.policy = policy
        self.timezone = timezone

    def execute(self, context: Context) -> dict[str, Any]:
        """Plan, say the plan, then act."""
        with told_to_report(context):
            self._refuse_incomplete()
            with ArchiveStoreHook(self.sftp_conn_id, path=self.store_path).store() as store:
                finish_removals(store, self.folder)
                entries = read_catalogue(
                    store, self.folder, database=self.database, schema=self.schema_name
                )
                by_name = {entry.archive: entry for entry in entries}
                plan = plan_retention(
                    [_backup(entry) for entry in entries], policy=self.policy, zone=self.timezone
                )
                self.log.info(
                    "Retention keeps %s: %d stay, %d go.",
                    self.policy.in_words(),
                    len(plan.keep),
                    len(plan.remove),
                )
                for line in plan.lines():
                    self.log.info("  %s", line)
                remove_backups(store, [by_name[one.backup.name] for one in plan.remove])
        return {
            "kept": len(plan.keep),
            "removed": len(plan.remove),
            "plan": [
                f"Keeps {self.policy.in_words()}: {len(plan.keep)} stay on the store.",
                *(
                    f"Removed {one.backup.name.rpartition('/')[2]}: {'; '.join(one.reasons)}."
                    for one in plan.remove
                ),
            ],
        }

    def _refuse_incomplete(self) -> None:
        if self.inspection["verdict"] == "complete":
            return
        raise ExportIncompleteError(
            f"The export of {self.schema_name} on {self.database} is "
            f"{self.inspection['verdict']}: {' '.join(self.inspection['reasons'])}",
            hint="It is archived, flagged, and counts as no backup; nothing was pruned. Mend the "
            "cause, then clear the export task.",
        )


def _backup(entry: CatalogueEntry) -> Backup:
    return Backup(
        name=entry.archive,
        snapshot_time=entry.manifest.snapshot_time,
        good=entry.manifest.counts,
        pinned=entry.manifest.pinned,
    )
