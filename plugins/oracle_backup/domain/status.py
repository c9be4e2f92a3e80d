"""
How protected is a schema: is its newest good backup on its stores, young enough and proven?

Answers what a monitor asks from outside, by the manifests alone: it needs nobody's word that a
run has taken place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from oracle_backup.domain.names import dag_id
from oracle_backup.domain.watch.alarm import Alarm, Fact, Kind, Level, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from oracle_backup.domain.manifest import BackupFacts, Drill
    from oracle_backup.domain.watch.subjects import WatchedSchema

UNDER_WAY: Final = timedelta(hours=6)
"""How long an archive may lie on a store before somebody has read it back."""
NAMED: Final = 3
"""Archives that an alarm names; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """
    What one store holds of a schema, in figures: its backups may be thousands.

    :param count: whole backups.
    :param good_count: of these, complete and verified.
    :param damaged: names of those that were read back and did not match.
    :param lost: names of archives that are gone or have another size.
    :param newest: the newest of whatever verdict.
    :param newest_good: the newest that is complete and verified.
    :param first_good: the instant that the oldest such backup shows.
    :param drill: the last rehearsed restore of any of them, and the archive it was of.
    :param passed: when the last one that passed was.
    """

    count: int = 0
    good_count: int = 0
    damaged: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    newest: BackupFacts | None = None
    newest_good: BackupFacts | None = None
    first_good: datetime | None = None
    drill: tuple[Drill, str] | None = None
    passed: datetime | None = None

    @classmethod
    def of(cls, backups: Iterable[BackupFacts], *, lost: Iterable[str] = ()) -> Self:
        """
        Given a schema's backups on a store, in no order, return the figures.

        :param lost: names of archives that are gone or have another size.
        """
        found = list(backups)
        good = [one for one in found if one.counts]
        drills = [(drill, one.archive.name) for one in found for drill in one.drills]
        return cls(
            count=len(found),
            good_count=len(good),
            damaged=tuple(sorted(one.archive.name for one in found if one.damage)),
            lost=tuple(sorted(lost)),
            newest=max(found, key=_age_key, default=None),
            newest_good=max(good, key=_age_key, default=None),
            first_good=min((one.snapshot_time for one in good), default=None),
            drill=max(drills, key=lambda one: one[0].time, default=None),
            passed=max((drill.time for drill, _ in drills if drill.passed), default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drills:
    """
    What is known of a schema's rehearsed restores.

    They stand in the manifests, and go with the backups that retention removes; so what was seen
    once is worth remembering.

    :param passed: when the last one that passed was.
    :param first_good: the instant that the oldest good backup shows, or showed.
    """

    passed: datetime | None = None
    first_good: datetime | None = None

    def merged(self, other: Drills) -> Drills:
        """Return what both know together."""
        passed = [one for one in (self.passed, other.passed) if one is not None]
        first = [one for one in (self.first_good, other.first_good) if one is not None]
        return Drills(passed=max(passed, default=None), first_good=min(first, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaStatus:
    """
    What there is to say of a schema.

    :param alarms: what is wrong, worst first.
    :param silent: names of its stores that could not be asked.
    :param waits_until: where it has no backup yet and need not have one: until when.
    :param newest: the newest good backup on any store.
    :param newest_of_all: the newest backup of whatever verdict.
    :param age: how old the data of `newest` are.
    :param expected: how old they may be; None for any age.
    :param drills: what is known of rehearsed restores.
    :param views: what was judged, by the store's name; None for one that could not be asked.
    """

    database: str
    schema: str
    alarms: tuple[Alarm, ...]
    silent: tuple[str, ...]
    waits_until: datetime | None
    newest: BackupFacts | None
    newest_of_all: BackupFacts | None
    age: timedelta | None
    expected: timedelta | None
    drills: Drills
    views: Mapping[str, StoreView | None]

    @property
    def level(self) -> Level:
        """How bad it is."""
        found = [one.level for one in self.alarms]
        if self.silent:
            found.append(Level.CRITICAL if self.is_unseen else Level.WARNING)
        return max(found, default=Level.OK)

    @property
    def is_unseen(self) -> bool:
        """Whether none of its stores could be asked."""
        return len(self.silent) == len(self.views)


def judge_schema(
    subject: WatchedSchema,
    views: Mapping[str, StoreView | None],
    *,
    now: datetime,
    remembered: Drills | None = None,
) -> SchemaStatus:
    """
    Given what each store holds of a schema, return how protected it is.

    :param views: by the store's name; None for a store that could not be asked.
    :param remembered: what was seen of its drills before, where somebody keeps that.
    """
    asked = [view for view in views.values() if view is not None]
    silent = tuple(name for name, view in views.items() if view is None)
    newest = max((one for view in asked if (one := view.newest_good)), key=_age_key, default=None)
    newest_of_all = max((one for view in asked if (one := view.newest)), key=_age_key, default=None)
    drills = _drills_of(asked).merged(remembered or Drills())
    waits = None
    if newest is None and not silent:
        waits = _waits_until(subject, newest_of_all, now=now)
    found: list[Alarm] = []
    if asked:
        found += _judge_newest(subject, newest, newest_of_all, waits=waits is not None, now=now)
        found += _judge_stores(subject, views, newest, now=now)
    if not silent:
        found += _judge_drills(subject, asked, drills, now=now)
    return SchemaStatus(
        database=subject.database,
        schema=subject.schema,
        alarms=tuple(sorted(found, key=lambda one: one.level, reverse=True)),
        silent=silent,
        waits_until=waits,
        newest=newest,
        newest_of_all=newest_of_all,
        age=None if newest is None else now - newest.snapshot_time,
        expected=subject.expected,
        drills=drills,
        views=views,
    )


def _waits_until(
    subject: WatchedSchema, newest_of_all: BackupFacts | None, *, now: datetime
) -> datetime | None:
    """Return until when a schema without any finished backup has time for its first one."""
    if newest_of_all is not None and not _is_under_way(newest_of_all, now=now):
        return None
    due = subject.first_due
    return due if due is not None and now <= due else None


def _is_under_way(newest_of_all: BackupFacts, *, now: datetime) -> bool:
    """Return whether an archive may just be being read back."""
    return (
        newest_of_all.verdict == "complete"
        and newest_of_all.verified is None
        and not newest_of_all.damage
        and now - newest_of_all.export_ended <= UNDER_WAY
    )


def _judge_newest(
    subject: WatchedSchema,
    newest: BackupFacts | None,
    newest_of_all: BackupFacts | None,
    *,
    waits: bool,
    now: datetime,
) -> list[Alarm]:
    """Judge the newest good backup, and what came after it."""
    found: list[Alarm] = []
    expected = subject.expected
    if newest is None:
        if not waits:
            found.append(_no_backup(subject, newest_of_all, now=now))
    else:
        age = now - newest.snapshot_time
        if expected is not None and age > expected:
            found.append(
                _of(
                    subject,
                    Kind.TOO_OLD,
                    Level.CRITICAL,
                    since=newest.snapshot_time + expected,
                    facts={"age": age, "expected": expected, "time": newest.snapshot_time},
                )
            )
        if newest.snapshot_time > now:
            facts: dict[str, Fact] = {"time": newest.snapshot_time}
            found.append(_of(subject, Kind.FUTURE, Level.WARNING, facts=facts))
    # One that is only not verified yet may be just under way; its age tells when it is not.
    if newest_of_all is not None and newest_of_all.verdict != "complete":
        facts = {"verdict": newest_of_all.verdict, "archive": newest_of_all.archive.name}
        found.append(
            _of(
                subject,
                Kind.NOT_COMPLETE,
                Level.WARNING,
                since=newest_of_all.snapshot_time,
                facts=facts,
            )
        )
    return found


def _no_backup(
    subject: WatchedSchema, newest_of_all: BackupFacts | None, *, now: datetime
) -> Alarm:
    """Return the alarm of a schema without a good backup; one being read back changes nothing."""
    is_never = newest_of_all is None or _is_under_way(newest_of_all, now=now)
    return _of(
        subject,
        Kind.NO_BACKUP,
        Level.WARNING if subject.expected is None else Level.CRITICAL,
        phrase="never" if is_never else "none_good",
    )


def _judge_stores(
    subject: WatchedSchema,
    views: Mapping[str, StoreView | None],
    newest: BackupFacts | None,
    *,
    now: datetime,
) -> list[Alarm]:
    """Judge each store beside the others: none of this leaves the schema without a backup."""
    found: list[Alarm] = []
    places = {one.name: one.place for one in subject.stores}
    for name, view in views.items():
        if view is None:
            continue
        for kind, names in ((Kind.LOST, view.lost), (Kind.DAMAGED, view.damaged)):
            if names:
                found.append(
                    _of(
                        subject,
                        kind,
                        Level.WARNING,
                        store=name,
                        place=places[name],
                        state=digest(names),
                        facts={"count": len(names), "names": names[:NAMED]},
                    )
                )
        if newest is not None and _lags(view, newest, expected=subject.expected, now=now):
            found.append(_lag(subject, view, store=name, place=places[name]))
    return found


def _lags(
    view: StoreView, newest: BackupFacts, *, expected: timedelta | None, now: datetime
) -> bool:
    """
    Return whether a store should have a newer copy by now.

    While a run is under way one store has its copy before another; only its age makes it late.
    """
    own = view.newest_good
    if own is None or expected is None:
        return own is None or own.snapshot_time < newest.snapshot_time
    return now - own.snapshot_time > expected and own.snapshot_time < newest.snapshot_time


def _lag(subject: WatchedSchema, view: StoreView, *, store: str, place: str) -> Alarm:
    own = view.newest_good
    return _of(
        subject,
        Kind.LAGS,
        Level.WARNING,
        store=store,
        place=place,
        phrase="empty" if own is None else "old",
        facts={} if own is None else {"time": own.snapshot_time},
    )


def _drills_of(asked: Iterable[StoreView]) -> Drills:
    found = Drills()
    for view in asked:
        found = found.merged(Drills(passed=view.passed, first_good=view.first_good))
    return found


def _judge_drills(
    subject: WatchedSchema, asked: Iterable[StoreView], drills: Drills, *, now: datetime
) -> list[Alarm]:
    """Judge the rehearsed restores; only where all stores could be asked, for any may know more."""
    found: list[Alarm] = []
    told = [view.drill for view in asked if view.drill is not None]
    last = max(told, key=lambda one: one[0].time, default=None)
    if last is not None and not last[0].passed:
        drill, archive = last
        facts: dict[str, Fact] = {"time": drill.time, "reason": drill.reason, "archive": archive}
        found.append(
            _of(
                subject,
                Kind.DRILL_FAILED,
                Level.CRITICAL,
                since=drill.time,
                state=drill.time.isoformat(),
                facts=facts,
            )
        )
    begin = drills.passed or drills.first_good
    limit = subject.max_drill_age
    if limit is not None and begin is not None and now - begin > limit:
        found.append(
            _of(
                subject,
                Kind.DRILL_OVERDUE,
                Level.WARNING,
                phrase="never" if drills.passed is None else "old",
                since=begin + limit,
                facts={"age": now - begin, "expected": limit, "time": begin},
            )
        )
    return found


def _of(
    subject: WatchedSchema,
    kind: Kind,
    level: Level,
    *,
    store: str = "",
    place: str = "",
    phrase: str = "",
    since: datetime | None = None,
    state: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Alarm:
    """Return an alarm about a schema, with what every sentence about one may need."""
    about = {"dag": dag_id(database=subject.database, schema=subject.schema), "store": store}
    return Alarm(
        kind=kind,
        level=level,
        database=subject.database,
        schema=subject.schema,
        store=store,
        place=place,
        phrase=phrase,
        since=since,
        state=state,
        facts={**about, "database": subject.database, "schema": subject.schema, **(facts or {})},
        endangers=(subject.key,) if level is Level.CRITICAL else (),
    )


def _age_key(facts: BackupFacts) -> tuple[float, str]:
    return facts.snapshot_time.timestamp(), facts.archive.name
