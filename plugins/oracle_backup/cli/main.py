"""``python -m oracle_backup``: which command was meant, and with which exit code does it end?"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from oracle_backup.cli import (
    adopt_archives,
    archive,
    check,
    import_config,
    inspect_log,
    list_backups,
    pin,
    read_archive,
    retention,
    status,
)
from oracle_backup.cli.exits import (
    CODES,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_NOT_FOUND,
    NotFoundError,
    exit_code_of,
)
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    check,
    list_backups,
    status,
    pin,
    retention,
    read_archive,
    adopt_archives,
    archive,
    inspect_log,
    import_config,
)
"""The modules that add a command each, in the order in which they are shown."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m oracle_backup",
        description="Oracle backups, asked without Airflow.",
        epilog=CODES,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return EXIT_NOT_FOUND
    except BackupError as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        sys.stderr.close()
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
