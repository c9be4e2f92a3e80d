"""
Which files on the Oracle host belong to a backup whose archive is on a store?

A manifest says so, and a manifest is a file on a store: whoever may write there may write what he
likes into one. So it is believed only as far as it names dumps and logs, by plain names, in the
very folder this schema's exports go to; and whoever removes them looks at their sizes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.preflight import is_our_job
from oracle_backup.domain.retention import Backup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oracle_backup.domain.manifest import BackupFacts

_SUFFIXES = (".dmp", ".log")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCopy:
    """
    The dump set and the log of a backup, as they lay on the host.

    :param archive: the archive's name, which names the backup.
    :param files: path and size of each.
    """

    archive: str
    job: str
    files: tuple[tuple[str, int], ...]

    @property
    def paths(self) -> frozenset[str]:
        """Where its files are."""
        return frozenset(path for path, _ in self.files)

    def there(self, sizes: Mapping[str, int | None]) -> tuple[str, ...]:
        """Given what is on the host, return the paths of those with the size they had."""
        return tuple(path for path, size in self.files if sizes.get(path) == size)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "archive": self.archive,
            "job": self.job,
            "files": [[path, size] for path, size in self.files],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> HostCopy:
        """Given what `to_dict` returned, return the copy."""
        files = tuple((str(path), int(size)) for path, size in plain["files"])
        return cls(archive=plain["archive"], job=plain["job"], files=files)


def host_copy(facts: BackupFacts, *, folder: str) -> HostCopy | None:
    """
    Given a manifest and the folder exports go to, return what it names there.

    None where it names another folder, or anything that is not a dump or a log of ours.
    """
    there = (facts.host_folder or "").rstrip("/")
    if not there or there != folder.rstrip("/") or not is_our_job(facts.job):
        return None
    files = facts.archive.members
    if not files or not all(_is_plain(one.name) and one.size_bytes >= 0 for one in files):
        return None
    return HostCopy(
        archive=facts.archive.name,
        job=facts.job,
        files=tuple((f"{there}/{one.name}", one.size_bytes) for one in files),
    )


def as_backup(
    copy: HostCopy, facts: BackupFacts, *, sizes: Mapping[str, int | None]
) -> Backup | None:
    """
    Return what retention has to know of a copy; None where nothing of it is on the host.

    A good one is all there, and its archive is a good backup.
    """
    there = copy.there(sizes)
    if not there:
        return None
    return Backup(
        name=copy.archive,
        snapshot_time=facts.snapshot_time,
        good=facts.counts and len(there) == len(copy.files),
        pinned=facts.pinned,
    )


def not_of_others(paths: Iterable[str], others: Iterable[HostCopy]) -> tuple[str, ...]:
    """Return the paths that no copy names which is to stay."""
    named = frozenset[str]().union(*(one.paths for one in others))
    return tuple(path for path in paths if path not in named)


def _is_plain(name: str) -> bool:
    return "/" not in name and name.isprintable() and name.endswith(_SUFFIXES)
