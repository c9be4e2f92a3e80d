"""Two OpenSSH servers on loopback, a dump-like file on one, and room for archives on the other."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dump_like

from lab.keys import LabKeys
from lab.servers.openssh import OpenSSH

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@dataclass(frozen=True, slots=True)
class Place:
    """
    What a way needs to know.

    :param dump: the file to be archived, on the host.
    :param store: folder on the store.
    :param scratch: where a way may put files of the worker's; its use is measured.
    """

    host_port: int
    store_port: int
    user: str
    key: str
    host_key: str
    dump: str
    store: str
    scratch: str

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        return asdict(self)


@contextmanager
def stage(*, dump_bytes: int, sparse: bool = False) -> Iterator[Place]:
    """Make the file and start both servers, in memory where there is room for it."""
    room = _MEMORY if sparse or _free(_MEMORY) > 4 * dump_bytes else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=room)))
        for name in ("host", "store", "scratch", "keys"):
            (folder / name).mkdir()
        dump = folder / "host" / "BENCH_01.dmp"
        with dump.open("wb") as file:
            if sparse:
                file.truncate(dump_bytes)
            else:
                file.writelines(dump_like.pieces(dump_bytes))
        keys = LabKeys(folder / "keys")
        keys.make()
        servers = [
            stack.enter_context(OpenSSH(folder / f"sshd-{name}", keys)) for name in ("a", "b")
        ]
        yield Place(
            host_port=servers[0].port,
            store_port=servers[1].port,
            user=servers[0].user,
            key=str(keys.client),
            host_key=str(keys.host),
            dump=str(dump),
            store=str(folder / "store"),
            scratch=str(folder / "scratch"),
        )


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free if folder.is_dir() else 0


def limit_links(place: Place) -> None:
    """Give the host's link 1 Gbit and the store's 200 Mbit, both ways; needs `alone_on_the_net`."""
    rules = ["qdisc add dev lo root handle 1: htb default 30", _class("30", "20gbit")]
    for number, port, rate in (
        ("10", place.host_port, "1gbit"),
        ("20", place.store_port, "200mbit"),
    ):
        rules.append(_class(number, rate))
        rules += [
            f"filter add dev lo parent 1: protocol ip u32 match ip {side} {port} 0xffff "
            f"flowid 1:{number}"
            for side in ("sport", "dport")
        ]
    for rule in rules:
        subprocess.run(["tc", *rule.split()], check=True)


def _class(number: str, rate: str) -> str:
    return (
        f"class add dev lo parent 1: classid 1:{number} htb rate {rate} "
        "burst 256k cburst 256k quantum 65536"
    )
