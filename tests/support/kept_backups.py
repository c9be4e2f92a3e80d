"""Backups as they lie on a store, made without a run."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.manifest import ArchiveRecord, Manifest, Member, Verification
from oracle_backup.domain.names import BackupNames
from support.archives import dump_like, make_archive
from support.builders import make_manifest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def keep_backup(
    store: Path,
    *,
    schema: str,
    moment: datetime,
    database: str = "lab",
    password: str | None = None,
    verified: str | None = "full",
    **changes: Any,
) -> Path:
    """
    Write an archive and its manifest where a run would, and return the archive's path.

    :param store: the folder that the store's path is.
    :param verified: how the manifest says it was verified, None for not at all.
    """
    names = BackupNames(database=database, schema=schema, moment=moment, generation=1)
    content, written = make_archive(
        {f"{names.stem}_01.dmp": dump_like(20_000), f"{names.stem}.log": b"all is well\n"},
        password=password,
    )
    path = store / names.archive
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    manifest = make_manifest(
        database=database,
        schema=schema,
        scheduled_time=moment,
        snapshot_time=moment + timedelta(seconds=5),
        export_started=moment,
        export_ended=moment + timedelta(minutes=3),
        archive=ArchiveRecord(
            name=path.name,
            size_bytes=written.size_bytes,
            start_header=written.start_header,
            body_sha256=written.body_sha256,
            sha256=None,
            encrypted=written.encrypted,
            level=1,
            members=tuple(
                Member(name=one.name, size_bytes=one.size_bytes, sha256=one.sha256, crc32=one.crc32)
                for one in written.members
            ),
        ),
        verified=None if verified is None else Verification(time=moment, method=verified),
    )
    write_manifest(path, dataclasses.replace(manifest, **changes))
    return path


def write_manifest(archive: Path, manifest: Manifest) -> None:
    manifest_path(archive).write_text(manifest.to_json(), encoding="utf-8")


def read_manifest(archive: Path) -> Manifest:
    return Manifest.from_json(manifest_path(archive).read_bytes())


def manifest_path(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.json")
