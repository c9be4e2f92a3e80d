"""What becomes of an export whose client has ended: each row of the table, and what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.log import read_log
from oracle_backup.domain.lost_job import (
    UNREACHABLE,
    ClientEnd,
    LogEnd,
    Step,
    decide,
    killed_by_somebody,
    log_end,
    needs_the_database,
)

LOGS = Path(__file__).parents[2] / "data" / "export_logs"
ENDED_WELL = ClientEnd(state="ended", exit_code=0)
GAVE_UP = ClientEnd(state="ended", exit_code=1)
KILLED = ClientEnd(state="ended", exit_code=137)
LOST = ClientEnd(state="lost")
STOPPED_BY_US = ClientEnd(state="ended", exit_code=1, stopped="it took longer than max_duration")
AT_WORK = ["DEFINING", "EXECUTING", "COMPLETING", "COMPLETED", "STOPPING", "STOP PENDING"]


def step(
    client: ClientEnd,
    end: LogEnd,
    view: str | None,
    *,
    restarted: bool = False,
    is_pump: bool = True,
) -> Step:
    return decide(client, end, is_pump=is_pump, view=view, restarted=restarted).step


@pytest.mark.parametrize("client", [ENDED_WELL, GAVE_UP, KILLED, LOST, STOPPED_BY_US])
def test_log_with_a_good_end_is_judged_and_nobody_is_asked(client: ClientEnd) -> None:
    assert not needs_the_database(LogEnd.GOOD, is_pump=True)
    assert step(client, LogEnd.GOOD, None) is Step.JUDGE


@pytest.mark.parametrize("end", list(LogEnd))
def test_legacy_export_is_judged_by_its_log(end: LogEnd) -> None:
    assert not needs_the_database(end, is_pump=False)
    assert step(LOST, end, None, is_pump=False) is Step.JUDGE


@pytest.mark.parametrize("end", [end for end in LogEnd if end is not LogEnd.GOOD])
@pytest.mark.parametrize("view", [*AT_WORK, "UNDEFINED"])
@pytest.mark.parametrize("client", [ENDED_WELL, GAVE_UP, KILLED, LOST])
def test_job_that_the_database_still_works_on_is_followed(
    end: LogEnd, view: str, client: ClientEnd
) -> None:
    assert needs_the_database(end, is_pump=True)
    assert step(client, end, view) is Step.FOLLOW


@pytest.mark.parametrize(
    ("client", "end", "view", "restarted", "expected"),
    [
        # Nobody works on it, and its log says how it ended.
        (GAVE_UP, LogEnd.FATAL, None, False, Step.JUDGE),
        (GAVE_UP, LogEnd.FATAL, "NOT RUNNING", False, Step.REMOVE_AND_JUDGE),
        (GAVE_UP, LogEnd.FATAL, "STOPPED", False, Step.REMOVE_AND_JUDGE),
        # A DBA did it.
        (GAVE_UP, LogEnd.STOPPED, "NOT RUNNING", False, Step.STOPPED_ON_PURPOSE),
        (GAVE_UP, LogEnd.STOPPED, "NOT RUNNING", True, Step.STOPPED_ON_PURPOSE),
        (KILLED, LogEnd.STOPPED, None, False, Step.STOPPED_ON_PURPOSE),
        (LOST, LogEnd.CUT_OFF, "IDLING", False, Step.STOPPED_ON_PURPOSE),
        (LOST, LogEnd.FATAL, "IDLING", False, Step.STOPPED_ON_PURPOSE),
        # We did it.
        (STOPPED_BY_US, LogEnd.STOPPED, "NOT RUNNING", False, Step.REMOVE_AND_JUDGE),
        (STOPPED_BY_US, LogEnd.CUT_OFF, "NOT RUNNING", False, Step.REMOVE_AND_JUDGE),
        (STOPPED_BY_US, LogEnd.CUT_OFF, None, False, Step.JUDGE),
        (STOPPED_BY_US, LogEnd.NOT_BEGUN, None, False, Step.JUDGE),
        # It died with its instance or its host.
        (LOST, LogEnd.CUT_OFF, "NOT RUNNING", False, Step.START_AGAIN),
        (GAVE_UP, LogEnd.CUT_OFF, "NOT RUNNING", False, Step.START_AGAIN),
        (LOST, LogEnd.CUT_OFF, "NOT RUNNING", True, Step.GIVE_UP),
        (LOST, LogEnd.NOT_BEGUN, "NOT RUNNING", False, Step.START_AGAIN),
        # It is gone.
        (LOST, LogEnd.CUT_OFF, None, False, Step.JUDGE),
        (KILLED, LogEnd.NOT_BEGUN, None, False, Step.START_AGAIN),
        (LOST, LogEnd.NOT_BEGUN, None, False, Step.START_AGAIN),
        (LOST, LogEnd.NOT_BEGUN, None, True, Step.JUDGE),
        (GAVE_UP, LogEnd.NOT_BEGUN, None, False, Step.JUDGE),
        # Nobody knows.
        (GAVE_UP, LogEnd.FATAL, UNREACHABLE, False, Step.JUDGE),
        (LOST, LogEnd.CUT_OFF, UNREACHABLE, False, Step.ASK_LATER),
        (LOST, LogEnd.STOPPED, UNREACHABLE, False, Step.ASK_LATER),
        (KILLED, LogEnd.NOT_BEGUN, UNREACHABLE, True, Step.ASK_LATER),
    ],
)
def test_decision(
    client: ClientEnd, end: LogEnd, view: str | None, restarted: bool, expected: Step
) -> None:
    assert step(client, end, view, restarted=restarted) is expected


@given(
    st.sampled_from([ENDED_WELL, GAVE_UP, KILLED, LOST, STOPPED_BY_US]),
    st.sampled_from(list(LogEnd)),
    st.sampled_from([None, UNREACHABLE, *AT_WORK, "NOT RUNNING", "IDLING", "STOPPED", "NEW STATE"]),
    st.booleans(),
    st.booleans(),
)
def test_second_export_is_never_started_beside_one_that_may_live(
    client: ClientEnd, end: LogEnd, view: str | None, restarted: bool, is_pump: bool
) -> None:
    decision = decide(client, end, is_pump=is_pump, view=view, restarted=restarted)

    if decision.step is Step.START_AGAIN:
        assert view in {None, "NOT RUNNING", "STOPPED"}
        assert not restarted
        assert client.stopped is None
        assert end in {LogEnd.CUT_OFF, LogEnd.NOT_BEGUN}
    if decision.step in {Step.JUDGE, Step.REMOVE_AND_JUDGE} and needs_the_database(
        end, is_pump=is_pump
    ):
        assert view not in AT_WORK
    assert decision.why.startswith(client.in_words)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en-expdp-success", LogEnd.GOOD),
        ("es-expdp-errors", LogEnd.GOOD),
        ("en-expdp-stopped", LogEnd.STOPPED),
        ("en-expdp-stopped-and-restarted", LogEnd.GOOD),
        ("fr-expdp-fatal", LogEnd.FATAL),
        ("en-expdp-never-started", LogEnd.FATAL),
        ("en-expdp-client-lost", LogEnd.CUT_OFF),
        ("en-expdp-cut", LogEnd.CUT_OFF),
        ("not-a-log", LogEnd.NOT_BEGUN),
    ],
)
def test_end_of_a_log(name: str, expected: LogEnd) -> None:
    assert log_end(read_log((LOGS / f"{name}.log").read_bytes())) is expected


def test_end_line_without_its_line_end_may_be_cut_off() -> None:
    whole = (LOGS / "en-expdp-success.log").read_bytes()

    assert log_end(read_log(whole.rstrip())) is LogEnd.CUT_OFF


def test_empty_log_is_of_a_job_that_has_not_begun() -> None:
    assert log_end(read_log(b"")) is LogEnd.NOT_BEGUN


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (GAVE_UP, "exit code 1"),
        (KILLED, "signal 9"),
        (LOST, "started anew"),
        (ClientEnd(state="absent"), "its directory"),
        (ClientEnd(state="ended"), "exit code None"),
    ],
)
def test_end_of_a_client_in_words(client: ClientEnd, said: str) -> None:
    assert said in client.in_words


def test_view_is_part_of_the_reason() -> None:
    decision = decide(LOST, LogEnd.CUT_OFF, is_pump=True, view="EXECUTING", restarted=False)

    assert decision.view == "EXECUTING"
    assert "EXECUTING" in decision.why


FATAL_LINE = (
    b'Starting "BACKUP"."OB_X_G1":  backup/********@pdb1 parfile=job.par \n'
    b'Job "BACKUP"."OB_X_G1" stopped due to fatal error at Mon Nov 2 02:00:20 2026'
    b" elapsed 0 00:00:15\n"
)


@pytest.mark.parametrize(
    ("log", "client", "expected"),
    [
        (FATAL_LINE, GAVE_UP, True),
        (FATAL_LINE, STOPPED_BY_US, False),
        (b"ORA-39095: Dump file space has been exhausted\n" + FATAL_LINE, GAVE_UP, False),
        ((LOGS / "en-expdp-success.log").read_bytes(), GAVE_UP, False),
        ((LOGS / "en-expdp-never-started.log").read_bytes(), GAVE_UP, False),
    ],
    ids=["killed", "by us", "an error", "success", "never started"],
)
def test_job_that_ends_without_an_error_was_killed_by_somebody(
    log: bytes, client: ClientEnd, expected: bool
) -> None:
    assert killed_by_somebody(read_log(log), client) is expected
