"""What does the host say of an export: where its job stands, and how its log reads?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.remote_job.scripts import JobStatus, build_status, parse_status
from oracle_backup.domain.log import ExportLog, LogReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from oracle_backup.adapters.ports import Shell

_STATUS_TIMEOUT_SECONDS = 120
_CHUNK_BYTES = 256 * 1024
_TAIL_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


def look(shell: Shell, job: str) -> JobStatus:
    """Return where the job stands, and all that its tool has printed."""
    done = shell.run(build_status(job=job), timeout_seconds=_STATUS_TIMEOUT_SECONDS)
    return parse_status(done.stdout.encode())


def read_export_log(
    shell: Shell, export: Mapping[str, Any], *, phrases: Sequence[str] = ()
) -> ExportLog:
    """
    Given an export's record, return what its log says.

    Where the server has written none, what the tool printed stands in for it.
    """
    reader = LogReader(phrases=phrases)
    for chunk in _chunks(shell, export, tail_bytes=None):
        reader.feed(chunk)
    return reader.close()


def read_log_end(shell: Shell, export: Mapping[str, Any]) -> ExportLog:
    """Given an export's record, return what the end of its log says: enough to tell how it ends."""
    reader = LogReader(keep_tables=False)
    for chunk in _chunks(shell, export, tail_bytes=_TAIL_BYTES):
        reader.feed(chunk)
    return reader.close()


def _chunks(shell: Shell, export: Mapping[str, Any], *, tail_bytes: int | None) -> Iterator[bytes]:
    path = export["log_path"]
    size = shell.stat([path])[path]
    if size is not None:
        offset = max(0, size - tail_bytes) if tail_bytes else 0
        with shell.open_file(path, offset=offset) as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
        return
    # Many failures come before the tool has opened its log; they are on its console only.
    log.warning("There is no log %s: judging by what the tool printed.", path)
    yield look(shell, export["job"]).output
