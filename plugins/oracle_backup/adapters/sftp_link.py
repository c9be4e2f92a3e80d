"""
How does a store's connection come back after it broke?

``SftpLink`` holds the one SFTP session that a store and its open files share. A session that
failed in the middle of a packet is of no more use, so it is replaced as a whole; files then open
their handles again and go on at the byte.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from typing import TYPE_CHECKING, TypeVar

from oracle_backup.adapters.foreign_errors import store_errors
from oracle_backup.errors import StoreError, StoreUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import paramiko

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# Seconds before each try to connect again. An sshd restart takes seconds, a router's a minute;
# what lasts longer is for the task's own retry.
PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 40.0)
# Seconds without any answer after which the link counts as broken.
STALL_SECONDS = 120.0


class SftpLink:
    """
    The SFTP session of a store, replaced when it breaks.

    :param reconnect: gives a new session; without it a broken link stays broken.
    :param pause: sleeps; tests pass something quicker.
    """

    def __init__(
        self,
        sftp: paramiko.SFTPClient,
        *,
        label: str,
        reconnect: Callable[[], paramiko.SFTPClient] | None,
        stall_seconds: float,
        pause: Callable[[float], None],
    ) -> None:
        self._reconnect = reconnect
        self._stall_seconds = stall_seconds
        self._pause = pause
        self._failures = 0
        self.label = label
        # Given an error without a reason, returns a better one: the store knows how to ask.
        self.explain: Callable[[StoreError], StoreError] = lambda error: error
        self.generation = 0
        self.sftp = self._prepared(sftp)

    def errors(self, doing: str) -> AbstractContextManager[None]:
        return store_errors(self.label, doing=doing)

    def ask(self, doing: str, action: Callable[[paramiko.SFTPClient], Answer]) -> Answer:
        """Return what ``action`` returns; do it again on a new session if the link breaks."""
        while True:
            generation = self.generation
            try:
                with self.errors(doing):
                    answer = action(self.sftp)
            except StoreUnreachableError as error:
                self.renew(error, generation=generation)
            else:
                self.worked()
                return answer

    @contextlib.contextmanager
    def writing(self, doing: str) -> Iterator[None]:
        """Like ``errors``, and a failure without a reason is looked into."""
        try:
            with self.errors(doing):
                yield
        except StoreError as error:
            if type(error) is not StoreError:
                raise
            raise self.explain(error) from error

    def worked(self) -> None:
        """Note that the store has answered: the next break begins to count anew."""
        self._failures = 0

    def renew(self, error: StoreUnreachableError, *, generation: int) -> None:
        """
        Replace the session that gave ``error``, unless another file has done so already.

        Every break without an answer in between counts; after ``len(PAUSES_SECONDS)`` of them in
        a row the error is raised.
        """
        if generation != self.generation:
            return
        while True:
            if self._reconnect is None or self._failures >= len(PAUSES_SECONDS):
                raise error
            pause = PAUSES_SECONDS[self._failures]
            self._failures += 1
            log.warning("%s Connecting again in %g s.", error.message, pause)
            self._pause(pause)
            if self._connect(self._reconnect):
                return

    def _connect(self, reconnect: Callable[[], paramiko.SFTPClient]) -> bool:
        self._leave(self.sftp)
        try:
            with self.errors("connect"):
                self.sftp = self._prepared(reconnect())
        except StoreUnreachableError as error:
            log.warning("%s", error.message)
            return False
        self.generation += 1
        return True

    @staticmethod
    def _leave(sftp: paramiko.SFTPClient) -> None:
        """Close the whole connection: on a stalled one, every other channel is stalled too."""
        channel = sftp.get_channel()
        if channel is not None:
            channel.get_transport().close()

    def _prepared(self, sftp: paramiko.SFTPClient) -> paramiko.SFTPClient:
        """Given a new session, set its time limit and switch off Nagle's delay."""
        channel = sftp.get_channel()
        if channel is None:
            return sftp
        channel.settimeout(self._stall_seconds)
        transport_socket = channel.get_transport().sock
        # Measured: reads over a window of requests run at 45 MB/s with the delay, 217 without.
        if isinstance(transport_socket, socket.socket) and transport_socket.family in (
            socket.AF_INET,
            socket.AF_INET6,
        ):
            transport_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sftp


def default_pause(seconds: float) -> None:
    time.sleep(seconds)
