"""How do the files of an export become one archive on all open stores, in one pass?"""

from __future__ import annotations

import logging
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from oracle_backup.domain.log import LogReader
from oracle_backup.domain.units import format_bytes, format_seconds
from oracle_backup.errors import (
    BackupError,
    ConfigError,
    SourceChangedError,
    StoreError,
    StoreFullError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from oracle_backup.adapters.archive.encoder import EncoderName
    from oracle_backup.adapters.archive.host_encoder import HostEncoder
    from oracle_backup.adapters.archive.model import ArchiveMember, WrittenArchive
    from oracle_backup.adapters.ports import ArchiveStore, Part, Shell
    from oracle_backup.domain.log import ExportLog
    from oracle_backup.operators.stores import OpenStores

_CHUNK_BYTES = 256 * 1024
_PACKED_BY_DATA_PUMP = {"all", "data_only"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """
    A file of the export on the host, as it was when the export was judged.

    :param compressed: Data Pump has compressed or encrypted what is in it.
    """

    path: str
    size_bytes: int
    compressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Packer:
    """
    Packs in the way the config asks for.

    :param compress_on: ``worker``, ``host`` or ``auto``.
    :param progress_interval: seconds between two lines of progress in the log.
    """

    level: int
    password: str | None = field(repr=False)
    threads: int | None
    encoder: EncoderName
    compress_on: str
    progress_interval: float

    def pack(
        self, shell: Shell, files: Sequence[ExportFile], opened: OpenStores, *, name: str
    ) -> WrittenArchive:
        """
        Write the files as one archive to every open store; one that fails leaves them.

        Raise the first store's error where all fail, and what `write_archive` raises.
        """
        from oracle_backup.adapters.archive.progress import ProgressLines
        from oracle_backup.adapters.archive.sinks import FanOut
        from oracle_backup.adapters.archive.writer import write_archive

        total = sum(file.size_bytes for file in files)
        members = self._members(shell, files)
        log.info("Archiving %d files (%s) as %s.", len(files), format_bytes(total), name)
        # What is stored as it is needs no trial: better told now than when the store is full.
        stored = sum(file.size_bytes for file in files if file.compressed or not self.level)
        with _Parts(opened, name, least_bytes=stored) as parts:
            fan = FanOut(parts.open)
            written = write_archive(
                members,
                sink=fan,
                level=self.level,
                password=self.password,
                threads=self.threads,
                encoder=self.encoder,
                progress=ProgressLines(log.info, interval_seconds=self.progress_interval),
            )
            for store_name, error in fan.failed.items():
                opened.drop(store_name, _as_backup_error(error))
            parts.finish()
        log.info(
            "Archived %d files (%s) into %s (%s, %.2f:1) in %s, packed by %s.",
            len(files),
            format_bytes(total),
            name,
            format_bytes(written.size_bytes),
            written.ratio,
            format_seconds(written.seconds),
            written.encoder,
        )
        return written

    def _members(self, shell: Shell, files: Sequence[ExportFile]) -> list[ArchiveMember]:
        from oracle_backup.adapters.archive.model import ArchiveMember

        host = self._host_encoder(shell) if self.level else None
        return [
            ArchiveMember(
                name=posixpath.basename(file.path),
                size_bytes=file.size_bytes,
                open=_opener(shell, file),
                compressed=file.compressed,
                packed=_packing(host, file) if host is not None else None,
            )
            for file in files
        ]

    def _host_encoder(self, shell: Shell) -> HostEncoder | None:
        """Return what packs on the host, or None where the worker packs."""
        from oracle_backup.adapters.archive.host_encoder import HostEncoder, probe_host_encoder

        if self.compress_on == "worker":
            return None
        program = probe_host_encoder(shell)
        if program is not None:
            log.info("%s packs with its own %s.", shell.host_label, program)
            return HostEncoder(shell, program=program, level=self.level, threads=self.threads)
        if self.compress_on == "host":
            raise ConfigError(
                f"There is no working 7-Zip on the Oracle host {shell.host_label}, and "
                "archive.compress_on is host.",
                hint="Install 7zz there, or set compress_on: worker.",
            )
        log.info("%s has no working 7-Zip: the worker packs.", shell.host_label)
        return None


class _Parts:
    """
    One provisional file on each open store; what is not finished on leaving is removed.

    :param least_bytes: what the archive will have at least.
    """

    def __init__(self, opened: OpenStores, name: str, *, least_bytes: int) -> None:
        self._opened = opened
        self._name = name
        self._least_bytes = least_bytes
        # A store that is dropped on the way is still asked to remove its part.
        self._stores = dict(opened.stores)
        self._finished: set[str] = set()
        self.open: dict[str, Part] = {}

    def __enter__(self) -> Self:
        for name, store in self._stores.items():
            with self._opened.guarded(name):
                _require_room(store, self._least_bytes)
                self.open[name] = store.open_part(self._name)
        self._opened.require_one()
        return self

    def finish(self) -> None:
        """Give the parts their final name. Raise the first store's error where none takes it."""
        for name, store in list(self._opened.stores.items()):
            with self._opened.guarded(name):
                store.finish(self.open[name])
                self._finished.add(name)
        self._opened.require_one()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Whatever ends this, a signal included: no half archive stays behind.
        for name, part in self.open.items():
            if name not in self._finished:
                self._stores[name].abandon(part)


def files_of(
    shell: Shell, inspection: Mapping[str, Any], parameters: Mapping[str, Any]
) -> list[ExportFile]:
    """
    Return the export's dump files and log as they were judged.

    Raise SourceChangedError where one of them is gone or has another size now.
    """
    compressed = (
        parameters.get("compression") in _PACKED_BY_DATA_PUMP
        or parameters.get("encryption") in _PACKED_BY_DATA_PUMP
    )
    files = [
        ExportFile(file["path"], file["size_bytes"], compressed)
        for file in inspection["dump_files"]
    ]
    if inspection["log_size_bytes"] is not None:
        files.append(ExportFile(inspection["log_path"], inspection["log_size_bytes"], False))
    sizes = shell.stat([file.path for file in files])
    for file in files:
        found = sizes[file.path]
        if found != file.size_bytes:
            raise SourceChangedError(
                f"{file.path} on {shell.host_label} had {file.size_bytes} bytes when the export "
                f"was judged, and {'is gone' if found is None else f'has {found} now'}.",
                hint="Find out what touches that folder. If the file is gone, clear the "
                "export task to export again.",
            )
    return files


def read_export_log(shell: Shell, inspection: Mapping[str, Any]) -> ExportLog:
    """Return what the export's log says; an empty one where it wrote none."""
    reader = LogReader()
    if inspection["log_size_bytes"] is not None:
        with shell.open_file(inspection["log_path"]) as file:
            while chunk := file.read(_CHUNK_BYTES):
                reader.feed(chunk)
    return reader.close()


def _require_room(store: ArchiveStore, least_bytes: int) -> None:
    free = store.free_bytes() if least_bytes else None
    if free is not None and free < least_bytes:
        raise StoreFullError(
            f"Store {store.label} has {format_bytes(free)} free, and the archive will have at "
            f"least {format_bytes(least_bytes)}.",
            hint="Free space there or keep fewer backups, then clear the task.",
        )


def _opener(shell: Shell, file: ExportFile) -> Callable[[int], Any]:
    return lambda offset: shell.open_file(file.path, offset=offset)


def _packing(host: HostEncoder, file: ExportFile) -> Callable[[], Any]:
    return lambda: host.open(file.path, size_bytes=file.size_bytes)


def _as_backup_error(error: BackupError | OSError) -> BackupError:
    return error if isinstance(error, BackupError) else StoreError(str(error))
