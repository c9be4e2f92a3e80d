"""``list``: which backups are on the stores?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from oracle_backup.cli.exits import EXIT_GOOD, exit_code_of
from oracle_backup.cli.listed import store_as_dict, utc_time, wanted
from oracle_backup.cli.places import add_place_options, add_schema_options, open_places
from oracle_backup.cli.store_reading import StoreContent, StoreFailure, is_of, read_stores
from oracle_backup.cli.tables import render_table, terminal_columns
from oracle_backup.domain.units import format_bytes
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from oracle_backup.adapters.catalogue import CatalogueEntry
    from oracle_backup.config.model import SchemaSettings
    from oracle_backup.domain.manifest import BackupFacts

_EPILOG: Final = """\
A backup counts when it is complete and verified. Marked are those that do not: half ones, whose
archive is gone or has another size, and foreign archives, which have no manifest: `adopt` makes
one. Times are those of each schema's time zone; --json has them in UTC.

What was read is kept in ~/.cache/oracle-backup ($XDG_CACHE_HOME), which may be thrown away.

Exit codes: 0 good, 1 a store could not be read, 2 wrong use or config, 4 no such schema in the
config, 5 a store could not be reached or did not let us in; the others are listed all the same.
"""
_HEADERS: Final = (
    "SCHEMA",
    "SCHEDULED",
    "SNAPSHOT",
    "VERDICT",
    "VERIFIED",
    "SIZE",
    "PIN",
    "NOTE",
)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "list",
        help="list the backups on the stores",
        description="List the backups on the stores, newest first.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_schema_options(parser)
    parser.add_argument(
        "--names", action="store_true", help="show the archives' names instead of the notes"
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="read every manifest, whatever was kept of it"
    )
    add_place_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, print, and return the exit code."""
    with open_places(options) as places:
        schemas = places.chosen(database=options.database, schema=options.schema)
        found = read_stores(places, schemas, stream=sys.stderr, use_cache=not options.no_cache)
    all_of_them = options.schema is None and options.database is None
    if options.json:
        plain = {"stores": [store_as_dict(one, all_of_them=all_of_them) for one in found]}
        print(json.dumps(plain, indent=1))
    else:
        for position, one in enumerate(found):
            if position:
                print()
            _print(one, all_of_them=all_of_them, names=options.names)
    return max((_exit_code(one) for one in found), default=EXIT_GOOD)


def _exit_code(found: StoreContent | StoreFailure) -> int:
    if isinstance(found, StoreContent):
        return EXIT_GOOD
    if isinstance(found.error, BackupError):
        return exit_code_of(found.error)
    raise found.error


def _print(found: StoreContent | StoreFailure, *, all_of_them: bool, names: bool) -> None:
    print(f"{found.use.settings.label}:")
    if isinstance(found, StoreFailure):
        print(f"{found.use.settings.label}: {found.error}", file=sys.stderr)
        print("  could not be read")
        return
    rows = list(_rows(found, all_of_them=all_of_them, names=names))
    if rows:
        headers = (*_HEADERS[:-1], "ARCHIVE" if names else "NOTE")
        columns = terminal_columns(sys.stdout)
        for line in render_table(headers, rows, columns=columns, right={"SIZE"}):
            print(line)
    print(_summary(found, all_of_them=all_of_them))


def _rows(content: StoreContent, *, all_of_them: bool, names: bool) -> Iterator[tuple[str, ...]]:
    catalogue = content.catalogue
    for state, entries in (("whole", catalogue.entries), ("half", catalogue.half)):
        for entry in wanted(content, entries, all_of_them=all_of_them):
            yield _row(entry, _settings(content, entry.manifest), state=state, names=names)
    for one in catalogue.foreign:
        yield (
            "-",
            "-",
            (utc_time(one.modified) or "-").replace("T", " ")[:16],
            "foreign",
            "no",
            format_bytes(one.size_bytes),
            "",
            one.name,
        )


def _row(
    entry: CatalogueEntry, settings: SchemaSettings | None, *, state: str, names: bool
) -> tuple[str, ...]:
    facts = entry.manifest
    zone = ZoneInfo(settings.timezone if settings else "UTC")
    remarks = [
        "its archive is gone or has another size" if state == "half" else "",
        f"DAMAGED: {facts.damage}" if facts.damage else "",
        facts.note,
        "adopted" if facts.adopted else "",
    ]
    return (
        f"{facts.database}/{facts.schema}",
        _local(facts.scheduled_time, zone),
        _snapshot(facts, zone),
        "half" if state == "half" else facts.verdict,
        facts.verified.method if facts.verified else "no",
        format_bytes(facts.archive.size_bytes),
        "pin" if facts.pinned else "",
        entry.archive if names else "; ".join(filter(None, remarks)),
    )


def _settings(content: StoreContent, facts: BackupFacts) -> SchemaSettings | None:
    return next((one for one in content.use.schemas if is_of(facts, one)), None)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _snapshot(facts: BackupFacts, zone: ZoneInfo) -> str:
    """Return the instant the data show; its day only where it is not the scheduled one."""
    snapshot, scheduled = (
        moment.astimezone(zone) for moment in (facts.snapshot_time, facts.scheduled_time)
    )
    same_day = snapshot.date() == scheduled.date()
    return f"{snapshot:%H:%M:%S}" if same_day else _local(facts.snapshot_time, zone)


def _summary(content: StoreContent, *, all_of_them: bool) -> str:
    catalogue = content.catalogue
    whole = wanted(content, catalogue.entries, all_of_them=all_of_them)
    good = sum(one.manifest.counts for one in whole)
    size = sum(one.manifest.archive.size_bytes for one in whole)
    parts = [f"{len(whole)} backups, {good} of them good, {format_bytes(size)}"]
    if half := wanted(content, catalogue.half, all_of_them=all_of_them):
        parts.append(f"{len(half)} half")
    if catalogue.foreign_count:
        parts.append(
            f"{catalogue.foreign_count} foreign archives, {format_bytes(catalogue.foreign_bytes)}"
        )
    if catalogue.damaged_count:
        parts.append(f"{catalogue.damaged_count} damaged manifests")
    return f"{content.location}: {'; '.join(parts)}."
