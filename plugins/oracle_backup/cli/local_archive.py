"""What the commands for archives on this machine have in common."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from oracle_backup.cli.exits import EXIT_FAILED, EXIT_NOT_FOUND
from oracle_backup.errors import ArchivePasswordError, ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

# Longer than any password; a file that is longer was named by mistake.
_MOST_PASSWORD_BYTES: Final = 4096


def add_password_option(parser: argparse.ArgumentParser, *, purpose: str) -> None:
    """Add ``--password-file``. There is no option for the password itself: ``ps`` would show it."""
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="F",
        help=f"{purpose}: the first line of this file, as UTF-8; - reads standard input",
    )


def read_password(path: Path | None) -> str | None:
    """
    Return the first line of the password file, None where there is to be none.

    :raises ConfigError: the file is not there, or has no password in it.
    """
    if path is None:
        return None
    try:
        data = _read_start(path)
        line = data.decode("utf-8-sig").split("\n")[0].removesuffix("\r")
    except OSError as error:
        raise ConfigError(f"Cannot read the password file {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        # The error would show the bytes, and they may be the password's.
        raise ConfigError(
            f"The password file {path} is not UTF-8.", hint="Save it anew as UTF-8."
        ) from None
    if len(data) > _MOST_PASSWORD_BYTES:
        raise ConfigError(f"{path} is too long for a password file.")
    if not line:
        raise ConfigError(f"The first line of the password file {path} is empty.")
    return line


def _read_start(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(_MOST_PASSWORD_BYTES + 1)
    with path.open("rb") as file:
        return file.read(_MOST_PASSWORD_BYTES + 1)


@contextmanager
def words_for_errors() -> Iterator[None]:
    """Say of a password what can be done on a command line."""
    try:
        yield
    except ArchivePasswordError as error:
        raise ArchivePasswordError(
            error.message, hint="Give the file that holds the right one with --password-file."
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open an archive, without reading ahead what is read in large pieces anyway."""
    with path.open("rb", buffering=0) as file:
        yield file


def tell_os_error(error: OSError) -> int:
    """Say what the system has refused, and return the exit code for it."""
    place = f" {error.filename}" if error.filename is not None else ""
    print(f"Cannot go on{place and ' with' + place}: {error.strerror or error}.", file=sys.stderr)
    return EXIT_NOT_FOUND if isinstance(error, FileNotFoundError) else EXIT_FAILED
