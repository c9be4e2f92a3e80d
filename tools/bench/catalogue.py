#!/usr/bin/env python3
"""
How long does it take to read which backups a store holds?

A folder of an OpenSSH server on loopback gets thousands of manifests of about 3 KB, each beside an
archive. A process of its own reads them for the first time, another one once more with the cache
that the first has kept; both by turns, several times, and the medians count.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "include"), str(ROOT / "tests")]

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "erp/HR"
ROUNDS = 3
_TABLES = 14
_AN_HOUR = 3600


def measure(manifests: int = 10_000) -> Iterator[str]:
    """Yield lines that say how long a catalogue of so many backups takes, and what memory."""
    from lab.keys import LabKeys
    from lab.servers.openssh import OpenSSH

    with tempfile.TemporaryDirectory(prefix="bench-catalogue-") as name:
        folder = Path(name)
        (folder / "keys").mkdir()
        (folder / "sshd").mkdir()
        keys = LabKeys(folder / "keys")
        size = _fill(folder / "store" / FOLDER, manifests)
        with OpenSSH(folder / "sshd", keys) as server:
            place = {
                "store_port": server.port,
                "user": server.user,
                "key": str(keys.client),
                "host_key": str(keys.host),
                "store": str(folder / "store"),
                "cache": str(folder / "cache"),
            }
            idle = _read(place, folder="nothing")
            rounds = []
            for _ in range(ROUNDS):
                shutil.rmtree(place["cache"], ignore_errors=True)
                rounds.append((_read(place), _read(place)))
        yield f"A catalogue of {manifests} backups, manifests of {size} bytes, over OpenSSH:"
        yield from _lines(rounds, idle, manifests=manifests)


def _lines(
    rounds: list[tuple[dict[str, Any], dict[str, Any]]], idle: dict[str, Any], *, manifests: int
) -> Iterator[str]:
    if any(one["found"] != manifests for pair in rounds for one in pair):
        raise SystemExit("not every backup was found")
    medians = []
    for number, title in enumerate(("first listing", "with the cache")):
        seconds = statistics.median(pair[number]["seconds"] for pair in rounds)
        peak = max(pair[number]["peak_bytes"] for pair in rounds)
        medians.append(seconds)
        yield (
            f"  {title:14}: {seconds:6.2f} s, {manifests / seconds:6.0f} backups a second, "
            f"{(peak - idle['peak_bytes']) / 1024**2:4.0f} MiB more than with none "
            f"({peak / 1024**2:.0f} MiB)"
        )
    yield f"  the cache makes it {medians[0] / medians[1]:.1f} times as fast"


def _fill(folder: Path, manifests: int) -> int:
    """Put backups there, an hour apart and settled; return how long a manifest is."""
    from support.shelves import archive_bytes, make_backup_on

    folder.mkdir(parents=True)
    model = make_backup_on("model.7z")
    tables = tuple({**model.tables[0], "table": f"TABLE_{n:04}"} for n in range(_TABLES))
    settled = time.time() - _AN_HOUR
    text = ""
    for number in range(manifests):
        name = f"HR-{number:08}.7z"
        record = dataclasses.replace(model.archive, name=name, size_bytes=len(archive_bytes(name)))
        moment = model.snapshot_time + timedelta(hours=number)
        text = dataclasses.replace(
            model, archive=record, tables=tables, snapshot_time=moment
        ).to_json()
        (folder / name).write_bytes(archive_bytes(name))
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        os.utime(folder / f"{name}.json", (settled, settled))
    return len(text.encode())


def _read(place: dict[str, Any], *, folder: str = FOLDER) -> dict[str, Any]:
    """Return what a process that reads the catalogue says of itself."""
    done = subprocess.run(
        [sys.executable, __file__, "--read"],
        input=json.dumps({**place, "folder": folder}).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


# In the process that is measured.


def _read_here(plan: dict[str, Any]) -> dict[str, Any]:
    from way import connect

    from oracle_backup.adapters.catalogue import CatalogueCache, read_catalogue
    from oracle_backup.adapters.sftp_store import SftpStore

    with connect(plan, plan["store_port"]) as client:
        store = SftpStore(client.open_sftp(), root=plan["store"], label="store")
        cache = CatalogueCache(Path(plan["cache"]))
        begun = time.perf_counter()
        found = read_catalogue(store, plan["folder"], database="erp", schema="HR", cache=cache)
        seconds = time.perf_counter() - begun
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "found": len(found), "peak_bytes": peak_bytes}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument("--manifests", type=int, default=10_000, help="how many backups there are")
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(_read_here(json.load(sys.stdin))))
        return
    for line in measure(arguments.manifests):
        print(line, flush=True)


if __name__ == "__main__":
    main()
