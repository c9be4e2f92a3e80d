"""Can the import that was asked for be made, and what exactly is it to do?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import jobs
from lab.oracle.dumpfile import BadDumpError, DumpSet, read_header, verify_checksum
from lab.oracle.encryption import EncryptionRefusedError, key_for
from lab.oracle.filenames import BadTemplateError, existing
from lab.oracle.selection import identifier, split_name
from lab.oracle.submit import (
    RefusedError,
    common_spec,
    define,
    locate,
    open_log,
    require_rights,
)

if TYPE_CHECKING:
    import sqlite3

    from lab.oracle.login import Session
    from lab.oracle.parameters import Request


def define_import(
    connection: sqlite3.Connection,
    home: Path,
    request: Request,
    session: Session,
    *,
    language: str,
    command: str,
    head: list[str],
) -> jobs.Job:
    """Define an import job over a dump set that is there and whole. Raise RefusedError."""
    spec = common_spec(request, session, language=language, command=command) | {
        "head": head,
        "action": (request.one("table_exists_action") or "").upper(),
        "schema_map": _pairs(request, "remap_schema"),
        "tablespace_map": _pairs(request, "remap_tablespace"),
        "table_map": _table_pairs(request),
        "sqlfile": None,
    }
    if spec["mode"] == "SCHEMA":
        require_rights(connection, session, spec, role="IMP_FULL_DATABASE")
    operation = "SQL_FILE" if request.one("sqlfile") else "IMPORT"
    job = define(connection, home, request, session, spec=spec, operation=operation)
    try:
        schemas = ",".join(spec["schemas"])
        spec["log"] = open_log(connection, home, request, session, schemas=schemas)
        spec["paths"], spec["key"] = _dump_files(connection, session, request)
        if sqlfile := request.one("sqlfile"):
            folder, name = locate(connection, session, request, sqlfile)
            spec["sqlfile"] = str(Path(folder) / (name if "." in name else name + ".sql"))
    except BaseException:
        jobs.remove(connection, job)
        raise
    jobs.change(connection, job.id, spec=jobs.to_json(spec))
    return job


def _dump_files(
    connection: sqlite3.Connection, session: Session, request: Request
) -> tuple[list[str], str | None]:
    """Return the paths of a set that is whole, and the key to it. Raise RefusedError."""
    paths: list[str] = []
    try:
        for item in request.many("dumpfile") or ["expdat.dmp"]:
            paths += existing(*locate(connection, session, request, item))
    except BadTemplateError as error:
        raise RefusedError((39001, ""), (39000, ""), (39124, str(error))) from None
    try:
        facts = read_header(paths[0]).get("encryption")
        key = key_for(facts, request.one("encryption_password"))
        DumpSet(paths, key=key)
        if (request.one("verify_checksum") or "YES").upper() in ("YES", "Y"):
            for path in paths:
                verify_checksum(path)
    except BadDumpError as error:
        raise RefusedError(*_causes(error)) from None
    except EncryptionRefusedError as error:
        raise RefusedError(*((code, "") for code in error.codes)) from None
    return paths, key


def _causes(error: BadDumpError) -> list[tuple[int, str] | str]:
    start: list[tuple[int, str] | str] = [(39001, ""), (39000, "")]
    if error.code == 27037:
        system = "Linux-x86_64 Error: 2: No such file or directory"
        return [*start, (31640, error.path), (27037, ""), system, "Additional information: 3"]
    if error.code == 27046:
        return [*start, (31640, error.path), (27046, ""), "Additional information: 1"]
    if error.code in (39059, 39246):
        return [(39002, ""), (39059, ""), (39246, "")]
    return [*start, (error.code, error.path)]


def _pairs(request: Request, name: str) -> dict[str, str]:
    pairs: dict[str, Any] = {}
    for value in request.many(name):
        old, _, new = value.partition(":")
        pairs[identifier(old)] = identifier(new)
    return pairs


def _table_pairs(request: Request) -> dict[str, str]:
    pairs = {}
    for value in request.many("remap_table"):
        old, _, new = value.rpartition(":")
        pairs[split_name(old, owner="")[1]] = identifier(new)
    return pairs
