"""How large were the last backups of a schema?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_backup.adapters.catalogue import read_catalogue
from oracle_backup.domain.report.figures_part import MOST_RUNS
from oracle_backup.domain.report.model import PastRun
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.operators.stores import StorePlace

log = logging.getLogger(__name__)


def read_history(
    stores: Sequence[StorePlace], *, folder: str, database: str, schema: str
) -> tuple[PastRun, ...]:
    """
    Return the newest backups on the first store that answers, the oldest first.

    Never raises: a store that can't be read costs the report its chart, and nothing else.
    """
    for place in stores:
        try:
            with place.hook().store() as store:
                entries = read_catalogue(store, folder, database=database, schema=schema)
        except BackupError as error:
            log.warning("Store %s shows no earlier backups: %s", place.name, error)
        else:
            return past_runs(entries)
    return ()


def past_runs(entries: Iterable[CatalogueEntry]) -> tuple[PastRun, ...]:
    """Given a schema's backups, return the newest of them, the oldest first."""
    heads = sorted((one.manifest for one in entries), key=lambda head: head.snapshot_time)
    return tuple(
        PastRun(
            snapshot_time=head.snapshot_time,
            size_bytes=head.archive.size_bytes,
            dump_bytes=sum(member.size_bytes for member in head.archive.members),
            counts=head.counts,
        )
        for head in heads[-MOST_RUNS:]
    )
