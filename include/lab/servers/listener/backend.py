"""What does one client session of the listener do with what the client sends?"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from seerdb.server.backend import BackendError, Capability, Result, SessionInfo
from seerdb.server.identity import ServerIdentity
from sqlglot import exp

from lab.oracle import instance
from lab.oracle.scn import MAPPED_MS
from lab.servers.listener import functions
from lab.servers.listener.binds import number_binds, to_sqlite
from lab.servers.listener.blocks import is_block, run_block
from lab.servers.listener.catalogue import Catalogue
from lab.servers.listener.commands import run_command
from lab.servers.listener.describe import build_result
from lab.servers.listener.errors import invalid_identifier, invalid_statement, ora
from lab.servers.listener.translate import Translated, parse, translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seerdb.common.tns import ColumnMeta

log = logging.getLogger("lab.listener")

# The field version of 19c in seerdb.common.tns_consts, and the release packed as 18c and later do.
_FIELD_VERSION_19 = 12
_RELEASE = 19 << 24 | 21 << 16
_sessions = itertools.count(101)


class InstanceBackend:
    """One session over the stand-in instance, as the protocol server wants it."""

    capabilities = frozenset({Capability.TRANSACTIONS})
    field_version = _FIELD_VERSION_19
    server_identity = ServerIdentity(
        version_no=_RELEASE,
        version_sql=b"24",
        version_string=b"- Production",
        banner=instance.BANNER.encode(),
    )

    def __init__(self, *, oracle_home: Path, service: str, passwords: Mapping[str, str]) -> None:
        self._oracle_home = oracle_home
        self._service = service
        self._passwords = passwords
        self._number = next(_sessions)
        self._connection: sqlite3.Connection | None = None
        self._failure: BackendError | None = None
        self.user = ""
        self.schema = ""

    def authenticate(self, username: str) -> str | None:
        """Return the user's password, which the protocol needs in clear to prove itself."""
        self.user = self.schema = username.strip('"') if username[:1] == '"' else username.upper()
        return self._passwords.get(self.user)

    def open_session(self, attributes: Mapping[str, object]) -> None:
        """Open the instance; the client has proved that it knows the password."""
        connection = instance.connect(self._oracle_home, user=self.user)
        (status,) = connection.execute(
            "SELECT account_status FROM lab_users WHERE username = ?", (self.user,)
        ).fetchone() or ("LOCKED",)
        if status != "OPEN":
            connection.close()
            raise ora(28000, "The account is locked.")
        connection.execute("PRAGMA case_sensitive_like = ON")
        functions.register(
            connection,
            context=self._context(attributes),
            scn_at=self._scn_at,
            instant_of=lambda scn: dt.datetime.fromtimestamp(  # noqa: DTZ006, as SYSDATE
                instance.scn_to_ms(connection, scn) / 1000
            ),
            file_exists=self._file_exists,
        )
        self._connection = connection

    def session_info(self) -> SessionInfo:
        return SessionInfo(
            session_id=self._number,
            serial_num=self._number,
            instance_name=instance.SID,
            db_name=self._service,
            service_name=self._service,
        )

    def execute(self, sql: str, binds: Sequence[object] = ()) -> Result:
        """Run one statement."""
        log.debug("session %d: %s", self._number, sql)
        try:
            return self._execute(sql, binds)
        except BackendError:
            raise
        except Exception as error:
            # The edge of a session: the log has to tell where the lab broke.
            log.exception("session %d broke on: %s", self._number, sql)
            raise ora(600, f"internal error code, arguments: [lab], [{error}]") from error

    def _execute(self, sql: str, binds: Sequence[object]) -> Result:
        if is_block(sql):
            return run_block(self, sql, binds)
        command = run_command(self, sql)
        if command is not None:
            return command
        translated, numbered = self._translate(sql)
        values = self._values(numbered, binds)
        if not translated.columns:
            return self._change(translated, values)
        rows = self.run(translated.sql, values).fetchall()
        columns, cells = build_result(translated.columns, rows)
        return Result(columns=columns, rows=cells, rowcount=len(cells))

    def describe(self, sql: str) -> list[ColumnMeta]:
        """Say what a query's columns are without running it."""
        translated, _ = self._translate(sql)
        return build_result(translated.columns, [])[0]

    def parse(self, sql: str) -> None:
        """Say whether a statement is one, without running it."""
        if not is_block(sql):
            self._translate(sql)

    def alter_session(self, statement: str) -> None:
        """Take the settings a client sends as it logs in."""
        run_command(self, statement)

    def commit(self) -> None:
        self._end_transaction("COMMIT")

    def rollback(self) -> None:
        self._end_transaction("ROLLBACK")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _file_exists(self, file: str) -> bool:
        directory, name = file.split("\0")
        row = self.run(
            "SELECT directory_path FROM all_directories WHERE directory_name = ?", (directory,)
        ).fetchone()
        if row is None:
            # SQLite knows only that the function failed; `run` tells why.
            self._failure = ora(22285, "non-existent directory or file for FILEEXISTS operation")
            raise self._failure
        return (Path(row[0]) / name).is_file()

    @property
    def oracle_home(self) -> Path:
        return self._oracle_home

    @property
    def connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ora(1012, "not logged on")
        return self._connection

    def _scn_at(self, moment: dt.datetime) -> int:
        now, asked = instance.now_ms(), _milliseconds(moment)
        if asked > now + 1000 or asked < now - MAPPED_MS:
            self._failure = ora(8180, "no snapshot found based on specified time")
            raise self._failure
        return instance.ms_to_scn(self.connection, asked)

    def run(self, sql: str, values: object = ()) -> sqlite3.Cursor:
        """Run SQLite's SQL; its errors come back as Oracle's."""
        try:
            return self.connection.execute(sql, values)  # type: ignore[arg-type]
        except sqlite3.IntegrityError as error:
            raise _integrity_error(error) from None
        except sqlite3.OperationalError as error:
            failure, self._failure = self._failure, None
            raise failure or _operational_error(error) from None
        except sqlite3.Error as error:
            raise invalid_statement(str(error)) from None

    def _translate(self, sql: str) -> tuple[Translated, int]:
        numbered, count = number_binds(sql)
        tree = parse(numbered)
        if not isinstance(tree, (exp.Query, exp.Insert, exp.Update, exp.Delete)):
            raise invalid_statement(f"{type(tree).__name__} is not known to it")
        return translate(tree, Catalogue(self.connection, schema=self.schema)), count

    @staticmethod
    def _values(count: int, binds: Sequence[object]) -> dict[str, object]:
        if count != len(binds):
            raise ora(1008, "not all variables bound")
        return {f"b{number}": to_sqlite(bind) for number, bind in enumerate(binds, start=1)}

    def _change(self, translated: Translated, values: dict[str, object]) -> Result:
        if not self.connection.in_transaction:
            self.run("BEGIN IMMEDIATE")
        return Result(rowcount=self.run(translated.sql, values).rowcount)

    def _end_transaction(self, how: str) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute(how)

    def _context(self, attributes: Mapping[str, object]) -> dict[str, str]:
        return {
            "SESSION_USER": self.user,
            "CURRENT_USER": self.user,
            "CURRENT_SCHEMA": self.schema,
            "CON_NAME": self._service,
            "CON_ID": "3",
            "DB_NAME": self._service,
            "DB_UNIQUE_NAME": instance.SID,
            "CDB_NAME": instance.SID,
            "INSTANCE_NAME": instance.SID,
            "SERVICE_NAME": str(attributes.get("service_name", self._service)),
            "SERVER_HOST": "lab-oracle",
            "HOST": os.uname().nodename,
            "SID": str(self._number),
            "SESSIONID": str(self._number),
            "DATABASE_ROLE": "PRIMARY",
            "ISDBA": "FALSE",
            "LANGUAGE": "AMERICAN_AMERICA.AL32UTF8",
            "AUTHENTICATION_METHOD": "PASSWORD",
        }


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def _integrity_error(error: sqlite3.IntegrityError) -> BackendError:
    if "NOT NULL" in str(error):
        column = str(error).rsplit(" ", 1)[-1]
        return ora(1400, f"cannot insert NULL into ({column})")
    return ora(1, "unique constraint violated")


def _operational_error(error: sqlite3.OperationalError) -> BackendError:
    text = str(error)
    for start in ("no such column: ", "no such function: "):
        if text.startswith(start):
            return invalid_identifier(text.removeprefix(start).upper())
    if text.startswith("no such table"):
        return ora(942, "table or view does not exist")
    if "locked" in text:
        return ora(54, "resource busy and acquire with NOWAIT specified or timeout expired")
    if "user-defined function" in text:
        return ora(1722, "invalid number or format, or a function the lab knows in part only")
    return invalid_statement(text)
