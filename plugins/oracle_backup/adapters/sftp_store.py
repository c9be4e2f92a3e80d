"""
How are archives and manifests kept on an SFTP server?

A file is written under a provisional name and gets its final one when it is whole. A finished
file is never replaced by other content, except a manifest on request.
"""

from __future__ import annotations

import itertools
import logging
import posixpath
import time
from typing import TYPE_CHECKING

from oracle_backup.adapters.bandwidth import Bandwidth
from oracle_backup.adapters.foreign_errors import Kind, kind_of
from oracle_backup.adapters.patience import STALL_SECONDS, Patience
from oracle_backup.adapters.sftp_files import StoreFile
from oracle_backup.adapters.sftp_hash import RemoteHash
from oracle_backup.adapters.sftp_link import SftpLink
from oracle_backup.adapters.sftp_listing import FolderListing
from oracle_backup.adapters.sftp_part import PartFile
from oracle_backup.adapters.sftp_requests import (
    free_bytes,
    make_folder,
    remove_if_there,
    size_of,
    time_of,
)
from oracle_backup.adapters.sftp_small_reads import SmallReads
from oracle_backup.adapters.store_names import (
    CLOCK_NAME,
    check_name,
    final_name_of,
    is_part_of_ours,
)
from oracle_backup.errors import NameTakenError, StoreError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import timedelta

    import paramiko

    from oracle_backup.adapters.ports import Part, StoreEntry

log = logging.getLogger(__name__)

# SFTP version 3 reports a full disk as "failure", as it does all else: with less than this left
# we say that it is full.
_FULL_BELOW_BYTES = 1024 * 1024
_COPY_BYTES = 1024 * 1024


class SftpStore:
    """
    A path on an SFTP server.

    :param root: the path; relative to the login folder unless it begins with ``/``.
    :param label: how messages name the store.
    :param reconnect: gives a new session when the link has broken; without it a broken link
        stays broken.
    :param stall_seconds: how long a server may say nothing before its link counts as broken.
    :param bandwidth_limit_bytes: how many bytes of files may travel in a second, either way.
    :param pause: sleeps before a broken link is opened again; tests pass something quicker.
    """

    def __init__(
        self,
        sftp: paramiko.SFTPClient,
        *,
        root: str,
        label: str,
        reconnect: Callable[[], paramiko.SFTPClient] | None = None,
        stall_seconds: float = STALL_SECONDS,
        bandwidth_limit_bytes: int | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._root = root.rstrip("/") or "/"
        self._link = SftpLink(
            sftp,
            label=label,
            reconnect=reconnect,
            stall_seconds=stall_seconds,
            patience=Patience(pause),
            bandwidth=Bandwidth(bandwidth_limit_bytes),
        )
        self._link.explain = self._explain_failure
        self._hash = RemoteHash(self._link)

    @property
    def label(self) -> str:
        return self._link.label

    def open_part(self, name: str) -> PartFile:
        """
        Begin a file under ``name`` + a random word + ``.part``, making its folders.

        No other try has that name: see `sweep_parts` for what dead ones leave.
        """
        path = self._path(name)
        self._make_folders(posixpath.dirname(path))
        return PartFile(self._link, name=name, final_path=path)

    def finish(self, part: Part) -> None:
        """
        Give a part its final name.

        :raises NameTakenError: another file has it. The same content under it is no error: then
            an earlier try had succeeded, and the part is removed.
        """
        own = _own(part)
        own.close()
        # Asked again on a new link: whether the rename was done is not known then, and the two
        # names tell.
        self._link.ask(f"finish {part.name}", lambda _: self._give_name(own))

    def abandon(self, part: Part) -> None:
        """Remove a part. Never raises for a part or a link that is gone."""
        own = _own(part)
        try:
            own.leave()
        except StoreError as error:
            log.info("%s", error)
        try:
            # Whoever abandons is leaving, perhaps because it was told to: no waiting.
            self._link.ask_once(f"remove {own.path}", lambda sftp: remove_if_there(sftp, own.path))
        except StoreError as error:
            log.warning("%s may be left behind: %s", own.path, error)

    def write_text(self, name: str, text: str, *, replace: bool = False) -> None:
        """
        Write a small file so that readers see all of it or none of it.

        It is read back before it gets its name: a file that others trust is not to be half a one.
        """
        content = text.encode()
        part = self.open_part(name)
        try:
            part.write(content)
            part.close()
            self._check_content(part, content)
            if replace:
                self._link.ask(f"replace {name}", lambda _: self._replace(part, content))
            else:
                self.finish(part)
        except BaseException:
            self.abandon(part)
            raise

    def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
        """Return a whole small file. Raise StoreError if it is longer than ``max_bytes``."""
        with self.open_read(name) as file:
            if file.size_bytes > max_bytes:
                raise StoreError(
                    f"{name} on store {self.label} has {file.size_bytes} bytes, "
                    f"more than the {max_bytes} such a file can have.",
                    hint="Look at what that file is.",
                )
            return file.read()

    def read_many(
        self, names: Iterable[str], *, max_bytes: int
    ) -> Iterator[tuple[str, bytes | StoreError]]:
        """
        Read many small files side by side; yield them whole, as they come.

        What is wrong with one of them comes in its place: it is gone, closed, longer than
        ``max_bytes``. Raise StoreUnreachableError for the link.
        """
        reads = SmallReads(
            self._link, read_long=lambda name: self.read_bytes(name, max_bytes=max_bytes)
        )
        yield from reads.read((name, self._path(name)) for name in names)

    def open_read(self, name: str) -> StoreFile:
        """Open a file for reading."""
        return StoreFile(self._link, path=self._path(name))

    def list(self, folder: str) -> Iterator[StoreEntry]:
        """
        Yield a folder's entries, ``""`` meaning the root.

        Nothing if there is no such folder; raise if it may not be read. Entries whose names may
        not be used, or that come twice, are left out and counted in a warning: no listing leads
        outside its folder. Entries come as the server sends them; they are not kept.
        """
        path = self._path(folder) if folder else self._root
        yield from FolderListing(self._link, path=path, folder=folder).entries()

    def size(self, name: str) -> int | None:
        """Return a file's size, None only if there is no such file."""
        return self._size_of(self._path(name))

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name. Raise NameTakenError rather than replace a file."""
        path, new_path = self._path(name), self._path(new_name)
        if self._size_of(new_path) is not None:
            raise self._taken(new_name)
        # On a new link the answer to the first try may be lost: then the new name is ours.
        tries = itertools.count()
        with self._link.writing(f"rename {name}"):
            self._link.ask(
                f"rename {name}",
                lambda sftp: self._try_rename(sftp, path, new_path, again=next(tries) > 0),
            )

    def remove(self, name: str) -> None:
        """Remove a file. One that is gone already is no error."""
        self._remove_path(self._path(name))

    def free_bytes(self) -> int | None:
        """Return the space left for this user, None if the server does not tell."""
        return self._link.ask("ask for the free space", lambda sftp: free_bytes(sftp, self._root))

    def sha256(self, name: str, *, skip_bytes: int = 0) -> str | None:
        """
        Return the SHA-256 of a file from a byte on, in hex, as a command of the server's finds it.

        None where the server runs no commands for this user, has none that hashes, or sees
        another file under that path than SFTP does: then the file has to be read.
        """
        path = self._path(name)
        size_bytes = self._size_of(path)
        if size_bytes is None:
            return None
        return self._hash.of(path, size_bytes=size_bytes, skip_bytes=skip_bytes)

    def sweep_parts(
        self, folder: str, older_than: timedelta, *, of: str | None = None
    ) -> tuple[str, ...]:
        """
        Remove what dead runs have left in a folder under provisional names of ours.

        How old it is, the server's own clock tells: that of a file made for the purpose.

        :param of: only what would have become this file.
        :returns: the names of what was removed.
        """
        parts = [
            (entry.name, entry.modified)
            for entry in self.list(folder)
            if entry.is_file
            and entry.modified is not None
            and is_part_of_ours(entry.name.rpartition("/")[2])
            and of in {None, final_name_of(entry.name)}
        ]
        now = self._server_time(folder) if parts else None
        if now is None:
            return ()
        old = tuple(name for name, changed in parts if now - changed >= older_than.total_seconds())
        for name in old:
            self.remove(name)
            log.info("Removed %s, which a dead run had left on store %s.", name, self.label)
        return old

    def _server_time(self, folder: str) -> int | None:
        """Return the server's clock in seconds, None where its files have no times."""
        part = self.open_part(f"{folder}/{CLOCK_NAME}" if folder else CLOCK_NAME)
        try:
            return self._link.ask("ask for the time", lambda sftp: time_of(sftp, part.path))
        finally:
            self.abandon(part)

    def _path(self, name: str) -> str:
        return posixpath.join(self._root, check_name(name))

    def _make_folders(self, path: str) -> None:
        """Make a folder and those above it. One that exists is left as it is."""
        if path in {"", "/"} or self._size_of(path) is not None:
            return
        self._make_folders(posixpath.dirname(path))
        with self._link.writing(f"make the folder {path}"):
            self._link.ask(f"make the folder {path}", lambda sftp: make_folder(sftp, path))

    def _give_name(self, part: PartFile) -> None:
        written = self._size_of(part.path)
        if self._size_of(part.final_path) is not None:
            self._keep_finished(part, part_is_there=written is not None)
            return
        if written != part.size_bytes:
            raise self._lost(part.path, written, part.size_bytes)
        self._rename(part)
        kept = self._size_of(part.final_path)
        if kept != part.size_bytes:
            raise self._lost(part.final_path, kept, part.size_bytes)

    def _try_rename(
        self, sftp: paramiko.SFTPClient, path: str, new_path: str, *, again: bool
    ) -> None:
        if again and size_of(sftp, path) is None and size_of(sftp, new_path) is not None:
            return
        try:
            # The plain rename of SFTP 3 fails when the name is taken, in one step.
            sftp.rename(path, new_path)
        except OSError as error:
            if kind_of(error) is not Kind.OTHER:
                raise
            if size_of(sftp, new_path) is not None:
                raise self._taken(posixpath.basename(new_path)) from error
            # Some servers offer only the extension.
            sftp.posix_rename(path, new_path)

    def _taken(self, name: str) -> NameTakenError:
        return NameTakenError(
            f"{name} on store {self.label} is there already, with other content.",
            hint="Move it away if it is not needed, then clear the task.",
        )

    def _lost(self, path: str, found: int | None, sent: int) -> StoreError:
        size = f"{found} bytes, {sent} were sent"
        differs = "other content than was sent" if found == sent else size
        return StoreError(
            f"{path} on store {self.label} has {differs}.",
            hint="Look for something else that writes there, then clear the task.",
        )

    def _rename(self, part: PartFile) -> None:
        part.rename_asked = True
        try:
            # The plain rename of SFTP 3 fails when the name is taken, in one step; the extension
            # would replace what is there.
            self._link.sftp.rename(part.path, part.final_path)
        except OSError as error:
            if kind_of(error) is Kind.UNREACHABLE:
                raise
            if self._size_of(part.final_path) is not None:
                self._keep_finished(part, part_is_there=True)
                return
            # Some servers offer only the extension.
            self._link.sftp.posix_rename(part.path, part.final_path)

    def _keep_finished(self, part: PartFile, *, part_is_there: bool) -> None:
        """Accept the file that has the final name already, if it is ours byte for byte."""
        has_size = self._size_of(part.final_path) == part.size_bytes
        if not part_is_there and part.rename_asked and has_size:
            # The answer to our rename was lost with the link.
            return
        is_same = has_size and part_is_there and self._have_same_content(part)
        if not is_same:
            raise self._taken(part.name)
        self._remove_path(part.path)

    def _have_same_content(self, part: PartFile) -> bool:
        with (
            StoreFile(self._link, path=part.path) as ours,
            StoreFile(self._link, path=part.final_path) as theirs,
        ):
            while block := ours.read(_COPY_BYTES):
                if theirs.read(_COPY_BYTES) != block:
                    return False
            return theirs.read(1) == b""

    def _check_content(self, part: PartFile, content: bytes) -> None:
        with StoreFile(self._link, path=part.path) as file:
            if file.size_bytes != len(content) or file.read() != content:
                raise self._lost(part.path, file.size_bytes, len(content))

    def _replace(self, part: PartFile, content: bytes) -> None:
        if part.rename_asked and self._size_of(part.path) is None:
            # The answer to our rename was lost with the link.
            if self.read_bytes(part.name, max_bytes=len(content)) == content:
                return
            raise self._lost(part.final_path, self._size_of(part.final_path), len(content))
        part.rename_asked = True
        try:
            self._link.sftp.posix_rename(part.path, part.final_path)
        except OSError as error:
            if kind_of(error) is not Kind.OTHER:
                raise
            # A server without the extension: for a moment there is no manifest, which means only
            # that the archive does not count.
            self._remove_path(part.final_path)
            self._link.sftp.rename(part.path, part.final_path)

    def _size_of(self, path: str) -> int | None:
        return self._link.ask(f"look at {path}", lambda sftp: size_of(sftp, path))

    def _remove_path(self, path: str) -> None:
        self._link.ask(f"remove {path}", lambda sftp: remove_if_there(sftp, path))

    def _explain_failure(self, error: StoreError) -> StoreError:
        """Look at what space is left, as servers say only "failure" when their disk is full."""
        try:
            free = self.free_bytes()
        except StoreError:
            return error
        if free is None or free >= _FULL_BELOW_BYTES:
            return error
        return StoreFullError(
            f"Store {self.label} is full ({free} bytes are left): {error.message}",
            hint="Free space there or keep fewer backups, then clear the task.",
        )


def _own(part: Part) -> PartFile:
    if not isinstance(part, PartFile):
        raise TypeError(f"{part!r} is not a part of an SFTP store")
    return part
