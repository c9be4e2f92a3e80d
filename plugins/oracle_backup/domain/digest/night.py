"""How did a schema fare since the last digest?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from oracle_backup.domain.digest.record import RunLog, RunRecord

SETTLE: Final = timedelta(minutes=15)
"""How long ago a run must have been due for its absence to mean something."""


class State(StrEnum):
    """How a schema stands, worst first; the first ones need somebody."""

    BROKEN = "broken"
    """Its settings are wrong: it has no backup at all."""
    MISSING = "missing"
    """A run was due, and none has reported."""
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    SKIPPED = "skipped"
    RUNNING = "running"
    """A run was due and has not ended yet."""
    WARNINGS = "warnings"
    SUCCESS = "success"
    IDLE = "idle"
    """No run was due, and none has reported."""


_TROUBLE: Final = frozenset(
    {State.BROKEN, State.MISSING, State.FAILED, State.INCOMPLETE, State.SKIPPED}
)
_ORDER: Final = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaNight:
    """
    One schema since the last digest.

    :param runs: what has reported since, oldest first.
    :param newest_data: the instant that the newest good backup shows, where one is known.
    :param size_before: of the archive before the newest one, where both are known.
    :param due: when the run was due that has not reported, in states MISSING and RUNNING.
    :param unreported: how many more runs were due before it and have not reported either.
    :param is_paused: whether its DAG is paused, as far as that is known.
    :param in_store: the instant that a backup on the store shows whose run has not reported.
    :param problems: what is wrong in the config, in state BROKEN.
    """

    database: str
    schema: str
    state: State
    runs: tuple[RunRecord, ...] = ()
    newest_data: datetime | None = None
    size_before: int | None = None
    due: datetime | None = None
    unreported: int = 0
    is_paused: bool = False
    in_store: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to act."""
        return self.state in _TROUBLE

    @property
    def is_good(self) -> bool:
        """Whether its newest run left a good backup."""
        return self.state in {State.SUCCESS, State.WARNINGS}

    @property
    def newest(self) -> RunRecord | None:
        """The run that has reported last."""
        return self.runs[-1] if self.runs else None

    @property
    def rank(self) -> tuple[int, str, str]:
        """Where it stands in a digest: trouble first."""
        return (_ORDER[self.state], self.database, self.schema)


def judge_night(
    *,
    database: str,
    schema: str,
    log: RunLog,
    seen: int,
    due: Sequence[datetime],
    is_running: bool,
    is_paused: bool = False,
    stored: datetime | None = None,
) -> SchemaNight:
    """
    Given what is known of a schema, return how it fared.

    :param seen: the number of the run that was told last in a digest.
    :param due: when runs were due since then, oldest first.
    :param is_running: whether a run of it is on its way.
    :param stored: the instant that the newest good backup on the store shows, where it was asked.
    """
    runs = log.since(seen)
    reported = {one.moment for one in log.runs}
    last_due = due[-1] if due else None
    # A run that was started by hand after the due one stands for it.
    has_reported = last_due is None or any(moment >= last_due for moment in reported)
    good = log.good.snapshot_time if log.good is not None else None
    if has_reported:
        state = State(runs[-1].result) if runs else State.IDLE
    else:
        state = State.RUNNING if is_running else State.MISSING
    missed = [one for one in due if one not in reported]
    return SchemaNight(
        database=database,
        schema=schema,
        state=state,
        runs=runs,
        newest_data=max((one for one in (good, stored) if one is not None), default=None),
        size_before=_size_before(log),
        due=None if has_reported else last_due,
        unreported=len(missed) - (0 if has_reported else 1),
        is_paused=is_paused,
        in_store=stored
        if state is State.MISSING and last_due and stored and stored >= last_due
        else None,
    )


def _size_before(log: RunLog) -> int | None:
    """Return the size of the archive before that of the newest run, if that has one."""
    if not log.runs or log.runs[-1].size_bytes is None:
        return None
    sizes = [one.size_bytes for one in log.runs[:-1] if one.is_good and one.size_bytes is not None]
    return sizes[-1] if sizes else None
