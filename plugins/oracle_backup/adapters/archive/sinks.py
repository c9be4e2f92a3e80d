"""Where does an archive go: to a local file, or to several places at once?"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from typing import TYPE_CHECKING, Final

from oracle_backup.errors import BackupError, NameTakenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from oracle_backup.adapters.ports import WritableSink

log = logging.getLogger(__name__)


class FanOut:
    """
    One stream to several sinks. One that fails is left; the others go on.

    All get the same bytes in turn, so the slowest sets the pace and nothing piles up.

    :param sinks: by the name that reports give them.
    :ivar failed: what ended each of those that failed. The last one's failure is raised as well:
        the first of all, since that is where the trouble began.
    """

    def __init__(self, sinks: Mapping[str, WritableSink]) -> None:
        if not sinks:
            raise ValueError("an archive must go somewhere")
        self._sinks = dict(sinks)
        self.failed: dict[str, BackupError | OSError] = {}

    @property
    def alive(self) -> tuple[str, ...]:
        """The names of those that have got everything so far."""
        return tuple(self._sinks)

    def write(self, data: bytes, /) -> int:
        self._each(lambda sink: sink.write(data))
        return len(data)

    def seek(self, offset: int, /) -> int:
        self._each(lambda sink: sink.seek(offset))
        return offset

    def _each(self, act: Callable[[WritableSink], object]) -> None:
        for name, sink in list(self._sinks.items()):
            try:
                act(sink)
            except (BackupError, OSError) as error:
                self.failed[name] = error
                del self._sinks[name]
                if self._sinks:
                    log.warning("%s is left, the others go on: %s", name, error)
        if not self._sinks:
            raise next(iter(self.failed.values()))


class LocalFile:
    """
    A file of this machine, under a provisional name until it is finished.

    Only its owner may read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A name of its own: two at once, or one that died, must not be in each other's way.
        self._part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        flags: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self._part, flags, 0o600), "wb", buffering=0)

    def write(self, data: bytes, /) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        return len(data)

    def seek(self, offset: int, /) -> int:
        return self._file.seek(offset)

    def finish(self, *, replace: bool = False) -> None:
        """
        Give it its name.

        :raises NameTakenError: another file has it, and may not be replaced.
        """
        os.fsync(self._file.fileno())
        self._file.close()
        if replace:
            self._part.replace(self._path)
        else:
            self._name_once()
        with contextlib.suppress(OSError):
            _sync_folder(self._path.parent)

    def abandon(self) -> None:
        """Remove it, if it is not finished. Never raises."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _name_once(self) -> None:
        try:
            # Unlike a rename, a link never replaces what came there in the meantime.
            os.link(self._part, self._path)
        except FileExistsError as error:
            raise name_taken(self._path) from error
        except OSError:
            # A filesystem without links: look, then rename.
            if self._path.exists() or self._path.is_symlink():
                raise name_taken(self._path) from None
            self._part.rename(self._path)
        else:
            self._part.unlink()


def name_taken(path: Path) -> NameTakenError:
    return NameTakenError(
        f"{path} is there already, and was left as it is.",
        hint="Choose another name, or say --force to replace it.",
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
