"""
What is known for ever about one backup?

The manifest is the JSON beside the archive. It is written last: an archive without one does
not exist to retention, restore, status and UI.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from oracle_backup.errors import IntegrityError

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024
"""A manifest holds a line per table; one larger than this was not written by us."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside the archive."""

    name: str
    size_bytes: int
    sha256: str
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord:
    """
    The archive as it was sent.

    :param start_header: its first 32 bytes, in hexadecimal; written last, so not in `body_sha256`.
    :param body_sha256: SHA-256 of byte 32 and all after it, taken while they were sent.
    :param sha256: SHA-256 of the whole file, known once it was read back.
    :param encrypted: whether a password is needed to list or open it.
    """

    name: str
    size_bytes: int
    start_header: str
    body_sha256: str
    sha256: str | None
    encrypted: bool
    level: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """When and how the archive was read back from the store and matched."""

    time: datetime
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    Everything a restore, a prune or a reader wants to know of a backup.

    :param scheduled_time: when the run was due, or its start where it was due at no time.
    :param snapshot_time: the instant the data show. Retention orders by this and nothing else.
    :param snapshot_scn: the same as Oracle's system change number, where it was read.
    :param reasons: why the verdict is what it is, in words.
    :param parameters: what the export was asked for; no secrets.
    :param damage: what reading back has found wrong with the archive, or nothing.
    :param tables: one mapping per table row of the log: owner, table, partition, rows, bytes.
    """

    database: str
    schema: str
    dag_id: str
    run_id: str
    job: str
    generation: int
    scheduled_time: datetime
    snapshot_time: datetime
    snapshot_scn: int | None
    export_started: datetime
    export_ended: datetime
    verdict: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    tool: str
    tool_version: str | None
    database_version: str | None
    character_set: str | None
    parameters: dict[str, Any]
    tables: tuple[dict[str, Any], ...]
    archive: ArchiveRecord
    verified: Verification | None = None
    damage: str = ""
    pinned: bool = False
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether this is a good backup: complete, and read back from the store."""
        return self.verdict == "complete" and self.verified is not None

    @property
    def rows(self) -> int:
        """How many rows the export wrote."""
        return sum(int(table["rows"]) for table in self.tables)

    def with_verification(self, *, time: datetime, method: str, sha256: str | None) -> Self:
        """Return the manifest of the archive after it was read back and matched."""
        return dataclasses.replace(
            self,
            archive=dataclasses.replace(self.archive, sha256=sha256),
            verified=Verification(time=time, method=method),
            damage="",
        )

    def unverified(self) -> Self:
        """Return the manifest of a copy of the archive that nobody has read back yet."""
        return dataclasses.replace(self, verified=None, damage="")

    def with_damage(self, damage: str) -> Self:
        """Return the manifest of the archive after it was read back and did not match."""
        return dataclasses.replace(self, verified=None, damage=damage)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: instants as ISO 8601 in UTC."""
        plain: dict[str, Any] = {"manifest_version": VERSION}
        plain.update(_plain(self))
        return plain

    def to_json(self) -> str:
        """Return the text of the manifest file."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"
        # Half a surrogate pair is in no encoding; its escape is what JSON has for it.
        return text.encode("utf-8", "backslashreplace").decode()

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Manifest:
        """Given what `to_dict` returned, return the manifest. Raise IntegrityError for others."""
        try:
            return _from_plain(plain)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise IntegrityError(
                f"The manifest is not one of ours, or damaged: {type(error).__name__}: {error}.",
                hint="Leave the archive beside it in place and look at both by hand.",
            ) from error

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Given a manifest file's text, return the manifest. Raise IntegrityError for others."""
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise IntegrityError(
                f"The manifest is not JSON: {error}.",
                hint="Leave the archive beside it in place and look at both by hand.",
            ) from error
        return cls.from_dict(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _from_plain(plain: dict[str, Any]) -> Manifest:
    if plain["manifest_version"] != VERSION:
        msg = f"version {plain['manifest_version']!r} is not {VERSION}"
        raise ValueError(msg)
    values = {field.name: plain[field.name] for field in dataclasses.fields(Manifest)}
    _expect(values, str, "database", "schema", "dag_id", "run_id", "job", "verdict", "tool")
    _expect(values, str, "damage", "note")
    _expect(values, bool, "pinned")
    _expect(values, int, "generation")
    for name in ("scheduled_time", "snapshot_time", "export_started", "export_ended"):
        values[name] = _instant(values[name])
    for name in ("reasons", "warnings"):
        values[name] = tuple(str(line) for line in values[name])
    values["tables"] = tuple({**table, "rows": int(table["rows"])} for table in values["tables"])
    values["parameters"] = dict(values["parameters"])
    values["archive"] = _archive(values["archive"])
    verified = values["verified"]
    if verified is not None:
        values["verified"] = Verification(
            time=_instant(verified["time"]), method=str(verified["method"])
        )
    return Manifest(**values)


def _archive(plain: dict[str, Any]) -> ArchiveRecord:
    values = {field.name: plain[field.name] for field in dataclasses.fields(ArchiveRecord)}
    _expect(values, str, "name", "start_header")
    _expect(values, bool, "encrypted")
    _expect(values, int, "level")
    values["members"] = tuple(
        Member(
            name=str(member["name"]),
            size_bytes=int(member["size_bytes"]),
            sha256=_sha256(member["sha256"]),
            crc32=int(member["crc32"]),
        )
        for member in plain["members"]
    )
    values["size_bytes"] = int(values["size_bytes"])
    values["body_sha256"] = _sha256(values["body_sha256"])
    if values["sha256"] is not None:
        values["sha256"] = _sha256(values["sha256"])
    if "/" in values["name"] or values["name"] in {"", ".", ".."}:
        # Retention removes what a manifest names: it may only name its own neighbour.
        msg = f"archive name {values['name']!r} is not a plain file name"
        raise ValueError(msg)
    return ArchiveRecord(**values)


def _expect(values: dict[str, Any], kind: type, *names: str) -> None:
    for name in names:
        # Not isinstance: true is an int in Python, and not in JSON.
        if type(values[name]) is not kind:
            msg = f"{name} is {values[name]!r}, not a {kind.__name__}"
            raise TypeError(msg)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text!r} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        msg = f"{text!r} is not a SHA-256"
        raise ValueError(msg)
    return text
