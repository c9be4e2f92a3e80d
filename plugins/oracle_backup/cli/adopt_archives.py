"""``adopt``: give archives of another program manifests, so that they are backups like others."""

from __future__ import annotations

import argparse
import json
import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.cli.backup_choice import add_store_option, stores_named
from oracle_backup.cli.exits import EXIT_GOOD, UNREACHABLE, NotFoundError, exit_code_of
from oracle_backup.cli.local_archive import add_password_option, read_password, words_for_errors
from oracle_backup.cli.places import add_place_options, add_schema_options, open_places
from oracle_backup.cli.progress_bar import status_line
from oracle_backup.cli.tables import printable
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_backup.cli.places import Places
    from oracle_backup.config.archive_settings import StoreSettings
    from oracle_backup.config.model import SchemaSettings
    from oracle_backup.domain.manifest import Manifest

_EPILOG: Final = """\
example:
  python -m oracle_backup adopt --database erp --schema HR 'HR-*.7z'

Looks in the schema's folder on each of its stores for archives without a manifest. Each one that
is meant is read to its last byte; where it is whole it gets a manifest, with the verdict that the
log inside it deserves. From then on retention counts it, and may remove it: look at the plan with
`retention` first. Nothing that has a manifest is touched.

Exit codes: 0 good, 1 an archive is damaged or could not be adopted, 2 wrong use or config, 4 no
such schema or archive, 5 a store could not be reached.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "adopt",
        help="test archives of another program and give them manifests",
        description="Test archives that have no manifest, and give them one.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_schema_options(parser, required=True)
    add_store_option(parser)
    add_password_option(parser, purpose="the archives' password")
    add_place_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="an archive's name, or a pattern of names such as 'HR-*.7z'",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Adopt, say what came of each, and return the exit code."""
    told: list[dict[str, Any]] = []
    codes = [EXIT_GOOD]
    with open_places(options) as places:
        (settings,) = places.chosen(database=options.database, schema=options.schema)
        with words_for_errors():
            password = read_password(options.password_file) or places.archive_password(settings)
        for one in stores_named(settings, options.store):
            for archive, result in _adopt(places, settings, one, options.names, password=password):
                told.append(_as_dict(one.label, archive, result))
                if isinstance(result, BackupError):
                    codes.append(exit_code_of(result))
                if not options.json:
                    _print(one.label, archive, result)
    if not told:
        where = settings.folder or "the store's own folder"
        raise NotFoundError(
            f"No archive without a manifest is called {' or '.join(options.names)} in {where}. "
            "`python -m oracle_backup list` shows what is there."
        )
    if options.json:
        print(json.dumps({"archives": told}, indent=1))
    return max(codes)


def _adopt(
    places: Places,
    settings: SchemaSettings,
    place: StoreSettings,
    patterns: Sequence[str],
    *,
    password: str | None,
) -> Iterator[tuple[str | None, Manifest | BackupError]]:
    """Yield each archive that is meant, and its manifest or what is wrong; None for the store."""
    from oracle_backup.adapters.adopt import adopt
    from oracle_backup.adapters.catalogue import read_store

    try:
        with places.store(place) as store:
            foreign = [one.name for one in read_store(store, [settings.folder]).foreign]
            meant = sorted(name for name in foreign if _is_meant(name, patterns))
            for position, name in enumerate(meant, 1):
                with status_line(sys.stderr) as draw:
                    draw(f"{position} of {len(meant)}: reading {printable(name)}")
                    try:
                        with words_for_errors():
                            result: Manifest | BackupError = adopt(
                                store,
                                name,
                                database=settings.database,
                                schema=settings.schema_name,
                                password=password,
                                zone=settings.timezone,
                            )
                    except UNREACHABLE:
                        raise
                    except BackupError as error:
                        result = error
                yield name, result
    except BackupError as error:
        yield None, error


def _is_meant(name: str, patterns: Sequence[str]) -> bool:
    file_name = name.rpartition("/")[2]
    return any(one == file_name or fnmatchcase(file_name, one) for one in patterns)


def _as_dict(store: str, archive: str | None, result: Manifest | BackupError) -> dict[str, Any]:
    if isinstance(result, BackupError):
        return {"store": store, "archive": archive, "adopted": False, "error": str(result)}
    plain = result.to_dict()
    return {
        "store": store,
        "archive": archive,
        "adopted": True,
        "error": None,
        **{name: plain[name] for name in ("verdict", "reasons", "snapshot_time")},
    }


def _print(store: str, archive: str | None, result: Manifest | BackupError) -> None:
    if isinstance(result, BackupError):
        print(printable(f"{archive or store}: {result}"), file=sys.stderr)
        return
    print(
        printable(
            f"Adopted {archive} on {store}: {result.verdict}, data of "
            f"{result.snapshot_time:%Y-%m-%d %H:%M}Z. {' '.join(result.reasons)}"
        )
    )
