"""
How do an archive's members become files in one folder, and nowhere else?

An archive may come from anybody, so a member's name is not trusted: it is walked down folder by
folder, never through a link, and no file that is there is touched unless that was asked for. A
file gets its name when its content has been checked, so what bears a name is whole.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from typing import IO, TYPE_CHECKING, Final

from oracle_backup.adapters.archive.sinks import name_taken
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from pathlib import Path

# What no file of an honest backup is named: signs that steer a terminal, separators and drives
# of other systems.
_ODD: Final = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:")
_OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Extraction:
    """
    Takes members as ``read_archive`` decodes them. A context: leaving it by an error removes the
    file that was not finished.

    :param replace: whether files that are there may be replaced.
    :ivar names: of the files that are finished.
    """

    def __init__(self, folder: Path, *, replace: bool = False) -> None:
        self._folder = folder
        self._replace = replace
        self._current: tuple[str, _NewFile] | None = None
        self._seen: set[str] = set()
        self.names: list[str] = []

    def open_sink(self, name: str) -> IO[bytes]:
        """
        Return where a member's content goes; the member before it has been checked by then.

        :raises IntegrityError: its name leads out of the folder, or is there twice.
        :raises NameTakenError: there is such a file, and it may not be replaced.
        """
        self.finish()
        parts = _split_name(name)
        if name in self._seen:
            raise IntegrityError(f"The archive has two members named {name!r}.", hint=_HINT)
        self._seen.add(name)
        new = _NewFile(self._folder, parts, replace=self._replace)
        self._current = name, new
        return new.file

    def finish(self) -> None:
        """Give the last member its name."""
        current, self._current = self._current, None
        if current is not None:
            name, new = current
            new.finish()
            self.names.append(name)

    def __enter__(self) -> Extraction:
        return self

    def __exit__(self, *_error: object) -> None:
        current, self._current = self._current, None
        if current is not None:
            current[1].abandon()


_HINT: Final = "Nobody of this project has written that archive. Look at it with `7z l` first."


def _split_name(name: str) -> list[str]:
    """Return folders and file name of a member. Raise IntegrityError for one that leads away."""
    parts = name.split("/")
    if _ODD.search(name) or any(part in {"", ".", ".."} for part in parts):
        raise IntegrityError(
            f"The archive has a member named {name!r}, which would not stay in its folder.",
            hint=_HINT,
        )
    return parts


class _NewFile:
    """A file under a provisional name, in a folder that is held open."""

    def __init__(self, folder: Path, parts: list[str], *, replace: bool) -> None:
        self._path = folder.joinpath(*parts)
        self._name = parts[-1]
        self._part = f".{secrets.token_hex(8)}.part"
        self._replace = replace
        self._folder = _open_folder(folder, parts[:-1])
        try:
            self._refuse_taken()
            handle = os.open(self._part, _CREATE, 0o600, dir_fd=self._folder)
        except BaseException:
            os.close(self._folder)
            raise
        self.file: IO[bytes] = os.fdopen(handle, "wb")

    def finish(self) -> None:
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            # There is no rename that never replaces; between look and rename is an instant.
            self._refuse_taken()
            os.replace(self._part, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except BaseException:
            self.abandon()
            raise
        os.close(self._folder)

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._part, dir_fd=self._folder)
        os.close(self._folder)

    def _refuse_taken(self) -> None:
        if self._replace:
            return
        with contextlib.suppress(FileNotFoundError):
            os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
            raise name_taken(self._path)


def _open_folder(folder: Path, parts: list[str]) -> int:
    """Open a folder below ``folder``, making it where it is missing, through no link."""
    # The user's own folder may be a link.
    handle = os.open(folder, _OPEN_FOLDER & ~os.O_NOFOLLOW)
    for part in parts:
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=handle)
            below = os.open(part, _OPEN_FOLDER, dir_fd=handle)
        except NotADirectoryError as error:
            # Linux says so of a link as well.
            raise IntegrityError(
                f'The archive wants a folder "{part}" in {folder}, where something else is.',
                hint="Extract into an empty folder.",
            ) from error
        finally:
            os.close(handle)
        handle = below
    return handle
