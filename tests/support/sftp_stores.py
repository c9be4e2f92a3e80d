"""A store on a server that may break, and an archive on its way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.sftp_link import open_session
from oracle_backup.adapters.sftp_store import SftpStore

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = ("openssh", "proftpd", "asyncssh")
ARCHIVE = "HR-20261123T020000Z.7z"


def server_of(request: Any) -> Any:
    """Return the server that a fixture over `SERVERS` is asked for."""
    return request.getfixturevalue(
        "asyncssh_host" if request.param == "asyncssh" else request.param
    )


def root_on(server: Any, folder: Path) -> tuple[str, Path]:
    """Return the store's folder as the server knows it, and where it lies on this machine."""
    is_jailed = hasattr(server, "faults")
    return ("/store", server.root / "store") if is_jailed else (str(folder / "s"), folder / "s")


def open_store(server: Any, root: str, *, port: int | None = None, **options: Any) -> SftpStore:
    """Return the store, which opens its link anew as soon as that breaks."""
    stall_seconds = options.setdefault("stall_seconds", 10)

    def connect() -> Any:
        return open_session(server.connect(port=port), stall_seconds=stall_seconds)

    return SftpStore(
        connect(), root=root, label="nas", reconnect=connect, pause=lambda _: None, **options
    )


def send(store: SftpStore, content: bytes, name: str = ARCHIVE) -> None:
    """Write as an archive is written: a gap for the header, which comes last."""
    part = store.open_part(name)
    try:
        part.write(bytes(32))
        for start in range(32, len(content), 700_001):
            part.write(content[start : start + 700_001])
        part.seek(0)
        part.write(content[:32])
        store.finish(part)
    except BaseException:
        store.abandon(part)
        raise
