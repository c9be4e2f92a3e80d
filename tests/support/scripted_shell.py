"""A host in memory: files, and answers to scripts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from oracle_backup.adapters.ports import Completed
from oracle_backup.errors import RemoteCommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class MemoryHostFile(io.BytesIO):
    def __init__(self, content: bytes, *, offset: int) -> None:
        super().__init__(content[offset:])
        self.size_bytes = len(content)


class ScriptedCommand(io.BytesIO):
    """A command's output; a bad exit is told at its end, as over a link."""

    def __init__(self, done: Completed, *, host_label: str) -> None:
        super().__init__(done.stdout.encode())
        self._done = done
        self._host_label = host_label
        self.exit_code: int | None = None
        self.stderr = done.stderr

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and size:
            self.exit_code = self._done.exit_code
            if self.exit_code:
                raise RemoteCommandError(
                    f"Exit code {self.exit_code} on Oracle host {self._host_label}.",
                    exit_code=self.exit_code,
                )
        return data


class ScriptedShell:
    """
    A host that is gone with the process.

    :param files: path to content.
    :param answer: given a script, returns what it did; by default it did nothing and ended well.
    """

    def __init__(
        self,
        *,
        files: dict[str, bytes] | None = None,
        answer: Callable[[str], Completed] | None = None,
        host_label: str = "scripted",
    ) -> None:
        self.host_label = host_label
        self.files = files or {}
        self.scripts: list[str] = []
        self._answer = answer or (lambda _script: Completed(exit_code=0, stdout="", stderr=""))

    def run(self, script: str, *, timeout_seconds: float) -> Completed:
        self.scripts.append(script)
        return self._answer(script)

    def open_command(
        self, script: str, *, doing: str = "run a script", stall_seconds: float | None = None
    ) -> ScriptedCommand:
        self.scripts.append(script)
        return ScriptedCommand(self._answer(script), host_label=self.host_label)

    def open_file(self, path: str, *, offset: int = 0) -> MemoryHostFile:
        if path not in self.files:
            raise RemoteCommandError(f"There is no file {path} on Oracle host {self.host_label}.")
        return MemoryHostFile(self.files[path], offset=offset)

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        return {path: len(self.files[path]) if path in self.files else None for path in paths}
