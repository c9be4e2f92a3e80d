"""A file of a host whose link is away, and whose reader is no longer wanted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from oracle_backup.adapters import patience
from oracle_backup.adapters.patience import Patience
from oracle_backup.adapters.ssh_streams import RemoteFile
from oracle_backup.errors import HostUnreachableError

if TYPE_CHECKING:
    import pytest


class BrokenStream:
    """A command whose link has broken."""

    def read(self, _size: int) -> bytes:
        raise HostUnreachableError("The link broke.")

    def close(self) -> None:
        """Nothing is left to close."""


def test_close_wakes_a_reader_that_waits_to_reopen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that is told to end has a minute for it, and a broken link may take longer."""
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (600.0,) * 5)
    starts: list[str] = []
    waits = threading.Event()

    class Noting(Patience):
        def wait(self, seconds: float) -> bool:
            waits.set()
            return super().wait(seconds)

    def start(script: str) -> BrokenStream:
        starts.append(script)
        return BrokenStream()

    file = RemoteFile(
        host_label="ora01",
        path="/u01/a.dmp",
        offset=0,
        stat=lambda: 100,
        start=start,  # type: ignore[arg-type]  # all of a stream that is asked for
        patience=Noting(),
    )
    errors: list[BaseException] = []

    def read() -> None:
        try:
            file.read(10)
        except HostUnreachableError as error:
            errors.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert waits.wait(30)

    file.close()
    reader.join(30)

    assert not reader.is_alive()
    assert [str(error) for error in errors] == ["The link broke."]
    assert len(starts) == 1
