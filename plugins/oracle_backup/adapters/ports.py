"""
What the rest of the project may ask of a host and of a store, without knowing which one it is.

The fakes in ``tests/support`` and the real adapters pass one contract suite; code above this
layer is typed against these protocols.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta
    from types import TracebackType

    from oracle_backup.errors import StoreError


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that has ended: its exit code and what it said."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """
    One line of a store's listing.

    :param name: relative to the store's root, as every name is, so it can be passed back.
    :param size_bytes: as the server lists it; 0 where it does not say.
    :param is_file: a regular file: neither folder nor link nor device.
    :param modified: when it was last changed, in seconds of the server's clock; None where the
        server does not say.
    :param is_folder: a folder itself, and no link to one.
    """

    name: str
    size_bytes: int
    is_file: bool
    modified: int | None = None
    is_folder: bool = False


class ReadableFile(Protocol):
    """Bytes that come in order: a file on a host, or one on a store."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, at least one, or nothing at the end."""

    def close(self) -> None:
        """Give the file back; closing twice does nothing."""


class HostFile(ReadableFile, Protocol):
    """A file on the Oracle host, read once from an offset to its end."""

    @property
    def size_bytes(self) -> int:
        """Its size when it was opened."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class CommandStream(ReadableFile, Protocol):
    """
    A command's output while it runs.

    ``read`` raises at its end if the command ended badly or its link broke; ``close`` ends it.
    """

    @property
    def exit_code(self) -> int | None:
        """The exit code; None before the end, and when a signal or a break was the end."""

    @property
    def stderr(self) -> str:
        """The end of what it has said on standard error so far."""


class SeekableFile(ReadableFile, Protocol):
    """A file on a store, which can be read anywhere."""

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def tell(self) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class WritableSink(Protocol):
    """Where an archive goes: written in order, then once more at its first bytes."""

    def write(self, data: bytes, /) -> int: ...

    def seek(self, offset: int, /) -> int: ...


class Part(WritableSink, Protocol):
    """A file under its provisional name, until the store finishes or abandons it."""

    @property
    def name(self) -> str:
        """The name it will have when finished."""

    @property
    def size_bytes(self) -> int:
        """How far it has been written."""


class Shell(Protocol):
    """A POSIX shell on the Oracle host."""

    @property
    def host_label(self) -> str: ...

    def run(self, script: str, *, timeout_seconds: float) -> Completed:
        """Run a script and wait for its end. A bad exit code is returned, not raised."""

    def open_command(
        self, script: str, *, doing: str = "run a script", stall_seconds: float | None = None
    ) -> CommandStream:
        """Start a script and return its output as it comes; it may be silent for so long."""

    def open_file(self, path: str, *, offset: int = 0) -> HostFile:
        """Open a file for reading from ``offset`` on."""

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        """Return each regular file's size in bytes, None where there is none."""


class ArchiveStore(Protocol):
    """A place where archives and manifests are kept. All names are relative to its root."""

    @property
    def label(self) -> str: ...

    def open_part(self, name: str) -> Part:
        """Begin a file under a provisional name that no other try has, folders included."""

    def finish(self, part: Part) -> None:
        """Give a part its final name. Raise NameTakenError rather than replace another file."""

    def abandon(self, part: Part) -> None:
        """Remove a part. Never raises for a part or a link that is gone."""

    def write_text(self, name: str, text: str, *, replace: bool = False) -> None:
        """Write a small file so that readers see all of it or none of it."""

    def read_bytes(self, name: str, *, max_bytes: int) -> bytes:
        """Return a whole small file. Raise StoreError if it is longer than ``max_bytes``."""

    def read_many(
        self, names: Iterable[str], *, max_bytes: int
    ) -> Iterator[tuple[str, bytes | StoreError]]:
        """
        Read many small files side by side; yield them whole, as they come.

        What is wrong with one of them comes in its place: it is gone, closed, longer than
        ``max_bytes``. Raise StoreUnreachableError for the link.
        """

    def open_read(self, name: str) -> SeekableFile:
        """Open a file for reading."""

    def list(self, folder: str) -> Iterator[StoreEntry]:
        """
        Yield a folder's entries. Nothing if there is no such folder; raise if it is closed.

        Names that may not be used, or come twice, are left out and counted in a warning.
        """

    def size(self, name: str) -> int | None:
        """Return a file's size, None only if there is no such file."""

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name. Raise NameTakenError rather than replace a file."""

    def remove(self, name: str) -> None:
        """Remove a file. One that is gone already is no error."""

    def sha256(self, name: str, *, skip_bytes: int = 0) -> str | None:
        """Return a file's SHA-256 as the server itself finds it, None if it does not do that."""

    def sweep_parts(
        self, folder: str, older_than: timedelta, *, of: str | None = None
    ) -> tuple[str, ...]:
        """
        Remove what dead runs left under provisional names of ours; return its names.

        :param of: only what would have become this file.
        """

    def free_bytes(self) -> int | None:
        """Return the space left for this user, None if the server does not tell."""
