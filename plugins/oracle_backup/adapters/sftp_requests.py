"""
What does one question to an SFTP server look like, where paramiko's own falls short?

Plain functions over a session; their errors are paramiko's, mapped by the caller.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_EXTENDED,
    CMD_EXTENDED_REPLY,
    CMD_FSETSTAT,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READDIR,
    CMD_STATUS,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_EXCL,
    SFTP_FLAG_READ,
    SFTP_FLAG_WRITE,
    SFTPError,
)

from oracle_backup.adapters.foreign_errors import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paramiko.message import Message

FILE_MODE = 0o600
FOLDER_MODE = 0o700

# Two strings of at least their length, and the flags of the attributes.
_SHORTEST_NAME_BYTES = 12

READING = SFTP_FLAG_READ
CREATING = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_EXCL
GOING_ON = SFTP_FLAG_WRITE
# A folder of backups holds thousands at most; a server that lists without end is left.
MAX_ENTRIES = 1_000_000


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
        # Some servers ignore the mode given to open.
        request(sftp, CMD_FSETSTAT, handle, attributes)
    return handle


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


def read_folder(
    sftp: paramiko.SFTPClient, path: str
) -> list[tuple[bytes, paramiko.SFTPAttributes]]:
    """
    Return raw names and attributes, nothing for a folder that is not there.

    paramiko's own listing raises UnicodeDecodeError on the first name that is not UTF-8, so one
    stray file of somebody else would stop every backup.
    """
    entries: list[tuple[bytes, paramiko.SFTPAttributes]] = []
    try:
        for names in _read_names(sftp, path):
            entries += names
            if len(entries) > MAX_ENTRIES:
                raise SFTPError(f"Garbage packet received: {path} is listed without end")
    except FileNotFoundError:
        # Some servers look only when the first names are asked for. Later it means trouble.
        if entries:
            raise
    return entries


def _read_names(
    sftp: paramiko.SFTPClient, path: str
) -> Iterator[list[tuple[bytes, paramiko.SFTPAttributes]]]:
    kind, message = request(sftp, CMD_OPENDIR, path)
    if kind != CMD_HANDLE:
        raise SFTPError("Expected handle")
    handle = message.get_binary()
    while True:
        try:
            kind, message = request(sftp, CMD_READDIR, handle)
        except EOFError:
            # The answer at the end of a list. A closed link raises SSHException instead.
            close_handle(sftp, handle)
            return
        if kind != CMD_NAME:
            raise SFTPError("Expected name response")
        count = message.get_int()
        # paramiko reads zeros beyond a message's end, so a false count would never stop.
        if count > len(message.asbytes()) // _SHORTEST_NAME_BYTES:
            raise SFTPError("Garbage packet received")
        yield [_read_name(message) for _ in range(count)]


def _read_name(message: Message) -> tuple[bytes, paramiko.SFTPAttributes]:
    name = message.get_binary()
    message.get_binary()  # the line as `ls -l` would print it
    return name, paramiko.SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]  # not in the stubs


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
    return fragment_size * available
