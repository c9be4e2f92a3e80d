"""What goes into an archive, what came out of writing one, and what reading one back found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from oracle_backup.adapters.ports import ReadableFile


class PackedSource(Protocol):
    """A member that its own host packs while it is read: what comes is .xz."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, at least one, or nothing at the end. Raise if it was bad."""

    def sha256(self) -> str:
        """Return the SHA-256 of the plain bytes, once all was read."""

    def close(self) -> None:
        """End the packing if it still runs; closing twice does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """
    A file to be packed.

    :param name: its name inside the archive.
    :param size_bytes: what it must have, no more and no less.
    :param open: given an offset, which is 0, gives the file. A link that breaks is the file's to
        open again.
    :param modified: aware; None leaves the time out of the archive.
    :param compressed: its content gets no smaller, because Data Pump has compressed or encrypted
        it: it is stored.
    :param packed: starts packing it on its host; used instead of ``open``, unless the member is
        to be stored.
    """

    name: str
    size_bytes: int
    open: Callable[[int], ReadableFile]
    modified: datetime | None = None
    compressed: bool = False
    packed: Callable[[], PackedSource] | None = None


class SentMember(Protocol):
    """What the reader must know of a member that was packed."""

    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def crc32(self) -> int: ...


class SentArchive(Protocol):
    """What the reader must know of an archive that was sent: a manifest has it as well."""

    @property
    def size_bytes(self) -> int: ...
    @property
    def start_header(self) -> str: ...
    @property
    def body_sha256(self) -> str: ...
    @property
    def members(self) -> Sequence[SentMember]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMember:
    """A packed file: its size and hashes before packing."""

    name: str
    size_bytes: int
    sha256: str
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArchive:
    """
    An archive as it was sent.

    Its first 32 bytes are written last, so one SHA-256 over all cannot be had on the way:
    ``start_header`` has those bytes in hex, ``body_sha256`` the hash of all others.

    :param encoder: what packed the members: ``7zz``, ``lzma``, ``host`` or ``stored``, and where
        it was not the same for all, each once in order: ``stored, 7zz``.
    """

    size_bytes: int
    start_header: str
    body_sha256: str
    members: tuple[WrittenMember, ...]
    level: int
    encrypted: bool
    encoder: str
    seconds: float

    @property
    def source_bytes(self) -> int:
        return sum(member.size_bytes for member in self.members)

    @property
    def ratio(self) -> float:
        """How many bytes went in for each that came out."""
        return self.source_bytes / self.size_bytes if self.size_bytes else 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"members": [asdict(member) for member in self.members]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        members = tuple(WrittenMember(**member) for member in values["members"])
        return cls(**(values | {"members": members}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArchive:
    """
    An archive as it was read back, each byte of it, each member decoded and its CRC checked.

    :param encrypted: whether anything of it was opened with the password.
    """

    size_bytes: int
    sha256: str
    start_header: str
    body_sha256: str
    members: tuple[WrittenMember, ...]
    encrypted: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stream has come."""

    bytes_read: int
    bytes_written: int
    total_bytes: int
    seconds: float
