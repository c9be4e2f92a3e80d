"""Where is the archive, and what is proven of each copy?"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.report.model import ArchiveFacts, Copy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def archive_facts(
    archive: Mapping[str, Any] | None,
    verification: Mapping[str, Any] | None,
    *,
    export: Mapping[str, Any] | None,
    checked: Sequence[Mapping[str, Any]],
) -> ArchiveFacts | None:
    """
    Given what the tasks returned, return what the report says of the archive; None without one.

    :param checked: what `verify` left of each copy, also where it failed.
    """
    if not archive:
        return None
    return ArchiveFacts(
        name=posixpath.basename(archive["archive"]),
        location=archive["location"],
        size_bytes=archive["size_bytes"],
        dump_bytes=archive["dump_bytes"],
        encrypted=archive["encrypted"],
        sha256=verification["sha256"] if verification else None,
        members=tuple(archive["members"]),
        tool=export["tool"] if export else "expdp",
        copies=_copies(archive["copies"], checked),
    )


def _copies(
    written: Sequence[Mapping[str, Any]], checked: Sequence[Mapping[str, Any]]
) -> tuple[Copy, ...]:
    """Return where the archive is, by what `verify` found, else by what `archive` wrote."""
    found = {copy["store"]: copy for copy in checked}
    return tuple(
        Copy(
            store=copy["store"],
            location=copy["location"],
            method=found.get(copy["store"], {}).get("method"),
            error=found.get(copy["store"], copy)["error"] or "",
        )
        for copy in written
    )
