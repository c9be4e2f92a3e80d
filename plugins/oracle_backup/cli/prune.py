"""What does retention make of a schema's backups, on each of its stores and on the host?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.catalogue import finish_removals, read_catalogue
from oracle_backup.adapters.prune import (
    carry_out,
    copies_given_up,
    plan_host,
    plan_store,
    remove_from_host,
)
from oracle_backup.config.expected_age import expected_age
from oracle_backup.domain.retention import PruneRules
from oracle_backup.errors import BackupError, ConfigError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.adapters.prune import HostPlan
    from oracle_backup.cli.places import Places
    from oracle_backup.config.model import SchemaSettings
    from oracle_backup.config.retention_settings import RetentionSettings
    from oracle_backup.domain.retention import Decision, RetentionPlan, RetentionPolicy


@dataclass(slots=True)
class Planned:
    """
    One place of a schema's backups, and what came of it.

    :param name: as the config calls the store; ``host``.
    :param rules: what its plan depends on.
    :param gone: names of what was removed; None where nothing was tried.
    """

    name: str
    rules: PruneRules
    plan: RetentionPlan | None = None
    gone: frozenset[str] | None = None
    error: BackupError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        plan = self.plan
        return {
            "place": self.name,
            "keeps": self.rules.policy.in_words(),
            "keep": _decisions(plan.keep if plan else ()),
            "later": _decisions(plan.later if plan else ()),
            "remove": _decisions(plan.remove if plan else ()),
            "removed": None if self.gone is None else sorted(self.gone),
            "error": None if self.error is None else str(self.error),
        }


@dataclass(slots=True)
class PlannedStore(Planned):
    """A store; it stays open while its plan is shown and carried out."""

    store: ArchiveStore | None = None
    entries: list[CatalogueEntry] = field(default_factory=list)


@dataclass(slots=True)
class PlannedHost(Planned):
    """The Oracle host, where dumps have a retention of their own."""

    host_plan: HostPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What the command line asks for.

    :param policy: instead of the config's, to see what it would do.
    :param max_delete: instead of the config's.
    """

    apply: bool
    policy: RetentionPolicy | None
    max_delete: int | None

    def rules(self, settings: SchemaSettings, retention: RetentionSettings) -> PruneRules:
        """Return what a plan depends on."""
        return PruneRules(
            policy=self.policy or retention.policy,
            zone=settings.timezone,
            expected_age=expected_age(settings),
            max_delete=retention.max_delete if self.max_delete is None else self.max_delete,
        )


def plan_places(
    places: Places, settings: SchemaSettings, wish: Wish, *, stack: ExitStack
) -> list[Planned]:
    """Return each store's plan, and then the host's; stores stay open until the stack ends."""
    now = datetime.now(UTC)
    stores = []
    for one in settings.all_stores:
        planned = PlannedStore(one.label, wish.rules(settings, settings.retention))
        try:
            planned.store = stack.enter_context(places.store(one))
            planned.entries = _read(planned.store, settings, apply=wish.apply)
            planned.plan = plan_store(planned.entries, planned.rules, now=now)
        except BackupError as error:
            planned.error = error
        stores.append(planned)
    # What another policy would do on the host, no option of the command line says.
    if settings.host_retention is None or wish.policy is not None:
        return [*stores]
    host = PlannedHost("host", wish.rules(settings, settings.host_retention))
    try:
        host.host_plan = _plan_host(settings, stores, host.rules, now=now)
        host.plan = host.host_plan.plan
    except BackupError as error:
        host.error = error
    return [*stores, host]


def apply_plans(settings: SchemaSettings, found: list[Planned]) -> None:
    """
    Carry the plans out: the host's first, while the manifests that name its files are there.

    Where the host fails, nothing goes from the stores either.
    """
    for host in found:
        if isinstance(host, PlannedHost) and host.host_plan is not None:
            _apply_host(settings, host, host.host_plan)
    if any(isinstance(one, PlannedHost) and one.error for one in found):
        return
    for one in found:
        if isinstance(one, PlannedStore) and one.store is not None and one.plan is not None:
            try:
                one.gone = carry_out(one.store, one.entries, one.plan)
            except BackupError as error:
                one.error = error


def _read(store: ArchiveStore, settings: SchemaSettings, *, apply: bool) -> list[CatalogueEntry]:
    database, schema = settings.database, settings.schema_name
    if apply:
        finish_removals(store, settings.folder, database=database, schema=schema)
    return read_catalogue(store, settings.folder, database=database, schema=schema)


def _plan_host(
    settings: SchemaSettings, stores: list[PlannedStore], rules: PruneRules, *, now: datetime
) -> HostPlan:
    from oracle_backup.hooks.host import host_hook

    folder = _host_folder(settings)
    plans = {one.name: one.plan for one in stores if one.plan is not None}
    entries = {one.name: one.entries for one in stores}
    # A store that can't be asked may still have what the others give up.
    all_told = len(plans) == len(stores)
    with host_hook(settings.host_conn_id).shell() as shell:
        return plan_host(
            shell,
            [entry for listed in entries.values() for entry in listed],
            rules,
            folder=folder,
            now=now,
            given_up=copies_given_up(plans, entries, folder=folder) if all_told else (),
        )


def _host_folder(settings: SchemaSettings) -> str:
    """Return where the schema's dumps lie on the host."""
    from oracle_backup.hooks.database import OracleDatabaseHook

    if settings.export.tool == "exp":
        return settings.export.path or ""
    with OracleDatabaseHook(settings.database_conn_id).database() as database:
        folder = database.directory_path(settings.export.directory)
    if folder is None:
        raise ConfigError(
            f"Database {settings.database} knows no directory {settings.export.directory}.",
            hint="Create it, or correct export.directory.",
        )
    return folder


def _apply_host(settings: SchemaSettings, host: PlannedHost, plan: HostPlan) -> None:
    from oracle_backup.hooks.host import host_hook

    try:
        with host_hook(settings.host_conn_id).shell() as shell:
            remove_from_host(shell, plan)
        host.gone = frozenset(copy.archive for copy, _ in plan.removals)
    except BackupError as error:
        host.error = error


def _decisions(decisions: tuple[Decision, ...]) -> list[dict[str, Any]]:
    return [
        {
            "archive": one.backup.name,
            "time": one.backup.snapshot_time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "reasons": list(one.reasons),
        }
        for one in decisions
    ]
