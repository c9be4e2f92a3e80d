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

    def open_file(self, path: str, *, offset: int = 0) -> MemoryHostFile:
        if path not in self.files:
            raise RemoteCommandError(f"There is no file {path} on Oracle host {self.host_label}.")
        return MemoryHostFile(self.files[path], offset=offset)

    def stat(self, paths: Sequence[str]) -> dict[str, int | None]:
        return {path: len(self.files[path]) if path in self.files else None for path in paths}
