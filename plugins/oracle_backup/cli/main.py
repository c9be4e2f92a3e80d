"""
``python -m oracle_backup``: which command was meant, and with which exit code does it end?

0 good, 1 failed, 2 wrong use or config, 3 incomplete or warning, 4 not found, 5 destination
unreachable.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from oracle_backup.cli import archive, check, inspect_log, read_archive
from oracle_backup.errors import BackupError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m oracle_backup",
        description="Oracle backups, asked without Airflow.",
        epilog="Exit codes: 0 good, 1 failed, 2 wrong use or config, 3 incomplete or warning, "
        "4 not found, 5 destination unreachable.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (check, inspect_log, archive, read_archive):
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except BackupError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        sys.stderr.close()
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
