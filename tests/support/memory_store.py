"""A store in memory that passes the same contract suite as the real one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from oracle_backup.adapters.ports import StoreEntry
from oracle_backup.adapters.store_names import PART_SUFFIX, check_name
from oracle_backup.errors import NameTakenError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.ports import Part


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
    """

    def __init__(self, *, label: str = "memory", free: int | None = None) -> None:
        self.label = label
        self.files: dict[str, bytes] = {}
        self.parts: dict[str, MemoryPart] = {}
        self.free = free

    def open_part(self, name: str) -> MemoryPart:
        part = self.parts[check_name(name) + PART_SUFFIX] = MemoryPart(name)
        return part

    def finish(self, part: Part) -> None:
        content = self._content(part)
        if self.files.setdefault(part.name, content) != content:
            raise NameTakenError(
                f"{part.name} on store {self.label} is there already, with other content."
            )
        del self.parts[part.name + PART_SUFFIX]

    def abandon(self, part: Part) -> None:
        self.parts.pop(part.name + PART_SUFFIX, None)

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
                yield StoreEntry(name=name, size_bytes=len(content), is_file=True)
        for first in sorted(folders):
            yield StoreEntry(name=f"{prefix}{first}", size_bytes=0, is_file=False)

    def size(self, name: str) -> int | None:
        content = self.files.get(check_name(name))
        return None if content is None else len(content)

    def remove(self, name: str) -> None:
        self.files.pop(check_name(name), None)

    def free_bytes(self) -> int | None:
        return self.free

    def _content(self, part: Part) -> bytes:
        if part.name + PART_SUFFIX not in self.parts:
            raise StoreError(f"{part.name} on store {self.label} has no part.")
        return self.parts[part.name + PART_SUFFIX].getvalue()

    def _file(self, name: str) -> bytes:
        if check_name(name) not in self.files:
            raise StoreError(f"Cannot read {name} on store {self.label}: No such file.")
        return self.files[name]
