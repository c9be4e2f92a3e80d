"""The store: an SFTP server that shows one folder as its root, to one user with a password."""

from __future__ import annotations

import hmac
import logging

import asyncssh

from lab.servers import child
from lab.servers.store_faults import FaultyFiles, StoreFaults

log = logging.getLogger("lab.store")


class StoreLogin(asyncssh.SSHServer):
    """Lets one user in, with a password."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password.encode()

    def begin_auth(self, username: str) -> bool:
        del username  # an unknown user is asked for a password as well, and refused later
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        right = hmac.compare_digest(password.encode(), self._password)
        if not right or username != self._user:
            log.warning("refused a password for user %s", username)
            return False
        return True


async def serve(settings: child.Settings) -> int:
    """Start the store; return its port."""
    faults = StoreFaults(settings["faults"])
    server = await asyncssh.create_server(
        lambda: StoreLogin(settings["user"], settings["password"]),
        child.LOOPBACK,
        settings["port"],
        server_host_keys=[settings["host_key"]],
        sftp_factory=lambda channel: FaultyFiles(channel, root=settings["root"], faults=faults),
        allow_pty=False,
        keepalive_interval=30,
    )
    return server.get_port()


if __name__ == "__main__":
    child.run(serve)
