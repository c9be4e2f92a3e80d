"""``verify --database D --schema S``: is what lies on the stores what was sent?"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from oracle_backup.cli.backup_choice import open_schema
from oracle_backup.cli.exits import EXIT_GOOD, exit_code_of
from oracle_backup.cli.local_archive import read_password
from oracle_backup.cli.places import open_places
from oracle_backup.cli.progress_bar import progress_bar
from oracle_backup.errors import BackupError, IntegrityError

if TYPE_CHECKING:
    import argparse

    from oracle_backup.cli.backup_choice import Copy

log = logging.getLogger(__name__)


def run(options: argparse.Namespace) -> int:
    """Check each copy, print what was found, and return the exit code."""
    with open_places(options) as places, ExitStack() as stack:
        (settings,) = places.chosen(database=options.database, schema=options.schema)
        opened = open_schema(places, settings, store=options.store, stack=stack)
        copies = opened.copies(options.backup)
        password = read_password(options.password_file)
        if password is None and any(one.entry.manifest.archive.encrypted for one in copies):
            password = places.archive_password(settings)
        checked: list[dict[str, Any]] = []
        failed = dict(opened.failed)
        for copy in copies:
            try:
                checked.append(_check(copy, options, password=password))
            except BackupError as error:
                failed[copy.settings.label] = error
    archive = copies[0].entry.archive
    if options.json:
        errors = [
            {"store": name, "error": str(error), "kind": type(error).__name__}
            for name, error in failed.items()
        ]
        print(json.dumps({"archive": archive, "copies": checked, "failed": errors}, indent=1))
    else:
        for one in checked:
            print(
                f"{archive} on {one['store']} is what its manifest tells of ({one['method']})"
                f"{', SHA-256 ' + one['sha256'] if one['sha256'] else ''}."
            )
    for why in failed.values():
        print(why, file=sys.stderr)
    return max(map(exit_code_of, failed.values()), default=EXIT_GOOD)


def _check(copy: Copy, options: argparse.Namespace, *, password: str | None) -> dict[str, Any]:
    """Check a copy; raise IntegrityError where it is not the archive its manifest tells of."""
    from oracle_backup.adapters.catalogue import read_manifest
    from oracle_backup.adapters.check_copy import CopyCheck

    # Not the catalogue's: that may come from a cache.
    manifest = read_manifest(copy.store, copy.entry.archive)
    if manifest is None:
        raise IntegrityError(
            f"{copy.entry.archive} on {copy.store.label} has no manifest any more.",
            hint="List the backups anew.",
        )
    with progress_bar(sys.stderr, verb="Verified") as progress:
        check = CopyCheck(
            copy.store,
            name=copy.entry.archive,
            record=manifest.archive,
            password=password,
            log=log,
            progress=progress or (lambda _: None),
        )
        sha256 = check.run(options.method)
    return {"store": copy.settings.label, "method": options.method, "sha256": sha256}
