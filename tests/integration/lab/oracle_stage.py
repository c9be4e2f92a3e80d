"""An ORACLE_HOME in a temporary folder, and its tools as a person at a terminal would use them."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from lab.oracle import instance
from lab.oracle.faults import set_faults
from lab.oracle.login import register_wallet

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "p@s/s w=#1"
LOGIN = f'backup/"{PASSWORD}"@LABPDB1'
ENGLISH = "AMERICAN_AMERICA.AL32UTF8"


class OracleStage:
    """A fresh instance (its path has a blank) and helpers to run its tools."""

    def __init__(self, folder: Path, *, scale: float = 0.01) -> None:
        self.home = folder / "oracle home"
        self.dumps = folder / "dumps"
        passwords = {"backup": PASSWORD, "hr": "hr"}
        instance.create(self.home, dumps=self.dumps, passwords=passwords, scale=scale)
        self._started: list[subprocess.Popen[str]] = []
        self._parfiles = 0

    def environment(self, **changes: str | None) -> dict[str, str]:
        known = {"ORACLE_HOME": str(self.home), "ORACLE_SID": instance.SID, "NLS_LANG": ENGLISH}
        known |= {"PATH": "/usr/bin:/bin", "LAB_STATE": str(self.home.parent)}
        return {name: value for name, value in (known | changes).items() if value is not None}

    def parfile(self, text: str = "", **parameters: str) -> str:
        self._parfiles += 1
        path = self.home.parent / f"{self._parfiles}.par"
        path.write_text(text + "".join(f"{name}={value}\n" for name, value in parameters.items()))
        return str(path)

    def run(
        self, tool: str, *arguments: str, stdin: str | None = None, **environment: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run a tool to its end."""
        return subprocess.run(
            [str(self.home / "bin" / tool), *arguments],
            env=self.environment(**environment),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def export(self, **parameters: str) -> subprocess.CompletedProcess[str]:
        """Run expdp with a parameter file, logged in as BACKUP."""
        return self.run("expdp", f"parfile={self.parfile(**self._defaults('exp', parameters))}")

    def start(self, tool: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a tool; what is left of it is ended by close()."""
        client = subprocess.Popen(
            [str(self.home / "bin" / tool), *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._started.append(client)
        return client

    def start_export(self, **parameters: str) -> subprocess.Popen[str]:
        """Start expdp and return once its job executes."""
        parfile = self.parfile(**self._defaults("exp", parameters))
        client = self.start("expdp", f"parfile={parfile}")
        running = "SELECT 1 FROM dba_datapump_jobs WHERE state = 'EXECUTING'"
        self.wait_for(lambda: self.query(running))
        return client

    def import_(self, **parameters: str) -> subprocess.CompletedProcess[str]:
        """Run impdp with a parameter file, logged in as BACKUP."""
        return self.run("impdp", f"parfile={self.parfile(**self._defaults('imp', parameters))}")

    def attach(
        self, *commands: str, job: str, tool: str = "expdp"
    ) -> subprocess.CompletedProcess[str]:
        """Attach to a job and give it commands."""
        parfile = self.parfile(userid=LOGIN, attach=job)
        return self.run(tool, f"parfile={parfile}", stdin="".join(c + "\n" for c in commands))

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        connection = instance.connect(self.home, user="BACKUP")
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def job_states(self) -> list[object]:
        return [row[0] for row in self.query("SELECT state FROM dba_datapump_jobs")]

    def history(self) -> list[object]:
        return [row[0] for row in self.query("SELECT outcome FROM lab_job_history ORDER BY id")]

    def order(self, *rules: dict[str, object], pace: float | None = None) -> None:
        set_faults(self.home, rules, pace_rows_per_second=pace)

    def add_wallet(self, alias: str) -> None:
        register_wallet(self.home, alias, user="backup", password=PASSWORD)

    def log(self, name: str) -> str:
        return (self.dumps / name).read_text(encoding="utf-8")

    def wait_for(self, condition, *, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "it did not come about"
            time.sleep(0.02)

    def close(self) -> None:
        """End what a test has left running."""
        self.order()
        for owner, name, operation in self.query("SELECT owner, name, operation FROM lab_jobs"):
            tool = "expdp" if operation == "EXPORT" else "impdp"
            self.attach("kill_job", "yes", job=f"{owner}.{name}", tool=tool)
        for client in self._started:
            client.kill()
            client.communicate()

    @staticmethod
    def _defaults(kind: str, parameters: dict[str, str]) -> dict[str, str]:
        return {
            "userid": LOGIN,
            "directory": "BACKUP_DIR",
            "dumpfile": "a_%L.dmp",
            "logfile": f"{kind}.log",
        } | parameters
