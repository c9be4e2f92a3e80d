"""What do the few routines of Oracle's packages do that the listener knows?

UTL_FILE works on directory objects with the privileges of the session; DBMS_DATAPUMP attaches to a
job and stops it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lab.oracle import jobs
from lab.servers.listener.errors import ora

if TYPE_CHECKING:
    from collections.abc import Callable

    from seerdb.server.backend import BackendError

    from lab.servers.listener.backend import InstanceBackend

Given = dict[str, Any]
_MODES = {"R": "r", "W": "w", "A": "a", "RB": "r", "WB": "w", "AB": "a"}


@dataclass(slots=True)
class Files:
    """The files one block has opened, by their handles."""

    opened: dict[int, IO[str]] = field(default_factory=dict)

    def close_all(self) -> None:
        for file in self.opened.values():
            file.close()
        self.opened.clear()


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine of a package: the names of its parameters in order, and what it does."""

    parameters: tuple[str, ...]
    run: Callable[[InstanceBackend, Files, Given], object]


def _directory(session: InstanceBackend, name: object, *, privilege: str) -> Path:
    row = session.run(
        "SELECT directory_path FROM all_directories WHERE directory_name = ?", (name,)
    ).fetchone()
    if row is None:
        raise ora(29280, "invalid directory object")
    granted = session.run(
        "SELECT 1 FROM all_tab_privs WHERE table_name = ? AND type = 'DIRECTORY' AND privilege = ?",
        (name, privilege),
    ).fetchone()
    if granted is None:
        raise ora(29289, "directory access denied")
    return Path(row[0])


def _file_error(error: OSError, what: str) -> BackendError:
    return ora(29283, f"invalid file operation: cannot {what} file [29435] ({error.strerror})")


def _path(folder: Path, name: object) -> Path:
    if not name or "/" in str(name):
        raise ora(29288, "invalid file name")
    return folder / str(name)


def _fopen(session: InstanceBackend, files: Files, given: Given) -> int:
    mode = _MODES.get(str(given.get("OPEN_MODE", "")).upper())
    if mode is None:
        raise ora(29281, "invalid mode")
    folder = _directory(
        session, given.get("LOCATION"), privilege="READ" if mode == "r" else "WRITE"
    )
    path = _path(folder, given.get("FILENAME"))
    try:
        # Path.open() takes no opener, and the mode has to be the server's from the start.
        file = open(path, mode, encoding="utf-8", opener=_open_as_the_server)  # noqa: SIM115
    except OSError as error:
        raise _file_error(error, "open") from None
    handle = max(files.opened, default=0) + 1
    files.opened[handle] = file
    return handle


def _open_as_the_server(path: str, flags: int) -> int:
    return os.open(path, flags, 0o640)


def _opened(files: Files, given: Given) -> IO[str]:
    file = files.opened.get(given.get("FILE") or 0)
    if file is None:
        raise ora(29282, "invalid file ID")
    return file


def _write(session: InstanceBackend, files: Files, given: Given, *, end: str) -> None:
    del session
    file = _opened(files, given)
    try:
        file.write(str(given.get("BUFFER") or "") + end)
        file.flush()
    except OSError as error:
        raise ora(29285, f"file write error [29285] ({error.strerror})") from None


def _fclose(session: InstanceBackend, files: Files, given: Given) -> None:
    del session
    _opened(files, given).close()
    del files.opened[given["FILE"]]


def _is_open(session: InstanceBackend, files: Files, given: Given) -> bool:
    del session
    return given.get("FILE") in files.opened


def _fremove(session: InstanceBackend, files: Files, given: Given) -> None:
    del files
    folder = _directory(session, given.get("LOCATION"), privilege="WRITE")
    path = _path(folder, given.get("FILENAME"))
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise _file_error(error, "remove") from None
    except OSError as error:
        raise ora(29291, f"file remove operation failed ({error.strerror})") from None


def _attach(session: InstanceBackend, files: Files, given: Given) -> int:
    del files
    owner = given.get("JOB_OWNER") or session.user
    job = jobs.find(session.connection, str(owner), str(given.get("JOB_NAME")))
    if job is None:
        raise ora(31626, "job does not exist")
    return job.id


def _job(session: InstanceBackend, given: Given) -> jobs.Job:
    job = jobs.by_id(session.connection, int(given.get("HANDLE") or 0))
    if job is None:
        raise ora(31623, "a job is not attached to this session via the specified handle")
    return job


def _stop_job(session: InstanceBackend, files: Files, given: Given) -> None:
    del files
    job = _job(session, given)
    # Ending a job is a transaction of its own.
    session.commit()
    jobs.stop(
        session.connection,
        job,
        immediate=bool(given.get("IMMEDIATE")),
        keep_master=bool(given.get("KEEP_MASTER")),
    )


def _detach(session: InstanceBackend, files: Files, given: Given) -> None:
    del files
    _job(session, given)


def _sleep(session: InstanceBackend, files: Files, given: Given) -> None:
    del session, files
    time.sleep(float(given.get("SECONDS") or 0))


def _scn(session: InstanceBackend, files: Files, given: Given) -> int:
    del files, given
    return int(session.run("SELECT ora_scn_now()").fetchone()[0])


PACKAGES: dict[str, Routine] = {
    "DBMS_DATAPUMP.ATTACH": Routine(("JOB_NAME", "JOB_OWNER"), _attach),
    "DBMS_DATAPUMP.DETACH": Routine(("HANDLE",), _detach),
    "DBMS_DATAPUMP.STOP_JOB": Routine(("HANDLE", "IMMEDIATE", "KEEP_MASTER", "DELAY"), _stop_job),
    "DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER": Routine(("",), _scn),
    "DBMS_LOCK.SLEEP": Routine(("SECONDS",), _sleep),
    "DBMS_SESSION.SLEEP": Routine(("SECONDS",), _sleep),
    "UTL_FILE.FCLOSE": Routine(("FILE",), _fclose),
    "UTL_FILE.FOPEN": Routine(("LOCATION", "FILENAME", "OPEN_MODE", "MAX_LINESIZE"), _fopen),
    "UTL_FILE.FREMOVE": Routine(("LOCATION", "FILENAME"), _fremove),
    "UTL_FILE.IS_OPEN": Routine(("FILE",), _is_open),
    "UTL_FILE.PUT": Routine(
        ("FILE", "BUFFER"), lambda session, files, given: _write(session, files, given, end="")
    ),
    "UTL_FILE.PUT_LINE": Routine(
        ("FILE", "BUFFER", "AUTOFLUSH"),
        lambda session, files, given: _write(session, files, given, end="\n"),
    ),
}
