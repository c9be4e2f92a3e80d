"""
What becomes of an export whose client has ended, by whatever cause?

Data Pump works in the server. Its client can die, be killed or lose sight of a job that goes on
and ends well; a job can die with its instance while its control table stays; a DBA can stop one
on purpose. The log's own end line is believed first, then ``DBA_DATAPUMP_JOBS``, then the client.

==========================  ==================================  =================================
log ends                    the database shows the job as       what to do
==========================  ==================================  =================================
successfully, with errors   (not asked)                         judge it by its log
by any words, with exp      (not asked)                         judge it by its log
otherwise                   executing, defining, completing,    follow it there
                            stopping
stopped by user request,    gone                                judge it
by ourselves                not running                         remove it, then judge it
stopped by user request     not running, or gone                stopped on purpose: report it,
                                                                start nothing, remove nothing
any                         idling: somebody is attached        stopped on purpose, as above
fatal error                 gone, or it can't be asked          judge it by its log
fatal error                 not running                         remove it, then judge it
not at all                  gone                                judge it by its log
not even begun, and the     gone                                start it once more: nothing was
client was killed                                               done; the second time, judge it
not at all                  not running                         remove it and start it once more;
                                                                the second time, give it up
otherwise                   it can't be asked                   ask again later
==========================  ==================================  =================================

A job that was stopped by ourselves (max_duration, or a person ended the task) is never started
again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.codes import Severity, facts_of
from oracle_backup.domain.log.model import Ending

if TYPE_CHECKING:
    from oracle_backup.domain.log.model import ExportLog

UNREACHABLE: Final = "UNREACHABLE"
"""In place of a job's state: the database could not be asked."""

ENDED_BY_HAND: Final = "the task was ended by hand"
"""Why a job was stopped whose task a person has cleared, or marked failed or successful."""

TRY_KEY: Final = "try"
"""XCom key under which an export leaves the number of the try that has begun last."""

_STOPPED_STATES: Final = frozenset({"NOT RUNNING", "STOPPED"})
_IDLING: Final = "IDLING"
_FIRST_SIGNAL: Final = 128
"""A shell gives 128 and the signal's number for a program that a signal has ended."""
_USER_REQUEST: Final = re.compile(
    r"by user request|petici.{1,3}n del usuario|demande de l'utilisateur|Benutzeranforderung"
    r"|pedido do usu.{1,3}rio|richiesta (?:dell'|di )utente|ユーザー(?:の)?要求|用户请求"
    r"|사용자 요청",
    re.IGNORECASE,
)


class LogEnd(StrEnum):
    """How the log of a job ends, as far as it matters here."""

    GOOD = "good"
    """With a whole end line that says success, or counts errors."""
    STOPPED = "stopped"
    """With the end line of STOP_JOB."""
    FATAL = "fatal"
    """With any other end line, or the tool gave up before there was a job."""
    CUT_OFF = "cut off"
    """In the middle."""
    NOT_BEGUN = "not begun"
    """Before the job's first line, or there is no log."""


class Step(StrEnum):
    """What is to be done next."""

    JUDGE = "judge"
    FOLLOW = "follow"
    REMOVE_AND_JUDGE = "remove and judge"
    START_AGAIN = "start again"
    STOPPED_ON_PURPOSE = "stopped on purpose"
    GIVE_UP = "give up"
    ASK_LATER = "ask later"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEnd:
    """
    How the tool's process on the host has ended.

    :param state: ``ended``, ``lost`` (gone without an exit code) or ``absent`` (its directory
        is gone too).
    :param exit_code: only where it ended.
    :param stopped: why we stopped it, or None.
    """

    state: str
    exit_code: int | None = None
    stopped: str | None = None

    @property
    def was_killed(self) -> bool:
        """Whether it was ended from outside, before it could say anything."""
        return self.state != "ended" or (self.exit_code or 0) > _FIRST_SIGNAL

    @property
    def in_words(self) -> str:
        """What is known of its end, as a clause."""
        if self.state == "absent":
            return "its directory under ~/.oracle-backup/jobs is gone from the host"
        if self.state != "ended":
            return (
                "its client is gone from the host without an exit code (the host was started "
                "anew, its disk is full, or somebody killed the process)"
            )
        if self.was_killed:
            signal = (self.exit_code or 0) - _FIRST_SIGNAL
            return f"signal {signal} ended its client on the host"
        return f"its client ended with exit code {self.exit_code}"


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What to do, and why, as a clause.

    :param view: the job's state in the database, None where it knows none or was not asked.
    """

    step: Step
    why: str
    view: str | None = None


def log_end(log: ExportLog) -> LogEnd:
    """Given what a log says so far, return how it ends."""
    if log.ending in (Ending.SUCCESS, Ending.ERRORS):
        # Without its line end it may still be cut off.
        return LogEnd.GOOD if log.end_line_is_whole else LogEnd.CUT_OFF
    if log.ending is Ending.FAILED:
        if log.end_line and _USER_REQUEST.search(log.end_line):
            return LogEnd.STOPPED
        lost_sight = any(facts_of(one.code).severity is Severity.CLIENT for one in log.errors)
        return LogEnd.CUT_OFF if lost_sight and log.end_line is None else LogEnd.FATAL
    return LogEnd.CUT_OFF if log.started else LogEnd.NOT_BEGUN


def needs_the_database(end: LogEnd, *, is_pump: bool) -> bool:
    """Return whether the database has to be asked for the job before anything is decided."""
    return is_pump and end is not LogEnd.GOOD


def decide(
    client: ClientEnd, end: LogEnd, *, is_pump: bool, view: str | None, restarted: bool
) -> Decision:
    """
    Given how client and log have ended, return what to do; the table is above.

    :param is_pump: expdp, whose jobs live in the database; False for exp.
    :param view: the job's state there, None where it knows none, or `UNREACHABLE`.
    :param restarted: it was started once more already.
    """
    if not needs_the_database(end, is_pump=is_pump):
        return Decision(Step.JUDGE, f"{client.in_words}, and its log decides")
    if view == UNREACHABLE:
        if end is LogEnd.FATAL:
            return Decision(Step.JUDGE, f"{client.in_words}, and its log ends with a fatal error")
        return Decision(Step.ASK_LATER, f"{client.in_words}, and the database can't be asked")
    shown = f"{client.in_words}, and the database " + (
        "knows no such job any more" if view is None else f"shows the job as {view}"
    )
    if view is not None and view not in _STOPPED_STATES | {_IDLING}:
        return Decision(Step.FOLLOW, shown, view)
    return Decision(_after_the_job(client, end, view=view, restarted=restarted), shown, view)


def _after_the_job(client: ClientEnd, end: LogEnd, *, view: str | None, restarted: bool) -> Step:
    """Return what to do about a job that nobody works on any more."""
    if client.stopped is not None:
        return Step.JUDGE if view is None else Step.REMOVE_AND_JUDGE
    if end is LogEnd.STOPPED or view == _IDLING:
        return Step.STOPPED_ON_PURPOSE
    if end is LogEnd.FATAL:
        return Step.JUDGE if view is None else Step.REMOVE_AND_JUDGE
    if view is not None:
        return Step.GIVE_UP if restarted else Step.START_AGAIN
    nothing_was_done = end is LogEnd.NOT_BEGUN and client.was_killed
    return Step.START_AGAIN if nothing_was_done and not restarted else Step.JUDGE


def killed_by_somebody(log: ExportLog, client: ClientEnd) -> bool:
    """Return whether the job was ended in the database, by nobody of ours and for no error."""
    return (
        client.stopped is None
        and log_end(log) is LogEnd.FATAL
        and log.end_line is not None
        and not log.errors
    )
