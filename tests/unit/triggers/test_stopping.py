"""How a job is stopped: first in the database, then on the host."""

import asyncio
import logging
import threading
from contextlib import contextmanager

import pytest

from oracle_backup.adapters.oracle_database import JobView
from oracle_backup.errors import ConfigError, StatementError
from oracle_backup.hooks import database as database_hook
from oracle_backup.triggers import stopping
from oracle_backup.triggers.stopping import stop_job

VIEW = JobView(owner="BACKUP", state="EXECUTING", attached_sessions=1)


class FakeDatabase:
    """A database with one job, or none, that is stopped or refuses."""

    def __init__(self, *, view: JobView | None = VIEW, answer: bool | Exception = True) -> None:
        self.view = view
        self.answer = answer
        self.stopped: list[tuple[str, str]] = []
        self.answers = threading.Event()
        self.answers.set()

    @contextmanager
    def database(self):
        self.answers.wait(60)
        yield self

    def job(self, name: str) -> JobView | None:
        return self.view

    def stop_job(self, name: str, *, owner: str) -> bool:
        self.stopped.append((owner, name))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FakeLink:
    """A host that gives one answer, or none."""

    def __init__(self, answer: bytes | Exception | None) -> None:
        self.answer = answer
        self.scripts: list[str] = []

    async def run(self, script: str) -> bytes:
        self.scripts.append(script)
        if self.answer is None:
            await asyncio.sleep(3600)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> FakeDatabase:
    database = FakeDatabase()
    monkeypatch.setattr(database_hook, "OracleDatabaseHook", lambda conn_id: database)
    return database


@pytest.fixture(autouse=True)
def said(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    return lambda: "\n".join(caplog.messages)


def stop(link: FakeLink, *, oracle_conn_id: str | None = "oracle", **limits: float) -> str:
    return asyncio.run(
        stop_job(
            link,
            job="OB_X_G1",
            oracle_conn_id=oracle_conn_id,
            why="by hand",
            log=logging.getLogger("task"),
            **limits,
        )
    )


def test_job_is_stopped_in_the_database_and_then_its_client(database, said):
    link = FakeLink(b"state=stopped\n")

    assert stop(link) == ""

    assert database.stopped == [("BACKUP", "OB_X_G1")]
    assert "attach=no" in link.scripts[0]
    assert "why='by hand'" in link.scripts[0]
    assert "stopped in the database" in said()


@pytest.mark.parametrize(
    ("view", "answer"),
    [
        (None, True),
        (VIEW, False),
        (VIEW, StatementError("ORA-31626: job does not exist")),
        (VIEW, RuntimeError("a driver's surprise")),
    ],
)
def test_job_that_is_not_stopped_over_sql_is_stopped_by_attaching(database, view, answer):
    database.view, database.answer = view, answer
    link = FakeLink(b"attach_exit_code=0\nstate=stopped\n")

    assert stop(link) == ""
    assert "attach=yes" in link.scripts[0]


def test_job_is_stopped_by_attaching_where_the_database_does_not_answer(
    database, said, monkeypatch
):
    monkeypatch.setattr(stopping, "_SQL_SECONDS", 0.1)
    database.answers.clear()
    link = FakeLink(b"attach_exit_code=0\nstate=stopped\n")

    async def stopped() -> str:
        try:
            return await stop_job(
                link, job="J", oracle_conn_id="o", why="w", log=logging.getLogger("task")
            )
        finally:
            database.answers.set()

    assert asyncio.run(stopped()) == ""
    assert "attach=yes" in link.scripts[0]
    assert "did not answer" in said()


def test_tool_that_is_its_own_job_is_stopped_on_the_host_only(database):
    link = FakeLink(b"state=stopped\n")

    assert stop(link, oracle_conn_id=None) == ""
    assert database.stopped == []
    assert "attach=yes" in link.scripts[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (OSError("down"), "down"),
        (ConfigError("no such connection"), "no such connection"),
        (b"state=running\n", "it still runs"),
        (b"error=no home\n", "no home"),
    ],
)
def test_job_that_cannot_be_stopped_on_the_host_is_told_of(database, said, answer, reason):
    told = stop(FakeLink(answer))
    database.view = None
    untold = stop(FakeLink(answer))

    assert reason in told
    assert "its client on the host may be left" in told
    assert "KILL_JOB" in untold
    assert told in said()


@pytest.mark.parametrize("answer", [b"attach_exit_code=1\nstate=stopped\n", b"state=ended\n"])
def test_end_of_the_client_is_not_taken_for_that_of_the_job(database, said, answer):
    database.answer = StatementError("No right.")

    message = stop(FakeLink(answer))

    assert "its client has not ended it either" in message
    assert "KILL_JOB" in message
    assert message in said()


def test_stop_gives_up_in_time_and_raises_nothing(database):
    message = stop(FakeLink(None), limit_seconds=0.1)

    assert "took longer than 0 s" in message
