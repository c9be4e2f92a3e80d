"""Airflow's processes in the lab share one SQLite file: none may fail because another writes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from lab.airflow_local_settings import begin_as_a_writer

TIMES = 20


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shared.db?timeout=60")
    sa.event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA journal_mode=WAL"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE written (by TEXT)"))
    yield engine
    engine.dispose()


def read_then_write(engine: Engine, *, patience: float = 0.05) -> None:
    """
    Do as Airflow does for each day of a backfill, while another process writes.

    :param patience: seconds the other has for its writing; it may have to wait for us.
    """
    other = threading.Event()

    def write() -> None:
        with engine.begin() as connection:
            other.set()
            connection.execute(sa.text("INSERT INTO written VALUES ('other')"))

    with Session(engine) as session:
        with session.begin_nested():
            session.execute(sa.text("SELECT count(*) FROM written")).all()
            thread = threading.Thread(target=write)
            thread.start()
            other.wait(60)
            thread.join(patience)
            session.execute(sa.text("INSERT INTO written VALUES ('us')"))
        session.commit()
    thread.join(60)


def test_a_savepoint_that_reads_first_waits_for_the_other_writer(engine: Engine) -> None:
    for _ in range(TIMES):
        read_then_write(engine)

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT by, count(*) FROM written GROUP BY by")).all()
    assert dict(map(tuple, found)) == {"us": TIMES, "other": TIMES}


def test_without_the_settings_it_fails_at_once(engine: Engine) -> None:
    sa.event.remove(Engine, "savepoint", begin_as_a_writer)
    try:
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            read_then_write(engine, patience=60)
    finally:
        sa.event.listen(Engine, "savepoint", begin_as_a_writer)
