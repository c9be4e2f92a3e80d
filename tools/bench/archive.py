"""How long from a dump on the host to a checked archive on the store, way beside way?"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from stage import limit_links, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stage import Place

HERE = Path(__file__).resolve().parent
SHAPED = "ORACLE_BACKUP_BENCH_SHAPED"
_SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Sample:
    """
    One run of one way.

    :param memory_bytes: most that the worker's processes held at one time.
    :param scratch_bytes: most that lay in the worker's scratch folder at one time.
    """

    seconds: float
    archive_bytes: int
    memory_bytes: int
    scratch_bytes: int


NATIVE = "native, one after the other"
WAYS: dict[str, dict[str, Any] | None] = {
    NATIVE: None,
    "7zz pipe on the worker": {"encoder": "7zz", "level": 1},
    "7zz pipe, encrypted": {"encoder": "7zz", "level": 1, "encrypted": True},
    "7zz on the host": {"encoder": "7zz", "level": 1, "compress_on": "host"},
    "liblzma threads": {"encoder": "lzma", "level": 1},
}


def measure(*, mebibytes: int, rounds: int) -> Iterator[str]:
    """Yield the lines of the table for links without a limit."""
    yield from _table("loopback, all on this machine", mebibytes=mebibytes, rounds=rounds)


def measure_shaped(*, mebibytes: int, rounds: int) -> Iterator[str]:
    """Yield the lines of the table for slower links, from a network of its own."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip", "tc"))):
        yield "Slower links: not measured, as that needs root, unshare, ip and tc."
        return
    command = (
        f"ip link set lo up && exec {shlex.quote(sys.executable)} {shlex.quote(str(HERE))} "
        f"archive --mebibytes {mebibytes} --rounds {rounds}"
    )
    with subprocess.Popen(
        ["unshare", "--net", "sh", "-c", command],
        env=os.environ | {SHAPED: "yes"},
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        yield from (line.rstrip("\n") for line in child.stdout)


def measure_predecessor(*, mebibytes: int) -> Iterator[str]:
    """Yield the comparison with fetching, py7zr as it comes, and sending; once, as it is slow."""
    ways: dict[str, dict[str, Any]] = {
        "7zz pipe on the worker": {"encoder": "7zz", "level": 1},
        "liblzma threads": {"encoder": "lzma", "level": 1},
        "liblzma threads, level 6": {"encoder": "lzma", "level": 6},
        "7zz pipe, level 6": {"encoder": "7zz", "level": 6},
    }
    with stage(dump_bytes=mebibytes << 20) as place:
        _show(f"the predecessor's way over {mebibytes} MiB: some minutes")
        slow = _run(place, "predecessor", {})
        yield f"Against paramiko get, py7zr, paramiko put ({mebibytes} MiB, one run each):"
        yield f"  {'predecessor':<30} {slow.seconds:7.1f} s    1.00    {_sizes(slow, mebibytes)}"
        for name, options in ways.items():
            ours = _run(place, "ours", options)
            yield (
                f"  {name:<30} {ours.seconds:7.1f} s  {slow.seconds / ours.seconds:6.1f} times "
                f"as fast    {_sizes(ours, mebibytes)}"
            )


def measure_memory(*, gibibytes: int) -> Iterator[str]:
    """Yield how much memory the worker takes for a sparse dump of this size, and for a small."""
    yield f"Memory of the worker at level 1, encrypted, for a sparse dump of 1 and {gibibytes} GiB:"
    for size in (1, gibibytes):
        with stage(dump_bytes=size << 30, sparse=True) as place:
            for encoder in ("7zz", "lzma"):
                options = {"encoder": encoder, "level": 1, "encrypted": True}
                run = _run(place, "ours", options)
                yield f"  {size:3d} GiB  {encoder:<5} {run.memory_bytes >> 20:4d} MiB"


def _table(title: str, *, mebibytes: int, rounds: int) -> Iterator[str]:
    samples: dict[str, list[Sample]] = {name: [] for name in WAYS}
    with stage(dump_bytes=mebibytes << 20) as place:
        if SHAPED in os.environ:
            title = "1 Gbit from the host, 200 Mbit to the store"
            limit_links(place)
        for number in range(1, rounds + 1):
            for name, options in WAYS.items():
                run = _native(place) if options is None else _run(place, "ours", options)
                samples[name].append(run)
                _show(f"round {number} of {rounds}, {name}: {run.seconds:.1f} s")
    base = statistics.median(sample.seconds for sample in samples[NATIVE])
    size = statistics.median(sample.archive_bytes for sample in samples[NATIVE])
    yield f"From dump to checked archive, {title} ({mebibytes} MiB, median of {rounds}):"
    yield f"  {'':<30} {'time':>9} {'ratio':>7} {'size':>6} {'memory':>8} {'scratch':>8}"
    for name, runs in samples.items():
        seconds = statistics.median(sample.seconds for sample in runs)
        packed = statistics.median(sample.archive_bytes for sample in runs)
        yield (
            f"  {name:<30} {seconds:7.1f} s {seconds / base:7.2f} {packed / size:6.3f} "
            f"{max(run.memory_bytes for run in runs) >> 20:4d} MiB "
            f"{max(run.scratch_bytes for run in runs) >> 20:4d} MiB"
        )


def _show(progress: str) -> None:
    """Tell whoever waits how far it is; the tables go to standard output."""
    print(f"  ... {progress}", file=sys.stderr, flush=True)


def _sizes(sample: Sample, mebibytes: int) -> str:
    ratio = (mebibytes << 20) / sample.archive_bytes
    return f"compressed {ratio:.2f}:1, scratch {sample.scratch_bytes >> 20} MiB"


def _run(place: Place, way: str, options: Mapping[str, Any]) -> Sample:
    settings = {"way": way, "place": place.to_dict(), "options": dict(options)}
    return _timed(place, [sys.executable, str(HERE / "way.py"), json.dumps(settings)])


def _native(place: Place) -> Sample:
    return _timed(place, ["sh", "-euc", _NATIVE_SCRIPT, "native", *_native_arguments(place)])


_NATIVE_SCRIPT = r"""
config=$1 dump=$2 store=$3 scratch=$4
cd "$scratch"
echo "get $dump" | sftp -q -F "$config" -b - host >/dev/null
7zz a -mx=1 -mmt -bd -bso0 -bsp0 BENCH.7z "$(basename "$dump")"
sum=$(sha256sum <BENCH.7z)
printf 'put BENCH.7z %s/BENCH.7z.part\nrename %s/BENCH.7z.part %s/BENCH.7z\n' \
    "$store" "$store" "$store" | sftp -q -F "$config" -b - store >/dev/null
[ "$sum" = "$(ssh -F "$config" store "sha256sum <$store/BENCH.7z")" ]
"""


def _native_arguments(place: Place) -> list[str]:
    folder = Path(place.key).parent
    known = folder / "known_hosts"
    public = Path(f"{place.host_key}.pub").read_text(encoding="utf-8")
    config = folder / "client_config"
    ports = {"host": place.host_port, "store": place.store_port}
    known.write_text(
        "".join(f"[127.0.0.1]:{port} {public}\n" for port in ports.values()), encoding="utf-8"
    )
    config.write_text(
        "".join(
            f"Host {name}\n HostName 127.0.0.1\n Port {port}\n User {place.user}\n"
            f" IdentityFile {place.key}\n UserKnownHostsFile {known}\n"
            for name, port in ports.items()
        ),
        encoding="utf-8",
    )
    return [str(config), place.dump, place.store, place.scratch]


def _timed(place: Place, command: list[str]) -> Sample:
    store, scratch = Path(place.store), Path(place.scratch)
    for old in (*store.iterdir(), *scratch.iterdir()):
        old.unlink()
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        watch = _Watch(child.pid, scratch)
        code = child.wait()
    seconds = time.monotonic() - begun
    watch.end()
    if code != 0:
        sys.exit(f"{command[-1][:200]} ended with {code}")
    archive = store / "BENCH.7z"
    subprocess.run(
        ["7zz", "t", "-bso0", "-bsp0", "-pcorrect horse battery", str(archive)], check=True
    )
    return Sample(seconds, archive.stat().st_size, watch.memory_bytes, watch.scratch_bytes)


class _Watch:
    """Looks at a process, its children and a folder, until they have ended."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._process = psutil.Process(pid)
        self._folder = folder
        self._ended = threading.Event()
        self.memory_bytes = self.scratch_bytes = 0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self.memory_bytes = max(self.memory_bytes, self._memory())
            used = sum(path.stat().st_size for path in self._folder.iterdir() if path.exists())
            self.scratch_bytes = max(self.scratch_bytes, used)

    def _memory(self) -> int:
        total = 0
        try:
            for process in (self._process, *self._process.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.Error:
            # One of them has just ended.
            return 0
        return total
