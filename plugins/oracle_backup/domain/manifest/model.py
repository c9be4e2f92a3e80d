"""What is in a manifest, and which of it does a catalogue need at hand?"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from oracle_backup.domain.manifest.plain import expect, fields_of, to_instant, to_plain
from oracle_backup.domain.manifest.records import ArchiveRecord, Drill, Verification
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

Read = TypeVar("Read")

VERSION: Final = 1
MAX_BYTES: Final = 256 * 1024 * 1024
"""A manifest holds a line per table; one larger than this was not written by us."""

LATER_FIELDS: Final = frozenset({"host_folder", "drills", "adopted"})
"""Fields that the first releases did not write."""

_BY_HAND: Final = "Leave the archive beside it in place and look at both by hand."


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """
    Everything but the record of each table.

    :param database: the database's name in the config.
    :param schema: the schema, as Oracle stores its name.
    :param dag_id: the DAG that made the backup; empty for an adopted one.
    :param run_id: its run; empty for an adopted one.
    :param job: the export's name on the host and in the database; empty for an adopted one.
    :param generation: 1 for a run's first export, one more each time it was cleared.
    :param scheduled_time: when the run was due, or its start where it was due at no time.
    :param snapshot_time: the instant the data show. Retention orders by this and nothing else.
    :param snapshot_scn: the same as Oracle's system change number, where it was read.
    :param export_started: when the tool was started.
    :param export_ended: when it ended.
    :param verdict: ``complete``, ``incomplete``, ``failed`` or ``unknown``.
    :param reasons: why the verdict is what it is, in words.
    :param warnings: what else to look at, in words.
    :param tool: ``expdp`` or ``exp``; empty where it is not known.
    :param tool_version: the tool's release, where its log says it.
    :param database_version: the database's release, where it was asked.
    :param character_set: the database's character set, where it was asked.
    :param parameters: what the export was asked for; no secrets.
    :param archive: the archive as it was sent.
    :param verified: when and how it was read back and matched; null until then.
    :param damage: what reading back has found wrong with the archive, or nothing.
    :param pinned: whether it is kept for ever.
    :param note: what a person wrote about it.
    :param host_folder: folder on the Oracle host where dump set and log lay, under the names of
        the archive's members; null where it is not known.
    :param drills: rehearsed restores, oldest first.
    :param adopted: whether the archive was made by another program, and got its manifest later.
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
    archive: ArchiveRecord
    verified: Verification | None = None
    damage: str = ""
    pinned: bool = False
    note: str = ""
    host_folder: str | None = None
    drills: tuple[Drill, ...] = ()
    adopted: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether this is a good backup: complete, and read back from the store."""
        return self.verdict == "complete" and self.verified is not None

    @property
    def unread_since(self) -> datetime | None:
        """When the export ended, where nobody has read the archive back; else None."""
        return self.export_ended if self.verified is None and not self.damage else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestHead(BackupFacts):
    """
    A manifest without its tables, of which there may be thousands; it is never written to a store.

    :param table_count: how many lines the record of tables has.
    :param rows: how many rows the export wrote.
    """

    table_count: int
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> ManifestHead:
        """Given what `to_dict` returned, return the head. Raise IntegrityError for others."""
        return _doubted(_head, plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(BackupFacts):
    """
    Everything a restore, a prune or a reader wants to know of a backup.

    :param tables: one object per table row of the log.
    """

    tables: tuple[dict[str, Any], ...]

    @property
    def table_count(self) -> int:
        """How many lines the record of tables has."""
        return len(self.tables)

    @property
    def rows(self) -> int:
        """How many rows the export wrote."""
        return sum(int(table["rows"]) for table in self.tables)

    @property
    def head(self) -> ManifestHead:
        """The manifest without its tables."""
        facts = {one.name: getattr(self, one.name) for one in dataclasses.fields(BackupFacts)}
        return ManifestHead(**facts, table_count=self.table_count, rows=self.rows)

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

    def with_pin(self, *, pinned: bool, note: str | None = None) -> Self:
        """Return the manifest of a backup kept for ever, or no longer; None leaves the note."""
        return dataclasses.replace(self, pinned=pinned, note=self.note if note is None else note)

    def with_drill(self, drill: Drill) -> Self:
        """Return the manifest after one more rehearsed restore."""
        return dataclasses.replace(self, drills=(*self.drills, drill))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: instants as ISO 8601 in UTC."""
        plain: dict[str, Any] = {"manifest_version": VERSION}
        plain.update(to_plain(self))
        return plain

    def to_json(self) -> str:
        """Return the text of the manifest file."""
        try:
            text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"
        except RecursionError as error:
            # What this release does not know is kept as it is, and may be anything.
            raise IntegrityError("The manifest is nested too deeply.", hint=_BY_HAND) from error
        # Half a surrogate pair is in no encoding; its escape is what JSON has for it.
        return text.encode("utf-8", "backslashreplace").decode()

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Manifest:
        """Given what `to_dict` returned, return the manifest. Raise IntegrityError for others."""
        return _doubted(_manifest, plain)

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Given a manifest file's text, return the manifest. Raise IntegrityError for others."""
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise IntegrityError(f"The manifest is not JSON: {error}.", hint=_BY_HAND) from error
        return cls.from_dict(plain)


def _doubted(read: Callable[[Any], Read], plain: Any) -> Read:
    try:
        return read(plain)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise IntegrityError(
            f"The manifest is not one of ours, or damaged: {type(error).__name__}: {error}.",
            hint=_BY_HAND,
        ) from error


def _manifest(plain: Any) -> Manifest:
    if plain["manifest_version"] != VERSION:
        msg = f"version {plain['manifest_version']!r} is not {VERSION}"
        raise ValueError(msg)
    values = _facts(fields_of(Manifest, plain, later=LATER_FIELDS))
    del values["more"]["manifest_version"]
    expect(values, list, "tables")
    values["tables"] = tuple({**table, "rows": int(table["rows"])} for table in values["tables"])
    return Manifest(**values)


def _head(plain: Any) -> ManifestHead:
    values = _facts(fields_of(ManifestHead, plain))
    expect(values, int, "table_count", "rows")
    return ManifestHead(**values)


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """Given a manifest's fields as JSON has them, return them as they are in Python."""
    expect(values, str, "database", "schema", "dag_id", "run_id", "job", "verdict", "tool")
    expect(values, str, "damage", "note")
    expect(values, str, "tool_version", "database_version", optional=True)
    expect(values, str, "character_set", "host_folder", optional=True)
    expect(values, bool, "pinned", "adopted")
    expect(values, int, "generation")
    expect(values, int, "snapshot_scn", optional=True)
    expect(values, list, "reasons", "warnings", "drills")
    expect(values, dict, "parameters")
    for name in ("scheduled_time", "snapshot_time", "export_started", "export_ended"):
        values[name] = to_instant(values[name])
    for name in ("reasons", "warnings"):
        values[name] = tuple(str(line) for line in values[name])
    values["archive"] = ArchiveRecord.from_plain(values["archive"])
    values["verified"] = Verification.from_plain(values["verified"])
    values["drills"] = tuple(Drill.from_plain(one) for one in values.get("drills", ()))
    return values
