"""Is there room for the dump on the host, and for the archive on the store?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.preflight import Judgement, passed, problem, warning
from oracle_backup.domain.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Collection

    from oracle_backup.domain.manifest import BackupFacts

_SEGMENTS_MARGIN: Final = 1.05
"""A dump can be a little larger than the segments it comes from: 5 % for its own structures."""
_GROWTH: Final = 1.2
"""How much larger than the last dump the next may well be."""
_PER_WORKER_BYTES: Final = 16 * 1024 * 1024
"""What each further worker may leave unused at the end of its file."""
_HOME_BYTES: Final = 64 * 1024 * 1024
"""The tool's output goes there; it is small, and must never end an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """
    The newest backup on the store, as far as it tells what the next will be like.

    :param dump_bytes: 0 where it was compressed in another way, and so tells nothing.
    """

    duration_seconds: float
    dump_bytes: int
    archive_bytes: int


def last_backup(manifests: Collection[BackupFacts], *, compression: str) -> LastBackup | None:
    """
    Given a schema's manifests, return what the newest tells; a complete one where there is.

    :param compression: the next export's, as in ``metadata_only``.
    """
    chosen = [one for one in manifests if one.verdict == "complete"] or list(manifests)
    if not chosen:
        return None
    newest = max(chosen, key=lambda one: one.snapshot_time)
    alike = newest.parameters.get("compression", "metadata_only") == compression
    return LastBackup(
        duration_seconds=max(0.0, (newest.export_ended - newest.export_started).total_seconds()),
        dump_bytes=sum(
            member.size_bytes
            for member in newest.archive.members
            if alike and member.name.lower().endswith(".dmp")
        ),
        archive_bytes=newest.archive.size_bytes,
    )


def expected_dump_bytes(
    *, segments_bytes: int | None, last: LastBackup | None, parallel: int
) -> int | None:
    """
    Return how large the next dump may be, None where nothing tells.

    The last dump says more than the segments: indexes and empty space are in no dump, and
    compressed tables grow in it.
    """
    if last is not None and last.dump_bytes:
        size = last.dump_bytes * _GROWTH
    elif segments_bytes is not None:
        size = segments_bytes * _SEGMENTS_MARGIN
    else:
        return None
    return round(size) + (parallel - 1) * _PER_WORKER_BYTES


def judge_folder(
    folder: str,
    *,
    free_bytes: int,
    segments_bytes: int | None,
    last: LastBackup | None,
    parallel: int,
) -> Judgement:
    """Given what is free in the folder on the host, say whether the dump will fit."""
    needed = expected_dump_bytes(segments_bytes=segments_bytes, last=last, parallel=parallel)
    free = f"Folder {folder} has {format_bytes(free_bytes)} free"
    if needed is None:
        return passed(f"{free}.")
    reason = (
        f"the last dump took {format_bytes(last.dump_bytes)}"
        if last is not None and last.dump_bytes
        else f"the schema's segments take {format_bytes(segments_bytes or 0)}"
    )
    if needed > free_bytes:
        return problem(
            f"{free}, and the dump may take {format_bytes(needed)}: {reason}. "
            "Free space there or point the directory elsewhere."
        )
    if segments_bytes is not None and segments_bytes > free_bytes:
        return warning(
            f"{free}, and the schema's segments take {format_bytes(segments_bytes)}; {reason}, so "
            "the next should fit too."
        )
    return passed(f"{free}; the dump may take {format_bytes(needed)}.")


def judge_home(free_bytes: int | None) -> Judgement:
    """Given what is free for the folder of the jobs on the host, say whether that is enough."""
    if free_bytes is None:
        return passed("The SSH user can write to ~/.oracle-backup.")
    if free_bytes < _HOME_BYTES:
        return warning(
            f"~/.oracle-backup on the host has {format_bytes(free_bytes)} free, and the output of "
            "the export is written there. Free some space."
        )
    return passed(f"The SSH user can write to ~/.oracle-backup, {format_bytes(free_bytes)} free.")


def judge_store(
    label: str, *, free_bytes: int | None, segments_bytes: int | None, last: LastBackup | None
) -> Judgement:
    """Given what is free on a store, say whether the archive will fit."""
    if free_bytes is None:
        return passed(f"Store {label} can be written to; it does not tell its free space.")
    free = f"Store {label} has {format_bytes(free_bytes)} free"
    if last is not None:
        if free_bytes < last.archive_bytes:
            return problem(
                f"{free}, and the last archive took {format_bytes(last.archive_bytes)}. "
                "Free space there, or keep fewer backups."
            )
    elif segments_bytes is not None and free_bytes < segments_bytes:
        return warning(
            f"{free}, and the schema's segments take {format_bytes(segments_bytes)}. There is no "
            "backup yet to tell how large the archive will be."
        )
    return passed(f"{free} and can be written to.")
