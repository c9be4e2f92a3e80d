"""Who may connect to the listener, and what becomes of a connection to an unknown service?"""

from __future__ import annotations

import logging
import socket
import struct
import threading
from typing import TYPE_CHECKING

from seerdb.common.exceptions import InterfaceError
from seerdb.common.tns_consts import TNS_CONNECT, TNS_DATA, TNS_REFUSE
from seerdb.server.framing import PacketStream, listen_socket
from seerdb.server.handshake import connect_data_follows, parse_connect
from seerdb.server.session import serve_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.servers.listener.backend import InstanceBackend

log = logging.getLogger("lab.listener")

_BACKLOG = 32
_UNKNOWN_SERVICE = 12514


class UnknownServiceError(ConnectionError):
    """The client asked for a service the listener does not know; it was told ORA-12514."""


class ServiceStream(PacketStream):
    """A client's connection whose first packet must name the one service there is."""

    def __init__(self, client: socket.socket, *, service: str) -> None:
        super().__init__(client)
        self._service = service
        self._connect = b""
        self._checked = False

    def read_packet(self, *, within: float | None = None) -> tuple[int, bytes] | None:
        packet = super().read_packet(within=within)
        if packet is not None and not self._checked:
            self._check(*packet)
        return packet

    def _check(self, kind: int, body: bytes) -> None:
        if kind not in (TNS_CONNECT, TNS_DATA):
            return
        self._connect += body
        if connect_data_follows(self._connect):
            return
        self._checked = True
        wanted = parse_connect(self._connect).service_name or ""
        if wanted.upper() != self._service:
            self._refuse()
            raise UnknownServiceError(f"service {wanted!r} is not known")

    def _refuse(self) -> None:
        text = (
            f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={_UNKNOWN_SERVICE})"
            f"(ERROR_STACK=(ERROR=(CODE={_UNKNOWN_SERVICE})(EMFI=4))))"
        ).encode()
        # Reasons of user and system, then the length of what the client parses for ERR.
        self.write_packet(TNS_REFUSE, struct.pack(">BBH", 4, 0, len(text)) + text)


class Listener:
    """Serves each client in a thread of its own."""

    def __init__(
        self, port: int, *, host: str, service: str, open_backend: Callable[[], InstanceBackend]
    ) -> None:
        self._service = service
        self._open_backend = open_backend
        self._socket = listen_socket(host, port, _BACKLOG)
        self.port: int = self._socket.getsockname()[1]

    def serve_forever(self) -> None:
        while True:
            client, address = self._socket.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client, address), daemon=True).start()

    def _serve(self, client: socket.socket, address: tuple[str, int]) -> None:
        backend = self._open_backend()
        try:
            stream = ServiceStream(client, service=self._service)
            user = serve_session(stream, backend, encryption="accepted")
            log.info("%s:%d session of %s ended", *address, user)
        except (OSError, InterfaceError) as error:
            log.info("%s:%d %s", *address, error)
        except Exception:
            # The edge of a thread: whatever it is, the log must show it and the client must see
            # its connection end.
            log.exception("%s:%d session broke", *address)
        finally:
            backend.close()
            client.close()
