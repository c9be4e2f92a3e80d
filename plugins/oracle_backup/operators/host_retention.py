"""Which dumps of earlier backups stay on the Oracle host?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.catalogue import read_catalogue
from oracle_backup.adapters.host_questions import list_names
from oracle_backup.adapters.prune import HostPlan, plan_host, remove_from_host
from oracle_backup.domain.host_copy import HostCopy
from oracle_backup.hooks.host import host_hook
from oracle_backup.operators.stores import open_stores

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.domain.names import BackupNames
    from oracle_backup.domain.retention import PruneRules
    from oracle_backup.operators.stores import StorePlace


def retain_on_host(
    names: BackupNames,
    *,
    folder: str,
    stores: Sequence[StorePlace],
    rules: PruneRules,
    given_up: Sequence[Mapping[str, Any]],
    ssh_conn_id: str,
    log: logging.Logger,
) -> tuple[list[str], list[str]]:
    """
    Plan, say the plan, remove; return the paths removed and sentences for the report.

    What no manifest of a store that answers names is not touched, so a store that is away costs
    room on the host, and nothing else.

    :param names: this run's.
    :param folder: where the schema's dumps lie on the host.
    :param given_up: what `RetainOperator` left under ``given_up``.

    Raise StoreError where no store answers, HostError for the host, and RetentionRefusedError.
    """
    entries: list[CatalogueEntry] = []
    with open_stores(stores) as opened:
        for name, store in list(opened.stores.items()):
            with opened.guarded(name):
                entries += read_catalogue(
                    store, names.folder, database=names.database, schema=names.schema
                )
        opened.require_one()
    with host_hook(ssh_conn_id).shell() as shell:
        plan = plan_host(
            shell,
            entries,
            rules,
            folder=folder,
            now=datetime.now(UTC),
            given_up=[HostCopy.from_dict(one) for one in given_up],
        )
        log.info("Retention in %s on the host keeps %s.", folder, rules.policy.in_words())
        for line in plan.plan.lines():
            log.info("  %s", line)
        for archive in plan.given_up:
            log.info("  remove %s  (no store has it any more)", archive)
        removed = remove_from_host(shell, plan)
        said = _in_words(plan, rules)
        listed = list_names(shell, folder, prefix=names.dump_prefix, suffix=".dmp")
    nameless = [
        name for name in names.dumps_of_other_runs(listed) if f"{folder}/{name}" not in plan.named
    ]
    if nameless:
        said.append(
            f"In {folder} on the host lie dumps of {names.schema} that no manifest names, so "
            f"nothing removes them: {', '.join(nameless)}."
        )
    return removed, said


def _in_words(plan: HostPlan, rules: PruneRules) -> list[str]:
    kept = len(plan.plan.keep)
    said = [
        f"On the host stay the dumps of {kept} backup{'' if kept == 1 else 's'}: "
        f"{rules.policy.in_words()}."
    ]
    if plan.removals:
        names = ", ".join(copy.archive for copy, _ in plan.removals)
        said.append(f"From the host went the dumps of {names}.")
    if plan.plan.later:
        said.append(
            f"The dumps of {len(plan.plan.later)} more go at later runs, as one removes "
            f"{rules.max_delete} at most (host_retention.max_delete)."
        )
    return said
