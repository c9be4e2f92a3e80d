"""The programs exp and imp: what they share, and how they end.

Unlike Data Pump they do the work themselves, in the client: FILE and LOG lie where they run, and
when they are killed nothing goes on. Warnings do not show in the exit code.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.oracle import instance
from lab.oracle.login import LoginFailedError, Session, log_in
from lab.oracle.messages import charset_of, dated, language_of, use_charset
from lab.oracle.parameters import ParameterError, Request, parse
from lab.oracle.process import show_as

if TYPE_CHECKING:
    import sqlite3
    from typing import TextIO

_TITLES = {"exp": "Export", "imp": "Import"}
_ENDINGS = {
    "en": {
        "clean": "{} terminated successfully without warnings.",
        "warnings": "{} terminated successfully with warnings.",
        "failed": "{} terminated unsuccessfully",
    },
    "es": {
        "clean": "La {} ha terminado correctamente y sin advertencias.",
        "warnings": "La {} ha terminado correctamente pero con advertencias.",
        "failed": "La {} no ha terminado correctamente",
    },
}
_BOOLEANS = (
    *("compress", "consistent", "constraints", "direct", "full", "grants", "ignore", "indexes"),
    *("resumable", "rows", "show", "triggers"),
)
_WORDS = {
    "en": {"exp": "Export", "imp": "Import"},
    "es": {"exp": "exportación", "imp": "importación"},
}


class GivenUpError(Exception):
    """The tool cannot go on; `lines` say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class Run:
    """One run of exp or imp: who it is, what was asked, where its words go."""

    def __init__(
        self, home: Path, request: Request, session: Session, *, nls: str | None, log: TextIO | None
    ) -> None:
        self.home, self.request, self.session = home, request, session
        self.connection: sqlite3.Connection = instance.connect(home)
        self.language = language_of(nls)
        self.charset = {"utf-8": "AL32UTF8", "ascii": "US7ASCII"}.get(
            charset_of(nls), "WE8ISO8859P1"
        )
        self.log = log
        self.warned = False

    def say(self, *lines: str, end: str = "\n") -> None:
        """Write to the terminal and to LOG."""
        for line in lines:
            sys.stderr.write(line + end)
            if self.log:
                self.log.write(line + end)
        sys.stderr.flush()
        if self.log:
            self.log.flush()

    def warn(self, *lines: str) -> None:
        """Say that something is amiss; the run will end with warnings."""
        self.warned = True
        self.say(*lines)

    def characters(self, done: str) -> None:
        """Say in which character set the work is done, and what that may do to the data."""
        self.say(f"{done} in {self.charset} character set and AL16UTF16 NCHAR character set")
        if self.charset != "AL32UTF8":
            self.say("server uses AL32UTF8 character set (possible charset conversion)")


def main(tool: str, arguments: list[str]) -> int:
    """Run exp or imp and return its exit code: 0, with or without warnings, or 1."""
    show_as(tool)
    nls = os.environ.get("NLS_LANG")
    use_charset(sys.stderr, nls)
    home = Path(os.environ.get("ORACLE_HOME", "/nonexistent"))
    if not (home / instance.FILE).exists():
        sys.stderr.write(
            f"Message 206 not found; No message file for product=RDBMS, facility={tool.upper()}\n"
        )
        return 1
    try:
        request = parse(tool, arguments)
        _check_values(request)
    except ParameterError as error:
        sys.stderr.write("\n".join((*error.lines, "")))
        number = "EXP-00019" if tool == "exp" else "IMP-00021"
        sys.stderr.write(
            f"{number}: failed to process parameters, type '{tool.upper()} HELP=Y' for help\n"
        )
        sys.stderr.write(_ending("failed", tool, "en") + "\n")
        return 1
    return _converse(tool, home, request, nls)


def _check_values(request: Request) -> None:
    """Raise ParameterError for a value that is not of its parameter's kind."""
    for name in _BOOLEANS:
        value = request.one(name)
        if value is not None and value.upper() not in ("Y", "YES", "N", "NO"):
            raise ParameterError(f"LRM-00105: '{value}' is not a legal boolean for '{name}'")
    for name in ("buffer", "feedback"):
        value = request.one(name)
        if value is not None and not re.fullmatch("[0-9]+", value):
            raise ParameterError(f"LRM-00104: '{value}' is not a legal integer for '{name}'")


def _converse(tool: str, home: Path, request: Request, nls: str | None) -> int:
    now = dated("en", time.time())
    title = f"{_TITLES[tool]}: Release {instance.VERSION} - Production on {now}"
    rights = "Copyright (c) 1982, 2019, Oracle and/or its affiliates.  All rights reserved."
    sys.stderr.write(f"\n{title}\nVersion {instance.VERSION_FULL}\n\n{rights}\n\n")
    language = language_of(nls)
    connection = instance.connect(home)
    try:
        userid = request.one("userid")
        session = log_in(connection, home, tool=tool, userid=userid, language=language)
    except LoginFailedError as error:
        sys.stderr.write("\n".join((*error.lines, _ending("failed", tool, language), "")))
        return 1
    finally:
        connection.close()
    name = request.one("log")
    log = Path(name).open("w", encoding="utf-8") if name else None  # noqa: SIM115 - closed below
    try:
        return _work(tool, Run(home, request, session, nls=nls, log=log))
    finally:
        if log:
            log.close()


def _work(tool: str, run: Run) -> int:
    words = "Conectado a" if run.language == "es" else "Connected to"
    run.say("", f"{words}: {instance.BANNER}", f"Version {instance.VERSION_FULL}")
    try:
        if tool == "exp":
            from lab.oracle.legacy_export import export

            export(run)
        else:
            from lab.oracle.legacy_import import load

            load(run)
    except GivenUpError as error:
        run.say(*error.lines, _ending("failed", tool, run.language))
        return 1
    run.say(_ending("warnings" if run.warned else "clean", tool, run.language))
    return 0


def _ending(key: str, tool: str, language: str) -> str:
    text = _ENDINGS[language][key].format(_WORDS[language][tool])
    return f"{tool.upper()}-00000: {text}" if key == "failed" else text
