"""The programs expdp and impdp: what the person at the terminal sees of a Data Pump job.

The client logs in, has the job defined, starts a server process with a life of its own, and relays
its lines. Whatever happens to the client, the job goes on. All output is on stderr.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.oracle import faults, instance, jobs, submit
from lab.oracle.login import LoginFailedError, Session, log_in
from lab.oracle.messages import dated, language_of, ora, say, use_charset
from lab.oracle.parameters import LEGACY, ParameterError, Request, parse
from lab.oracle.process import become_detached, is_alive, show_as
from lab.oracle.usage import UsageError, check_usage

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIT_SUCCESS, EXIT_FAILURE, EXIT_ERRORS = 0, 1, 5
_START_PATIENCE = 20  # seconds for a server process to begin
_TITLES = {"expdp": "Export", "impdp": "Import"}
_FACILITIES = {"expdp": "UDE", "impdp": "UDI"}


def main(tool: str, arguments: list[str]) -> int:
    """Run the tool and return its exit code."""
    show_as(tool)
    os.umask(0)
    nls = os.environ.get("NLS_LANG")
    use_charset(sys.stderr, nls)
    home = Path(os.environ.get("ORACLE_HOME", "/nonexistent"))
    if not (home / instance.FILE).exists():
        _print(
            f"{_FACILITIES[tool]}-00004: no message file: is ORACLE_HOME set? ORACLE_HOME={home}"
        )
        return EXIT_FAILURE
    try:
        request = parse(tool, arguments, release=_release(home))
        return _Client(home, request, language_of(nls)).run()
    except (ParameterError, LoginFailedError) as error:
        _print(*error.lines)
    except UsageError as error:
        _print(str(error))
    return EXIT_FAILURE


class _Client:
    def __init__(self, home: Path, request: Request, language: str) -> None:
        self.home, self.request, self.language = home, request, language
        self.tool = request.tool

    def run(self) -> int:
        request = self.request
        title = _title(self.tool)
        _print("", *title.split("\n"))
        if request.yes("help"):
            _print("", *_help(self.tool))
            return EXIT_SUCCESS
        with instance.connect(self.home) as connection:
            session = log_in(
                connection,
                self.home,
                tool=self.tool,
                userid=request.one("userid"),
                language=self.language,
            )
        connection.close()
        _print("", say(self.language, "connected", instance.BANNER))
        if session.root:
            _print("", say(self.language, "root"), "")
        if "attach" in request.values:
            from lab.oracle.console import attach

            return attach(self.home, request, session, language=self.language)
        check_usage(request)
        _print(*_legacy_lines(request))
        try:
            job = self._define(session, title)
        except submit.RefusedError as error:
            _print(*self._stack(error), "")
            return EXIT_FAILURE
        start(self.home, job)
        where = faults.Place(self.tool, ",".join(job.spec["schemas"]))
        if faults.find(self.home, "kill-client", at=where):
            os.kill(os.getpid(), signal.SIGKILL)
        if faults.find(self.home, "ora-31626", at=where):
            return lost(self.tool, self.language)
        return follow(self.home, job, tool=self.tool, language=self.language)

    def _define(self, session: Session, title: str) -> jobs.Job:
        connection = instance.connect(self.home)
        head = submit.head_lines(self.request, title=title, login=session.shown)
        command = _command(self.request, session)
        try:
            if self.tool == "expdp":
                define = submit.define_export
            else:
                from lab.oracle.submit_import import define_import as define
            return define(
                connection,
                self.home,
                self.request,
                session,
                language=self.language,
                command=command,
                head=head,
            )
        finally:
            connection.close()

    def _stack(self, error: submit.RefusedError) -> Iterator[str]:
        for cause in error.causes:
            yield cause if isinstance(cause, str) else ora(self.language, cause[0], *cause[1:])


def start(home: Path, job: jobs.Job) -> None:
    """Start the server process of a job. It survives whatever befalls the caller."""
    sys.stderr.flush()
    before = job.queue.stat().st_size
    if not become_detached():
        # A job whose client dies while it is DEFINING is gone, so wait until it is taken over.
        until = time.monotonic() + _START_PATIENCE
        while job.queue.stat().st_size == before and time.monotonic() < until:
            time.sleep(0.005)
        return
    code = 1
    try:
        show_as(f"ora_dm00_{instance.SID.lower()}")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _serve(home, job)
        code = 0
    except BaseException:  # noqa: BLE001 - the last thing a process without a terminal can do
        import traceback

        with (home / "log" / "alert.log").open("a", encoding="utf-8") as alert:
            alert.write(traceback.format_exc())
        jobs.put(job, exit=EXIT_FAILURE)
    finally:
        os._exit(code)


def _serve(home: Path, job: jobs.Job) -> None:
    if job.operation == "EXPORT":
        from lab.oracle.export import ExportWorker

        ExportWorker(home, job.id).run()
    else:
        from lab.oracle.load import ImportWorker

        ImportWorker(home, job.id).run()


def follow(home: Path, job: jobs.Job, *, tool: str, language: str) -> int:
    """Relay a job's lines until it ends; Ctrl-C leads into interactive mode."""
    connection = instance.connect(home)
    jobs.attach(connection, job.id)
    connection.close()
    watcher = Watcher(job)
    try:
        code = watcher.relay()
    except KeyboardInterrupt:
        from lab.oracle.console import converse

        return converse(home, job, tool=tool, language=language, watcher=watcher)
    return lost(tool, language) if code is None else code


def lost(tool: str, language: str) -> int:
    """Say that the job is out of sight."""
    facility = _FACILITIES[tool]
    _print(
        f"{facility}-31626: operation generated ORACLE error 31626",
        ora(language, 31626),
        'ORA-06512: at "SYS.DBMS_DATAPUMP", line 3326',
        'ORA-06512: at "SYS.DBMS_DATAPUMP", line 4551',
        ora(language, 39086),
        "",
    )
    return EXIT_FAILURE


class Watcher:
    """Reads the queue of a job."""

    def __init__(self, job: jobs.Job, *, from_now: bool = False) -> None:
        self._job = job
        self._position = 0
        self._server: tuple[int, int] | None = None
        if from_now:
            self._read()

    def relay(self) -> int | None:
        """Print lines until the job ends; return its exit code, None when it has vanished."""
        pause = 0.02
        while True:
            # Asked first: what a process wrote before it died is read after.
            gone = self._server is not None and not is_alive(*self._server)
            events = self._read()
            for event in events:
                if "exit" in event:
                    return int(event["exit"])
                if "line" in event:
                    _print(event["line"])
            if gone and not events:
                return None
            pause = 0.02 if events else min(pause * 1.5, 0.3)
            time.sleep(pause)

    def _read(self) -> list[dict[str, Any]]:
        with self._job.queue.open("rb") as queue:
            queue.seek(self._position)
            data = queue.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._position += len(whole)
        events: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]
        for event in events:
            if "server" in event:
                self._server = event["server"][0], event["server"][1]
        return events


def _release(home: Path) -> int:
    connection = instance.connect(home)
    try:
        version = instance.setting(connection, "version_full")
    finally:
        connection.close()
    return int(version.split(".")[0])


def _title(tool: str) -> str:
    now = dated("en", time.time())
    return (
        f"{_TITLES[tool]}: Release {instance.VERSION} - Production on {now}\n"
        f"Version {instance.VERSION_FULL}\n\n"
        "Copyright (c) 1982, 2019, Oracle and/or its affiliates.  All rights reserved."
    )


def _command(request: Request, session: Session) -> str:
    """Return the command line as the Starting line shows it, without secrets."""
    words = list(request.arguments)
    if words and "=" not in words[0].split("/")[0]:
        words = words[1:]
    hidden = ("userid=", "encryption_password=")
    words = [word for word in words if not word.lower().startswith(hidden[0])]
    words = [
        hidden[1] + "********" if word.lower().startswith(hidden[1]) else word for word in words
    ]
    return " ".join([session.shown, *words])


def _legacy_lines(request: Request) -> list[str]:
    if not request.legacy:
        return []
    lines = ["Legacy Mode Active due to the following parameters:"]
    for name, current, place in request.legacy:
        values = ",".join(request.many(current or name))
        replaced = f'Replaced with: "{current}={values}"' if current else "Parameter ignored."
        if name == "consistent":
            replaced = 'Replaced with: "flashback_time=TO_TIMESTAMP(now)"'
        lines.append(f'Legacy Mode Parameter: "{name}={values}" Location: {place}, {replaced}')
    if request.tool == "expdp":
        lines.append("Legacy Mode has set reuse_dumpfiles=true parameter.")
        request.values["reuse_dumpfiles"] = ["YES"]
    return lines


def _help(tool: str) -> list[str]:
    from lab.oracle.parameters import parameter_names

    legacy = [name.rstrip("*") for name in LEGACY[tool]]
    names = [name.upper() for name in parameter_names(tool) if name not in legacy]
    return [f"The available keywords of {tool} and their descriptions follow.", "", *names, ""]


def _print(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
