"""Which process is still the one we knew, and how does one start a life of its own?"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def start_ticks(pid: int) -> int | None:
    """Return when the process began, in clock ticks since boot; None when it is gone.

    With the pid this names a process for ever: a recycled pid has another start. A zombie has
    ended and counts as gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(pid: int | None, started: int | None) -> int:
    """Return 1 when that very process still runs, else 0 (SQLite has no other truth)."""
    return int(bool(pid) and started is not None and start_ticks(int(pid or 0)) == started)


def show_as(title: str) -> None:
    """Show the process under this name and nothing else, as Oracle's tools hide their arguments."""
    # The environment must stay readable in /proc: the lab finds its processes by it.
    os.environ["SPT_NOENV"] = "1"
    with contextlib.suppress(ImportError):
        import setproctitle

        setproctitle.setproctitle(title)


def become_detached() -> bool:
    """Split off a process in a session of its own; return True in it, False in the caller.

    The new one has no terminal, none of the caller's open streams, and init as its parent, so
    neither a hang-up nor a kill of the caller reaches it.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, 256)
    return True
