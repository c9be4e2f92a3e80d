"""What is asked of the Oracle host before an export?"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from oracle_backup.adapters import host_questions
from oracle_backup.domain.preflight import (
    Judgement,
    judge_leftovers,
    passed,
    problem,
    warning,
)
from oracle_backup.domain.preflight_space import judge_folder, judge_home
from oracle_backup.errors import RemoteCommandError, StatementError

if TYPE_CHECKING:
    from oracle_backup.adapters.oracle_database import OracleDatabase
    from oracle_backup.adapters.ports import Shell
    from oracle_backup.operators.preflight_findings import Findings, Wanted

_MAY_NOT_ASK = frozenset({942, 1031, 6550})
"""No such view or package for this user: says nothing of what it was to do."""


def ask_host(shell: Shell, wanted: Wanted, findings: Findings) -> None:
    """Ask for tool, home and folder. Raise HostUnreachableError for the link."""
    findings.take(passed(f"Oracle host {shell.host_label} answers."))
    with findings.part():
        _ask_tool(shell, wanted, findings)
    with findings.part():
        _ask_home(shell, findings)
    if findings.facts["folder"]:
        with findings.part():
            _ask_folder(shell, wanted, findings)


def _ask_tool(shell: Shell, wanted: Wanted, findings: Findings) -> None:
    tool = host_questions.find_tool(shell, oracle_home=wanted.oracle_home, tool=wanted.tool)
    if tool is None:
        findings.take(
            problem(
                f"There is no program {wanted.oracle_home}/bin/{wanted.tool} on "
                f"{shell.host_label}. Check environment.oracle_home."
            )
        )
        return
    findings.facts["tool_version"] = tool.release or None
    findings.take(passed(f"Tool {tool.path}: {tool.release or 'it does not tell its release'}."))


def _ask_home(shell: Shell, findings: Findings) -> None:
    writable, free = host_questions.can_write_home(shell)
    if writable:
        findings.take(judge_home(free))
    else:
        findings.take(
            problem(
                f"The SSH user can't write to ~/.oracle-backup on {shell.host_label}: the home is "
                "full, read-only or somebody else's. The export's files go there."
            )
        )


def _ask_folder(shell: Shell, wanted: Wanted, findings: Findings) -> None:
    folder = findings.facts["folder"]
    free = host_questions.free_bytes(shell, folder)
    if free is None:
        findings.take(
            problem(
                f"The SSH user can't read the folder {folder} on {shell.host_label}. "
                "Create it, or put the user into the group that owns it."
            )
        )
        return
    findings.facts["free_bytes"] = free
    findings.take(
        judge_folder(
            folder,
            free_bytes=free,
            segments_bytes=findings.facts.get("schema_size_bytes"),
            last=findings.last,
            parallel=wanted.parallel,
        )
    )
    if not wanted.is_pump and not host_questions.can_write(shell, f"{folder}/{wanted.probe}"):
        findings.take(
            problem(
                f"The SSH user can't write to the folder {folder} on {shell.host_label}, or it is "
                "full; exp writes its dump there."
            )
        )
    if not wanted.keep_dump:
        _ask_leftovers(shell, wanted, findings)


def _ask_leftovers(shell: Shell, wanted: Wanted, findings: Findings) -> None:
    folder = findings.facts["folder"]
    prefix = wanted.names.dump_prefix
    listed = host_questions.list_names(shell, folder, prefix=prefix, suffix=".dmp")
    dumps = wanted.names.dumps_of_other_runs(listed)
    sizes = shell.stat([f"{folder}/{name}" for name in dumps]) if dumps else {}
    # One that has no size is gone since.
    found = {path.rpartition("/")[2]: size for path, size in sizes.items() if size is not None}
    findings.take(judge_leftovers(folder, found))


def probe_directory(
    database: OracleDatabase, shell: Shell, wanted: Wanted, findings: Findings
) -> None:
    """
    Let the database write a file that the SSH user reads back, and have it removed again.

    That proves that Oracle may write there, that the folder on this host is the one it writes to,
    and that the SSH user can read what it writes. Raise an error for a link that broke.
    """
    directory, folder = wanted.directory or "", findings.facts["folder"]
    text = f"oracle-backup {secrets.token_hex(8)}"
    try:
        database.write_probe(directory, wanted.probe, text=text)
    except StatementError as error:
        findings.take(_refused_probe(error, directory, folder))
        return
    try:
        _read_back(shell, f"{folder}/{wanted.probe}", text, wanted, findings)
    finally:
        with findings.optional(f"Whether the probe {wanted.probe} was removed from {folder}"):
            database.remove_file(directory, wanted.probe)


def _refused_probe(error: StatementError, directory: str, folder: str) -> Judgement:
    if error.code in _MAY_NOT_ASK:
        return warning(f"Whether the database may write to {folder} can't be told: {error.message}")
    return problem(
        f"The database can't write to directory {directory}, {folder}: {error.message} "
        "Grant read and write on it to the backup user, and let Oracle's system user write to "
        "the folder."
    )


def _read_back(shell: Shell, path: str, text: str, wanted: Wanted, findings: Findings) -> None:
    try:
        found = host_questions.read_probe(shell, path)
    except RemoteCommandError as error:
        if error.exit_code is None:
            raise
        findings.take(
            problem(
                f"The SSH user can't read what Oracle writes: {path} on {shell.host_label}. "
                "Put the user into the group of Oracle's system user."
            )
        )
        return
    if found is None or found.strip() != text:
        findings.take(
            problem(
                f"The database has written {path}, and {shell.host_label} does not show it there: "
                f"the folder of directory {wanted.directory} is on another machine. Check the SSH "
                "and the Oracle connection, and what is mounted on the host."
            )
        )
        return
    findings.take(passed(f"The database can write to {wanted.directory}, and the host shows it."))
