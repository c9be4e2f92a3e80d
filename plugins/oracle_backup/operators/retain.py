"""Which old backups go, now that there is a new one?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from oracle_backup.adapters.catalogue import finish_removals, read_catalogue
from oracle_backup.adapters.prune import carry_out, copies_given_up, plan_store
from oracle_backup.domain.retention import KEEP_ALL, PruneRules, RetentionPolicy
from oracle_backup.errors import ExportIncompleteError
from oracle_backup.operators.steps import told_to_report
from oracle_backup.operators.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from airflow.sdk import Context

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.domain.retention import RetentionPlan
    from oracle_backup.operators.stores import OpenStores, StorePlace

GIVEN_UP_KEY = "given_up"
"""XCom key for the files on the host of backups that are about to leave their last store."""


class RetainOperator(BaseOperator):
    """
    Plan and apply retention for one schema on each of its stores.

    Only what a manifest names can go. Age is the instant the data show; only complete and
    verified backups count. The newest of these and pinned ones never go, and those that are dated
    in the future push none out. The plans are in the log, with reasons, before anything is
    removed, and a run removes no more than it may: the oldest go first. A removal that was
    interrupted is finished first.

    Succeeds when the plan is carried out. An incomplete export prunes nothing and fails here, so
    that its run ends red.

    :param database: the database's name in the config.
    :param schema_name: schema, as Oracle stores it.
    :param folder: the schema's folder, relative to each store's path.
    :param inspection: what ``InspectOperator`` returned. (templated)
    :param stores: where archives are; one that fails does not stop the others.
    :param policy: what to keep.
    :param timezone: zone in which days, weeks and months begin.
    :param expected_age: how old the newest good backup may be before a large removal is refused.
    :param max_delete: how many backups go from a store in one run, -1 for all.
    :param preflight: what ``PreflightOperator`` returned, where dumps on the host have a
        retention of their own. (templated)

    :returns: XCom ``{"kept", "removed", "later", "plan": [lines], "policy", "stores": [{"store",
        "kept", "removed": [names], "later"}]}``; under the key ``given_up`` the files on the host
        of backups that leave their last store.
    :raises ExportIncompleteError: the export is incomplete. Not retried.
    :raises RetentionRefusedError: the plan breaks a rule; nothing was removed. Not retried.
    :raises StoreUnreachableError: the link broke. Retried.
    """

    template_fields: Sequence[str] = ("inspection", "preflight")
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
        expected_age: timedelta | None = None,
        max_delete: int = KEEP_ALL,
        preflight: Any = None,
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
        self.expected_age = expected_age
        self.max_delete = max_delete
        self.preflight = preflight

    def execute(self, context: Context) -> dict[str, Any]:
        """Plan for each store, say the plans, then act; a store that fails stops no other."""
        now = datetime.now(UTC)
        entries: dict[str, list[CatalogueEntry]] = {}
        plans: dict[str, RetentionPlan] = {}
        with told_to_report(context):
            self._refuse_incomplete()
            with open_stores(self.stores) as opened:
                for name, store in list(opened.stores.items()):
                    with opened.guarded(name):
                        entries[name] = self._read(store)
                        plans[name] = self._plan(store, entries[name], now=now)
                if not opened.failed:
                    self._tell_what_is_given_up(context, plans, entries)
                gone: dict[str, frozenset[str]] = {}
                for name, store in list(opened.stores.items()):
                    with opened.guarded(name):
                        gone[name] = carry_out(store, entries[name], plans[name])
                self._require_all(opened)
        return {
            "kept": sum(len(plan.keep) for plan in plans.values()),
            "removed": sum(map(len, gone.values())),
            "later": sum(len(plan.later) for plan in plans.values()),
            "plan": [line for name in gone for line in self._in_words(name, plans, gone)],
            "policy": self.policy.in_words(),
            "stores": [_figures(name, plans[name], gone[name]) for name in gone],
        }

    def _read(self, store: ArchiveStore) -> list[CatalogueEntry]:
        finish_removals(store, self.folder, database=self.database, schema=self.schema_name)
        return read_catalogue(store, self.folder, database=self.database, schema=self.schema_name)

    def _plan(
        self, store: ArchiveStore, entries: Sequence[CatalogueEntry], *, now: datetime
    ) -> RetentionPlan:
        rules = PruneRules(
            policy=self.policy,
            zone=self.timezone,
            expected_age=self.expected_age,
            max_delete=self.max_delete,
        )
        plan = plan_store(entries, rules, now=now)
        self.log.info(
            "Retention on %s keeps %s: %d stay, %d go.",
            store.label,
            self.policy.in_words(),
            len(plan.keep),
            len(plan.remove),
        )
        for line in plan.lines():
            self.log.info("  %s", line)
        if plan.later:
            self.log.warning(
                "%d more go at a later run: max_delete is %d.", len(plan.later), self.max_delete
            )
        return plan

    def _tell_what_is_given_up(
        self,
        context: Context,
        plans: dict[str, RetentionPlan],
        entries: dict[str, list[CatalogueEntry]],
    ) -> None:
        """Before their manifests go, leave word of the files they name on the host."""
        if not self.preflight:
            return
        copies = copies_given_up(plans, entries, folder=self.preflight["folder"])
        context["ti"].xcom_push(key=GIVEN_UP_KEY, value=[copy.to_dict() for copy in copies])

    def _in_words(
        self, name: str, plans: dict[str, RetentionPlan], gone: dict[str, frozenset[str]]
    ) -> list[str]:
        plan = plans[name]
        where = f"on {name}" if len(self.stores) > 1 else "on the store"
        lines = [f"Keeps {self.policy.in_words()}: {len(plan.keep)} stay {where}."]
        for one in plan.remove:
            archive = one.backup.name.rpartition("/")[2]
            if one.backup.name in gone[name]:
                lines.append(f"Removed {archive} {where}: {'; '.join(one.reasons)}.")
            else:
                lines.append(f"{archive} {where} is not what it was in the plan, and stays.")
        if plan.later:
            lines.append(
                f"{len(plan.later)} more {where} go at later runs, as one removes {self.max_delete}"
                " at most (max_delete)."
            )
        return lines

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


def _figures(name: str, plan: RetentionPlan, gone: frozenset[str]) -> dict[str, Any]:
    """Return for the report what became of one store's backups."""
    return {
        "store": name,
        "kept": len(plan.keep),
        "removed": [
            one.backup.name.rpartition("/")[2] for one in plan.remove if one.backup.name in gone
        ],
        "later": len(plan.later),
    }
