"""Who is the caller, and in which container does the login land?"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.oracle import faults, instance
from lab.oracle.messages import ora, say
from lab.oracle.selection import identifier

if TYPE_CHECKING:
    import sqlite3

_ATTEMPTS = 3
WALLET = "cwallet.sso"


class LoginFailedError(Exception):
    """No login: `lines` have been or are to be printed."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Session:
    """A login that worked."""

    user: str
    root: bool
    shown: str  # as in the Starting line: backup/********@labpdb1


@dataclass(frozen=True, slots=True)
class Credentials:
    user: str
    password: str | None
    identifier: str | None
    sysdba: bool = False


class Refused(Exception):  # noqa: N818 - a turn of the conversation, not an error of ours
    """One attempt failed with this ORA number."""

    def __init__(self, code: int, *more: str) -> None:
        super().__init__(str(code))
        self.code = code
        self.more = more


def log_in(
    connection: sqlite3.Connection, home: Path, *, tool: str, userid: str | None, language: str
) -> Session:
    """Log in, asking on stdin for what is missing. Raise LoginFailedError."""
    facility = {"expdp": "UDE", "impdp": "UDI", "exp": "EXP", "imp": "IMP"}[tool]
    for _ in range(_ATTEMPTS):
        text = userid if userid is not None else _ask(facility, say(language, "username"))
        userid = None
        try:
            return _attempt(connection, home, read_userid(text), tool=tool, language=language)
        except Refused as refusal:
            _explain(facility, refusal, language)
    if facility in ("EXP", "IMP"):
        raise LoginFailedError(f"{facility}-00005: all allowable logon attempts failed")
    raise LoginFailedError("", f"{facility}-00003: all allowable logon attempts failed")


def register_wallet(oracle_home: Path, alias: str, *, user: str, password: str) -> None:
    """Put a login into the wallet, for ``/@alias``; the alias must be in tnsnames.ora as well."""
    file = Path(oracle_home) / "network" / "admin" / WALLET
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({**known, alias.upper(): [user, password]}), encoding="utf-8")


def _ask(facility: str, prompt: str, *, hidden: bool = False) -> str:
    sys.stderr.write("\n" + prompt)
    sys.stderr.flush()
    if hidden and sys.stdin.isatty():
        import getpass

        return getpass.getpass("")
    line = sys.stdin.readline()
    if not line:
        code = {"EXP": "00030", "IMP": "00030"}.get(facility, "00005")
        text = "unexpected End-Of-File encountered while reading input"
        raise LoginFailedError("", f"{facility}-{code}: {text}")
    return line.rstrip("\r\n")


def _explain(facility: str, refusal: Refused, language: str) -> None:
    lines = [f"{facility}-{refusal.code:05}: operation generated ORACLE error {refusal.code}"]
    if facility in ("EXP", "IMP"):
        number = 56 if facility == "EXP" else 58
        lines = [f"{facility}-{number:05}: ORACLE error {refusal.code} encountered"]
    for line in ("", *lines, ora(language, refusal.code), *refusal.more):
        sys.stderr.write(line + "\n")


def read_userid(text: str) -> Credentials:
    """Read ``user/password@identifier``, ``/``, ``/@alias``, any of them ``as sysdba``."""
    found = re.fullmatch(r"(.*?)\s+as\s+sysdba\s*", text, re.IGNORECASE | re.DOTALL)
    sysdba, text = bool(found), found[1] if found else text.strip()
    user = re.match(r'"[^"]*"|[^/@]*', text)
    rest = text[user.end() :] if user else text
    password = None
    if rest.startswith("/"):
        quoted = re.match(r'/"([^"]*)"', rest)
        bare = re.match(r"/([^@]*)", rest)
        chosen = quoted or bare
        if chosen:
            password, rest = chosen[1], rest[chosen.end() :]
    name = user[0] if user else ""
    return Credentials(name, password, rest.removeprefix("@") or None, sysdba)


def _attempt(
    connection: sqlite3.Connection, home: Path, asked: Credentials, *, tool: str, language: str
) -> Session:
    root = _container(connection, home, asked.identifier)
    suffix = (f"@{asked.identifier}" if asked.identifier else "") + (
        " AS SYSDBA" if asked.sysdba else ""
    )
    shown = f"{asked.user}/********{suffix}"
    shown = f'"{shown}"' if asked.sysdba else shown
    if not asked.user and not asked.identifier:  # the operating system vouches
        return Session("SYS" if asked.sysdba else "OPS$ORACLE", root, shown)
    user, password = asked.user, asked.password
    if not user:
        user, password = _from_wallet(home, str(asked.identifier))
    if password is None:
        facility = "UDE" if tool == "expdp" else "UDI"
        password = _ask(facility, say(language, "password"), hidden=True)
    if faults.find(home, "bad-login", at=faults.Place(tool)):
        raise Refused(1017)
    if root and not _is_common(connection, identifier(user)):
        raise Refused(1017)
    try:
        return Session(instance.authenticate(connection, user, password), root, shown)
    except instance.LoginRefusedError as error:
        raise Refused(error.code) from None


def _is_common(connection: sqlite3.Connection, user: str) -> bool:
    query = "SELECT 1 FROM lab_users WHERE username = ? AND container = 'CDB$ROOT'"
    return connection.execute(query, (user,)).fetchone() is not None


def _container(connection: sqlite3.Connection, home: Path, name: str | None) -> bool:
    """Return whether the login lands in the root instead of the PDB. Raise Refused."""
    name = name or os.environ.get("TWO_TASK")
    if name is None:
        sid = os.environ.get("ORACLE_SID")
        if not sid:
            raise Refused(12162)
        if sid != instance.SID:
            missing = "Linux-x86_64 Error: 2: No such file or directory"
            raise Refused(1034, "ORA-27101: shared memory realm does not exist", missing)
        # An unknown PDB name leaves one in the root, without a word.
        return os.environ.get("ORACLE_PDB_SID", "").upper() != instance.SERVICE
    service = _service(home, name)
    if service is None:
        raise Refused(12154)
    if service not in (instance.SERVICE, instance.SID):
        raise Refused(12514)
    return service == instance.SID


def _service(home: Path, name: str) -> str | None:
    easy = re.fullmatch(r"(?://)?[\w.\-\[\]:]+/([\w.$]+)(?::\w+)?", name)
    if easy:
        return easy[1].upper()
    file = _admin(home) / "tnsnames.ora"
    text = file.read_text("utf-8", "replace") if file.exists() else ""
    for entry in re.finditer(r"^([\w.,\- ]+?)\s*=(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        if name.upper() in re.split(r"[,\s]+", entry[1].upper()):
            service = re.search(r"SERVICE_NAME\s*=\s*([\w.$]+)", entry[2], re.IGNORECASE)
            return service[1].upper() if service else None
    return None


def _from_wallet(home: Path, alias: str) -> tuple[str, str]:
    file = _admin(home) / WALLET
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if alias.upper() not in known:
        raise Refused(1017)
    user, password = known[alias.upper()]
    return str(user), str(password)


def _admin(home: Path) -> Path:
    return Path(os.environ.get("TNS_ADMIN") or home / "network" / "admin")
