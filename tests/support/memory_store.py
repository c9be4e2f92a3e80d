"""A store in memory that passes the same contract suite as the real one."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING

from oracle_backup.adapters.ports import StoreEntry
from oracle_backup.adapters.store_names import (
    check_name,
    final_name_of,
    is_part_of_ours,
    new_part_name,
)
from oracle_backup.errors import NameTakenError, StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oracle_backup.adapters.ports import Part


MADE = 1_795_399_200
"""When a file was last changed, unless a test says otherwise: 2026-11-23 02:00 UTC."""


class MemoryPart(io.BytesIO):
    """A file that has not got its name yet."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    @property
    def size_bytes(self) -> int:
        return len(self.getvalue())


class MemoryFile(io.BytesIO):
    @property
    def size_bytes(self) -> int:
        return len(self.getvalue())


class InMemoryArchiveStore:
    """
    A store that is gone with the process.

    :param free: what ``free_bytes`` says.
    :param hashes: whether it tells the SHA-256 of its files.
    :ivar times: when files were last changed, where a test says so.
    """

    def __init__(
        self, *, label: str = "memory", free: int | None = None, hashes: bool = False
    ) -> None:
        self.label = label
        self.files: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.parts: dict[str, MemoryPart] = {}
        self.free = free
        self.hashes = hashes

    def open_part(self, name: str) -> MemoryPart:
        part = self.parts[new_part_name(check_name(name))] = MemoryPart(name)
        return part

    def finish(self, part: Part) -> None:
        content = self._content(part)
        if self.files.setdefault(part.name, content) != content:
            raise NameTakenError(
                f"{part.name} on store {self.label} is there already, with other content."
            )
        self._forget(part)

    def abandon(self, part: Part) -> None:
        self._forget(part)

    def write_text(self, name: str, text: str, *, replace: bool = False) -> None:
        part = self.open_part(name)
        part.write(text.encode())
        if replace:
            self.files.pop(name, None)
        try:
            self.finish(part)
        except NameTakenError:
            self.abandon(part)
            raise

    def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
        content = self._file(name)
        if len(content) > max_bytes:
            raise StoreError(f"{name} on store {self.label} has {len(content)} bytes.")
        return content

    def read_many(
        self, names: Iterable[str], *, max_bytes: int
    ) -> Iterator[tuple[str, bytes | StoreError]]:
        for name in names:
            try:
                yield name, self.read_bytes(name, max_bytes=max_bytes)
            except StoreUnreachableError:
                raise
            except StoreError as error:
                yield name, error

    def open_read(self, name: str) -> MemoryFile:
        return MemoryFile(self._file(name))

    def list(self, folder: str) -> Iterator[StoreEntry]:
        prefix = f"{check_name(folder)}/" if folder else ""
        everything = self.files | {name: part.getvalue() for name, part in self.parts.items()}
        folders = set()
        for name, content in sorted(everything.items()):
            first, _, rest = name.removeprefix(prefix).partition("/")
            if not name.startswith(prefix):
                continue
            if rest:
                folders.add(first)
            else:
                yield StoreEntry(
                    name=name,
                    size_bytes=len(content),
                    is_file=True,
                    modified=self.times.get(name, MADE),
                )
        for first in sorted(folders):
            yield StoreEntry(name=f"{prefix}{first}", size_bytes=0, is_file=False, is_folder=True)

    def size(self, name: str) -> int | None:
        content = self.files.get(check_name(name))
        return None if content is None else len(content)

    def rename(self, name: str, new_name: str) -> None:
        content = self._file(name)
        if check_name(new_name) in self.files:
            raise NameTakenError(f"{new_name} on store {self.label} is there already.")
        self.files[new_name] = content
        del self.files[name]

    def remove(self, name: str) -> None:
        self.files.pop(check_name(name), None)

    def sha256(self, name: str, *, skip_bytes: int = 0) -> str | None:
        content = self.files.get(check_name(name))
        if not self.hashes or content is None:
            return None
        return hashlib.sha256(content[skip_bytes:]).hexdigest()

    def sweep_parts(
        self, folder: str, older_than: timedelta, *, of: str | None = None
    ) -> tuple[str, ...]:
        """Here every part is as old as the store, which has just begun."""
        prefix = f"{check_name(folder)}/" if folder else ""
        old = tuple(
            name
            for name in self.parts
            if name.startswith(prefix)
            and is_part_of_ours(name.removeprefix(prefix))
            and of in {None, final_name_of(name)}
            and older_than <= timedelta(0)
        )
        for name in old:
            del self.parts[name]
        return old

    def free_bytes(self) -> int | None:
        return self.free

    def _content(self, part: Part) -> bytes:
        for one in self.parts.values():
            if one is part:
                return one.getvalue()
        raise StoreError(f"{part.name} on store {self.label} has no part.")

    def _forget(self, part: Part) -> None:
        self.parts = {name: one for name, one in self.parts.items() if one is not part}

    def _file(self, name: str) -> bytes:
        if check_name(name) not in self.files:
            raise StoreError(f"Cannot read {name} on store {self.label}: No such file.")
        return self.files[name]
