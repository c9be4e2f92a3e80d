"""
Every error this project raises.

BackupError
├── ConfigError                 the config file is wrong                        never retried
├── PreflightError              checks before the export found problems         never
│   └── PreflightUnreachableError  and all of them are of a kind that passes   retried
├── HostError                   the Oracle host
│   ├── HostUnreachableError    no TCP or SSH                                   retried
│   ├── HostKeyError            unknown or changed host key                     never
│   ├── LoginRejectedError      user, key or password refused                   never
│   └── RemoteCommandError      a command ended badly                           retried
├── DatabaseError               the Oracle database, over SQL
│   ├── DatabaseUnreachableError  no listener, no service                       retried
│   ├── DatabaseLoginError      user or password refused                        never
│   └── StatementError          the database refused a statement                never
├── ExportError
│   ├── ExportFailedError       the export made no usable dump                  never
│   ├── ExportIncompleteError   the export ended, but data are missing          never
│   ├── ExportLostError         neither running nor ended                       retried
│   └── LogNotUnderstoodError   the log ends in no way we know: a failure       never
├── ArchiveError                the 7z archive
│   ├── SourceChangedError      a file ended early or grew while it was read    retried
│   ├── EncoderError            the program that compresses failed, or is away  retried
│   ├── IntegrityError          what was read back is not what was sent         never
│   └── ArchivePasswordError    wrong or missing password                       never
├── StoreError                  the SFTP store
│   ├── StoreUnreachableError   no TCP or SSH, or the link broke                retried
│   ├── StoreKeyError           unknown or changed host key                     never
│   ├── StoreLoginError         user, key or password refused                   never
│   ├── StoreFullError          no space                                        never
│   ├── StorePermissionError    the store's user may not do that                never
│   ├── NameTakenError          a finished file with other content stands there never
│   └── CopyMissingError        a store lacks its copy, and another has one     retried
├── RetentionRefusedError       the plan would break a rule                     never
├── MemoryLostError             what the watchdog remembers can't be read or kept  never
└── MailError                   the report was not sent
    ├── MailUnreachableError    no TCP, no TLS                                  retried
    └── MailRefusedError        login, sender or recipient refused              never

A message says what happened, to what, and what to do.
"""

from __future__ import annotations


class BackupError(Exception):
    """
    The root of the tree.

    :param message: what happened, and to what; one or two sentences.
    :param hint: what to do; one sentence that can be followed without reading source.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        # After a list of problems the hint has a line of its own.
        separator = "\n" if "\n" in message else " "
        super().__init__(f"{message}{separator}{hint}".strip())
        self.message = message
        self.hint = hint


class ConfigError(BackupError):
    """
    The config file is wrong.

    :param problems: one line each, beginning with the path inside the file.
    """

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str = "") -> None:
        listed = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{message}{listed}", hint=hint)
        self.problems = problems


class PreflightError(BackupError):
    """
    Checks before the export found problems, all of them reported together.

    :param problems: one sentence each.
    """

    def __init__(self, message: str, *, problems: tuple[str, ...], hint: str = "") -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{message}{listed}", hint=hint)
        self.problems = problems


class PreflightUnreachableError(PreflightError):
    """The checks could not be made: host, database or store did not answer."""


class HostError(BackupError):
    """Something about the Oracle host."""


class HostUnreachableError(HostError):
    """No TCP or SSH connection to the Oracle host, or it broke."""


class HostKeyError(HostError):
    """The Oracle host's key is unknown or has changed."""


class LoginRejectedError(HostError):
    """The Oracle host refused user, key or password."""


class RemoteCommandError(HostError):
    """
    A command on the Oracle host ended badly.

    :param exit_code: its exit code, or None if it was ended by a signal or the link broke.
    """

    def __init__(self, message: str, *, exit_code: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class DatabaseError(BackupError):
    """Something about the Oracle database, asked over SQL."""


class DatabaseUnreachableError(DatabaseError):
    """No listener, or it does not know the service."""


class DatabaseLoginError(DatabaseError):
    """The database refused user or password."""


class StatementError(DatabaseError):
    """
    The database refused a statement.

    :param code: the number of its ORA error, or None where there is none.
    """

    def __init__(self, message: str, *, code: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class ExportError(BackupError):
    """Something about the export."""


class ExportFailedError(ExportError):
    """The export made no usable dump."""


class ExportIncompleteError(ExportError):
    """The export ended, but data are missing from it."""


class ExportLostError(ExportError):
    """The export is neither running nor has it ended."""


class LogNotUnderstoodError(ExportError):
    """The log is cut off or in a form we don't know, which counts as failure."""


class ArchiveError(BackupError):
    """Something about the 7z archive."""


class SourceChangedError(ArchiveError):
    """A file ended early, or grew, while it was read."""


class EncoderError(ArchiveError):
    """The program that compresses ended badly, gave nonsense, or is not installed."""


class IntegrityError(ArchiveError):
    """What was read back is not what was sent."""


class ArchivePasswordError(ArchiveError):
    """The archive's password is wrong or missing."""


class StoreError(BackupError):
    """Something about an SFTP store."""


class StoreUnreachableError(StoreError):
    """No TCP or SSH connection to the store, or it broke."""


class StoreKeyError(StoreError):
    """The store's host key is unknown or has changed."""


class StoreLoginError(StoreError):
    """The store refused user, key or password."""


class StoreFullError(StoreError):
    """The store has no space left."""


class StorePermissionError(StoreError):
    """The store's user may not do that."""


class NameTakenError(StoreError):
    """A finished file with other content stands under that name."""


class CopyMissingError(StoreError):
    """One of several stores has no copy of the archive, though another has a verified one."""


class RetentionRefusedError(BackupError):
    """The retention plan would break a rule, so nothing was removed."""


class MemoryLostError(BackupError):
    """What the watchdog remembers of earlier looks can't be read, or can't be kept."""


class MailError(BackupError):
    """The report was not sent."""


class MailUnreachableError(MailError):
    """No TCP or TLS connection to the mail server."""


class MailRefusedError(MailError):
    """
    The mail server refused login, sender or recipient.

    :param refused: the recipients it refused, where others have got the mail; else none.
    """

    def __init__(self, message: str, *, refused: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.refused = refused


RETRIED: tuple[type[BackupError], ...] = (
    PreflightUnreachableError,
    HostUnreachableError,
    RemoteCommandError,
    DatabaseUnreachableError,
    ExportLostError,
    SourceChangedError,
    EncoderError,
    StoreUnreachableError,
    CopyMissingError,
    MailUnreachableError,
)
"""Errors that may go away by themselves. Every other BackupError fails its task at once."""
