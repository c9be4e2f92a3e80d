"""Which backups does ``list`` show, and how as JSON?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.cli.store_reading import StoreFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.cli.store_reading import StoreContent


def wanted(
    content: StoreContent, entries: Sequence[CatalogueEntry], *, all_of_them: bool
) -> list[CatalogueEntry]:
    """
    Return the backups to show, by schema and then newest first.

    Unless some schemas are asked for, also those of a schema that the config has no more.
    """
    order = {
        (one.database, one.schema_name): place for place, one in enumerate(content.use.schemas)
    }

    def key(entry: CatalogueEntry) -> tuple[int, str, str, float, str]:
        facts = entry.manifest
        name = (facts.database, facts.schema)
        return (order.get(name, len(order)), *name, -facts.snapshot_time.timestamp(), entry.archive)

    return sorted(
        (
            one
            for one in entries
            if all_of_them or (one.manifest.database, one.manifest.schema) in order
        ),
        key=key,
    )


def store_as_dict(found: StoreContent | StoreFailure, *, all_of_them: bool) -> dict[str, Any]:
    """Return what is on a store as JSON has it, or why it could not be read."""
    head = {"store": found.use.settings.label, "path": found.use.settings.path}
    if isinstance(found, StoreFailure):
        return {**head, "location": None, "error": str(found.error), "backups": []}
    catalogue = found.catalogue
    return {
        **head,
        "location": found.location,
        "error": None,
        "backups": [
            _backup(entry, state=state)
            for state, entries in (("whole", catalogue.entries), ("half", catalogue.half))
            for entry in wanted(found, entries, all_of_them=all_of_them)
        ],
        "foreign": [
            {
                "archive": one.name,
                "size_bytes": one.size_bytes,
                "modified": utc_time(one.modified),
            }
            for one in catalogue.foreign
        ],
        "foreign_count": catalogue.foreign_count,
        "foreign_bytes": catalogue.foreign_bytes,
        "damaged_manifests": catalogue.damaged_count,
    }


def _backup(entry: CatalogueEntry, *, state: str) -> dict[str, Any]:
    facts = entry.manifest
    plain = facts.to_dict()
    return {
        "archive": entry.archive,
        "state": state,
        "good": state == "whole" and facts.counts,
        "size_bytes": facts.archive.size_bytes,
        "encrypted": facts.archive.encrypted,
        "sha256": facts.archive.sha256,
        **{
            name: plain[name]
            for name in (
                "database",
                "schema",
                "scheduled_time",
                "snapshot_time",
                "snapshot_scn",
                "verdict",
                "reasons",
                "verified",
                "damage",
                "pinned",
                "note",
                "adopted",
                "drills",
                "rows",
                "table_count",
                "dag_id",
                "run_id",
            )
        },
    }


def utc_time(seconds: int | None) -> str | None:
    """Return a time of a store's clock; None where it has none, or none that is a time."""
    if seconds is None:
        return None
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return None
