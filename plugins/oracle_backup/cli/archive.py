"""``archive``: pack files of this machine as a backup is packed."""

from __future__ import annotations

import argparse
import json
import stat
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from oracle_backup.adapters.archive.choice import LEVELS
from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.sinks import LocalFile, name_taken
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.cli.local_archive import (
    add_password_option,
    read_password,
    tell_os_error,
    words_for_errors,
)
from oracle_backup.cli.progress_bar import progress_bar
from oracle_backup.domain.units import format_bytes, format_seconds
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.adapters.archive.model import WrittenArchive

_EPILOG = """\
example:
  python -m oracle_backup archive --level 3 --password-file ~/archive.password \\
      --output HR.7z HR_01.dmp HR_02.dmp HR.log

Every 7-Zip opens the result. Exit codes: 0 good, 1 failed, 2 wrong use, 4 a file was not found.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "archive",
        help="pack files into a 7z archive",
        description="Pack files into a 7z archive, as one stream, with all processors. "
        "The archive appears under its name when it is whole.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--level",
        type=int,
        choices=LEVELS,
        default=1,
        metavar="N",
        help="0 stores, 1 is fast, 9 is small (default: 1)",
    )
    parser.add_argument(
        "--encoder",
        choices=["auto", "7zz", "lzma"],
        default="auto",
        help="what compresses: the program 7-Zip, or Python's own library; auto takes 7-Zip where "
        "it is installed (default: auto)",
    )
    parser.add_argument(
        "--threads",
        type=_positive,
        metavar="N",
        help="for compressing (default: as many as processors and memory allow)",
    )
    add_password_option(parser, purpose="encrypt content and names with this password")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="OUT.7z", help="the archive to write"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT.7z if it is there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what to pack")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Pack, print what came of it, and return the exit code."""
    try:
        with words_for_errors():
            written = _archive(options)
    except OSError as error:
        return tell_os_error(error)
    if options.json:
        print(json.dumps({"archive": str(options.output)} | written.to_dict(), indent=1))
    else:
        print(_summary(options.output, written))
    return 0


def _archive(options: argparse.Namespace) -> WrittenArchive:
    password = read_password(options.password_file)
    members = _members(options.files, output=options.output)
    if options.output.exists() and not options.force:
        raise name_taken(options.output)
    sink = LocalFile(options.output)
    try:
        with progress_bar(sys.stderr, verb="Archived") as progress:
            written = write_archive(
                members,
                sink=sink,
                level=options.level,
                password=password,
                threads=options.threads,
                encoder=options.encoder,
                progress=progress,
            )
        sink.finish(replace=options.force)
    finally:
        # Whatever ends this, Ctrl-C included: no half archive stays behind.
        sink.abandon()
    return written


def _members(paths: Sequence[Path], *, output: Path) -> list[ArchiveMember]:
    """Return the files as members. Raise ConfigError for what cannot be one, OSError if missing."""
    members: dict[str, ArchiveMember] = {}
    for path in paths:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ConfigError(f"{path} is no regular file.", hint="Name the files themselves.")
        if output.exists() and output.samefile(path):
            raise ConfigError(f"{path} is the archive that is to be written.")
        if path.name in members:
            raise ConfigError(f"Two files are named {path.name}: in an archive they would be one.")
        members[path.name] = ArchiveMember(
            name=path.name,
            size_bytes=facts.st_size,
            open=partial(_open, path),
            modified=datetime.fromtimestamp(facts.st_mtime, UTC),
        )
    return list(members.values())


def _open(path: Path, _offset: int) -> IO[bytes]:
    return path.open("rb", buffering=0)


def _summary(path: Path, written: WrittenArchive) -> str:
    return (
        f"Packed {len(written.members)} files ({format_bytes(written.source_bytes)}) into {path} "
        f"({format_bytes(written.size_bytes)}, {written.ratio:.1f}:1, {written.encoder}) in "
        f"{format_seconds(written.seconds)}."
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of threads")
    return int(text)
