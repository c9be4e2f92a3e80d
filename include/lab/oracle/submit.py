"""Can the job that was asked for be made, and what exactly is it to do?

This is the part of the server that runs in the client's session: it settles the parameters, opens
log and dump files, and defines the job. What it refuses is an ORA- stack and exit code 1.
"""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import dumpfile, encryption, faults, instance, jobs
from lab.oracle.dumpfile import Piece
from lab.oracle.filenames import BadTemplateError, FileNames
from lab.oracle.scn import MAPPED_MS
from lab.oracle.selection import identifier, passes, split_name
from lab.oracle.usage import mode_of

if TYPE_CHECKING:
    from lab.oracle.login import Session
    from lab.oracle.parameters import Request

_UNITS = {
    "B": 1,
    "KB": 1 << 10,
    "K": 1 << 10,
    "MB": 1 << 20,
    "M": 1 << 20,
    "GB": 1 << 30,
    "G": 1 << 30,
    "TB": 1 << 40,
    "T": 1 << 40,
}


class RefusedError(Exception):
    """The server refuses: ORA numbers with what they speak of, or whole lines."""

    def __init__(self, *causes: tuple[int, *tuple[str, ...]] | str) -> None:
        super().__init__(str(causes))
        self.causes = causes


def common_spec(
    request: Request, session: Session, *, language: str, command: str
) -> dict[str, Any]:
    """Return what export and import jobs have in common."""
    return {
        "mode": mode_of(request),
        "language": language,
        "command": command,
        "metrics": request.yes("metrics"),
        "logtime": (request.one("logtime") or "NONE").upper(),
        "parallel": int(request.one("parallel") or 1),
        "content": (request.one("content") or "ALL").upper(),
        "include": request.many("include"),
        "exclude": request.many("exclude"),
        "query": request.many("query"),
        "keep_master": request.yes("keep_master"),
        "schemas": [identifier(name) for name in request.many("schemas")],
        "tables": [list(split_name(name, owner=session.user)) for name in request.many("tables")],
        "pieces": [],
        "log": None,
        "root": session.root,
    }


def define_export(
    connection: sqlite3.Connection,
    home: Path,
    request: Request,
    session: Session,
    *,
    language: str,
    command: str,
    head: list[str],
) -> jobs.Job:
    """Define an export job with its log and first dump file. Raise RefusedError."""
    spec = common_spec(request, session, language=language, command=command) | {"head": head}
    if spec["mode"] == "SCHEMA" and not spec["schemas"]:
        spec["schemas"] = [session.user]
    if spec["mode"] == "FULL":
        users = connection.execute("SELECT username FROM lab_users WHERE oracle_maintained = 'N'")
        spec["schemas"] = [row[0] for row in users]
    if spec["mode"] == "TABLE":
        spec["schemas"] = sorted({owner for owner, _, _ in spec["tables"]})
    require_rights(connection, session, spec, role="EXP_FULL_DATABASE")
    spec |= _how_it_is_written(connection, request)
    check_filters(request)
    spec["estimate_only"] = request.yes("estimate_only")
    spec["reuse"] = request.yes("reuse_dumpfiles")
    spec["filesize"] = _size(request.one("filesize"))
    spec["as_of_ms"] = flashback(connection, request)
    job = define(connection, home, request, session, spec=spec, operation="EXPORT")
    try:
        schemas = ",".join(spec["schemas"])
        spec["log"] = open_log(connection, home, request, session, schemas=schemas)
        if not spec["estimate_only"]:
            spec["templates"] = [
                list(locate(connection, session, request, item))
                for item in request.many("dumpfile") or ["expdat.dmp"]
            ]
            spec["pieces"] = [_first_file(home, request, spec, schemas)]
        else:
            spec["templates"] = []
    except BaseException:
        jobs.remove(connection, job)
        raise
    jobs.change(connection, job.id, spec=jobs.to_json(spec))
    return job


def _how_it_is_written(connection: sqlite3.Connection, request: Request) -> dict[str, Any]:
    """Return what COMPRESSION, ENCRYPTION, CHECKSUM, VERSION and ACCESS_METHOD want."""
    compressed = (request.one("compression") or "").upper() in ("ALL", "DATA_ONLY")
    algorithm = (request.one("compression_algorithm") or "BASIC").upper()
    try:
        cipher = encryption.wanted(request)
    except encryption.EncryptionRefusedError as error:
        raise RefusedError(*((code, "") for code in error.codes)) from None
    method = (request.one("access_method") or "AUTOMATIC").lower()
    return {
        "compress": {"BASIC": 6, "LOW": 1, "MEDIUM": 6, "HIGH": 9}[algorithm] if compressed else 0,
        "cipher": asdict(cipher) if cipher else None,
        "checksum": _checksum(connection, request),
        "version": _dump_version(request),
        "access": "direct_path" if method == "automatic" else method,
    }


def _checksum(connection: sqlite3.Connection, request: Request) -> str | None:
    algorithm = request.one("checksum_algorithm")
    if not request.yes("checksum") and (algorithm is None or request.one("checksum")):
        return None
    row = connection.execute("SELECT value FROM v$parameter WHERE name = 'compatible'").fetchone()
    if int(row[0].split(".")[0]) < 20:
        raise RefusedError((39002, ""), (39055, "CHECKSUM", row[0]))
    return (algorithm or "SHA256").upper()


def _dump_version(request: Request) -> str | None:
    version = (request.one("version") or "COMPATIBLE").upper()
    if version in ("COMPATIBLE", "LATEST"):
        return None
    numbers = (*map(int, version.split(".")), 0, 0, 0, 0)[:5]
    if numbers < (9, 2):
        raise RefusedError((39001, ""), (39021, ".".join(map(str, numbers))))
    return version


def check_filters(request: Request) -> None:
    """Raise RefusedError for an INCLUDE or EXCLUDE that is no condition."""
    for name in ("include", "exclude"):
        for rule in request.many(name):
            try:
                passes(rule.partition(":")[0].strip().upper(), "X", include=[], exclude=[rule])
            except sqlite3.Error:
                badly = (39071, name.upper())
                missing = "ORA-00936: missing expression"
                raise RefusedError((39001, ""), badly, missing) from None


def define(
    connection: sqlite3.Connection,
    home: Path,
    request: Request,
    session: Session,
    *,
    spec: dict[str, Any],
    operation: str,
) -> jobs.Job:
    """Make the job's row and control table. Raise RefusedError."""
    name = request.one("job_name")
    try:
        return jobs.define(
            connection,
            home,
            owner=session.user,
            name=identifier(name) if name else None,
            operation=operation,
            mode=spec["mode"],
            degree=spec["parallel"],
            client_command=spec["command"],
            spec=spec,
        )
    except jobs.JobRefusedError as error:
        raise RefusedError(*error.codes) from None


def require_rights(
    connection: sqlite3.Connection, session: Session, spec: dict[str, Any], *, role: str
) -> None:
    """Raise RefusedError unless the user may work on these schemas."""
    foreign = [schema for schema in spec["schemas"] if schema != session.user]
    if session.user == "SYS" or not (foreign or spec["mode"] == "FULL"):
        return
    held = {session.user}
    while (
        more := {
            row[0]
            for user in held
            for row in connection.execute("SELECT role FROM lab_roles WHERE grantee = ?", (user,))
        }
        - held
    ):
        held |= more
    if role not in held:
        raise RefusedError((31631, ""), (39161 if spec["mode"] == "FULL" else 39109, ""))


def locate(
    connection: sqlite3.Connection, session: Session, request: Request, item: str
) -> tuple[str, str]:
    """Return folder and name of ``[directory:]file``. Raise RefusedError."""
    prefix, _, name = item.rpartition(":")
    directory = identifier(prefix or request.one("directory") or "DATA_PUMP_DIR")
    row = connection.execute(
        "SELECT path FROM lab_directories WHERE name = ?", (directory,)
    ).fetchone()
    if row is None or not _may_use(connection, session, directory):
        raise RefusedError((39002, ""), (39070, ""), (39087, directory))
    if "/" in name:
        raise RefusedError(
            (39001, ""), (39000, ""), "ORA-39088: file name cannot contain a path specification"
        )
    return str(row[0]), name


def open_log(
    connection: sqlite3.Connection, home: Path, request: Request, session: Session, *, schemas: str
) -> str | None:
    """Open the log anew and return its path, None with NOLOGFILE. Raise RefusedError."""
    if request.yes("nologfile"):
        return None
    default = "export.log" if request.tool == "expdp" else "import.log"
    folder, name = locate(connection, session, request, request.one("logfile") or default)
    path = Path(folder) / (name if "." in name else name + ".log")
    refused = RefusedError((39002, ""), (39070, ""), (29283, ""))
    if faults.find(home, "ora-39070", at=faults.Place(request.tool, schemas)):
        raise refused
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o640)
    except OSError:
        raise refused from None
    return str(path)


def head_lines(request: Request, *, title: str, login: str) -> list[str]:
    """Return the first lines of the log file, with a copy of the parameter file."""
    lines = [";;; ", *title.split("\n"), ";;; ", f"Connected to: {instance.BANNER}"]
    if request.parfile_entries:
        stars = ";;; " + "*" * 74
        entries = [(name, _masked(name, value, login)) for name, value in request.parfile_entries]
        shown = [f";;;  parfile:  {name}={value}" for name, value in reversed(entries)]
        lines += [stars, ";;; Parfile values:", *shown, stars]
    return lines


def _masked(name: str, value: str, login: str) -> str:
    if name == "userid":
        return login
    return "********" if name == "encryption_password" else value


def _may_use(connection: sqlite3.Connection, session: Session, directory: str) -> bool:
    if session.user == "SYS":
        return True
    own = instance.connect(
        Path(connection.execute("PRAGMA database_list").fetchone()[2]).parent, user=session.user
    )
    try:
        query = "SELECT 1 FROM all_directories WHERE directory_name = ?"
        return own.execute(query, (directory,)).fetchone() is not None
    finally:
        own.close()


def _first_file(home: Path, request: Request, spec: dict[str, Any], schemas: str) -> dict[str, Any]:
    try:
        path = FileNames(spec["templates"]).next()
    except BadTemplateError as error:
        raise RefusedError((39001, ""), (39000, ""), (39124, str(error))) from None
    assert path is not None
    exists = RefusedError(
        *((39001, ""), (39000, ""), (31641, path), (27038, "")), "Additional information: 1"
    )
    if faults.find(home, "ora-27038", at=faults.Place(request.tool, schemas)):
        raise exists
    try:
        dumpfile.create_file(path, replace=spec["reuse"])
    except FileExistsError:
        raise exists from None
    except OSError as error:
        raise RefusedError(
            *((39001, ""), (39000, ""), (31641, path), (27040, "")),
            f"Linux-x86_64 Error: {error.errno}: {error.strerror}",
            "Additional information: 1",
        ) from None
    return asdict(Piece(path, 1, 1, 1))


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+)([KMGTB]*)", text.upper())
    assert found is not None
    value = int(found[1]) * _UNITS[found[2] or "B"]
    if value < 40960:
        raise RefusedError((39001, ""), f"ORA-39020: invalid file size {text}")
    return value


def flashback(connection: sqlite3.Connection, request: Request) -> int | None:
    """Return the instant FLASHBACK_TIME or FLASHBACK_SCN asks for. Raise RefusedError."""
    scn, text = request.one("flashback_scn"), request.one("flashback_time")
    bad = ((39001, ""), (39150, ""))
    now = instance.now_ms()
    if scn is not None:
        if int(scn) > instance.current_scn(connection):
            raise RefusedError(*bad, (8181, ""))
        return instance.scn_to_ms(connection, int(scn))
    if text is None:
        return now if request.yes("consistent") else None
    try:
        instant = now if text.strip().upper() in ("SYSTIMESTAMP", "SYSDATE") else parse_time(text)
    except ValueError:
        raise RefusedError(*bad, "ORA-01843: not a valid month") from None
    if instant > now + 1000 or instant < now - MAPPED_MS:
        raise RefusedError(*bad, (8180, ""))
    return instant


def parse_time(text: str) -> int:
    """Return the milliseconds of ``TO_TIMESTAMP('...', 'format')`` and the like."""
    found = re.fullmatch(
        r"\s*TO_(?:TIMESTAMP(?:_TZ)?|DATE)\s*\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)\s*",
        text,
        re.IGNORECASE,
    )
    if not found:
        raise ValueError(text)
    codes = {
        "YYYY": "%Y",
        "MON": "%b",
        "MM": "%m",
        "DD": "%d",
        "HH24": "%H",
        "MI": "%M",
        "SS": "%S",
        "TZH:TZM": "%z",
        "TZR": "%z",
    }
    pattern = re.sub(r'"', "", found[2], flags=re.IGNORECASE)
    value = found[1]
    if fraction := re.search(r"\.FF\d?", pattern, re.IGNORECASE):
        pattern = pattern.replace(fraction[0], "")
        value = re.sub(r"(:\d\d)\.\d+", r"\1", value)
    for code, ours in codes.items():
        pattern = re.sub(code, ours, pattern, flags=re.IGNORECASE)
    value = re.sub(r"\bUTC$|Z$", "+0000", value) if "%z" in pattern else value
    pieces = time.strptime(value, pattern)
    if pieces.tm_gmtoff is not None:
        import calendar

        return (calendar.timegm(pieces) - pieces.tm_gmtoff) * 1000
    return int(time.mktime(pieces)) * 1000
