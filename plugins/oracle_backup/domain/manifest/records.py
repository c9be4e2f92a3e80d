"""What is a manifest made of? The archive, what is in it, and what was tried with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.manifest.plain import expect, fields_of, to_instant, to_sha256

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    One file inside the archive.

    :param name: the file's name in the archive, which was its name on the host.
    :param size_bytes: its size before packing.
    :param sha256: SHA-256 of its content.
    :param crc32: the CRC of its content, which the archive has as well.
    """

    name: str
    size_bytes: int
    sha256: str
    crc32: int
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Any) -> Member:
        """Given JSON, return the member."""
        values = fields_of(cls, plain)
        values |= {
            "name": str(values["name"]),
            "size_bytes": int(values["size_bytes"]),
            "sha256": to_sha256(values["sha256"]),
            "crc32": int(values["crc32"]),
        }
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord:
    """
    The archive as it was sent.

    :param name: the archive's file name; it lies beside the manifest.
    :param size_bytes: its size.
    :param start_header: its first 32 bytes, in hexadecimal; written last, so not in `body_sha256`.
    :param body_sha256: SHA-256 of byte 32 and all after it, taken while they were sent.
    :param sha256: SHA-256 of the whole file, known once it was read back.
    :param encrypted: whether a password is needed to open it; AES-256, names included.
    :param level: how hard it was packed, 0 to 9 as in 7-Zip; null where another program did it.
    :param members: the files in it: the dump set and the log.
    """

    name: str
    size_bytes: int
    start_header: str
    body_sha256: str
    sha256: str | None
    encrypted: bool
    level: int | None
    members: tuple[Member, ...]
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Any) -> ArchiveRecord:
        """Given JSON, return the archive's record."""
        values = fields_of(cls, plain)
        expect(values, str, "name", "start_header")
        expect(values, bool, "encrypted")
        expect(values, int, "level", optional=True)
        expect(values, list, "members")
        values["members"] = tuple(Member.from_plain(one) for one in values["members"])
        values["size_bytes"] = int(values["size_bytes"])
        values["body_sha256"] = to_sha256(values["body_sha256"])
        if values["sha256"] is not None:
            values["sha256"] = to_sha256(values["sha256"])
        if "/" in values["name"] or values["name"] in {"", ".", ".."}:
            # Retention removes what a manifest names: it may only name its own neighbour.
            msg = f"archive name {values['name']!r} is not a plain file name"
            raise ValueError(msg)
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """
    When and how the archive was read back from the store and matched.

    :param time: when that was.
    :param method: ``full``, ``hash`` or ``size``.
    """

    time: datetime
    method: str
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Any) -> Verification | None:
        """Given JSON, return the verification; None where there was none."""
        if plain is None:
            return None
        values = fields_of(cls, plain)
        return cls(**values | {"time": to_instant(values["time"]), "method": str(values["method"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """
    A rehearsed restore of this archive.

    :param time: when it ended.
    :param kind: ``check``: the dump was read through; ``import``: it was imported.
    :param result: ``passed`` or ``failed``.
    :param reason: why it failed, or what was compared.
    """

    time: datetime
    kind: str
    result: str
    reason: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the backup was proven restorable."""
        return self.result == "passed"

    @classmethod
    def from_plain(cls, plain: Any) -> Drill:
        """Given JSON, return the drill."""
        values = fields_of(cls, plain)
        expect(values, str, "kind", "result", "reason")
        return cls(**values | {"time": to_instant(values["time"])})
