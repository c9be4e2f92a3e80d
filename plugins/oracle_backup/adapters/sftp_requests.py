"""
What does one question to an SFTP server look like, where paramiko's own falls short?

Plain functions over a session; their errors are paramiko's, mapped by the caller.
"""

from __future__ import annotations

import logging
import posixpath
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_EXTENDED,
    CMD_EXTENDED_REPLY,
    CMD_FSETSTAT,
    CMD_FSTAT,
    CMD_HANDLE,
    CMD_OPEN,
    CMD_STATUS,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_EXCL,
    SFTP_FLAG_READ,
    SFTP_FLAG_WRITE,
    SFTPError,
)

from oracle_backup.adapters.foreign_errors import Kind, kind_of, words_of

if TYPE_CHECKING:
    from paramiko.message import Message

FILE_MODE = 0o600
FOLDER_MODE = 0o700

# What every SFTP server accepts in one request is 32 KiB, and so is what fits into one packet of
# SSH: with its head, a request of a little less takes one packet instead of two.
CHUNK_BYTES = 31 * 1024
# Requests on their way: 4 MB, enough for 1 Gbit/s over a round trip of 30 ms.
WINDOW = 128

READING = SFTP_FLAG_READ
CREATING = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_EXCL
GOING_ON = SFTP_FLAG_WRITE

log = logging.getLogger(__name__)


def request(sftp: paramiko.SFTPClient, kind: int, *arguments: object) -> tuple[int, Message]:
    """Send one request and return its answer. Raise OSError or EOFError for a bad status."""
    answer: tuple[int, Message] = sftp._request(kind, *arguments)  # type: ignore[attr-defined]  # not in the stubs
    return answer


def open_handle(sftp: paramiko.SFTPClient, path: str, flags: int) -> bytes:
    """
    Open a file and return its handle; a new file belongs to this user only.

    paramiko's ``open`` passes no mode, so a file is open to others until a chmod. And its file
    object closes the handle's number when it is collected, which may be another file's by then.
    """
    attributes = paramiko.SFTPAttributes()
    if flags == CREATING:
        attributes.st_mode = FILE_MODE
    kind, message = request(sftp, CMD_OPEN, path, flags, attributes)
    if kind != CMD_HANDLE:
        raise SFTPError("Expected handle")
    handle = message.get_binary()
    if flags == CREATING:
        # Some servers ignore the mode given to open, and some know no modes at all.
        try:
            request(sftp, CMD_FSETSTAT, handle, attributes)
        except OSError as error:
            if kind_of(error) not in {Kind.OTHER, Kind.PERMISSION}:
                raise
            log.warning("The server would not set the mode of %s: %s.", path, words_of(error))
    return handle


def size_of_handle(sftp: paramiko.SFTPClient, handle: bytes) -> int | None:
    """Return the size of an open file, None where the server does not tell."""
    kind, message = request(sftp, CMD_FSTAT, handle)
    if kind != CMD_ATTRS:
        raise SFTPError("Garbage packet received")
    found: paramiko.SFTPAttributes = paramiko.SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]  # not in the stubs
    return found.st_size


def close_handle(sftp: paramiko.SFTPClient, handle: bytes) -> None:
    """Close a file; this is where some servers report a full disk."""
    request(sftp, CMD_CLOSE, handle)


def check_answer(sftp: paramiko.SFTPClient, kind: int, message: Message, *, wanted: int) -> None:
    """Raise what a bad answer says: OSError or EOFError for a status, SFTPError for nonsense."""
    if kind == CMD_STATUS:
        sftp._convert_status(message)  # type: ignore[attr-defined]  # not in the stubs
    if kind != wanted:
        raise SFTPError("Garbage packet received")


def size_of(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Return a file's size, None only if there is no such file."""
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


def time_of(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Return when a file was last changed by the server's clock, None where it does not tell."""
    return sftp.stat(path).st_mtime


def remove_if_there(sftp: paramiko.SFTPClient, path: str) -> None:
    """Remove a file. One that is gone already is no error."""
    try:
        sftp.remove(path)
    except FileNotFoundError:
        return


def make_folder(sftp: paramiko.SFTPClient, path: str) -> None:
    """Make a folder for this user only. One that has come in between is no error."""
    try:
        sftp.mkdir(path, FOLDER_MODE)
    except OSError:
        if size_of(sftp, path) is None:
            raise
    else:
        # mkdir's mode passes through the server's umask, and some servers ignore it.
        sftp.chmod(path, FOLDER_MODE)


def free_bytes(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Return the space left at ``path`` or the nearest folder above that exists."""
    try:
        kind, message = request(sftp, CMD_EXTENDED, "statvfs@openssh.com", path)
    except FileNotFoundError:
        above = posixpath.dirname(path)
        return free_bytes(sftp, above or ".") if path not in {"/", "."} else None
    except OSError as error:
        if kind_of(error) is Kind.OTHER:
            # The server does not know the extension.
            return None
        raise
    if kind != CMD_EXTENDED_REPLY:
        return None
    _block_size, fragment_size, _blocks, _free, available = (message.get_int64() for _ in range(5))
    # paramiko reads zeros beyond a message's end: an answer cut short is none.
    return fragment_size * available if fragment_size else None
