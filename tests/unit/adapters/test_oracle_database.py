"""What the database says, and what python-oracledb's errors become."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import oracledb
import pytest
from oracledb.errors import _Error  # what the driver fills its exceptions with

from oracle_backup.adapters.oracle.errors import database_errors
from oracle_backup.adapters.oracle.jobs import JobView
from oracle_backup.adapters.oracle.statements import CALL_TIMEOUT_MS, SQL_FOLDER, load_statement
from oracle_backup.adapters.oracle_database import OracleDatabase, SessionFacts, Snapshot, UndoView
from oracle_backup.errors import (
    DatabaseError,
    DatabaseLoginError,
    DatabaseUnreachableError,
    StatementError,
)

if TYPE_CHECKING:
    from pathlib import Path

EXCEPTIONS = {
    one
    for _, one in inspect.getmembers(oracledb, inspect.isclass)
    if issubclass(one, BaseException)
}
# PEP 249 asks for the class; the driver puts warnings into `connection.warning` instead.
NEVER_RAISED = {oracledb.Warning}


def make_error(message: str, *, code: int = 0) -> oracledb.Error:
    """Return the error that the driver itself makes of a message."""
    details = _Error(message, code=code)
    return details.exc_type(details)


def map_error(raised: BaseException) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, database_errors("oracle_erp"):
        raise raised
    assert caught.value.__cause__ is raised
    assert "connection 'oracle_erp'" in str(caught.value)
    assert caught.value.hint
    return caught.value


# Errors.


@pytest.mark.parametrize("kind", sorted(EXCEPTIONS - NEVER_RAISED, key=str))
def test_every_exception_of_the_driver_becomes_ours(kind: type[Exception]) -> None:
    """When the driver grows one outside its tree, this fails: decide what it means."""
    assert issubclass(kind, oracledb.Error)
    assert type(map_error(kind("odd"))) is StatementError
    assert type(map_error(kind())) is StatementError


def test_the_driver_s_exceptions_were_found() -> None:
    assert len(EXCEPTIONS) >= 10
    assert NEVER_RAISED < EXCEPTIONS


@pytest.mark.parametrize(
    ("message", "code", "kind"),
    [
        ("ORA-01017: invalid credential or not authorized; logon denied", 1017, DatabaseLoginError),
        ("ORA-28000: The account is locked.", 28000, DatabaseLoginError),
        ("ORA-28001: the password has expired", 28001, DatabaseLoginError),
        ("ORA-01045: user lacks CREATE SESSION privilege", 1045, DatabaseLoginError),
        ("ORA-01005: null password given; logon denied", 1005, DatabaseLoginError),
        ("DPY-4001: no credentials specified", 0, DatabaseLoginError),
        ("DPY-6005: cannot connect to database", 0, DatabaseUnreachableError),
        ("DPY-6001: Service is not registered with the listener", 0, DatabaseUnreachableError),
        ("DPY-6000: Listener refused connection.", 0, DatabaseUnreachableError),
        ("DPY-6003: SID is not registered with the listener", 0, DatabaseUnreachableError),
        ("DPY-4011: the database or network closed the connection", 0, DatabaseUnreachableError),
        ("DPY-4024: call timeout of 60000 ms exceeded", 0, DatabaseUnreachableError),
        ("DPY-4000: cannot connect; name not found in tnsnames.ora", 0, DatabaseUnreachableError),
        ("DPY-4026: file tnsnames.ora not found", 0, DatabaseUnreachableError),
        ("DPY-4027: no configuration directory specified", 0, DatabaseUnreachableError),
        ("DPY-4018: cannot parse connect string", 0, DatabaseUnreachableError),
        ("DPY-1001: not connected to database", 0, DatabaseUnreachableError),
        ("ORA-00018: maximum number of sessions exceeded", 18, DatabaseUnreachableError),
        ("ORA-00020: maximum number of processes exceeded", 20, DatabaseUnreachableError),
        ("ORA-00257: archiver error; connect AS SYSDBA only", 257, DatabaseUnreachableError),
        ("ORA-00028: your session has been killed", 28, DatabaseUnreachableError),
        ("ORA-01012: not logged on", 1012, DatabaseUnreachableError),
        ("ORA-01033: initialization or shutdown in progress", 1033, DatabaseUnreachableError),
        ("ORA-01034: ORACLE not available", 1034, DatabaseUnreachableError),
        ("ORA-01089: immediate shutdown in progress", 1089, DatabaseUnreachableError),
        ("ORA-01092: ORACLE instance terminated", 1092, DatabaseUnreachableError),
        ("ORA-03113: end-of-file on communication channel", 3113, DatabaseUnreachableError),
        ("ORA-12154: could not resolve the connect identifier", 12154, DatabaseUnreachableError),
        ("ORA-12514: listener does not currently know of service", 12514, DatabaseUnreachableError),
        ("ORA-12528: all appropriate instances are blocking", 12528, DatabaseUnreachableError),
        ("ORA-12535: operation timed out", 12535, DatabaseUnreachableError),
        ("ORA-12537: connection closed", 12537, DatabaseUnreachableError),
        ("ORA-12541: no listener", 12541, DatabaseUnreachableError),
        ("ORA-12571: packet writer failure", 12571, DatabaseUnreachableError),
        ("ORA-00942: table or view does not exist", 942, StatementError),
        ("ORA-01031: insufficient privileges", 1031, StatementError),
        ("ORA-00904: invalid identifier", 904, StatementError),
        ("DPY-4010: a bind variable replacement value was not provided", 0, StatementError),
        ("DPY-3015: password verifier type is not supported", 0, StatementError),
        ("no code at all", 0, StatementError),
    ],
)
def test_code_of_the_error_tells_what_it_means(
    message: str, code: int, kind: type[DatabaseError]
) -> None:
    error = map_error(make_error(message, code=code))

    assert type(error) is kind
    assert message in str(error)
    assert "Help:" not in str(error)
    assert "error-help" not in str(error)


@pytest.mark.parametrize(
    "raised", [ConnectionRefusedError("refused"), TimeoutError("slow"), OSError("no route")]
)
def test_error_of_the_network_is_no_way_there(raised: OSError) -> None:
    error = map_error(raised)

    assert type(error) is DatabaseUnreachableError
    assert str(raised) in str(error)


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), database_errors("oracle_erp"):
        raise KeyError("a bug of ours")


# Statements.


class FakeCursor:
    def __init__(self, connection: FakeConnection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.open_cursors -= 1

    def execute(self, statement: str, binds: dict[str, Any]) -> None:
        self._connection.asked.append((statement, binds))
        self._answer = self._connection.answers[statement]
        if isinstance(self._answer, BaseException):
            raise self._answer

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._answer


class FakeConnection:
    """
    A connection that knows the answers.

    :param answers: by the statement file's name: rows, or what to raise.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = {load_statement(name): answer for name, answer in answers.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.call_timeout = 0
        self.open_cursors = 0

    def cursor(self) -> FakeCursor:
        self.open_cursors += 1
        return FakeCursor(self)


def make_database(**answers: Any) -> tuple[OracleDatabase, FakeConnection]:
    connection = FakeConnection(**answers)
    return OracleDatabase(connection, label="oracle_erp"), connection


def test_database_limits_how_long_a_statement_may_take() -> None:
    _, connection = make_database()

    assert connection.call_timeout == CALL_TIMEOUT_MS > 0


def test_database_of_a_closed_connection_is_unreachable() -> None:
    class Closed:
        def __setattr__(self, name: str, value: object) -> None:
            raise make_error("DPY-1001: not connected to database")

    with pytest.raises(DatabaseUnreachableError):
        OracleDatabase(Closed(), label="oracle_erp")


def test_session_tells_user_container_and_database() -> None:
    database, _ = make_database(session=[("BACKUP", "ERPPDB", "ERP")])
    old, _ = make_database(session=[("BACKUP", None, "ERP")])

    assert database.session() == SessionFacts(user="BACKUP", container="ERPPDB", database="ERP")
    assert old.session().container == ""


def test_version_is_the_full_one() -> None:
    database, connection = make_database(version=[("19.21.0.0.0",)])

    assert database.version() == "19.21.0.0.0"
    assert len(connection.asked) == 1


def test_version_of_an_old_release_is_asked_for_in_another_way() -> None:
    database, connection = make_database(
        version=make_error('ORA-00904: "VERSION_FULL": invalid identifier', code=904),
        version_before_18c=[("12.2.0.1.0",)],
    )

    assert database.version() == "12.2.0.1.0"
    assert len(connection.asked) == 2


def test_version_is_not_asked_for_again_where_the_link_broke() -> None:
    database, connection = make_database(version=make_error("DPY-4011: closed"))

    with pytest.raises(DatabaseUnreachableError):
        database.version()

    assert len(connection.asked) == 1
    assert connection.open_cursors == 0


@pytest.mark.parametrize(("rows", "found"), [([("AL32UTF8",)], "AL32UTF8"), ([], None)])
def test_character_set(rows: list[tuple[str]], found: str | None) -> None:
    assert make_database(character_set=rows)[0].character_set() == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [([("/u01/dp/",)], "/u01/dp"), ([("/u01/dp",)], "/u01/dp"), ([("/",)], "/"), ([], None)],
)
def test_directory_path(rows: list[tuple[str]], found: str | None) -> None:
    database, connection = make_database(directory_path=rows)

    assert database.directory_path("DATA_PUMP_DIR") == found
    assert connection.asked[0][1] == {"directory_name": "DATA_PUMP_DIR"}


@pytest.mark.parametrize(("count", "found"), [(1, True), (0, False)])
def test_has_schema(count: int, found: bool) -> None:
    database, connection = make_database(schema_exists=[(count,)])

    assert database.has_schema("HR' OR '1'='1") is found
    statement, binds = connection.asked[0]
    assert binds == {"schema_name": "HR' OR '1'='1"}
    assert "HR" not in statement


def test_schema_size() -> None:
    assert make_database(schema_size=[(4096,)])[0].schema_size_bytes("HR") == 4096


def test_tables_are_told_with_their_owner() -> None:
    database, connection = make_database(tables=[("EMPLOYEES",), ("Mixed Case",)])

    found = database.tables("HR", older_than=timedelta(hours=36))

    assert found == {("HR", "EMPLOYEES"), ("HR", "Mixed Case")}
    assert connection.asked[0][1] == {"schema_name": "HR", "days_ago": 1.5}


def test_snapshot_is_an_instant_in_utc() -> None:
    database, _ = make_database(snapshot=[(4711, "2026-11-23T02:00:12.123456")])

    assert database.snapshot() == Snapshot(
        scn=4711, time=datetime(2026, 11, 23, 2, 0, 12, 123456, UTC)
    )


def test_job_is_shown_as_the_database_has_it() -> None:
    database, connection = make_database(job_state=[("BACKUP", "Executing", 1)])

    assert database.job("OB_X_G1") == JobView(
        owner="BACKUP", state="EXECUTING", attached_sessions=1
    )
    assert connection.asked[0][1] == {"job_name": "OB_X_G1"}
    assert connection.open_cursors == 0


def test_job_that_the_database_does_not_know_is_none() -> None:
    assert make_database(job_state=[])[0].job("OB_X_G1") is None


# The blocks, and the calls they make; everything else is a query.
BLOCKS = {
    "stop_job": ["dbms_datapump.attach", "dbms_datapump.stop_job"],
    "write_probe": ["utl_file.fopen", "utl_file.put_line", "utl_file.fclose"],
    "remove_file": ["utl_file.fremove"],
}
CALL = re.compile(r"(\w+\.\w+)\(")


@pytest.mark.parametrize("path", sorted(SQL_FOLDER.glob("*.sql")), ids=lambda path: path.name)
def test_statement_only_reads_or_is_a_block_we_know(path: Path) -> None:
    statement = load_statement(path.stem)

    body = [line for line in statement.splitlines() if not line.strip().startswith("--")]
    assert statement == statement.strip()
    if path.stem in BLOCKS:
        assert CALL.findall(statement) == BLOCKS[path.stem]
        assert statement.endswith("end;")
    else:
        assert body[0].lower().startswith(("select", "with"))
        assert not statement.endswith(";")


# Jobs: stopping, progress, hindrance. Against a server: tests/integration/adapters.


def test_stop_job_names_job_and_owner_by_binds() -> None:
    database, connection = make_database(stop_job=[])

    assert database.stop_job("OB_X_G1", owner="BACKUP") is True
    assert connection.asked[0][1] == {"job_name": "OB_X_G1", "job_owner": "BACKUP"}
    assert len(connection.asked) == 1
    assert connection.open_cursors == 0


@pytest.mark.parametrize("code", [31626, 39001, 31640])
def test_stop_job_of_one_that_is_gone_is_false_whatever_the_code(code: int) -> None:
    error = make_error(f"ORA-{code}: refused", code=code)

    assert make_database(stop_job=error, job_state=[])[0].stop_job("OB_X", owner="B") is False


def test_stop_job_that_is_refused_says_what_is_left() -> None:
    database, _ = make_database(
        stop_job=make_error("ORA-31640: unable to open dump file\nORA-06512: at x", code=31640),
        job_state=[("BACKUP", "NOT RUNNING", 0)],
    )

    with pytest.raises(StatementError) as caught:
        database.stop_job("OB_X_G1", owner="BACKUP")

    assert caught.value.code == 31640
    text = str(caught.value)
    assert "BACKUP.OB_X_G1 can't be stopped, it is still there as NOT RUNNING" in text
    assert "ORA-31640" in text
    assert "ORA-06512" not in text
    assert 'drop table "BACKUP"."OB_X_G1" purge' in text


def test_stop_job_over_a_broken_link_is_no_answer() -> None:
    database, connection = make_database(stop_job=make_error("DPY-4011: closed"))

    with pytest.raises(DatabaseUnreachableError):
        database.stop_job("OB_X_G1", owner="BACKUP")

    assert len(connection.asked) == 1


HIDDEN = make_error("ORA-00942: table or view does not exist", code=942)


@pytest.mark.parametrize(
    ("longops", "sessions", "told"),
    [
        (
            [(1, 9, "2026-11-23 02:00:00"), (2, 9, "2026-11-23 02:00:01")],
            [("MASTER", 1), ("WORKER", 4)],
            "2026-11-23 02:00:00: 1 of 9, 2026-11-23 02:00:01: 2 of 9; 1 MASTER, 4 WORKER",
        ),
        ([], [("MASTER", 1)], "1 MASTER"),
        (HIDDEN, [("MASTER", 1)], "1 MASTER"),
        ([(1, 9, "x")], HIDDEN, "x: 1 of 9"),
        ([], [], ""),
        (HIDDEN, HIDDEN, None),
    ],
)
def test_job_progress_is_what_can_be_read(longops: Any, sessions: Any, told: str | None) -> None:
    database, _ = make_database(job_longops=longops, job_sessions=sessions)

    assert database.job_progress("OB_X_G1") == told


def test_job_progress_over_a_broken_link_is_no_answer() -> None:
    database, _ = make_database(job_longops=make_error("DPY-4011: closed"))

    with pytest.raises(DatabaseUnreachableError):
        database.job_progress("OB_X_G1")


def test_job_hindrance_is_told_in_sentences() -> None:
    database, connection = make_database(
        job_suspended=[("ORA-01653: unable to extend", "11/23/26 02:00:00")],
        job_blockers=[
            (101, "enq: TX - row lock contention", 3600, 77, "SCOTT", "sqlplus", "desk-17"),
            (102, "library cache lock", None, 9, None, None, None),
        ],
    )

    space, lock, other = database.job_hindrance("OB_X_G1", owner="BACKUP")

    assert "since 11/23/26 02:00:00" in space
    assert "ORA-01653" in space
    assert "session 101 waits 1 h 00 min 00 s for enq: TX - row lock contention" in lock
    assert "session 77 holds (SCOTT, sqlplus, desk-17)" in lock
    assert "session 9 holds (who that is, the database does not tell)" in other
    assert connection.asked[1][1] == {"job_name": "OB_X_G1", "owner_name": "BACKUP"}


def test_job_without_a_hindrance_gives_no_sentence() -> None:
    assert make_database(job_suspended=[], job_blockers=[])[0].job_hindrance("X", owner="B") == ()


def test_blind_spots_are_what_may_not_be_read_of_a_job() -> None:
    all_seen, _ = make_database(job_state=[], job_sessions=[], job_suspended=[], job_blockers=[])
    blind, connection = make_database(
        job_state=HIDDEN, job_sessions=[], job_suspended=HIDDEN, job_blockers=HIDDEN
    )

    assert all_seen.job_blind_spots() == ()
    goes_on, space, lock = blind.job_blind_spots()
    assert goes_on.startswith("Whether a job goes on whose client is gone can't be told")
    assert "waits for space" in space
    assert "waits for a lock" in lock
    assert "ORA-00942" in goes_on
    assert set(connection.asked[3][1]) == {"job_name", "owner_name"}


# Files, edition, undo.


def test_remove_file_that_was_not_there_is_false() -> None:
    refused = make_error("ORA-29283: invalid file operation", code=29283)

    gone, _ = make_database(remove_file=refused, file_exists=[(0,)])
    still, _ = make_database(remove_file=refused, file_exists=[(1,)])
    unknown, _ = make_database(remove_file=refused, file_exists=HIDDEN)

    assert gone.remove_file("D", "x.dmp") is False
    for database in (still, unknown):
        with pytest.raises(StatementError, match="ORA-29283"):
            database.remove_file("D", "x.dmp")


def test_banner_of_a_database_that_says_nothing_is_empty() -> None:
    assert make_database(banner=[])[0].banner() == ""
    assert make_database(banner=[("Oracle Database 19c ",)])[0].banner() == "Oracle Database 19c"


@pytest.mark.parametrize(
    ("statistics", "tuned", "longest"),
    [([(1800, 620)], 1800, 620), ([(None, None)], None, None), (HIDDEN, None, None)],
)
def test_undo_is_told_as_far_as_it_can_be(
    statistics: Any, tuned: int | None, longest: int | None
) -> None:
    database, _ = make_database(undo_retention=[("900",)], undo_statistics=statistics)

    assert database.undo() == UndoView(
        retention_seconds=900, tuned_seconds=tuned, longest_query_seconds=longest
    )
