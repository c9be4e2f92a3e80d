"""With which exit code does a command end, and why?"""

from __future__ import annotations

from typing import Final

from oracle_backup.adapters.side_by_side import NoAnswerError
from oracle_backup.errors import (
    BackupError,
    ConfigError,
    DatabaseLoginError,
    DatabaseUnreachableError,
    HostKeyError,
    HostUnreachableError,
    LoginRejectedError,
    MailError,
    StoreKeyError,
    StoreLoginError,
    StoreUnreachableError,
)

EXIT_GOOD: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_WARNING: Final = 3
EXIT_NOT_FOUND: Final = 4
EXIT_UNREACHABLE: Final = 5
EXIT_INTERRUPTED: Final = 130

CODES: Final = (
    "Exit codes: 0 good, 1 failed, 2 wrong use or config, 3 incomplete or warning, 4 not found, "
    "5 a destination could not be reached or did not let us in."
)


class NotFoundError(Exception):
    """What the command line names is not there."""


UNREACHABLE: Final[tuple[type[BackupError], ...]] = (
    HostUnreachableError,
    HostKeyError,
    LoginRejectedError,
    DatabaseUnreachableError,
    DatabaseLoginError,
    StoreUnreachableError,
    StoreKeyError,
    StoreLoginError,
    MailError,
    NoAnswerError,
)
"""Errors of a destination that could not be reached, or did not let us in."""


def exit_code_of(error: BackupError) -> int:
    """Return the exit code of a command that an error has ended."""
    if isinstance(error, ConfigError):
        return EXIT_USAGE
    return EXIT_UNREACHABLE if isinstance(error, UNREACHABLE) else EXIT_FAILED
