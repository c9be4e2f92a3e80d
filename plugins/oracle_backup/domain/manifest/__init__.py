"""
What is known for ever about one backup?

The manifest is the JSON beside the archive. It is written last: an archive without one does
not exist to retention, restore, status and UI. ``docs/reference/manifest.md`` tells what is in it.

The names below are what the rest of the project uses; each has its own module.
"""

from oracle_backup.domain.manifest.model import (
    MAX_BYTES,
    VERSION,
    BackupFacts,
    Manifest,
    ManifestHead,
)
from oracle_backup.domain.manifest.records import ArchiveRecord, Drill, Member, Verification

__all__ = [
    "MAX_BYTES",
    "VERSION",
    "ArchiveRecord",
    "BackupFacts",
    "Drill",
    "Manifest",
    "ManifestHead",
    "Member",
    "Verification",
]
