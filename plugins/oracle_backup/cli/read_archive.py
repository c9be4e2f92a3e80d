"""``verify`` and ``extract``: is that archive whole, and what is in it?"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.archive.extraction import Extraction
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.cli import verify_backup
from oracle_backup.cli.backup_choice import NEWEST, add_backup_options
from oracle_backup.cli.local_archive import (
    add_password_option,
    opened,
    read_password,
    tell_os_error,
    words_for_errors,
)
from oracle_backup.cli.places import add_place_options, add_schema_options
from oracle_backup.cli.progress_bar import progress_bar
from oracle_backup.domain.manifest import Manifest
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from oracle_backup.adapters.archive.model import ReadArchive

_CODES = "Exit codes: 0 good, 1 damaged or wrong password, 2 wrong use, 4 not found."
_VERIFY_EPILOG = """\
examples:
  python -m oracle_backup verify --password-file ~/archive.password HR-20261123T020000Z.7z
  python -m oracle_backup verify --database erp --schema HR --backup newest

On a store the same is done as by the task `verify` of a run: --method full reads every byte back
and unpacks it in memory, hash compares the SHA-256, size the size. The password is that of
archive.password_conn_id unless a file is given. Nothing is written.

Exit codes: 0 good, 1 damaged or wrong password, 2 wrong use or config, 4 not found, 5 a store
could not be reached or did not let us in.
"""
_EXTRACT_EPILOG = f"""\
example:
  python -m oracle_backup extract --to /u01/app/oracle/dpdump HR-20261123T020000Z.7z

What is there already is left alone without --force. {_CODES}
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to the parser of all."""
    verify = _add_command(
        commands,
        "verify",
        help="read an archive to its last byte and check it, here or on its stores",
        description="Read a 7z archive to its last byte and check everything in it; with its\n"
        "manifest beside it, also whether it is the archive that was sent. Either a file\n"
        "of this machine, or a backup on its stores.",
        epilog=_VERIFY_EPILOG,
    )
    verify.add_argument("archive", type=Path, metavar="ARCHIVE", nargs="?", help="a file here")
    verify.add_argument(
        "--manifest",
        type=Path,
        metavar="F",
        help=f"compare with this manifest (default: ARCHIVE{MANIFEST_SUFFIX} where it is there)",
    )
    on_stores = verify.add_argument_group("on the stores")
    add_schema_options(on_stores, without="")
    add_backup_options(on_stores, default=NEWEST)
    on_stores.add_argument(
        "--method",
        choices=["full", "hash", "size"],
        default="full",
        help="how thoroughly (default: full)",
    )
    add_place_options(on_stores)
    verify.set_defaults(run=partial(_run_either, verify))
    extract = _add_command(
        commands,
        "extract",
        help="take the files out of an archive",
        description="Take the files out of a 7z archive, into one folder and nowhere else. A file\n"
        "gets its name when its content has been checked.",
        epilog=_EXTRACT_EPILOG,
    )
    extract.add_argument(
        "--to", type=Path, default=Path(), metavar="DIR", help="the folder (default: this one)"
    )
    extract.add_argument("--force", action="store_true", help="replace files that are there")
    extract.add_argument("archive", type=Path, metavar="ARCHIVE", help="a file here")
    extract.set_defaults(run=run_extract)


def _run_either(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Verify a file here, or a backup on its stores."""
    on_stores = (options.database, options.schema)
    if options.archive is not None and on_stores == (None, None):
        return run_verify(options)
    if options.archive is not None or None in on_stores:
        parser.error("name an ARCHIVE of this machine, or --database and --schema")
    return verify_backup.run(options)


def run_verify(options: argparse.Namespace) -> int:
    """Read, print what was found, and return the exit code."""
    try:
        with words_for_errors():
            found, compared = _verify(options)
    except OSError as error:
        return tell_os_error(error)
    if options.json:
        _print_json(options.archive, found, compared_with_manifest=compared)
    else:
        _print_found(options.archive, found, compared=compared)
    return 0


def run_extract(options: argparse.Namespace) -> int:
    """Extract, print what came out, and return the exit code."""
    extraction = Extraction(options.to, replace=options.force)
    try:
        with words_for_errors():
            found = _extract(options, extraction)
    except OSError as error:
        return tell_os_error(error)
    finally:
        if not options.json:
            for name in extraction.names:
                print(f"Extracted {options.to / name}.")
    if options.json:
        _print_json(options.archive, found, folder=str(options.to))
    return 0


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, **words: Any
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, formatter_class=argparse.RawDescriptionHelpFormatter, **words
    )
    add_password_option(parser, purpose="the archive's password")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _verify(options: argparse.Namespace) -> tuple[ReadArchive, bool]:
    manifest = _manifest(options.archive, options.manifest)
    with (
        opened(options.archive) as source,
        progress_bar(sys.stderr, verb="Verified") as progress,
    ):
        found = read_archive(
            source,
            password=read_password(options.password_file),
            expected=manifest.archive if manifest is not None else None,
            progress=progress,
            label=str(options.archive),
        )
    return found, manifest is not None


def _manifest(archive: Path, named: Path | None) -> Manifest | None:
    path = named or archive.with_name(archive.name + MANIFEST_SUFFIX)
    if named is None and not path.exists():
        return None
    return Manifest.from_json(path.read_bytes())


def _extract(options: argparse.Namespace, extraction: Extraction) -> ReadArchive:
    with (
        opened(options.archive) as source,
        extraction,
        progress_bar(sys.stderr, verb="Extracted") as progress,
    ):
        found = read_archive(
            source,
            password=read_password(options.password_file),
            open_sink=extraction.open_sink,
            progress=progress,
            label=str(options.archive),
        )
        extraction.finish()
    return found


def _print_found(path: Path, found: ReadArchive, *, compared: bool) -> None:
    for member in found.members:
        print(f"  {member.sha256}  {format_bytes(member.size_bytes):>10}  {_shown(member.name)}")
    against = "and is the one its manifest tells of" if compared else "no manifest to compare with"
    print(
        f"{path} is whole, {against}: {format_bytes(found.size_bytes)}, "
        f"SHA-256 {found.sha256}, read in {format_seconds(found.seconds)}."
    )


def _print_json(path: Path, found: ReadArchive, **more: object) -> None:
    facts = {
        "archive": str(path),
        "size_bytes": found.size_bytes,
        "sha256": found.sha256,
        "members": [
            {"name": one.name, "size_bytes": one.size_bytes, "sha256": one.sha256}
            for one in found.members
        ],
        "seconds": found.seconds,
    }
    print(json.dumps(facts | more, indent=1))


def _shown(name: str) -> str:
    """Return a name without signs that steer a terminal: an archive may hold any."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)
