"""
Which manifests need not be read again, because they have not changed since?

A file for each folder of a store, on this machine. It may be thrown away at any time; one that is
damaged, or of somebody else, is none. What it says is shown and planned with, and never enough to
remove anything: whoever removes reads the manifest itself.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from oracle_backup.domain.manifest import ManifestHead
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_backup.adapters.ports import StoreEntry

log = logging.getLogger(__name__)

SETTLED_SECONDS: Final = 60
"""
A manifest younger than this is read again. Times of SFTP are whole seconds, so one that is written
twice within a second can look the same; and the store's clock is not quite ours.
"""
MOST_BYTES: Final = 256 * 1024 * 1024
_VERSION: Final = b"oracle-backup-catalogue-1"


class CatalogueCache:
    """
    The cache of one store.

    :param path: a folder of its own; it is made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of_store(cls, location: str, *, base: Path | None = None) -> Self:
        """
        Return the cache of the store at this address.

        :param base: where caches are; by default where the user's programs keep theirs.
        """
        if base is None:
            home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            base = Path(home) / "oracle-backup"
        return cls(base / _digest(location.encode())[:32])

    def folder(self, folder: str) -> FolderCache:
        """Return what is kept of a folder."""
        return FolderCache(self._path / f"{_digest(folder.encode())[:32]}.cache")


class FolderCache:
    """
    What is kept of one folder's manifests: a line each, in the order in which they were listed.

    :param path: its file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known = {} if path is None else _load(path)
        self._listed: dict[str, bytes] = {}
        self._listed_bytes = 0

    def find(self, entry: StoreEntry) -> ManifestHead | None:
        """Given a manifest as it is listed, return what it says, None where it must be read."""
        line = self._known.get(entry.name)
        if line is None or not line.startswith(_key(entry)):
            return None
        try:
            head = ManifestHead.from_dict(json.loads(line[len(_key(entry)) :]))
        except (ValueError, RecursionError, IntegrityError):
            return None
        self._note(entry.name, line)
        return head

    def keep(self, entry: StoreEntry, head: ManifestHead) -> None:
        """Keep what a manifest said that was read, if it can't be changing just now."""
        if self._path is None or entry.modified is None:
            return
        if entry.modified > time.time() - SETTLED_SECONDS:
            return
        try:
            text = json.dumps(head.to_dict())
        except RecursionError:
            return
        self._note(entry.name, _key(entry) + text.encode())

    def _note(self, name: str, line: bytes) -> None:
        # Whoever can write to a store can fill it with manifests.
        if self._listed_bytes + len(line) <= MOST_BYTES:
            self._listed[name] = line
            self._listed_bytes += len(line)

    def save(self) -> None:
        """Write what was listed this time, if it is not what was known. Never raises."""
        if self._path is None or self._listed == self._known:
            return
        try:
            _write(self._path, self._listed.values())
        except OSError as error:
            log.info("The catalogue is not kept in %s: %s.", self._path, error)


def _key(entry: StoreEntry) -> bytes:
    # A name that may be used holds neither tab nor line end.
    return f"{entry.name}\t{entry.size_bytes}\t{entry.modified}\t".encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _load(path: Path) -> dict[str, bytes]:
    """Return the lines by their names; nothing where the file is missing, damaged or foreign."""
    try:
        with os.fdopen(_open_own(path), "rb") as file:
            head = file.readline()
            content = file.read()
        _require_whole(head, content)
        return {line.partition(b"\t")[0].decode(): line for line in content.split(b"\n") if line}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.info("The catalogue in %s is not used: %s.", path, error)
        return {}


def _require_whole(head: bytes, content: bytes) -> None:
    if head != _head(content):
        raise ValueError("it is damaged, or of another release")


def _head(content: bytes) -> bytes:
    return b"%s %s\n" % (_VERSION, _digest(content).encode())


def _open_own(path: Path) -> int:
    """Open a file that nobody but this user can have written."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    found = os.fstat(handle)
    is_own = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not (is_own and stat.S_ISREG(found.st_mode)):
        os.close(handle)
        raise PermissionError("it is not this user's own")
    return handle


def _write(path: Path, lines: Iterable[bytes]) -> None:
    content = b"".join(line + b"\n" for line in lines)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Readable for this user only, and never half of it under its name.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_head(content))
            file.write(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
