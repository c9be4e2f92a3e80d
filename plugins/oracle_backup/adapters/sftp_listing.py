"""
What does a store's folder hold?

A listing is what a server says, so it is doubted: entries come one answer at a time, names are
held to our rules, and each comes once.
"""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR, SFTPError

from oracle_backup.adapters.number_set import NumberSet
from oracle_backup.adapters.ports import StoreEntry
from oracle_backup.adapters.sftp_requests import close_handle, request
from oracle_backup.adapters.store_names import is_safe_piece
from oracle_backup.errors import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paramiko.message import Message

    from oracle_backup.adapters.sftp_link import SftpLink

log = logging.getLogger(__name__)

# A folder of backups holds thousands; one of strange files may hold a million. A server that lists
# without end is left.
MAX_ENTRIES = 4_000_000
# Two strings of at least their length, and the flags of the attributes.
_SHORTEST_NAME_BYTES = 12
# So many odd names are shown; all are counted.
_SHOWN_NAMES = 5


class FolderListing:
    """
    The entries of a folder, read as they are asked for.

    :param path: the folder as the server knows it.
    :param folder: the same relative to the store's root, ``""`` for the root.
    """

    def __init__(self, link: SftpLink, *, path: str, folder: str) -> None:
        self._link = link
        self._path = path
        self._folder = folder
        self._doing = f"list {folder or path}"
        # Names that have come, as numbers: a million of them must not fill the memory.
        self._seen = NumberSet()
        self._seen_before_a_break: list[NumberSet] = []
        self._odd: list[bytes] = []
        self._odd_count = 0

    def entries(self) -> Iterator[StoreEntry]:
        """Yield what may be used; say how many may not."""
        for raw_name, attributes in self._raw_entries():
            name = raw_name.decode("utf-8", "surrogateescape")
            if name in {".", ".."} or not self._is_new(raw_name, name):
                continue
            yield StoreEntry(
                name=f"{self._folder}/{name}" if self._folder else name,
                size_bytes=attributes.st_size or 0,
                is_file=stat.S_ISREG(attributes.st_mode or 0),
                modified=attributes.st_mtime,
                is_folder=stat.S_ISDIR(attributes.st_mode or 0),
            )
        if self._odd_count:
            log.warning(
                "Store %s lists %d entries in %s that are left alone, such as %s.",
                self._link.label,
                self._odd_count,
                self._folder or self._path,
                ", ".join(repr(name[:80]) for name in self._odd),
            )

    def _is_new(self, raw_name: bytes, name: str) -> bool:
        """Return whether a name may be used and has not come yet; count it where it is odd."""
        number = hash(raw_name)
        if not is_safe_piece(name) or not self._seen.add(number):
            self._odd_count += 1
            if len(self._odd) < _SHOWN_NAMES:
                self._odd.append(raw_name)
            return False
        return not any(number in seen for seen in self._seen_before_a_break)

    def _raw_entries(self) -> Iterator[tuple[bytes, paramiko.SFTPAttributes]]:
        """Yield what the server lists, from the beginning once more where the link breaks."""
        while True:
            generation = self._link.generation
            try:
                for names in self._answers():
                    yield from names
            except StoreUnreachableError as error:
                self._link.renew(error, generation=generation)
                self._keep_what_was_seen()
            else:
                return

    def _keep_what_was_seen(self) -> None:
        """Begin to count anew; what has been yielded once does not come again."""
        self._seen_before_a_break.append(self._seen)
        self._seen, self._odd, self._odd_count = NumberSet(), [], 0

    def _answers(self) -> Iterator[list[tuple[bytes, paramiko.SFTPAttributes]]]:
        """Yield names as each answer brings them, nothing for a folder that is not there."""
        generation = self._link.generation
        handle: bytes | None = None
        count = 0
        while True:
            with self._link.errors(self._doing):
                # Another file may have opened a new session since.
                if generation != self._link.generation:
                    raise EOFError
                try:
                    handle = handle or _open_folder(self._link.sftp, self._path)
                    names = _next_names(self._link.sftp, handle)
                except FileNotFoundError:
                    # Some servers look only when the first names are asked for. Later it means
                    # trouble.
                    if count:
                        raise
                    return
            if names is None:
                return
            count += len(names)
            if count > MAX_ENTRIES:
                raise StoreError(
                    f"Store {self._link.label} lists more than {MAX_ENTRIES} entries in "
                    f"{self._folder or self._path}.",
                    hint="Give the backups a folder of their own.",
                )
            self._link.worked()
            yield names


def _open_folder(sftp: paramiko.SFTPClient, path: str) -> bytes:
    kind, message = request(sftp, CMD_OPENDIR, path)
    if kind != CMD_HANDLE:
        raise SFTPError("Expected handle")
    return message.get_binary()


def _next_names(
    sftp: paramiko.SFTPClient, handle: bytes
) -> list[tuple[bytes, paramiko.SFTPAttributes]] | None:
    """
    Return raw names and attributes, None at the end.

    paramiko's own listing raises UnicodeDecodeError on the first name that is not UTF-8, so one
    stray file of somebody else would stop every backup.
    """
    try:
        kind, message = request(sftp, CMD_READDIR, handle)
    except EOFError:
        # The answer at the end of a list. A closed link raises SSHException instead.
        close_handle(sftp, handle)
        return None
    if kind != CMD_NAME:
        raise SFTPError("Expected name response")
    count = message.get_int()
    # paramiko reads zeros beyond a message's end, so a false count would never stop; and neither
    # would answers without any name.
    if not 0 < count <= len(message.asbytes()) // _SHORTEST_NAME_BYTES:
        raise SFTPError("Garbage packet received")
    return [_read_name(message) for _ in range(count)]


def _read_name(message: Message) -> tuple[bytes, paramiko.SFTPAttributes]:
    name = message.get_binary()
    message.get_binary()  # the line as `ls -l` would print it
    return name, paramiko.SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]  # not in the stubs
