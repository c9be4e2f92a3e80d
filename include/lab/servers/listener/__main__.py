"""Run the listener as a process of its own."""

from __future__ import annotations

import os
from pathlib import Path

from seerdb.server import lockout

from lab.oracle import instance
from lab.servers import child
from lab.servers.listener.backend import InstanceBackend
from lab.servers.listener.server import Listener


def main() -> None:
    settings = child.read_settings()
    oracle_home = Path(settings["oracle_home"])
    # Fails at once, with the path, when there is no instance to serve.
    instance.connect(oracle_home).close()
    # A test may try as many wrong passwords as it likes.
    lockout.configure(0)

    def open_backend() -> InstanceBackend:
        return InstanceBackend(
            oracle_home=oracle_home, service=settings["service"], passwords=settings["passwords"]
        )

    listener = Listener(
        settings["port"],
        host=child.LOOPBACK,
        service=settings["service"],
        open_backend=open_backend,
    )
    child.announce(settings, port=listener.port)
    # Sessions hold nothing that needs tidying; their threads must not delay the end.
    child.when_the_lab_ends(lambda: os._exit(0))
    listener.serve_forever()


if __name__ == "__main__":
    main()
