"""What is asked of the stores before an export?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_backup.adapters.catalogue import read_catalogue
from oracle_backup.domain.preflight import Judgement
from oracle_backup.domain.preflight_space import judge_store, last_backup
from oracle_backup.operators.preflight_findings import Findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.operators.preflight_findings import Wanted
    from oracle_backup.operators.stores import StorePlace


_PROBE = ".preflight"


@dataclass(slots=True)
class AskedStore:
    """
    A store, and what was found on it alone.

    :param store: None where it does not answer.
    """

    store: ArchiveStore | None = None
    findings: Findings = field(default_factory=lambda: Findings(facts={}))


def open_stores(
    opened: ExitStack, places: Sequence[StorePlace], wanted: Wanted, findings: Findings
) -> list[AskedStore]:
    """Open the stores and write a probe to each; take what the newest backup on them tells."""
    all_asked = []
    for place in places:
        asked = AskedStore()
        all_asked.append(asked)
        with asked.findings.necessary():
            hook = place.hook()
            findings.note_host_key(hook)
            store = opened.enter_context(hook.store())
            _probe(store, wanted)
            asked.store = store
            if findings.last is None or wanted.missed is not None:
                _take_backups(store, wanted, findings)
    if findings.last is not None:
        findings.facts["last_duration_seconds"] = findings.last.duration_seconds
    return all_asked


def judge_stores(all_asked: Sequence[AskedStore], findings: Findings) -> None:
    """
    Judge the room on each store, and take what was found on all of them.

    While one store is in order the backup has a place to go, so the others only give warnings.
    """
    for asked in all_asked:
        if asked.store is not None:
            with asked.findings.necessary():
                judgement = judge_store(
                    asked.store.label,
                    free_bytes=asked.store.free_bytes(),
                    segments_bytes=findings.facts.get("schema_size_bytes"),
                    last=findings.last,
                )
                asked.findings.take(judgement)
    one_is_good = any(not asked.findings.judgement.problems for asked in all_asked)
    for asked in all_asked:
        found = asked.findings.judgement
        if one_is_good:
            findings.take(Judgement((), found.problems + found.warnings, found.passed))
        else:
            findings.take(found)
            findings.passing += asked.findings.passing


def _probe(store: ArchiveStore, wanted: Wanted) -> None:
    folder = wanted.names.folder
    name = f"{folder}/{_PROBE}" if folder else _PROBE
    store.write_text(name, "Written and removed before each backup.\n", replace=True)
    store.remove(name)


def _take_backups(store: ArchiveStore, wanted: Wanted, findings: Findings) -> None:
    """Take what the backups on a store tell: of the next one, and of how late the newest is."""
    entries = read_catalogue(
        store, wanted.names.folder, database=wanted.database, schema=wanted.schema
    )
    manifests = [entry.manifest for entry in entries]
    findings.last = findings.last or last_backup(
        manifests, compression=wanted.options.get("compression", "metadata_only")
    )
    good = [one.snapshot_time for one in manifests if one.counts]
    known = [] if findings.newest_good is None else [findings.newest_good]
    findings.newest_good = max([*good, *known], default=None)
