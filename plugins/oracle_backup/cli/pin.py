"""``pin`` and ``unpin``: keep a backup for ever, or no longer."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from oracle_backup.cli.backup_choice import add_backup_options, open_schema
from oracle_backup.cli.exits import EXIT_GOOD, exit_code_of
from oracle_backup.cli.places import add_place_options, add_schema_options, open_places
from oracle_backup.cli.tables import printable
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from oracle_backup.cli.backup_choice import Copy

_EPILOG = """\
example:
  python -m oracle_backup {command} --database erp --schema HR --backup 20261123T0200

The pin is in the manifest, on each store that has the backup. Exit codes: 0 good, 1 failed,
2 wrong use or config, 4 no such schema or backup, 5 a store could not be reached; the others are
done all the same.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to the parser of all."""
    pin = _add_command(commands, "pin", "keep a backup for ever, whatever retention says")
    pin.add_argument(
        "--note", metavar="TEXT", help="write this into the manifest (default: leave the note)"
    )
    pin.set_defaults(run=partial(run, pinned=True))
    unpin = _add_command(commands, "unpin", "let retention decide on a backup again")
    unpin.add_argument(
        "--note", metavar="TEXT", help="write this into the manifest (default: leave the note)"
    )
    unpin.set_defaults(run=partial(run, pinned=False))


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=_EPILOG.format(command=name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_schema_options(parser, required=True)
    add_backup_options(parser, default=None)
    add_place_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def run(options: argparse.Namespace, *, pinned: bool) -> int:
    """Pin or unpin, say where, and return the exit code."""
    done: list[dict[str, Any]] = []
    with open_places(options) as places, ExitStack() as stack:
        (settings,) = places.chosen(database=options.database, schema=options.schema)
        opened = open_schema(places, settings, store=options.store, stack=stack)
        copies = opened.copies(options.backup)
        failed = dict(opened.failed)
        for copy in copies:
            try:
                done.append(_mark(copy, pinned=pinned, note=options.note))
            except BackupError as error:
                failed[copy.settings.label] = error
    archive = copies[0].entry.archive
    if options.json:
        errors = [{"store": name, "error": str(error)} for name, error in failed.items()]
        print(json.dumps({"archive": archive, "copies": done, "failed": errors}, indent=1))
    else:
        word = "Pinned" if pinned else "Unpinned"
        for one in done:
            note = f" ({printable(one['note'])})" if one["note"] else ""
            print(f"{word} {archive} on {one['store']}{note}.")
    for why in failed.values():
        print(why, file=sys.stderr)
    return max(map(exit_code_of, failed.values()), default=EXIT_GOOD)


def _mark(copy: Copy, *, pinned: bool, note: str | None) -> dict[str, Any]:
    from oracle_backup.adapters.catalogue import set_pin

    manifest = set_pin(copy.store, copy.entry, pinned=pinned, note=note)
    return {"store": copy.settings.label, "pinned": manifest.pinned, "note": manifest.note}
