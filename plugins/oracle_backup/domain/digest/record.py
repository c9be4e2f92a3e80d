"""
What is remembered of a schema's last runs, for the daily digest?

Each report adds its run, whatever became of it. Runs are numbered as they are told, so that
whoever reads them knows what is new without asking a clock.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.report.page import ADVICE, TROUBLE
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.trouble_part import trouble_sections
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport
    from oracle_backup.domain.report.page import Section

MOST_RUNS: Final = 100
"""More than a day has of a schema that is backed up each quarter of an hour."""
_MOST_LETTERS: Final = 400
_INSTANTS: Final = ("moment", "told_at", "snapshot_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """
    One run, as short as a digest tells it.

    :param moment: when it was due, or its start where it was due at no time.
    :param told_at: when its report was made.
    :param result: ``success``, ``warnings``, ``failed``, ``incomplete`` or ``skipped``.
    :param reason: why, and of a good run what should be looked at.
    :param todo: what to do about it.
    :param seconds: how long the run took, None where that is not known.
    :param number: its place among the runs of its schema, counted from 1.
    """

    run_id: str
    moment: datetime
    told_at: datetime
    result: str
    run_url: str = ""
    reason: str = ""
    todo: str = ""
    snapshot_time: datetime | None = None
    size_bytes: int | None = None
    seconds: float | None = None
    number: int = 0

    @property
    def is_good(self) -> bool:
        """Whether there is one more complete and verified backup."""
        return self.result in {"success", "warnings"}

    def same_end(self, other: RunRecord) -> bool:
        """Return whether both tell the same end of the same run: its report was only repeated."""
        return self == replace(
            other, number=self.number, told_at=self.told_at, seconds=self.seconds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """
    What is remembered of one schema.

    :param last: the number of the run that was told last.
    :param runs: the newest runs, in the order they were told.
    :param good: the newest run that left a good backup, however long ago.
    """

    last: int = 0
    runs: tuple[RunRecord, ...] = ()
    good: RunRecord | None = None

    def told(self, record: RunRecord) -> RunLog:
        """Return the log with one more run; a run that ends anew takes the place of its first."""
        before = next((one for one in self.runs if one.run_id == record.run_id), None)
        if before is not None and before.same_end(record):
            return self
        record = replace(record, number=self.last + 1)
        others = tuple(one for one in self.runs if one is not before)
        return RunLog(
            last=record.number,
            runs=(*others, record)[-MOST_RUNS:],
            good=record if record.is_good else self.good,
        )

    def since(self, number: int) -> tuple[RunRecord, ...]:
        """Return the runs that were told after that of this number."""
        return tuple(one for one in self.runs if one.number > number)

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "last": self.last,
            "runs": [_to_plain(one) for one in self.runs],
            "good": _to_plain(self.good) if self.good is not None else None,
        }

    @classmethod
    def from_plain(cls, plain: Any) -> RunLog:
        """Return it from what `to_plain` made. Raise IntegrityError for anything else."""
        try:
            good = plain["good"]
            return cls(
                last=plain["last"],
                runs=tuple(_from_plain(one) for one in plain["runs"]),
                good=_from_plain(good) if good is not None else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                f"What is remembered of a schema's runs can't be read: {error!r}.",
                hint="It is begun anew.",
            ) from error


def record_of(report: BackupReport, *, told_at: datetime) -> RunRecord:
    """Given a run's report, return what is remembered of it."""
    reason, todo = _words(report)
    return RunRecord(
        run_id=report.run_id,
        run_url=report.run_url,
        moment=report.moment,
        told_at=told_at,
        result=report.word,
        reason=reason[:_MOST_LETTERS],
        todo=todo[:_MOST_LETTERS],
        snapshot_time=report.snapshot_time,
        size_bytes=report.archive.size_bytes if report.archive is not None else None,
        seconds=(told_at - report.began).total_seconds() if report.began is not None else None,
    )


def _words(report: BackupReport) -> tuple[str, str]:
    """Return why a run ended as it did, and what to do about it."""
    sections = trouble_sections(report)
    if report.outcome == "warnings":
        # What should be looked at stands in the last part, and is all there is to do.
        return sections[-1].lines[0], ""
    why = next((line for one in sections if one.tone == TROUBLE for line in _lines(one)), "")
    todo = next((line for one in sections if one.tone == ADVICE for line in one.lines), "")
    if not why and report.was_skipped:
        why = translate(report.skipped, report.language)
    return why, todo


def _lines(section: Section) -> tuple[str, ...]:
    """Return what a part says; of a table, its rows first."""
    rows = section.grid.rows if section.grid is not None else ()
    return (*(": ".join(row) for row in rows), *section.lines)


def _to_plain(record: RunRecord) -> dict[str, Any]:
    plain = asdict(record)
    for name in _INSTANTS:
        plain[name] = plain[name].isoformat() if plain[name] is not None else None
    return {name: value for name, value in plain.items() if value not in (None, "")}


def _from_plain(plain: dict[str, Any]) -> RunRecord:
    instants = {name: datetime.fromisoformat(plain[name]) for name in _INSTANTS if name in plain}
    return RunRecord(**{**plain, **instants})
