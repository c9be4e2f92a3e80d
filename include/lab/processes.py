"""Which processes belong to a lab, and how are they ended?

Everything a lab starts carries LAB_STATE=<state folder> in its environment, also what has detached
itself from its session. Nothing else tells a server-side job of this lab from another process.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

MARKER = "LAB_STATE"
# How long a process gets to end on SIGTERM before SIGKILL.
_GRACE_SECONDS = 2.0


def processes_of(state: Path) -> list[psutil.Process]:
    """Return the running processes of the lab with this state folder, other than this one."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in ours and _belongs(process, str(state))
    ]


def end_processes_of(state: Path) -> int:
    """End every process of the lab; return how many there were."""
    found = processes_of(state)
    for process in found:
        _send(process, kill=False)
    _, alive = psutil.wait_procs(found, timeout=_GRACE_SECONDS)
    # One that was ending may have started another in the meantime.
    rest = {*alive, *processes_of(state)}
    for process in rest:
        _send(process, kill=True)
    psutil.wait_procs(list(rest), timeout=_GRACE_SECONDS)
    return len({*found, *rest})


def _belongs(process: psutil.Process, state: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return bool(process.environ().get(MARKER) == state)
    except (psutil.Error, OSError):
        return False


def _send(process: psutil.Process, *, kill: bool) -> None:
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.Error:
        return
