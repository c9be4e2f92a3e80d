"""An archive that came back damaged is marked, and an archive that matched is no longer."""

from oracle_backup.domain.manifest import Manifest
from support.builders import DUE, make_manifest


def test_damaged_archive_counts_no_longer_and_says_why():
    damaged = make_manifest().with_damage("Byte 7 differs.")

    assert not damaged.counts
    assert Manifest.from_json(damaged.to_json()).damage == "Byte 7 differs."


def test_archive_that_matches_after_all_is_not_damaged():
    mended = (
        make_manifest().with_damage("x").with_verification(time=DUE, method="full", sha256="e" * 64)
    )

    assert mended.counts
    assert mended.damage == ""


def test_copy_counts_only_once_it_was_read_back_itself():
    assert make_manifest().counts
    assert not make_manifest().unverified().counts
