"""Which backup does a name mean?"""

from datetime import timedelta

import pytest

from oracle_backup.adapters.catalogue import CatalogueEntry
from oracle_backup.cli.backup_choice import choose_backup
from oracle_backup.cli.exits import NotFoundError
from support.builders import instant, make_manifest


def entry(day: str, *, suffix: str = "", **changes) -> CatalogueEntry:
    name = f"HR-{day.replace('-', '')}T020000Z{suffix}.7z"
    moment = instant(day) + timedelta(hours=len(suffix))
    manifest = make_manifest(snapshot_time=moment, archive_name=name, **changes)
    return CatalogueEntry(archive=f"erp/HR/{name}", manifest=manifest.head)


BACKUPS = [
    entry("2026-11-21"),
    entry("2026-11-22"),
    entry("2026-11-22", suffix="-g2"),
    entry("2026-11-23", verified=None),
]


@pytest.mark.parametrize(
    ("wanted", "day"),
    [
        ("newest", "20261122T020000Z-g2"),
        ("20261121", "20261121T020000Z"),
        ("HR-20261122T020000Z.7z", "20261122T020000Z"),
        ("HR-20261122T020000Z", "20261122T020000Z"),
        ("erp/HR/HR-20261122T020000Z-g2.7z", "20261122T020000Z-g2"),
        ("g2", "20261122T020000Z-g2"),
    ],
)
def test_backup_is_meant_by_its_name_or_a_part_of_it(wanted, day):
    # Two stores have it.
    assert choose_backup(BACKUPS + BACKUPS, wanted) == f"erp/HR/HR-{day}.7z"


@pytest.mark.parametrize("wanted", ["20261122", "HR", ""])
def test_name_of_several_is_refused(wanted):
    with pytest.raises(NotFoundError, match="Say which"):
        choose_backup(BACKUPS, wanted)


def test_folder_is_no_part_of_the_name():
    with pytest.raises(NotFoundError, match="There is no backup 'erp'"):
        choose_backup(BACKUPS, "erp")


def test_newest_is_never_one_that_is_not_good():
    with pytest.raises(NotFoundError, match="no complete and verified"):
        choose_backup(BACKUPS[-1:], "newest")
