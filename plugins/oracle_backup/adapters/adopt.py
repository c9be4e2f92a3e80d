"""
How does an archive that another program has made become a backup?

It is read to its last byte, judged by the log in it, and gets a manifest. The archive itself is
left as it is.
"""

from __future__ import annotations

import posixpath
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.domain.adoption import Adopted, foreign_owners, judge_adopted
from oracle_backup.domain.log import ExportLog, LogReader
from oracle_backup.domain.manifest import ArchiveRecord, Manifest, Member, Verification
from oracle_backup.domain.names import MANIFEST_SUFFIX
from oracle_backup.errors import IntegrityError, NameTakenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.adapters.archive.model import Progress, ReadArchive
    from oracle_backup.adapters.ports import ArchiveStore

_LOG_SUFFIX: Final = ".log"
_HEAD_BYTES: Final = 4096


def adopt(
    store: ArchiveStore,
    name: str,
    *,
    database: str,
    schema: str,
    password: str | None,
    zone: str,
    progress: Callable[[Progress], None] | None = None,
) -> Manifest:
    """
    Test an archive, write its manifest, and return that.

    A log in it (``*.log``) gives verdict, tables and time; without one the verdict is
    ``unknown``, and the backup counts for nothing.

    :param name: the archive's, relative to the store's path.
    :param database: the database's name in the config, which the manifest will tell.
    :param schema: the schema, as Oracle stores its name.
    :param password: opens it, where it is encrypted.
    :param zone: whose clocks its log shows.
    :raises NameTakenError: it has a manifest, which is left alone.
    :raises IntegrityError: it is gone or damaged, or its log tells of other schemas.
    :raises ArchivePasswordError: the password is wrong or missing.
    :raises StoreError: the link.
    """
    if store.size(f"{name}{MANIFEST_SUFFIX}") is not None:
        raise NameTakenError(
            f"{name} on {store.label} has a manifest already.",
            hint="It is a backup; nothing needs to be adopted.",
        )
    logs = _Logs()
    label = f"{name} on {store.label}"
    with store.open_read(name) as source:
        found = read_archive(
            source, password=password, progress=progress, open_sink=logs.open, label=label
        )
    read = logs.close()
    if owners := foreign_owners(list(read.values()), schema):
        raise IntegrityError(
            f"{label} holds tables of {', '.join(owners[:5])}, and none of {schema}.",
            hint="Adopt it for the schema it belongs to.",
        )
    adopted = judge_adopted(
        read,
        {member.name: member.size_bytes for member in found.members},
        heads=logs.heads,
        file_time=_file_time(store, name),
        zone=zone,
    )
    if adopted is None:
        raise IntegrityError(
            f"{label} tells no time: neither a log in it nor the store.",
            hint="Leave it as it is: without a time, retention can't order it.",
        )
    manifest = _manifest(name, found, read, adopted, database=database, schema=schema)
    store.write_text(f"{name}{MANIFEST_SUFFIX}", manifest.to_json())
    return manifest


class _Logs:
    """Reads the logs among the members while they pass by."""

    def __init__(self) -> None:
        self.heads: dict[str, bytes] = {}
        self._readers: dict[str, LogReader] = {}

    def open(self, name: str) -> _LogSink | None:
        if not name.lower().endswith(_LOG_SUFFIX):
            return None
        self.heads[name] = b""
        self._readers[name] = LogReader()
        return _LogSink(self, name)

    def feed(self, name: str, data: bytes) -> None:
        self.heads[name] = (self.heads[name] + data)[:_HEAD_BYTES]
        self._readers[name].feed(data)

    def close(self) -> dict[str, ExportLog]:
        """Return what each log says."""
        return {name: reader.close() for name, reader in self._readers.items()}


class _LogSink:
    """Where one log's content goes."""

    def __init__(self, logs: _Logs, name: str) -> None:
        self._logs = logs
        self._name = name

    def write(self, data: bytes, /) -> None:
        self._logs.feed(self._name, bytes(data))


def _file_time(store: ArchiveStore, name: str) -> datetime | None:
    for entry in store.list(posixpath.dirname(name)):
        if entry.name == name and entry.modified is not None:
            return datetime.fromtimestamp(entry.modified, tz=UTC)
    return None


def _manifest(
    name: str,
    found: ReadArchive,
    logs: dict[str, ExportLog],
    adopted: Adopted,
    *,
    database: str,
    schema: str,
) -> Manifest:
    log = next(iter(logs.values())) if len(logs) == 1 else ExportLog()
    return Manifest(
        database=database,
        schema=schema,
        dag_id="",
        run_id="",
        job="",
        generation=1,
        scheduled_time=adopted.moment,
        snapshot_time=adopted.moment,
        snapshot_scn=None,
        export_started=adopted.moment,
        export_ended=adopted.moment,
        verdict=adopted.verdict.value,
        reasons=adopted.reasons,
        warnings=adopted.warnings,
        tool=str(log.tool or ""),
        tool_version=log.version,
        database_version=None,
        character_set=None,
        parameters={},
        tables=tuple(row.to_dict() for row in log.tables),
        archive=ArchiveRecord(
            name=posixpath.basename(name),
            size_bytes=found.size_bytes,
            start_header=found.start_header,
            body_sha256=found.body_sha256,
            sha256=found.sha256,
            encrypted=found.encrypted,
            level=None,
            members=tuple(
                Member(
                    name=member.name,
                    size_bytes=member.size_bytes,
                    sha256=member.sha256,
                    crc32=member.crc32,
                )
                for member in found.members
            ),
        ),
        verified=Verification(time=datetime.now(UTC), method="full"),
        adopted=True,
    )
