#!/usr/bin/env python3
"""
What does an export that waits cost the triggerer?

Jobs that do nothing are started on the lab's host. A process of its own holds a trigger for each
in one event loop, as a triggerer does, and measures itself; what a process with one trigger costs
is taken off. Once with a look each minute, where every long wait ends up, and once with a look
every 2 s, as in the first seconds of each; there with fewer, because the host has to keep up.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "include"), str(ROOT / "tests")]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.stage import Lab
    from oracle_backup.triggers.remote_job import RemoteJobTrigger

SLOW_SECONDS, FAST_SECONDS = 60.0, 2.0
MOST_FAST = 20
_READY_SECONDS = 300.0


def measure(waiting: int = 200, seconds: float = 60.0) -> Iterator[str]:
    """
    Yield lines that say what a waiting export costs.

    :param waiting: how many wait at the same time.
    :param seconds: for how long each is watched.
    """
    with tempfile.TemporaryDirectory(prefix="bench-waiting-") as folder:
        os.environ.setdefault("AIRFLOW_HOME", f"{folder}/airflow")
        os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        from lab.stage import Lab

        with Lab(Path(folder) / "lab", servers=("host",), scale=0.01) as lab:
            names = [f"OB_BENCH{number:07}_G1" for number in range(max(2, waiting))]
            _start_jobs(lab, names)
            yield f"Waiting exports, each with an SSH connection, for {seconds:.0f} s:"
            for interval, many in ((SLOW_SECONDS, names), (FAST_SECONDS, names[:MOST_FAST])):
                one = _watched(lab, names[:1], interval=interval, seconds=seconds)
                all_ = _watched(lab, many, interval=interval, seconds=seconds)
                yield _line(one, all_, count=len(many), interval=interval, seconds=seconds)


def _line(
    one: dict[str, Any], many: dict[str, Any], *, count: int, interval: float, seconds: float
) -> str:
    others = count - 1
    memory = (many["rss_bytes"] - one["rss_bytes"]) / others / 1024
    busy = (many["cpu_seconds"] - one["cpu_seconds"]) / others * 1000
    looks = (many["looks"] - one["looks"]) / others
    return (
        f"  {count:4} with a look every {interval:2.0f} s: {memory:6.0f} KiB and "
        f"{busy * 60 / seconds:7.1f} ms of CPU a minute each, {busy / max(looks, 0.01):5.1f} ms a "
        f"look ({looks * 60 / seconds:.1f} looks a minute each); the process "
        f"{many['rss_bytes'] / 1024**2:.0f} MiB, with one {one['rss_bytes'] / 1024**2:.0f} MiB"
    )


def _start_jobs(lab: Lab, names: list[str]) -> None:
    os.environ["AIRFLOW_CONN_LAB_HOST"] = json.dumps(lab.connections["lab_host"])
    from support.waiting import WaitingJobs

    asyncio.run(WaitingJobs(lab).start(names))


def _watched(lab: Lab, names: list[str], *, interval: float, seconds: float) -> dict[str, Any]:
    """Return what a process that holds a trigger for each of these jobs says of itself."""
    plan = {
        "names": names,
        "interval": interval,
        "seconds": seconds,
        "dumps": str(lab.paths.dumps),
        "result": str(lab.paths.state / "bench.json"),
    }
    # Its output is that of the triggers, line by line.
    subprocess.run(
        [sys.executable, __file__, "--hold"],
        input=json.dumps(plan).encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    result: dict[str, Any] = json.loads(Path(plan["result"]).read_text())
    return result


# In the process that is measured.


async def _hold(plan: dict[str, Any]) -> dict[str, Any]:
    import psutil

    from oracle_backup.triggers.host_link import HostLink

    looks = 0
    run = HostLink.run

    async def counted(link: HostLink, script: str) -> bytes:
        nonlocal looks
        said = await run(link, script)
        looks += 1
        return said

    HostLink.run = counted
    triggers = [_trigger(name, plan) for name in plan["names"]]
    waits = [asyncio.create_task(anext(trigger.run())) for trigger in triggers]
    deadline = time.monotonic() + _READY_SECONDS
    while looks < len(triggers):
        if time.monotonic() > deadline or any(wait.done() for wait in waits):
            raise SystemExit("not every trigger has found its job")
        await asyncio.sleep(0.1)
    process, before = psutil.Process(), looks
    begun = process.cpu_times()
    await asyncio.sleep(plan["seconds"])
    ended = process.cpu_times()
    looks -= before
    gc.collect()
    result = {
        "rss_bytes": process.memory_info().rss,
        "cpu_seconds": ended.user + ended.system - begun.user - begun.system,
        "looks": looks,
    }
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    await asyncio.gather(*(trigger.cleanup() for trigger in triggers))
    return result


def _trigger(name: str, plan: dict[str, Any]) -> RemoteJobTrigger:
    from oracle_backup.triggers.remote_job import RemoteJobTrigger

    return RemoteJobTrigger(
        ssh_conn_id="lab_host",
        job=name,
        deadline="2999-01-01T00:00:00+00:00",
        folder=plan["dumps"],
        stem=name,
        log_path=f"{plan['dumps']}/{name}.log",
        poll_interval=plan["interval"],
        poll_interval_limit=plan["interval"],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument("--waiting", type=int, default=200, help="how many exports wait")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long each is watched")
    parser.add_argument("--hold", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.hold:
        plan = json.load(sys.stdin)
        Path(plan["result"]).write_text(json.dumps(asyncio.run(_hold(plan))))
        return
    for line in measure(arguments.waiting, arguments.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
