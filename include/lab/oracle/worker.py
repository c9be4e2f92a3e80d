"""What does every server-side Data Pump job do: speak, obey, keep pace, and end?"""

from __future__ import annotations

import json
import os
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, NoReturn, TextIO

from lab.oracle import faults, instance, jobs
from lab.oracle.messages import dated, elapsed, ora, say, stamp

_LOOK_INTERVAL = 0.2  # seconds between two looks for a request to stop


class StoppedError(Exception):
    """STOP_JOB was asked for."""


class KilledError(Exception):
    """KILL_JOB was asked for."""


class FatalError(Exception):
    """The job cannot go on; `lines` say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class Worker(ABC):
    """A job's server process. Subclasses say what the work is."""

    tool = ""

    def __init__(self, home: Path, job_id: int) -> None:
        self.home = home
        self.connection = instance.connect(home)
        # Rows are read on a connection of their own: while that is under way it sees the instance
        # as it was when it began, and could neither see a request to stop nor write.
        self.reading = instance.connect(home)
        found = jobs.by_id(self.connection, job_id)
        assert found is not None
        self.job = found
        self.spec: dict[str, Any] = found.spec
        self.language: str = self.spec["language"]
        self.errors: int = found.progress.get("errors", 0)
        self.log: TextIO | None = None
        self.schemas = ",".join(self.spec["schemas"])
        self._note: int = found.progress.get("note", 0)
        self._began = found.started_ms / 1000
        self._looked = 0.0

    @abstractmethod
    def work(self) -> None:
        """Do the job."""

    def undo(self) -> None:  # noqa: B027 - one that has made nothing has nothing to undo
        """Remove what a killed job has made."""

    def run(self) -> None:
        """Do the job, and end as it deserves."""
        resumed = bool(self.job.progress)
        jobs.take_over(self.connection, self.job)
        if not resumed:
            self._note = jobs.record(
                self.connection,
                tool=self.tool,
                owner=self.job.owner,
                job=self.job.name,
                schemas=self.schemas,
            )
        self.save(note=self._note)
        try:
            if self.spec["log"]:
                self.log = Path(self.spec["log"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
            if not resumed:
                self._head()
            self.work()
        except StoppedError:
            self._stop()
        except KilledError:
            self.undo()
            self._end("fatal", outcome="killed", code=1)
        except FatalError as error:
            for line in error.lines:
                self.say(line)
            self.fail()

    def fail(self) -> None:
        """End with `stopped due to fatal error`; the job stays and may be restarted."""
        self._last_line("fatal")
        jobs.change(self.connection, self.job.id, state="NOT RUNNING")
        jobs.record_end(self.connection, self._note, outcome="fatal", errors=self.errors)
        jobs.put(self.job, exit=1)

    def succeed(self, *, keep_control: bool = False) -> None:
        """End with the line that counts the errors."""
        if self.errors:
            self._end("errors", outcome="errors", code=5, keep=keep_control)
        else:
            self._end("success", outcome="success", code=0, keep=keep_control)

    def say(self, text: str, *, worker: int | None = None, prefixed: bool = True) -> None:
        """Write a line to the log and to whoever watches."""
        if worker and self.spec["metrics"]:
            text = f"W-{worker} {text}"
        logtime, now = self.spec["logtime"], stamp(time.time()) if prefixed else ""
        if self.log:
            self.log.write((now if logtime in ("LOGFILE", "ALL") else "") + text + "\n")
        shown = (now if logtime in ("STATUS", "ALL") else "") + text
        jobs.put(self.job, line=shown)

    def report_error(self, *lines: str) -> None:
        """Count an error and write its block, followed by an empty line."""
        self.errors += 1
        for index, line in enumerate((*lines, "")):
            self.say(line, prefixed=index == 0)

    def ora(self, code: int, *facts: object) -> str:
        """Return an ORA- line in the job's language."""
        return ora(self.language, code, *facts)

    def text(self, key: str, *facts: object) -> str:
        """Return a sentence in the job's language."""
        return say(self.language, key, *facts)

    def save(self, **progress: Any) -> None:
        """Keep what a restart of the job needs."""
        self.job.progress.update(progress, errors=self.errors)
        jobs.change(self.connection, self.job.id, progress=json.dumps(self.job.progress))

    def obey(self, *, between_units: bool = False) -> None:
        """Raise when someone has asked the job to end."""
        if not between_units and time.monotonic() - self._looked < _LOOK_INTERVAL:
            return
        self._looked = time.monotonic()
        row = self.connection.execute(
            "SELECT request FROM lab_jobs WHERE id = ?", (self.job.id,)
        ).fetchone()
        asked = row[0] if row else "KILL"
        if asked == "KILL":
            raise KilledError
        if asked == "STOP_IMMEDIATE" or (asked == "STOP" and between_units):
            raise StoppedError

    def wait(self, seconds: float) -> None:
        """Sleep, listening for requests."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_INTERVAL))
            self.obey()

    def keep_pace(self, rows: int, *, slow: faults.Fault | None) -> None:
        """Take as long over these rows as the pace that is set wants."""
        limit = slow.rows_per_second if slow else faults.pace(self.home)
        if limit:
            self.wait(rows / limit)
        self.obey()

    def stumble(self, schema: str, table: str, *, line: str = "") -> faults.Fault | None:
        """Act out the faults ordered for this table; return the one that concerns its rows."""
        where = faults.Place(self.tool, schema, table)
        if faults.find(self.home, "crash", at=where):
            os.kill(os.getpid(), signal.SIGKILL)
        while faults.find(self.home, "hang", at=where, use=False):
            self.wait(_LOOK_INTERVAL)
        if faults.find(self.home, "truncated-log", at=where) and self.log:
            self.log.write(line[: len(line) // 2])
            self.log.close()
            self.log = None
        self._wait_for_lock(schema, table)
        if waiting := faults.find(self.home, "resumable-wait", at=where, use=False):
            self._wait_for_space(table, waiting, where)
        if faults.find(self.home, "fatal", at=where):
            self._die(schema, table)
        if faults.find(self.home, "disk-full", at=where):
            path = self.spec["pieces"][0]["path"] if self.spec.get("pieces") else table
            raise FatalError(
                *(self.ora(31617, path), self.ora(19502, path), self.ora(27072)),
                *("Linux-x86_64 Error: 28: No space left on device", "Additional information: 4"),
            )
        return faults.find(self.home, "slow", "ora-01555", "ora-01466", "ora-39095", at=where)

    def progress(self, sofar: int, total: int) -> None:
        """Show in V$SESSION_LONGOPS how many bytes are done."""
        mega, whole = sofar >> 20, max(total >> 20, 1)
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        message = f"{self.job.name}: {self.job.operation} : {mega} out of {whole} MB done"
        self.connection.execute(
            "INSERT INTO lab_longops VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id)"
            " DO UPDATE SET sofar = excluded.sofar, message = excluded.message,"
            " last_update_time = excluded.last_update_time",
            (self.job.id, self.job.name, mega, whole, now, now, message, self.job.owner),
        )

    def _wait_for_lock(self, schema: str, table: str) -> None:
        held = "SELECT id FROM lab_locks WHERE owner = ? AND table_name = ?"
        while lock := self.connection.execute(held, (schema, table)).fetchone():
            self.connection.execute(
                "INSERT OR IGNORE INTO lab_lock_waits VALUES (?, ?, ?)",
                (self.job.id, lock[0], instance.now_ms()),
            )
            self.wait(_LOOK_INTERVAL)
        self.connection.execute("DELETE FROM lab_lock_waits WHERE job_id = ?", (self.job.id,))

    def _wait_for_space(self, table: str, fault: faults.Fault, where: faults.Place) -> None:
        reason = self.ora(1653, f"{self.job.owner}.{self.job.name}", "USERS")
        self.report_error(self.ora(39171), f"Resumable error: {reason}", f"Resumable stmt: {table}")
        now = time.strftime("%m/%d/%y %H:%M:%S")
        self.connection.execute(
            "INSERT OR REPLACE INTO lab_resumable VALUES (?, ?, 'SUSPENDED', ?, ?, 1653, ?, ?)",
            (self.job.id, self.job.full_name, now, now, reason, table),
        )
        until = time.monotonic() + (fault.seconds or 7200)
        while time.monotonic() < until:
            if not faults.find(self.home, "resumable-wait", at=where, use=False):
                break
            self.wait(_LOOK_INTERVAL)
        faults.find(self.home, "resumable-wait", at=where)
        self.connection.execute("DELETE FROM lab_resumable WHERE job_id = ?", (self.job.id,))

    def _die(self, schema: str, table: str) -> NoReturn:
        raise FatalError(
            self.ora(39126, "UNLOAD_DATA", f'TABLE_DATA:"{schema}"."{table}"'),
            "ORA-00600: internal error code, arguments: [kpudpxcs_ctxConvertStream_ref_1], []",
            'ORA-06512: at "SYS.DBMS_SYS_ERROR", line 105',
            'ORA-06512: at "SYS.KUPW$WORKER", line 12630',
            "",
        )

    def _head(self) -> None:
        if self.log:
            self.log.write("".join(line + "\n" for line in self.spec["head"]))

    def _stop(self) -> None:
        self._last_line("stopped")
        jobs.change(self.connection, self.job.id, state="NOT RUNNING", request=None)
        jobs.record_end(self.connection, self._note, outcome="stopped", errors=self.errors)
        jobs.put(self.job, exit=1)

    def _end(self, key: str, *, outcome: str, code: int, keep: bool = False) -> None:
        self._last_line(key)
        jobs.record_end(self.connection, self._note, outcome=outcome, errors=self.errors)
        jobs.remove(self.connection, self.job, keep_control=keep)
        jobs.put(self.job, exit=code)

    def _last_line(self, key: str) -> None:
        count = (self.errors,) if key == "errors" else ()
        now = time.time()
        facts = (*count, dated(self.language, now), elapsed(now - self._began))
        self.say(self.text(key, self.job.full_name, *facts))
        if self.log:
            self.log.close()
            self.log = None
