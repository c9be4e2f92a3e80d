"""``verify`` and ``extract``: is that archive whole, and what is in it?"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.archive.extraction import Extraction
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.cli.local_archive import (
    add_password_option,
    opened,
    read_password,
    tell_os_error,
    words_for_errors,
)
from oracle_backup.cli.progress_bar import progress_bar
from oracle_backup.domain.manifest import Manifest
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from oracle_backup.adapters.archive.model import ReadArchive

_CODES = "Exit codes: 0 good, 1 damaged or wrong password, 2 wrong use, 4 not found."
_VERIFY_EPILOG = f"""\
example:
  python -m oracle_backup verify --password-file ~/archive.password HR-20261123T020000Z.7z

{_CODES}
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
        help="read an archive to its last byte and check it",
        description="Read a 7z archive to its last byte and check everything in it; with its "
        "manifest beside it, also whether it is the archive that was sent.",
        epilog=_VERIFY_EPILOG,
    )
    verify.add_argument(
        "--manifest",
        type=Path,
        metavar="F",
        help=f"compare with this manifest (default: ARCHIVE{MANIFEST_SUFFIX} where it is there)",
    )
    verify.set_defaults(run=run_verify)
    extract = _add_command(
        commands,
        "extract",
        help="take the files out of an archive",
        description="Take the files out of a 7z archive, into one folder and nowhere else. A file "
        "gets its name when its content has been checked.",
        epilog=_EXTRACT_EPILOG,
    )
    extract.add_argument(
        "--to", type=Path, default=Path(), metavar="DIR", help="the folder (default: this one)"
    )
    extract.add_argument("--force", action="store_true", help="replace files that are there")
    extract.set_defaults(run=run_extract)


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
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
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
