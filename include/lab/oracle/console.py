"""What can one ask of a running or stopped job at the ``Export>`` prompt?"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab.oracle import client, instance, jobs
from lab.oracle.encryption import Cipher, EncryptionRefusedError, key_for
from lab.oracle.messages import ora
from lab.oracle.selection import split_name

if TYPE_CHECKING:
    from lab.oracle.login import Session
    from lab.oracle.parameters import Request

_SURE = "Are you sure you wish to stop this job ([yes]/no): "
_COMMANDS = (
    *("add_file", "continue_client", "exit_client", "filesize", "help", "kill_job"),
    *("parallel", "start_job", "status", "stop_job"),
)
_PATIENCE = 120  # seconds for a job to obey


class _LeaveError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def attach(home: Path, request: Request, session: Session, *, language: str) -> int:
    """Attach to a job and take commands from stdin; return the exit code."""
    connection = instance.connect(home)
    try:
        name = request.one("attach")
        if name:
            owner, plain, _ = split_name(name, owner=session.user)
            job = jobs.find(connection, owner, plain)
        else:
            owner, plain = session.user, ""
            job = jobs.only_job_of(connection, owner)
        operation = "EXPORT" if request.tool == "expdp" else "IMPORT"
        if job is None or job.operation != operation:
            _say(*_no_job(language, owner, plain))
            return client.EXIT_FAILURE
        cipher = job.spec.get("cipher")
        try:
            facts = Cipher(**cipher).facts() if cipher else None
            key_for(facts, request.one("encryption_password"))
        except EncryptionRefusedError as error:
            _say(*(ora(language, code) for code in error.codes), "")
            return client.EXIT_FAILURE
        lost = [piece["path"] for piece in jobs.pieces_of(job) if not Path(piece["path"]).exists()]
        if job.state == "NOT RUNNING" and lost:
            _say(ora(language, 31640, lost[0]), ora(language, 27037), "")
            return client.EXIT_FAILURE
    finally:
        connection.close()
    return converse(home, job, tool=request.tool, language=language)


def converse(
    home: Path,
    job: jobs.Job,
    *,
    tool: str,
    language: str,
    watcher: client.Watcher | None = None,
) -> int:
    """Take commands for a job until one leads away; return the exit code."""
    talk = _Console(home, job, tool=tool, language=language, watcher=watcher)
    try:
        jobs.attach(talk.connection, job.id)
        if watcher is None:
            talk.begin()
        return talk.run()
    finally:
        talk.end()


class _Console:
    def __init__(
        self,
        home: Path,
        job: jobs.Job,
        *,
        tool: str,
        language: str,
        watcher: client.Watcher | None,
    ) -> None:
        self.home, self.job = home, job
        self.connection = instance.connect(home)
        self.tool, self.language = tool, language
        self.watcher = watcher or client.Watcher(job, from_now=True)
        self.prompt = "Export> " if tool == "expdp" else "Import> "

    def begin(self) -> None:
        """Show the job, as ATTACH does; a stopped one is now idling."""
        if self.job.state == "NOT RUNNING":
            jobs.become_idle(self.connection, self.job)
        self.status()

    def end(self) -> None:
        """Let go of the job; nobody idles with it any more."""
        self.connection.execute(
            "UPDATE lab_jobs SET state = 'NOT RUNNING' WHERE id = ? AND state = 'IDLING'",
            (self.job.id,),
        )
        self.connection.close()

    def run(self) -> int:
        """Obey one command after the other."""
        while True:
            line = _ask("\n" + self.prompt)
            if line is None:
                _say("")
                return client.EXIT_SUCCESS
            try:
                self.obey(line.strip().rstrip(";"))
            except _LeaveError as leave:
                return leave.code

    def obey(self, line: str) -> None:
        """Do what a line says."""
        word, _, value = (piece.strip().lower() for piece in line.partition("="))
        if not word:
            return
        if word in ("exit", "quit"):
            raise _LeaveError(client.EXIT_SUCCESS)
        candidates = [command for command in _COMMANDS if command.startswith(word)]
        if len(candidates) != 1:
            facility = "UDE" if self.tool == "expdp" else "UDI"
            _say(f"{facility}-00053: unrecognized client command '{line}'")
            return
        command = candidates[0]
        if command == "stop_job":
            self.stop_job(immediate="immediate".startswith(value or "-"))
        elif command == "parallel" and value.isdigit():
            jobs.change(self.connection, self.job.id, degree=int(value))
        else:
            action = getattr(self, command, None)
            if action:
                action()

    def kill_job(self) -> None:
        """End the job for good, with its dump files and control table."""
        if not self._sure():
            return
        self._end_job(immediate=True, keep_master=False)

    def stop_job(self, *, immediate: bool) -> None:
        """Stop the job so that it can be started again."""
        if self._sure():
            self._end_job(immediate=immediate, keep_master=True)

    def start_job(self) -> None:
        """Let a stopped job go on."""
        if not self._running():
            # The server process is a fork, and SQLite must not be open across one.
            self.connection.close()
            client.start(self.home, self.job)
            self.connection = instance.connect(self.home)

    def continue_client(self) -> None:
        """Watch the job until it ends, starting it if it idles."""
        self.start_job()
        code = self.watcher.relay()
        raise _LeaveError(client.lost(self.tool, self.language) if code is None else code)

    def exit_client(self) -> None:
        """Leave; the job goes on."""
        raise _LeaveError(client.EXIT_SUCCESS)

    def help(self) -> None:
        """List the commands."""
        _say(*(command.upper() for command in _COMMANDS))

    def status(self) -> None:
        """Show what the job is and what it does."""
        job = jobs.by_id(self.connection, self.job.id)
        if job is None:
            _say(ora(self.language, 31626))
            return
        began = time.localtime(job.started_ms / 1000)
        done = sum(unit["bytes"] for unit in job.progress.get("done", ()))
        row = self.connection.execute(
            "SELECT sofar, totalwork FROM lab_longops WHERE job_id = ?", (job.id,)
        ).fetchone()
        percent = min(99, 100 * row[0] // max(row[1], 1)) if row else 0
        idle = job.state in ("IDLING", "NOT RUNNING")
        lines = [
            f"Job: {job.name}",
            f"  Owner: {job.owner}",
            f"  Operation: {job.operation}",
            "  Creator Privs: TRUE",
            f"  GUID: {job.guid}",
            f"  Start Time: {time.strftime('%A, %d %B, %Y', began)} {began.tm_hour}"
            + time.strftime(":%M:%S", began),
            f"  Mode: {job.mode}",
            f"  Instance: {instance.SID}",
            f"  Max Parallelism: {job.degree}",
            f"  {job.operation} Job Parameters:",
            "  Parameter Name      Parameter Value:",
            f"     CLIENT_COMMAND        {job.client_command} ",
            f"  State: {job.state}",
            f"  Bytes Processed: {done:,}",
            f"  Percent Done: {percent}",
            f"  Current Parallelism: {0 if idle else job.degree}",
            f"  Job Error Count: {job.progress.get('errors', 0)}",
        ]
        for piece in jobs.pieces_of(job):
            lines += [f"  Dump File: {piece['path']}", f"    bytes written: {piece['bytes']:,}"]
        lines += ["", "Worker 1 Status:", "  Process Name: DW00"]
        lines.append(f"  State: {'UNDEFINED' if idle else 'EXECUTING'}")
        if not idle and "current" in job.progress:
            owner, name = job.progress["current"]
            lines += [f"  Object Schema: {owner}", f"  Object Name: {name}"]
        _say("", *lines)

    def _running(self) -> bool:
        job = jobs.by_id(self.connection, self.job.id)
        return job is not None and job.state not in ("NOT RUNNING", "IDLING")

    def _sure(self) -> bool:
        answer = _ask(_SURE)
        if answer is None:
            _say("")
            raise _LeaveError(client.EXIT_SUCCESS)
        return answer.strip().lower() in ("", "y", "yes")

    def _end_job(self, *, immediate: bool, keep_master: bool) -> None:
        job = jobs.by_id(self.connection, self.job.id)
        if job is not None:
            jobs.stop(self.connection, job, immediate=immediate, keep_master=keep_master)
        self._await_end()
        raise _LeaveError(client.EXIT_SUCCESS)

    def _await_end(self) -> None:
        until = time.monotonic() + _PATIENCE
        while self._running() and time.monotonic() < until:
            time.sleep(0.05)


def _no_job(language: str, owner: str, name: str) -> list[str]:
    lines = [ora(language, 31626), 'ORA-06512: at "SYS.DBMS_DATAPUMP", line 1852']
    if name:
        lines.append(ora(language, 31638, name, owner))
    return [*lines, ""]


def _ask(prompt: str) -> str | None:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline() or None


def _say(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
