"""What a StatsD is sent: a real UDP socket that keeps the lines."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@dataclass
class StatsdReceiver:
    """A running receiver."""

    port: int
    lines: list[str] = field(default_factory=list)

    def values(self, prefix: str) -> dict[str, str]:
        """Return the last value of each metric whose name begins so, as in ``{"a.b": "3|g"}``."""
        pairs = (line.partition(":") for line in list(self.lines) if line.startswith(prefix))
        return {name: value for name, _, value in pairs}


@contextmanager
def statsd_receiver() -> Iterator[StatsdReceiver]:
    """Run a receiver on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.1)
        receiver = StatsdReceiver(udp.getsockname()[1])
        done = threading.Event()

        def receive() -> None:
            while not done.is_set():
                try:
                    packet = udp.recv(65536)
                except TimeoutError:
                    continue
                receiver.lines += packet.decode().splitlines()

        thread = threading.Thread(target=receive, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            done.set()
            thread.join()


def connect_metrics() -> None:
    """Do as Airflow does at the start of each process."""
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics import stats_utils

    stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=True)


@contextmanager
def metrics_to_statsd(monkeypatch: pytest.MonkeyPatch) -> Iterator[StatsdReceiver]:
    """Send this process's metrics to a StatsD, in its plain form."""
    with statsd_receiver() as receiver, monkeypatch.context() as patch:
        patch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
        patch.setenv("AIRFLOW__METRICS__STATSD_PORT", str(receiver.port))
        connect_metrics()
        yield receiver
    connect_metrics()
