"""What does a server of the lab do the same way whatever it serves?

Its settings, with the passwords in them, come as one JSON line on stdin, so that no secret is in
argv or in the environment. Stdin then stays open: when it ends, the lab has gone, and the server
goes too. Once it listens, it says so in `run/<server>.json`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.files import write_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOPBACK = "127.0.0.1"
Settings = dict[str, Any]


def read_settings() -> Settings:
    """Read the one line of settings, and prepare the log, which is stderr."""
    settings: Settings = json.loads(sys.stdin.buffer.readline())
    logging.basicConfig(
        level=settings.get("log_level", "INFO"),
        stream=sys.stderr,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    return settings


def announce(settings: Settings, *, port: int) -> None:
    """Say that this server now listens on `port`."""
    path = Path(settings["run"]) / f"{settings['name']}.json"
    write_json(path, {"pid": os.getpid(), "port": port})
    logging.getLogger("lab").info("%s listens on %s:%d", settings["name"], LOOPBACK, port)


def when_the_lab_ends(action: Callable[[], object]) -> None:
    """Call `action`, in a thread of its own, once stdin ends."""

    def wait() -> None:
        # Not through sys.stdin: a thread waiting there holds a lock that the end of Python needs.
        while os.read(0, 4096):
            pass
        action()

    threading.Thread(target=wait, name="wait-for-the-lab", daemon=True).start()


def run(serve: Callable[[Settings], Awaitable[int]]) -> Settings:
    """
    Run an asyncio server until the lab ends or a signal asks for it; return its settings.

    `serve` starts it and returns the port it listens on.
    """
    settings = read_settings()
    asyncio.run(_serve_until_told(serve, settings))
    return settings


async def _serve_until_told(
    serve: Callable[[Settings], Awaitable[int]], settings: Settings
) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    announce(settings, port=await serve(settings))
    when_the_lab_ends(lambda: loop.call_soon_threadsafe(told.set))
    await told.wait()
