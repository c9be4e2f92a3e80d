"""How does a digest read: how many are good, what needs somebody, and then all of them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.digest.night import State
from oracle_backup.domain.digest.words import say
from oracle_backup.domain.report.formats import format_decimal, format_duration, format_size
from oracle_backup.domain.report.formats import format_instant as _format_instant
from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING
from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.page import TROUBLE, Grid, Section

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from oracle_backup.domain.digest.night import SchemaNight
    from oracle_backup.domain.digest.record import RunRecord

_DAY_HOURS: Final = 24
_MANY_HOURS: Final = 48
"""From here on an age is told in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    One mail about several schemas.

    :param since: when the digest before was made, or what stands for it.
    :param until: when this one is made.
    :param problems: what is wrong with the config's section about digests.
    """

    nights: tuple[SchemaNight, ...]
    since: datetime
    until: datetime
    zone: str
    language: str = "en"
    problems: tuple[str, ...] = ()

    @property
    def ordered(self) -> tuple[SchemaNight, ...]:
        """All schemas, trouble first."""
        return tuple(sorted(self.nights, key=lambda night: night.rank))

    @property
    def subject(self) -> str:
        """Return the mail's subject, on one line."""
        word = self._say(f"subject.{self._kind(waiting='trouble')}", **self._counts())
        return one_line(self._say("subject", word=word))

    @property
    def headline(self) -> str:
        """Say in one sentence how many are good."""
        since = self.instant(self.since)
        return self._say(f"headline.{self._kind(waiting='waiting')}", since=since, **self._counts())

    @property
    def colour(self) -> str:
        """The colour of the band at the top."""
        states = {night.state for night in self.nights}
        if any(night.is_trouble for night in self.nights):
            return FAILURE
        return WARNING if states & {State.WARNINGS, State.RUNNING} or self.problems else SUCCESS

    def instant(self, moment: datetime) -> str:
        """Return an instant as this digest shows it."""
        return _format_instant(moment, zone=self.zone, language=self.language)

    def sections(self) -> tuple[Section, ...]:
        """Return what stands below the headline: trouble first."""
        nights = self.ordered
        parts = [
            *(self._trouble(night) for night in nights if night.is_trouble),
            self._lines("title.earlier", [line for one in nights for line in self._earlier(one)]),
            self._lines(
                "title.warnings",
                [
                    f"{one.schema}: {one.newest.reason}"
                    for one in nights
                    if one.state is State.WARNINGS and one.newest
                ],
            ),
            Section(title=self._say("title.all"), grid=self._table(nights)) if nights else None,
            self._links(nights),
            self._about(),
        ]
        return tuple(part for part in parts if part is not None)

    def _kind(self, *, waiting: str) -> str:
        """Return which of the headlines holds."""
        if any(night.is_trouble for night in self.nights):
            return "trouble"
        if any(night.state is State.RUNNING for night in self.nights):
            return waiting
        if not any(night.is_good for night in self.nights):
            return "idle"
        return "good" if self._counts()["count"] > 1 else "good.one"

    def _counts(self) -> dict[str, int]:
        counted = [night for night in self.nights if night.state is not State.IDLE]
        return {
            "good": sum(night.is_good for night in counted),
            "count": len(counted),
            "bad": sum(night.is_trouble for night in counted),
            "running": sum(night.state is State.RUNNING for night in counted),
        }

    def _trouble(self, night: SchemaNight) -> Section:
        run = night.newest
        if night.state is State.BROKEN:
            lines = (*night.problems, self._say("broken.todo"))
        elif night.state is State.MISSING:
            lines = self._missing(night)
        else:
            lines = self._bad_run(run) if run else ()
        title = self._say(
            "trouble.title",
            schema=night.schema,
            database=night.database,
            state=self._say(f"state.{night.state}"),
        )
        rows = ((self._say("title.links"), run.run_url),) if run and run.run_url else ()
        return Section(title=title, lines=lines, rows=rows, tone=TROUBLE)

    def _bad_run(self, run: RunRecord) -> tuple[str, ...]:
        told = (run.reason, run.todo, self._say("trouble.at", moment=self.instant(run.moment)))
        return tuple(line for line in told if line)

    def _missing(self, night: SchemaNight) -> tuple[str, ...]:
        assert night.due is not None  # that is what makes it missing
        lines = [self._say("missing.why", due=self.instant(night.due))]
        if night.in_store is not None:
            lines.append(self._say("missing.stored", instant=self.instant(night.in_store)))
        lines.append(self._say("missing.paused" if night.is_paused else "missing.todo"))
        return tuple(lines)

    def _earlier(self, night: SchemaNight) -> list[str]:
        """Return what went wrong before the newest run, and runs that were due and never told."""
        newest = night.newest
        shown = newest if night.state is not State.MISSING else None
        lines = [
            " ".join(
                (
                    f"{night.schema}: {self._say(f'state.{run.result}')}.",
                    *self._bad_run(run),
                )
            )
            for run in night.runs
            if not run.is_good and run is not shown
        ]
        if night.unreported > 0:
            lines.append(
                self._say(
                    "missing.earlier",
                    schema=night.schema,
                    database=night.database,
                    count=night.unreported,
                )
            )
        return lines

    def _lines(self, title: str, lines: Sequence[str]) -> Section | None:
        return Section(title=self._say(title), lines=tuple(lines)) if lines else None

    def _table(self, nights: Sequence[SchemaNight]) -> Grid:
        columns = ("schema", "state", "age", "size", "duration")
        return Grid(
            columns=tuple(self._say(f"column.{one}") for one in columns),
            rows=tuple(self._row(night) for night in nights),
            figures=frozenset({3, 4}),
        )

    def _row(self, night: SchemaNight) -> tuple[str, ...]:
        run = night.newest
        seconds = run.seconds if run is not None else None
        return (
            f"{night.schema} · {night.database}",
            self._state(night),
            self._age(night),
            self._size(night),
            self._say("unknown")
            if seconds is None
            else format_duration(seconds, language=self.language),
        )

    def _state(self, night: SchemaNight) -> str:
        state = self._say(f"state.{night.state}")
        count = len(night.runs)
        if count < 2:
            return state
        bad = sum(not run.is_good for run in night.runs)
        return self._say(
            "state.several" if bad else "state.runs", state=state, bad=bad, count=count
        )

    def _age(self, night: SchemaNight) -> str:
        if night.newest_data is None:
            return self._say("age.none")
        return self._say("age", age=_age(self.until - night.newest_data))

    def _size(self, night: SchemaNight) -> str:
        size = night.newest.size_bytes if night.newest is not None else None
        if size is None:
            return self._say("unknown")
        told = format_size(size, language=self.language)
        if not night.size_before:
            return told
        change = 100 * (size - night.size_before) / night.size_before
        return f"{told} ({'+' if change >= 0 else '−'}{self._percent(abs(change))})"

    def _percent(self, value: float) -> str:
        return f"{format_decimal(value, language=self.language)} %"

    def _links(self, nights: Sequence[SchemaNight]) -> Section | None:
        """Return where Airflow shows the runs of those that are well; trouble has its own."""
        rows = tuple(
            (night.schema, night.newest.run_url)
            for night in nights
            if night.newest is not None and night.newest.run_url and not night.is_trouble
        )
        return Section(title=self._say("title.links"), rows=rows) if rows else None

    def _about(self) -> Section:
        since, until = self.instant(self.since), self.instant(self.until)
        return Section(
            title=self._say("title.about"),
            lines=(
                *(self._say("about.problem", problem=one) for one in self.problems),
                self._say("about.since", since=since, until=until),
                self._say("about.always"),
            ),
        )

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)


def _age(age: timedelta) -> str:
    """Given how old something is, return it in minutes, hours or days."""
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < _MANY_HOURS else f"{hours // _DAY_HOURS} d {hours % 24} h"
