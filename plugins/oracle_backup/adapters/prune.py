"""
Which backups of a schema go from its stores, and which files from the Oracle host?

The plan is the domain's; here it meets what is on a store and on the host.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.adapters.catalogue import remove_backups
from oracle_backup.adapters.remote_job.scripts import build_remove, parse_answers
from oracle_backup.domain.host_copy import HostCopy, as_backup, host_copy, not_of_others
from oracle_backup.domain.retention import Backup, RetentionPlan, plan_retention
from oracle_backup.errors import HostError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.adapters.ports import ArchiveStore, Shell
    from oracle_backup.domain.manifest import BackupFacts
    from oracle_backup.domain.retention import PruneRules

_TIMEOUT_SECONDS = 120

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """
    What of the dumps on the host stays and goes.

    :param plan: of the backups that a manifest names.
    :param given_up: names of backups that no store has any more, and whose files go with them.
    :param removals: for each backup that goes, its copy and the paths that are removed.
    :param named: all paths that a manifest names.
    """

    plan: RetentionPlan
    given_up: tuple[str, ...]
    removals: tuple[tuple[HostCopy, tuple[str, ...]], ...]
    named: frozenset[str]


def plan_store(
    entries: Iterable[CatalogueEntry], rules: PruneRules, *, now: datetime
) -> RetentionPlan:
    """
    Given a schema's backups on one store, return which stay and which go.

    Raise RetentionRefusedError for a plan that would break a rule.
    """
    backups = [
        Backup(
            name=entry.archive,
            snapshot_time=entry.manifest.snapshot_time,
            good=entry.manifest.counts,
            pinned=entry.manifest.pinned,
            unread_since=entry.manifest.unread_since,
        )
        for entry in entries
    ]
    return _plan(backups, rules, now=now)


def carry_out(
    store: ArchiveStore, entries: Sequence[CatalogueEntry], plan: RetentionPlan
) -> frozenset[str]:
    """
    Remove from a store what a plan says; return the names of those that are gone.

    The oldest go first: where this breaks off, the newer ones are there. What is not as it was in
    the plan stays. Raise RetentionRefusedError where what should stay is not, and StoreError.
    """
    by_name = {entry.archive: entry for entry in entries}
    removed = remove_backups(
        store,
        [by_name[one.backup.name] for one in reversed(plan.remove)],
        kept=[by_name[one.backup.name] for one in (*plan.keep, *plan.later)],
    )
    return frozenset(entry.archive for entry in removed)


def copies_given_up(
    plans: Mapping[str, RetentionPlan],
    entries: Mapping[str, Sequence[CatalogueEntry]],
    *,
    folder: str,
) -> list[HostCopy]:
    """
    Given the plan of each store, return what lies on the host of backups that leave the last one.

    Nothing may remove them later: with its last manifest goes what names a backup's files.
    """
    staying = {one.backup.name for plan in plans.values() for one in (*plan.keep, *plan.later)}
    going = {one.backup.name for plan in plans.values() for one in plan.remove} - staying
    copies = {
        entry.archive: copy
        for name in plans
        for entry in entries[name]
        if entry.archive in going and (copy := host_copy(entry.manifest, folder=folder))
    }
    return list(copies.values())


def plan_host(
    shell: Shell,
    entries: Sequence[CatalogueEntry],
    rules: PruneRules,
    *,
    folder: str,
    now: datetime,
    given_up: Sequence[HostCopy] = (),
) -> HostPlan:
    """
    Given a schema's backups on all stores, return what of their dumps stays on the host.

    Raise RetentionRefusedError for a plan that would break a rule, and HostError for the link.
    """
    named = _agreed(entries, folder=folder)
    told = {entry.manifest.archive.name for entry in entries}
    gone = [copy for copy in given_up if copy.archive not in told]
    sizes = _sizes(shell, [*(copy for copy, _ in named.values()), *gone])
    backups = [as_backup(copy, facts, sizes=sizes) for copy, facts in named.values()]
    plan = _plan([one for one in backups if one is not None], rules, now=now)
    going = [named[one.backup.name][0] for one in plan.remove]
    staying = [named[one.backup.name][0] for one in (*plan.keep, *plan.later)]
    removals = {
        copy.archive: (copy, paths)
        for copy in (*going, *gone)
        if (paths := not_of_others(copy.there(sizes), staying))
    }
    return HostPlan(
        plan=plan,
        given_up=tuple(copy.archive for copy in gone if copy.archive in removals),
        removals=tuple(removals.values()),
        named=frozenset(
            path
            for entry in entries
            if (copy := host_copy(entry.manifest, folder=folder))
            for path in copy.paths
        ),
    )


def remove_from_host(shell: Shell, plan: HostPlan) -> list[str]:
    """Remove what a plan says; return the paths. Raise HostError for what can't be removed."""
    removed: list[str] = []
    kept: list[str] = []
    for copy, paths in plan.removals:
        script = build_remove(job=copy.job, paths=paths, remove_directory=False)
        answers = parse_answers(shell.run(script, timeout_seconds=_TIMEOUT_SECONDS).stdout)
        removed += answers.get("removed", [])
        kept += answers.get("kept", [])
        for path in answers.get("removed", []):
            log.info("Removed %s from the host.", path)
    if kept:
        raise HostError(
            f"The SSH user may not remove {', '.join(kept)} on {shell.host_label}.",
            hint="Give it the right to write to that folder, or remove them by hand.",
        )
    return removed


def _agreed(
    entries: Iterable[CatalogueEntry], *, folder: str
) -> dict[str, tuple[HostCopy, BackupFacts]]:
    """Return what verified manifests name, by archive; left out is what two stores tell apart."""
    named: dict[str, tuple[HostCopy, BackupFacts]] = {}
    doubtful: set[str] = set()
    for entry in entries:
        facts = entry.manifest
        copy = host_copy(facts, folder=folder)
        if copy is None or facts.verified is None:
            continue
        known, other = named.setdefault(copy.archive, (copy, facts))
        if known != copy or other.snapshot_time != facts.snapshot_time:
            doubtful.add(copy.archive)
        elif (facts.pinned, facts.counts) > (other.pinned, other.counts):
            named[copy.archive] = (copy, facts)
    for archive in sorted(doubtful):
        log.warning("The stores tell different things of %s: its dump is left alone.", archive)
        del named[archive]
    return named


def _sizes(shell: Shell, copies: Iterable[HostCopy]) -> dict[str, int | None]:
    told = {file for copy in copies for file in copy.files}
    sizes = shell.stat(sorted({path for path, _ in told})) if told else {}
    for path, size in sorted(told):
        if sizes[path] not in {None, size}:
            log.warning(
                "%s on %s has %s bytes, not %s: it is left alone.",
                path,
                shell.host_label,
                sizes[path],
                size,
            )
    return sizes


def _plan(backups: Sequence[Backup], rules: PruneRules, *, now: datetime) -> RetentionPlan:
    return plan_retention(
        backups,
        policy=rules.policy,
        now=now,
        zone=rules.zone,
        expected_age=rules.expected_age,
        max_delete=rules.max_delete,
    )
