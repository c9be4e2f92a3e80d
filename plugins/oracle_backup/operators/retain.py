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
from oracle_backup.operators.steps import told_to_report
from oracle_backup.operators.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.retention import RetentionPlan
    from oracle_backup.operators.stores import OpenStores, StorePlace


class RetainOperator(BaseOperator):
    """
    Plan and apply retention for one schema on each of its stores.

    Only what a manifest names can go. Age is the instant the data show; only complete and
    verified backups count. The newest of these and pinned ones never go. The plan is in the log,
    with reasons, before anything is removed. A removal that was interrupted is finished first.

    Succeeds when the plan is carried out. An incomplete export prunes nothing and fails here, so
    that its run ends red.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param folder: the schema's folder, relative to each store's path.
    :param inspection: what ``InspectOperator`` returned. (templated)
    :param stores: where archives are; one that fails does not stop the others.
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
        stores: Sequence[StorePlace],
        policy: RetentionPolicy,
        timezone: str = "UTC",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.database = database
        self.schema_name = schema_name
        self.folder = folder
        self.inspection = inspection
        self.stores = stores
        self.policy = policy
        self.timezone = timezone

    def execute(self, context: Context) -> dict[str, Any]:
        """Plan, say the plan, then act; store by store."""
        plans: dict[str, RetentionPlan] = {}
        with told_to_report(context):
            self._refuse_incomplete()
            with open_stores(self.stores) as opened:
                for name, store in list(opened.stores.items()):
                    with opened.guarded(name):
                        plans[name] = self._retain(store)
                self._require_all(opened)
        return {
            "kept": sum(len(plan.keep) for plan in plans.values()),
            "removed": sum(len(plan.remove) for plan in plans.values()),
            "plan": [line for name, plan in plans.items() for line in self._in_words(name, plan)],
        }

    def _retain(self, store: ArchiveStore) -> RetentionPlan:
        finish_removals(store, self.folder)
        entries = read_catalogue(
            store, self.folder, database=self.database, schema=self.schema_name
        )
        by_name = {entry.archive: entry for entry in entries}
        plan = plan_retention(
            [_backup(entry) for entry in entries], policy=self.policy, zone=self.timezone
        )
        self.log.info(
            "Retention on %s keeps %s: %d stay, %d go.",
            store.label,
            self.policy.in_words(),
            len(plan.keep),
            len(plan.remove),
        )
        for line in plan.lines():
            self.log.info("  %s", line)
        remove_backups(store, [by_name[one.backup.name] for one in plan.remove])
        return plan

    def _in_words(self, name: str, plan: RetentionPlan) -> list[str]:
        where = f"on {name}" if len(self.stores) > 1 else "on the store"
        return [
            f"Keeps {self.policy.in_words()}: {len(plan.keep)} stay {where}.",
            *(
                f"Removed {one.backup.name.rpartition('/')[2]} {where}: {'; '.join(one.reasons)}."
                for one in plan.remove
            ),
        ]

    def _require_all(self, opened: OpenStores) -> None:
        """Raise what went wrong on a store, now that the others are done."""
        if opened.failed:
            raise next(iter(opened.failed.values()))

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
