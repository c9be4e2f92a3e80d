"""A monitor outside, as healthchecks is one: a real HTTP server that can also misbehave."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

SECRET = "canary-0a1b2c3d4e5f67890f1e2d3c4b5a6978"
"""The part of the address that nobody else may know."""


@dataclass(frozen=True, slots=True)
class Ping:
    """What the monitor was asked."""

    method: str
    path: str
    rid: str
    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    How the monitor answers.

    :param drip_seconds: pause between the bytes of the answer.
    :param wait_seconds: pause before the answer.
    :param hangs_up: it closes the connection instead.
    """

    status: int = 200
    text: str = "OK"
    headers: dict[str, str] = field(default_factory=dict)
    drip_seconds: float = 0.0
    wait_seconds: float = 0.0
    hangs_up: bool = False


@dataclass
class Monitor:
    """A running monitor; it answers with `replies` in turn, then well."""

    port: int
    scheme: str = "http"
    replies: list[Reply] = field(default_factory=list)
    pings: list[Ping] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of a check."""
        return f"{self.scheme}://127.0.0.1:{self.port}/ping/{SECRET}"

    @property
    def signals(self) -> list[str]:
        """What it was told, in order: "start", "" or "fail"."""
        return [one.path.removeprefix(f"/ping/{SECRET}").strip("/") for one in self.pings]


@contextmanager
def http_monitor(*, tls: ssl.SSLContext | None = None) -> Iterator[Monitor]:
    """Run a monitor on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    monitor = Monitor(server.server_address[1], "https" if tls else "http")
    server.monitor = monitor  # type: ignore[attr-defined]  # our handler's
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    # What a client does to a server is not the server's to report.
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield monitor
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        monitor: Monitor = self.server.monitor  # type: ignore[attr-defined]  # see above
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = urlsplit(self.path)
        monitor.pings.append(
            Ping(
                method=self.command,
                path=asked.path,
                rid=parse_qs(asked.query).get("rid", [""])[0],
                text=content.decode(),
                headers=dict(self.headers),
            )
        )
        reply = monitor.replies.pop(0) if monitor.replies else Reply()
        time.sleep(reply.wait_seconds)
        self.close_connection = True
        if reply.hangs_up:
            return
        body = reply.text.encode()
        headers = {"Content-Length": str(len(body)), "Connection": "close", **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} x", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        answer = "\r\n".join(lines).encode() + body
        if not reply.drip_seconds:
            self.wfile.write(answer)
            return
        for byte in answer:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(reply.drip_seconds)

    do_GET = do_POST = do_CONNECT = _answer  # noqa: N815  # the names http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""
