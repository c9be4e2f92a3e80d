"""
How fast are export logs read?

Logs of 100 MB of each kind are read in pieces, as they come from a host. Every kind is read in
turn, several times, and the median counts, so that other work on the machine disturbs all alike.
"""

from __future__ import annotations

import statistics
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

from oracle_backup.domain.log import LogReader

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES = 64 * 1024
ROUNDS = 3
HEAD = (
    "Export: Release 19.0.0.0.0 - Production on Mon Nov 23 02:00:00 2026\n"
    'Starting "B"."OB_X_G1":  b/******** parfile=job.par \n'
)
KINDS = {
    "rows": '. . exported "HR"."T{n}"                              17.08 KB     107 rows\n',
    "rows with METRICS and LOGTIME": (
        "23-NOV-26 02:00:04.659: W-1 . . exported "
        '"HR"."T{n}"                     17.08 KB     107 rows in 0 seconds using direct_path\n'
    ),
    "rows in Chinese": '. . 导出了 "HR"."T{n}"                       5.007 KB       2 行\n',
    "object types": "Processing object type SCHEMA_EXPORT/TABLE/INDEX/INDEX\n",
    "errors": (
        'ORA-31693: Table data object "HR"."T{n}" failed to load/unload and is being skipped due '
        "to error:\nORA-02354: error in exporting/importing data\n"
        "ORA-01555: snapshot too old: rollback segment number 37\n\n"
    ),
}


def pieces(text: str, *, size_bytes: int) -> Iterator[bytes]:
    """Yield a log of about this size in pieces; no two of its tables have one name."""
    lines = "".join(text.format(n=n) for n in range(20_000)).encode()
    stream = memoryview(HEAD.encode() + lines)
    cut = [bytes(stream[at : at + PIECE_BYTES]) for at in range(0, len(stream), PIECE_BYTES)]
    yield from islice(cycle(cut), max(1, size_bytes // PIECE_BYTES))


def read_log(text: str, *, size_bytes: int) -> float:
    """Return how many MB/s are read."""
    reader = LogReader(keep_tables=False)
    begun, total = time.perf_counter(), 0
    for piece in pieces(text, size_bytes=size_bytes):
        reader.feed(piece)
        total += len(piece)
    reader.close()
    return total / 1e6 / (time.perf_counter() - begun)


def measure(*, megabytes: int) -> Iterator[str]:
    """Yield the lines of the table."""
    speeds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind, text in KINDS.items():
            speeds[kind].append(read_log(text, size_bytes=megabytes * 1_000_000))
    fastest = max(statistics.median(values) for values in speeds.values())
    yield f"Reading logs of {megabytes} MB, median of {ROUNDS} rounds:"
    for kind, values in speeds.items():
        median = statistics.median(values)
        yield f"  {kind:<30} {median:6.1f} MB/s   {median / fastest:4.2f} of the fastest"
