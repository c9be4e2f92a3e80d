"""What a collector of OpenTelemetry is sent: a real OTLP/HTTP receiver that keeps the points."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric; its kind is ``gauge``, ``sum`` or ``sum of deltas``."""

    name: str
    kind: str
    value: float
    tags: tuple[tuple[str, str], ...]


@dataclass
class Receiver:
    """A running receiver."""

    port: int
    points: list[Point] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT should name."""
        return f"http://127.0.0.1:{self.port}"

    def last(self, prefix: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], Point]:
        """Return the last point of each series whose name begins so."""
        found = list(self.points)
        return {(one.name, one.tags): one for one in found if one.name.startswith(prefix)}


@contextmanager
def otlp_receiver() -> Iterator[Receiver]:
    """Run a receiver on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_address[1])
    server.receiver = receiver  # type: ignore[attr-defined]  # our handler's
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if self.path == "/v1/metrics":
            request = ExportMetricsServiceRequest()
            request.ParseFromString(content)
            receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]  # see above
            receiver.points += _points(request)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def _points(request: Any) -> Iterator[Point]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                if kind not in {"gauge", "sum"}:
                    continue
                data = getattr(metric, kind)
                if kind == "sum" and data.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA:
                    kind = "sum of deltas"
                for one in data.data_points:
                    value = getattr(one, one.WhichOneof("value"))
                    tags = tuple((tag.key, tag.value.string_value) for tag in one.attributes)
                    yield Point(metric.name, kind, float(value), tuple(sorted(tags)))
