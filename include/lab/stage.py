"""How is a lab set up, used and taken down again?

with Lab(folder) as lab:
lab.connections["lab_store"]
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import time
from typing import IO, TYPE_CHECKING, Any, Self

from lab.connections import (
    DATABASE_USER,
    HOST_USER,
    MAIL_USER,
    SERVICE,
    STORE_USER,
    LabPasswords,
    build_connections,
    build_environment,
)
from lab.files import read_json, write_json
from lab.keys import LabKeys
from lab.paths import DEFAULT_STATE, LabPaths
from lab.processes import end_processes_of
from lab.servers.holds import FOLDER as HOLDS
from lab.servers.holds import HeldCommands, When
from lab.servers.launch import LabError, ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

SERVERS = ("host", "listener", "store", "mail")
_DROP_SECONDS = 30.0
_POLL_SECONDS = 0.02


class Lab:
    """
    A host, a listener, a store and a mail server on this machine, with all they need.

    :param state: the folder that holds everything of this lab; kept between starts.
    :param servers: which servers to start; all of them if not said.
    :param ports: fixed ports for some of them; a free one is taken for the others.
    :param scale: how much data a new instance gets; 1.0 makes a dump of about 10 MB.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        servers: Iterable[str] = SERVERS,
        ports: dict[str, int] | None = None,
        scale: float = 1.0,
    ) -> None:
        # Resolved, because processes are recognised by this very path.
        self.paths = LabPaths((state or DEFAULT_STATE).resolve())
        self.keys = LabKeys(self.paths.keys)
        self.connections: dict[str, dict[str, Any]] = {}
        wanted = set(servers)
        if unknown := wanted - set(SERVERS):
            raise LabError(f"The lab has no server {', '.join(sorted(unknown))}.")
        self._wanted = tuple(name for name in SERVERS if name in wanted)
        self._ports = ports or {}
        self._scale = scale
        self._servers: dict[str, ServerProcess] = {}
        self._lock: IO[bytes] | None = None
        self._holds = 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start every server and write the connections; nothing is left running if one fails."""
        self.paths.make()
        self._take_lock()
        # What a lab that was killed has left behind would hold its jobs and files.
        end_processes_of(self.paths.state)
        shutil.rmtree(self.paths.state / HOLDS, ignore_errors=True)
        self.keys.make()
        passwords = LabPasswords()
        try:
            self._prepare_instance(passwords)
            for name in self._wanted:
                server = ServerProcess(
                    name, self.paths, self._settings(name, passwords), self._ports.get(name, 0)
                )
                self._servers[name] = server
                server.launch()
            for server in self._servers.values():
                server.wait_until_ready()
            self._name_listener()
        except BaseException:
            self.stop()
            raise
        self.connections = build_connections(ports=self.ports, passwords=passwords, keys=self.keys)
        write_json(self.paths.connections, self.connections)
        return self

    def stop(self) -> None:
        """End the servers and every process started through them, detached or not."""
        for server in self._servers.values():
            server.resume()
            server.stop()
        self._servers.clear()
        if self._lock is not None:
            end_processes_of(self.paths.state)
            self._lock.close()
            self._lock = None

    @property
    def ports(self) -> dict[str, int]:
        return {name: server.port for name, server in self._servers.items()}

    @property
    def environment(self) -> dict[str, str]:
        """What to put into the environment of an Airflow process so that it finds the lab."""
        return build_environment(self.paths, self.keys)

    def kill(self, name: str) -> None:
        """End one server with SIGKILL: its connections break, commands it started live on."""
        self._server(name).kill()

    def restart(self, name: str) -> None:
        """Start one server again, on the same port and with the same keys and passwords."""
        server = self._server(name)
        server.kill()
        server.launch()
        server.wait_until_ready()

    def pause(self, name: str) -> None:
        """Freeze one server: it looks alive and answers nothing, as a hung machine does."""
        self._server(name).pause()

    def resume(self, name: str) -> None:
        self._server(name).resume()

    def hold_commands(self, *, match: str, when: When) -> HeldCommands:
        """
        Keep the commands of the host waiting whose command line or script the pattern finds.

        "before" they have begun, or "after" they have ended, with the answer that says so. Ends
        with `release`; a client that goes meanwhile takes a command that has not begun with it.
        """
        self._holds += 1
        held = HeldCommands(self.paths.state / HOLDS, f"hold-{self._holds}")
        held.begin(match=match, when=when)
        return held

    def drop_connections(self) -> None:
        """Cut all SSH connections of the host; it listens on, and commands live on."""
        server, said = self._server("host"), self.paths.run / "host-drops.json"
        before = read_json(said)
        server.ask(signal.SIGUSR1)
        give_up = time.monotonic() + _DROP_SECONDS
        while read_json(said) == before:
            if time.monotonic() > give_up:
                raise LabError("The lab's host does not drop its connections: is it alive?")
            time.sleep(_POLL_SECONDS)

    def set_store_faults(self, **faults: Any) -> None:
        """Ask the store for faults (see `lab.servers.store_faults`); none at all mends it."""
        if faults:
            write_json(self._store_faults, faults)
        else:
            self._store_faults.unlink(missing_ok=True)

    def refuse_mail(self, answer: str | None) -> None:
        """Make the mail server answer every recipient with this; None makes it accept again."""
        path = self.paths.mail / "refuse"
        if answer is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(answer + "\n", encoding="utf-8")

    def mails(self) -> list[Path]:
        """Return the mails kept so far, oldest first."""
        return sorted(self.paths.mail.glob("*.eml"))

    @property
    def _store_faults(self) -> Path:
        return self.paths.run / "store-faults.json"

    def _server(self, name: str) -> ServerProcess:
        if name not in self._servers:
            raise LabError(f"The lab's {name} was not started.")
        return self._servers[name]

    def _take_lock(self) -> None:
        lock = (self.paths.run / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise LabError(f"Another lab already runs in {self.paths.state}.") from None
        self._lock = lock

    def _prepare_instance(self, passwords: LabPasswords) -> None:
        if not {"host", "listener"} & set(self._wanted):
            return
        # Imported here: a store or a mail server alone needs nothing of Oracle.
        from lab.oracle import install, instance

        install.install(self.paths.oracle_home)
        users = {DATABASE_USER: passwords.database}
        if self.paths.instance.exists():
            instance.bring_up_to_date(self.paths.oracle_home)
            instance.set_passwords(self.paths.oracle_home, users)
        else:
            instance.create(
                self.paths.oracle_home, dumps=self.paths.dumps, passwords=users, scale=self._scale
            )

    def _name_listener(self) -> None:
        """Let the tools on the host find the listener by its alias."""
        if "listener" in self._servers:
            from lab.oracle import install

            install.write_tnsnames(self.paths.oracle_home, port=self.ports["listener"])

    def _settings(self, name: str, passwords: LabPasswords) -> dict[str, Any]:
        if name == "host":
            return {
                "user": HOST_USER,
                "home": str(self.paths.home),
                "host_key": str(self.keys.host),
                "client_public_key": self.keys.public(self.keys.client),
            }
        if name == "listener":
            return {
                "oracle_home": str(self.paths.oracle_home),
                "service": SERVICE,
                "passwords": {DATABASE_USER: passwords.database},
            }
        if name == "store":
            return {
                "user": STORE_USER,
                "password": passwords.store,
                "root": str(self.paths.store),
                "host_key": str(self.keys.store),
                "faults": str(self._store_faults),
            }
        return {
            "user": MAIL_USER,
            "password": passwords.mail,
            "folder": str(self.paths.mail),
            "certificate": str(self.keys.certificate),
            "certificate_key": str(self.keys.certificate_key),
        }
