"""
How are archives and manifests kept on an SFTP server?

A file is written under a provisional name and gets its final one when it is whole. A finished
file is never replaced by other content, except a manifest on request.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
import stat
from typing import TYPE_CHECKING

from oracle_backup.adapters.foreign_errors import Kind, kind_of
from oracle_backup.adapters.ports import StoreEntry
from oracle_backup.adapters.sftp_files import PartFile, StoreFile
from oracle_backup.adapters.sftp_link import STALL_SECONDS, SftpLink, default_pause
from oracle_backup.adapters.sftp_requests import (
    free_bytes,
    make_folder,
    read_folder,
    remove_if_there,
    size_of,
)
from oracle_backup.adapters.store_names import PART_SUFFIX, check_name, is_safe_piece
from oracle_backup.errors import (
    NameTakenError,
    StoreError,
    StoreFullError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import paramiko

    from oracle_backup.adapters.ports import Part

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
    """

    def __init__(
        self,
        sftp: paramiko.SFTPClient,
        *,
        root: str,
        label: str,
        reconnect: Callable[[], paramiko.SFTPClient] | None = None,
        stall_seconds: float = STALL_SECONDS,
        pause: Callable[[float], None] = default_pause,
    ) -> None:
        self._root = root.rstrip("/") or "/"
        self._link = SftpLink(
            sftp, label=label, reconnect=reconnect, stall_seconds=stall_seconds, pause=pause
        )
        self._link.explain = self._explain_failure

    @property
    def label(self) -> str:
        return self._link.label

    def open_part(self, name: str) -> PartFile:
        """
        Begin a file under ``name`` + ``.part``, making its folders.

        A part that a dead run left under that name is removed first.
        """
        path = self._path(name)
        self._make_folders(posixpath.dirname(path))
        return PartFile(self._link, name=name, path=path + PART_SUFFIX)

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
        own.forget()
        for step in (own.close, lambda: self._remove_path(own.path)):
            try:
                step()
            except StoreError as error:
                log.warning("%s may be left behind: %s", own.path, error)

    def write_text(self, name: str, text: str, *, replace: bool = False) -> None:
        """Write a small file so that readers see all of it or none of it."""
        part = self.open_part(name)
        try:
            part.write(text.encode())
            if replace:
                part.close()
                self._link.ask(f"replace {name}", lambda _: self._replace(part))
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

    def open_read(self, name: str) -> StoreFile:
        """Open a file for reading."""
        return StoreFile(self._link, path=self._path(name))

    def list(self, folder: str) -> Iterator[StoreEntry]:
        """
        Yield a folder's entries, ``""`` meaning the root.

        Nothing if there is no such folder; raise if it may not be read. Entries whose names may
        not be used are left out with a warning: no listing leads outside its folder.
        """
        path = self._path(folder) if folder else self._root
        doing = f"list {folder or self._root}"
        for raw_name, attributes in self._link.ask(doing, lambda sftp: read_folder(sftp, path)):
            name = raw_name.decode("utf-8", "surrogateescape")
            if name in {".", ".."}:
                continue
            if not is_safe_piece(name):
                log.warning("Store %s lists %r, which is left alone.", self.label, raw_name)
                continue
            yield StoreEntry(
                name=f"{folder}/{name}" if folder else name,
                size_bytes=attributes.st_size or 0,
                is_file=stat.S_ISREG(attributes.st_mode or 0),
            )

    def size(self, name: str) -> int | None:
        """Return a file's size, None only if there is no such file."""
        return self._size_of(self._path(name))

    def remove(self, name: str) -> None:
        """Remove a file. One that is gone already is no error."""
        self._remove_path(self._path(name))

    def free_bytes(self) -> int | None:
        """Return the space left for this user, None if the server does not tell."""
        return self._link.ask("ask for the free space", lambda sftp: free_bytes(sftp, self._root))

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
        final = self._path(part.name)
        written = self._size_of(part.path)
        if self._size_of(final) is not None:
            self._keep_finished(part, part_is_there=written is not None)
        elif written != part.size_bytes:
            raise StoreError(
                f"{part.path} on store {self.label} has {written} bytes, {part.size_bytes} were "
                "sent.",
                hint="Look for something else that writes there, then clear the task.",
            )
        else:
            self._rename(part, final)

    def _rename(self, part: PartFile, final: str) -> None:
        try:
            # The plain rename of SFTP 3 fails when the name is taken, in one step.
            self._link.sftp.rename(part.path, final)
        except OSError as error:
            if kind_of(error) is Kind.UNREACHABLE:
                raise
            if self._size_of(final) is not None:
                self._keep_finished(part, part_is_there=True)
                return
            # Some servers offer only the extension.
            self._link.sftp.posix_rename(part.path, final)

    def _keep_finished(self, part: PartFile, *, part_is_there: bool) -> None:
        """Accept the file that has the final name already, if it is ours byte for byte."""
        final = self._path(part.name)
        if not part_is_there and self._size_of(final) == part.size_bytes:
            # The answer to our rename was lost with the link.
            return
        if not part_is_there or self._digest(part.path) != self._digest(final):
            raise NameTakenError(
                f"{part.name} on store {self.label} is there already, with other content.",
                hint="Move it away if it is not needed, then clear the task.",
            )
        self._remove_path(part.path)

    def _digest(self, path: str) -> tuple[int, bytes]:
        digest = hashlib.sha256()
        with StoreFile(self._link, path=path) as file:
            while data := file.read(_COPY_BYTES):
                digest.update(data)
            return file.size_bytes, digest.digest()

    def _replace(self, part: PartFile) -> None:
        final = self._path(part.name)
        if self._size_of(part.path) is None and self._size_of(final) == part.size_bytes:
            # The answer to our rename was lost with the link.
            return
        try:
            self._link.sftp.posix_rename(part.path, final)
        except OSError as error:
            if kind_of(error) is not Kind.OTHER:
                raise
            # A server without the extension: for a moment there is no manifest, which means only
            # that the archive does not count.
            self._remove_path(final)
            self._link.sftp.rename(part.path, final)

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
