"""Where could a secret be seen while Airflow backs up, and is one seen there?"""

from __future__ import annotations

import email
import os
import sqlite3
import threading
from email import policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.airflow import AirflowStage
    from lab.stage import Lab


_FORGET_AFTER = 50


class ProcessWatch:
    """
    Samples what every process of this machine shows of itself, while a backup runs.

    :param secrets: what must not be seen.
    :param interval: seconds between two samples.
    """

    def __init__(self, secrets: Iterable[str], *, interval: float = 0.02) -> None:
        self._secrets = list(secrets)
        self._interval = interval
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._looked_at: dict[str, str] = {}
        self.samples = 0
        self.names: set[str] = set()
        self.found: set[str] = set()

    def __enter__(self) -> ProcessWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(self._interval):
            self.samples += 1
            if self.samples % _FORGET_AFTER == 0:
                # A number may have been given to another process.
                self._looked_at.clear()
            for name in os.listdir("/proc"):  # noqa: PTH208 - names, and fast
                if name.isdigit():
                    self._look(name)

    def _look(self, pid: str) -> None:
        """Look at a process, unless its arguments are those it had: then nothing of it is new."""
        arguments = _shown(f"/proc/{pid}/cmdline")
        if arguments is None or arguments == self._looked_at.get(pid):
            return
        self._looked_at[pid] = arguments
        self.names.add(arguments.replace("\0", " ")[:200])
        for name, shown in (("cmdline", arguments), ("environ", _shown(f"/proc/{pid}/environ"))):
            self.found |= {
                f"{name} of {arguments[:80]!r}"
                for secret in self._secrets
                if secret in (shown or "")
            }


def _shown(path: str) -> str | None:
    """Return what a file of /proc says, None where the process has gone or may not be looked at."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - thousands of times a second
            return file.read().decode(errors="replace")
    except OSError:
        return None


def secrets_of(lab: Lab) -> list[str]:
    """Return every password of the lab, and the lines that make a private key one."""
    found = []
    for connection in lab.connections.values():
        if password := connection.get("password"):
            found.append(password)
        if key := connection.get("extra", {}).get("private_key"):
            found += [line for line in key.splitlines() if not line.startswith("-----")][1:4]
    assert len(found) >= 6
    return found


def places_of(stage: AirflowStage) -> dict[str, str]:
    """Return the text of every place a secret could have been written to, by its name."""
    lab = stage.lab
    places: dict[str, str] = {}
    with sqlite3.connect(stage.home / "airflow.db") as database:
        # XCom, rendered fields, triggers, task state store: all of it.
        places["Airflow's database"] = "\n".join(database.iterdump())
    for path in [
        *stage.home.rglob("*.log*"),
        *(lab.paths.run).glob("*.log"),
        *lab.paths.store.rglob("*"),
        *lab.paths.dumps.rglob("*"),
        *lab.paths.home.rglob("*"),
    ]:
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("utf-8", "replace")
    for path in lab.mails():
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for part in message.walk():
            if not part.is_multipart():
                places[f"{path} {part.get_content_type()}"] = str(part.get_content())
    return places


def secrets_in(places: Mapping[str, str], secrets: Iterable[str]) -> set[str]:
    """Return the places in which a secret stands."""
    wanted = list(secrets)
    return {name for name, text in places.items() for secret in wanted if secret in text}
