"""A heartbeat against a real HTTP server, well and misbehaving."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from lab.keys import LabKeys
from oracle_backup.adapters.heartbeat import USUAL_LIMITS, Heartbeat, Limits, Signal
from support.http_monitor import SECRET, Reply, http_monitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.http_monitor import Monitor

RUN = UUID("12345678-1234-5678-1234-567812345678")
QUICK = Limits(tries=3, try_seconds=5.0, pause_seconds=0.01)
IMPATIENT = Limits(tries=2, try_seconds=0.3, pause_seconds=0.01)


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    """A monitor that answers well unless told otherwise."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with http_monitor() as monitor:
        yield monitor


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> LabKeys:
    """An authority that nobody knows, and a server's certificate of it."""
    folder: Path = tmp_path_factory.mktemp("keys")
    keys = LabKeys(folder)
    keys.make()
    return keys


@pytest.fixture
def tls_monitor(keys: LabKeys) -> Iterator[Monitor]:
    """A monitor behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys.certificate, keys.certificate_key)
    with http_monitor(tls=context) as monitor:
        yield monitor


def ping(monitor: Monitor, signal: Signal = Signal.SUCCESS, *, limits: Limits = QUICK) -> str:
    return Heartbeat(monitor.url, limits=limits).ping(signal, run=RUN)


@pytest.mark.parametrize(
    ("signal", "path"), [(Signal.START, "/start"), (Signal.SUCCESS, ""), (Signal.FAIL, "/fail")]
)
def test_ping_goes_where_its_signal_belongs(monitor: Monitor, signal: Signal, path: str) -> None:
    problem = Heartbeat(monitor.url, limits=QUICK).ping(signal, run=RUN, text="failed: ñ")

    assert problem == ""
    (told,) = monitor.pings
    assert (told.method, told.path) == ("POST", f"/ping/{SECRET}{path}")
    assert told.rid == str(RUN)
    assert told.text == "failed: ñ"
    assert told.headers["User-Agent"] == "oracle-backup"


def test_long_text_is_cut(monitor: Monitor) -> None:
    assert Heartbeat(monitor.url).ping(Signal.FAIL, run=RUN, text="x" * 5000) == ""

    assert monitor.pings[0].text == "x" * 1000


@pytest.mark.parametrize(
    "bad", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(hangs_up=True)], ids=str
)
def test_what_may_pass_is_tried_again(monitor: Monitor, bad: Reply) -> None:
    monitor.replies = [bad, bad]

    assert ping(monitor) == ""

    assert len(monitor.pings) == 3


@pytest.mark.parametrize("status", [500, 502, 429])
def test_what_does_not_pass_is_given_up_with_its_reason(monitor: Monitor, status: int) -> None:
    monitor.replies = [Reply(status=status)] * 9

    assert ping(monitor) == f"it answered {status}"

    assert len(monitor.pings) == QUICK.tries


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_trying_does_not_mend_is_tried_once(monitor: Monitor, status: int) -> None:
    monitor.replies = [Reply(status=status)]

    assert ping(monitor) == f"it answered {status}"

    assert len(monitor.pings) == 1


@pytest.mark.parametrize(
    ("said", "words"), [("OK (not found)", "no such check"), ("OK (rate limited)", "too often")]
)
def test_refusal_that_looks_good_is_none(monitor: Monitor, said: str, words: str) -> None:
    monitor.replies = [Reply(text=said)]

    assert words in ping(monitor)

    assert len(monitor.pings) == 1


def test_connection_that_is_closed_each_time_is_told(monitor: Monitor) -> None:
    monitor.replies = [Reply(hangs_up=True)] * 9

    problem = ping(monitor)

    assert "RemoteProtocolError" in problem
    assert SECRET not in problem


def test_nobody_at_the_address_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/{SECRET}"

        problem = Heartbeat(url, limits=QUICK).ping(Signal.START, run=RUN)

    assert "ConnectError" in problem
    assert SECRET not in problem


@pytest.mark.parametrize(
    "slow",
    [Reply(wait_seconds=60), Reply(drip_seconds=0.2, text="x" * 200)],
    ids=["silent", "drip"],
)
def test_slow_monitor_keeps_nobody_longer_than_the_limits(monitor: Monitor, slow: Reply) -> None:
    monitor.replies = [slow] * 9
    began = time.monotonic()

    problem = ping(monitor, limits=IMPATIENT)

    # Not a measure of speed: without the limit, this would be a minute.
    assert time.monotonic() - began < 30
    assert problem == "it did not answer within 0.3 s" or "Timeout" in problem


def test_usual_limits_keep_a_backup_for_little_more_than_half_a_minute() -> None:
    assert USUAL_LIMITS.try_seconds == 10
    assert USUAL_LIMITS.longest_seconds == 34


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_on_the_same_server_is_followed_with_the_text(
    monitor: Monitor, status: int
) -> None:
    monitor.replies = [Reply(status=status, headers={"Location": "/moved?rid=1"})]

    assert Heartbeat(monitor.url, limits=QUICK).ping(Signal.FAIL, run=RUN, text="why") == ""

    assert [(one.method, one.path, one.text) for one in monitor.pings[1:]] == [
        ("POST", "/moved", "why")
    ]


@pytest.mark.parametrize("change", ["host", "port", "scheme"])
def test_redirect_to_another_server_is_not_followed(monitor: Monitor, change: str) -> None:
    with http_monitor() as other:
        target = {
            "host": f"http://localhost:{monitor.port}/{SECRET}",
            "port": other.url,
            "scheme": f"ftp://127.0.0.1:{monitor.port}/{SECRET}",
        }[change]
        monitor.replies = [Reply(status=302, headers={"Location": target})]

        problem = ping(monitor)

        assert problem == "it sends us to another server, and is not followed there"
        assert len(monitor.pings) == 1
        assert other.pings == []


def test_redirect_from_https_to_http_is_not_followed(
    tls_monitor: Monitor, monitor: Monitor, keys: LabKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(keys.ca))
    tls_monitor.replies = [Reply(status=302, headers={"Location": monitor.url})]

    assert "another server" in ping(tls_monitor)

    assert monitor.pings == []


def test_redirect_from_http_to_https_on_the_same_host_is_followed(
    tls_monitor: Monitor, monitor: Monitor, keys: LabKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(keys.ca))
    monitor.replies = [Reply(status=301, headers={"Location": tls_monitor.url})]

    assert ping(monitor) == ""

    assert len(tls_monitor.pings) == 1


def test_redirect_without_end_is_told(monitor: Monitor) -> None:
    monitor.replies = [Reply(status=302, headers={"Location": "/again"})] * 9

    assert ping(monitor) == "it sends us on more than 3 times"


def test_certificate_of_an_unknown_authority_is_refused(tls_monitor: Monitor) -> None:
    problem = ping(tls_monitor)

    assert "CERTIFICATE_VERIFY_FAILED" in problem
    assert tls_monitor.pings == []


def test_certificate_of_a_known_authority_is_accepted(
    tls_monitor: Monitor, keys: LabKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(keys.ca))

    assert ping(tls_monitor) == ""


def test_proxy_of_the_environment_is_used(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{monitor.port}")

    # .invalid resolves nowhere: only the proxy can answer.
    assert Heartbeat(f"http://hc.invalid/{SECRET}", limits=QUICK).ping(Signal.START, run=RUN) == ""

    (asked,) = monitor.pings
    assert asked.headers["Host"] == "hc.invalid"


def test_proxy_that_is_none_raises_nothing_and_is_not_shown(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "gopher://user:hunter2@127.0.0.1")

    problem = ping(monitor)

    assert problem
    assert "hunter2" not in problem


def test_name_that_is_not_resolved_is_told() -> None:
    problem = Heartbeat(f"http://hc.invalid/{SECRET}", limits=QUICK).ping(Signal.START, run=RUN)

    assert "ConnectError" in problem
    assert SECRET not in problem


@pytest.mark.parametrize("reply", [Reply(), Reply(status=500), Reply(hangs_up=True)], ids=str)
def test_address_is_in_no_log_whatever_its_level(
    monitor: Monitor, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    monitor.replies = [reply] * 3
    caplog.set_level(logging.DEBUG)

    problem = ping(monitor)

    assert SECRET not in caplog.text + problem
