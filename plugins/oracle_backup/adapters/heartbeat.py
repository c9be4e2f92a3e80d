"""
How does a monitor outside learn that a run has begun, and how it ended?

As healthchecks does it: its address is asked for with ``/start`` behind it when a run starts, as
it is after a good one, with ``/fail`` after any other. A backup must neither fail nor wait for
this, so every try has an end, even where a name is not resolved or an answer drips in.
"""

from __future__ import annotations

import logging
import ssl
import time
from dataclasses import dataclass
from enum import Enum
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

_KEPT_BYTES = 512
_KEPT_LETTERS = 1000
_REDIRECTS = 3
_AGAIN = frozenset({408, 429})
# What healthchecks says in an answer that looks good.
_REFUSALS = {
    "not found": "it knows no such check: is ping_url still right?",
    "rate limited": "it has been asked too often",
}


class Signal(Enum):
    """What is told; the value is what stands behind the address."""

    START = "/start"
    SUCCESS = ""
    FAIL = "/fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How long a monitor may keep a backup waiting.

    :param tries: how often it is asked before it is given up.
    :param try_seconds: for one try, from the name's resolution to the end of the answer.
    :param pause_seconds: between two tries.
    """

    tries: int = 3
    try_seconds: float = 10.0
    pause_seconds: float = 2.0

    @property
    def longest_seconds(self) -> float:
        """How long a ping takes at most."""
        return self.tries * self.try_seconds + (self.tries - 1) * self.pause_seconds


USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a try: nothing wrong, or what; and whether another one may help."""

    problem: str = ""
    passes: bool = False


class Heartbeat:
    """
    A check of a monitor outside.

    Proxies of the environment are used, and certificates are verified, with the system's
    authorities or those of SSL_CERT_FILE. A redirect is followed to the same server only: the
    address is known to nobody else, and stays so.

    :param url: the check's address; whoever knows it can pretend a backup.
    :param limits: how long the monitor may take.
    """

    def __init__(self, url: str, *, limits: Limits = USUAL_LIMITS) -> None:
        self._url = url
        self._limits = limits

    def ping(self, signal: Signal, *, run: UUID, text: str = "") -> str:
        """
        Tell the monitor. Never raise, and never take longer than the limits allow.

        :param run: which run it is; the monitor finds out by it how long the run took.
        :param text: kept by the monitor with what it was told.

        :returns: why it could not be told; nothing where it was. Never holds the address.
        """
        answer = self._try(signal, run=run, text=text)
        for _ in range(self._limits.tries - 1):
            if not answer.passes:
                break
            time.sleep(self._limits.pause_seconds)
            answer = self._try(signal, run=run, text=text)
        return answer.problem

    def _try(self, signal: Signal, *, run: UUID, text: str) -> _Answer:
        """Ask once, in a thread that is left behind where it takes too long."""
        found: list[_Answer] = []
        url = f"{self._url}{signal.value}?rid={run}"
        seconds = self._limits.try_seconds

        def ask() -> None:
            found.append(_ask(url, text[:_KEPT_LETTERS].encode(), seconds=seconds))

        asking = Thread(target=ask, name="heartbeat", daemon=True)
        try:
            asking.start()
        except RuntimeError as error:  # no thread to be had
            return _Answer(str(error), passes=True)
        asking.join(seconds)
        if found:
            return found[0]
        return _Answer(f"it did not answer within {seconds:g} s", passes=True)


def _ask(url: str, content: bytes, *, seconds: float) -> _Answer:
    # Imported here: every process that parses DAGs imports this module.
    import httpx

    # It logs each address it asks for.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    try:
        with httpx.Client(
            timeout=seconds,
            verify=ssl.create_default_context(),
            headers={"User-Agent": "oracle-backup", "Content-Type": "text/plain; charset=utf-8"},
        ) as client:
            return _post(client, httpx.URL(url), content)
    except (httpx.HTTPError, OSError) as error:
        return _Answer(f"{type(error).__name__}: {error}", passes=True)
    except Exception as error:  # noqa: BLE001  # a thread's edge: a proxy's address that is none
        # Its words may hold an address; its kind does not.
        return _Answer(f"{type(error).__name__}")


def _post(client: httpx.Client, url: httpx.URL, content: bytes) -> _Answer:
    for _ in range(_REDIRECTS + 1):
        with client.stream("POST", url, content=content) as response:
            if not response.has_redirect_location:
                return _judge(response)
            target = url.join(response.headers["Location"])
        if not _is_same_place(url, target):
            return _Answer("it sends us to another server, and is not followed there")
        url = target
    return _Answer(f"it sends us on more than {_REDIRECTS} times")


def _is_same_place(url: httpx.URL, target: httpx.URL) -> bool:
    if url.host != target.host:
        return False
    # On from http to https is what many servers do with everybody.
    to_tls = url.scheme == "http" and target.scheme == "https"
    return to_tls or (url.scheme, url.port) == (target.scheme, target.port)


def _judge(response: httpx.Response) -> _Answer:
    status = response.status_code
    if not response.is_success:
        return _Answer(f"it answered {status}", passes=status >= 500 or status in _AGAIN)
    said = b""
    for chunk in response.iter_raw():
        said += chunk
        if len(said) >= _KEPT_BYTES:
            break
    words = said[:_KEPT_BYTES].decode("ascii", errors="replace").lower()
    return _Answer(next((why for word, why in _REFUSALS.items() if f"({word})" in words), ""))
