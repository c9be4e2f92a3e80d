"""
A TCP proxy before any server: what a network does on bad days, whatever server stands behind.

It sees ciphertext only, so a cut comes where it comes: mostly inside a packet.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Way:
    """
    One direction. Faults count from the last ``arm``.

    :param cut_after: bytes after which both sides are cut off; as often as ``cuts_left`` says.
    :param stall_after: bytes after which nothing passes any more, on that connection.
    :param flip_at: number of the byte whose lowest bit is turned, once.
    """

    cut_after: int | None = None
    cuts_left: int = 0
    stall_after: int | None = None
    stalls_left: int = 0
    flip_at: int | None = None
    passed: int = 0


@dataclass
class FaultyProxy:
    """A running proxy. ``up`` is from client to server, ``down`` the other way."""

    port: int
    target_port: int
    up: Way = field(default_factory=Way)
    down: Way = field(default_factory=Way)
    refuses: bool = False
    accepted: int = 0
    sockets: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(
        self,
        *,
        cut_up: int | None = None,
        cut_down: int | None = None,
        stall_up: int | None = None,
        stall_down: int | None = None,
        flip_up: int | None = None,
        times: int = 1,
    ) -> None:
        """Set faults anew, counting bytes from now on."""
        with self.lock:
            self.up = Way(cut_up, times, stall_up, times, flip_up)
            self.down = Way(cut_down, times, stall_down, times, None)

    def cut_now(self) -> None:
        """Cut every connection that there is."""
        for one in self.sockets:
            _shut(one)

    def reset(self) -> None:
        """Forget all faults, and what is connected."""
        self.cut_now()
        self.refuses = False
        self.accepted = 0
        self.arm()


@contextmanager
def faulty_proxy(target_port: int) -> Iterator[FaultyProxy]:
    """Start a proxy on a free port of loopback; its connections end with the context."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = FaultyProxy(port=listener.getsockname()[1], target_port=target_port)
    threads: list[threading.Thread] = []
    acceptor = threading.Thread(target=_accept, args=(listener, proxy, threads), daemon=True)
    acceptor.start()
    try:
        yield proxy
    finally:
        _shut(listener)
        listener.close()
        proxy.cut_now()
        for thread in (acceptor, *threads):
            thread.join(10)
        for one in proxy.sockets:
            one.close()


def _accept(listener: socket.socket, proxy: FaultyProxy, threads: list[threading.Thread]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        proxy.accepted += 1
        if proxy.refuses:
            client.close()
            continue
        server = socket.create_connection(("127.0.0.1", proxy.target_port))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            proxy.sockets.append(one)
        for source, sink, way in ((client, server, "up"), (server, client, "down")):
            thread = threading.Thread(target=_pump, args=(proxy, source, sink, way), daemon=True)
            thread.start()
            threads.append(thread)


def _pump(proxy: FaultyProxy, source: socket.socket, sink: socket.socket, name: str) -> None:
    stalled = False
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            with proxy.lock:
                data, cut, stalled = _spoil(getattr(proxy, name), data, stalled)
            sink.sendall(data)
            if cut:
                break
    _shut(source)
    _shut(sink)


def _spoil(way: Way, data: bytes, stalled: bool) -> tuple[bytes, bool, bool]:
    """Return what passes of ``data``, whether the line is cut then, and whether it stands still."""
    if stalled:
        return b"", False, True
    began, way.passed = way.passed, way.passed + len(data)
    if way.flip_at is not None and began <= way.flip_at < way.passed:
        place = way.flip_at - began
        data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        way.flip_at = None
    if way.stall_after is not None and way.stalls_left > 0 and way.passed > way.stall_after:
        way.stalls_left -= 1
        return data[: max(0, way.stall_after - began)], False, True
    if way.cut_after is not None and way.cuts_left > 0 and way.passed > way.cut_after:
        way.cuts_left -= 1
        way.passed = 0
        return data[: max(0, way.cut_after - began)], True, False
    return data, False, False


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
