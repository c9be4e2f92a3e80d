"""
What is wrong, given what the config says and what each store holds?

`status` on the command line and the watchdog both ask this, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_backup.domain.status import Drills, SchemaStatus, StoreView, judge_schema
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level, digest, schema_key
from oracle_backup.domain.watch.subjects import StoreAnswer, StoreSilence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from oracle_backup.domain.watch.subjects import Watched, WatchedSchema, WatchedStore

_SHOWN_PROBLEMS = 5
MOST_DROPPED = 200
"""Schemas of one store that are told of; whoever may write there may make up any number."""
_OF_SEVERAL_STORES = frozenset({Kind.LAGS, Kind.DRILL_FAILED, Kind.DRILL_OVERDUE})
"""What has not healed while one of the schema's stores can't be asked: that one may tell more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    What was found, and what could not be looked at.

    :param statuses: of each schema, in the order of the config. Empty where it is unreadable.
    :param alarms: all that is wrong, worst first.
    :param unseen: schemas none of whose stores could be asked.
    :param half_seen: schemas one of whose stores could not be asked.
    :param silent: places of stores that could not be asked.
    :param partial: places of stores not all of whose folders could be looked into.
    :param drills: what is worth remembering of rehearsed restores, by the schema's key.
    :param is_config_read: whether the config could be used at all.
    """

    statuses: tuple[SchemaStatus, ...]
    alarms: tuple[Alarm, ...]
    unseen: frozenset[str] = field(default=frozenset())
    half_seen: frozenset[str] = field(default=frozenset())
    silent: frozenset[str] = field(default=frozenset())
    partial: frozenset[str] = field(default=frozenset())
    drills: Mapping[str, Drills] = field(default_factory=dict)
    is_config_read: bool = True

    @property
    def level(self) -> Level:
        """The worst of all."""
        levels = [*(one.level for one in self.statuses), *(one.level for one in self.alarms)]
        return max(levels, default=Level.OK)

    def could_judge(self, alarm: Alarm) -> bool:
        """Return whether an alarm of before that is not found now has healed."""
        if alarm.kind is Kind.CONFIG:
            return True
        if not self.is_config_read:
            return False
        if alarm.kind is not Kind.SILENT and alarm.place in self.silent:
            return False
        if alarm.kind is Kind.DROPPED and alarm.place in self.partial:
            return False
        if alarm.key in self.unseen:
            return False
        return not (alarm.kind in _OF_SEVERAL_STORES and alarm.key in self.half_seen)


def judge(
    watched: Watched,
    answers: Mapping[str, StoreAnswer | StoreSilence],
    *,
    now: datetime,
    remembered: Mapping[str, Drills] | None = None,
    is_alone: bool = True,
) -> Look:
    """
    Given what is looked after and what each store says, return what is wrong.

    :param answers: by the store's place.
    :param remembered: what was known of drills before, by the schema's key.
    :param is_alone: whether all schemas of these stores are looked at; with some left out, what
        belongs to none of them is not judged.
    """
    if watched.unreadable:
        alarm = Alarm(
            kind=Kind.CONFIG,
            level=Level.CRITICAL,
            facts={"path": watched.path, "problem": watched.unreadable},
        )
        return Look(statuses=(), alarms=(alarm,), is_config_read=False)
    statuses = tuple(
        judge_schema(one, _views(one, answers), now=now, remembered=(remembered or {}).get(one.key))
        for one in watched.schemas
    )
    unseen = frozenset(_key(one) for one in statuses if one.silent and one.is_unseen)
    found = [
        *_of_config(watched),
        *_of_stores(watched, answers, unseen=unseen),
        *(alarm for status in statuses for alarm in status.alarms),
        *(_dropped(watched, answers) if is_alone else ()),
    ]
    return Look(
        statuses=statuses,
        alarms=tuple(sorted(found, key=lambda one: one.level, reverse=True)),
        unseen=unseen,
        drills={
            subject.key: status.drills
            for subject, status in zip(watched.schemas, statuses, strict=True)
            if subject.max_drill_age is not None
        },
        half_seen=frozenset(_key(one) for one in statuses if one.silent),
        silent=frozenset(place for place, one in answers.items() if isinstance(one, StoreSilence)),
        partial=frozenset(
            place
            for place, one in answers.items()
            if isinstance(one, StoreAnswer) and not (one.is_whole and is_alone)
        ),
    )


def _key(status: SchemaStatus) -> str:
    return schema_key(status.database, status.schema)


def _views(
    schema: WatchedSchema, answers: Mapping[str, StoreAnswer | StoreSilence]
) -> dict[str, StoreView | None]:
    """Return what each of a schema's stores holds of it, by the name the schema gives it."""
    where = (schema.database, schema.schema, schema.folder)
    found: dict[str, StoreView | None] = {}
    for store in schema.stores:
        answer = answers[store.place]
        found[store.name] = (
            answer.views.get(where, StoreView()) if isinstance(answer, StoreAnswer) else None
        )
    return found


def _of_config(watched: Watched) -> Iterator[Alarm]:
    for entry in watched.broken:
        key = schema_key(entry.database, entry.schema)
        yield Alarm(
            kind=Kind.BROKEN,
            level=Level.CRITICAL,
            database=entry.database,
            schema=entry.schema,
            since=watched.changed,
            state=digest(entry.problems),
            facts={
                "path": watched.path,
                "count": len(entry.problems),
                "problems": entry.problems[:_SHOWN_PROBLEMS],
            },
            endangers=(key,),
        )
    if watched.section_problems:
        yield Alarm(
            kind=Kind.SECTION,
            level=Level.WARNING,
            since=watched.changed,
            state=digest(watched.section_problems),
            facts={
                "path": watched.path,
                "count": len(watched.section_problems),
                "problems": watched.section_problems[:_SHOWN_PROBLEMS],
            },
        )


def _of_stores(
    watched: Watched,
    answers: Mapping[str, StoreAnswer | StoreSilence],
    *,
    unseen: frozenset[str],
) -> Iterator[Alarm]:
    for place, store in watched.stores().items():
        answer = answers[place]
        if isinstance(answer, StoreSilence):
            yield _silent(watched, store, answer, unseen=unseen)
        elif answer.unreadable:
            yield Alarm(
                kind=Kind.UNREADABLE,
                level=Level.WARNING,
                store=store.name,
                place=place,
                state=str(answer.unreadable),
                facts={"store": store.name, "count": answer.unreadable},
            )


def _silent(
    watched: Watched, store: WatchedStore, answer: StoreSilence, *, unseen: frozenset[str]
) -> Alarm:
    """Return the alarm of a store that could not be asked; for some it is the only one."""
    its = [
        one.key
        for one in watched.schemas
        if any(other.place == store.place for other in one.stores)
    ]
    endangered = tuple(key for key in its if key in unseen)
    return Alarm(
        kind=Kind.SILENT,
        level=Level.CRITICAL if endangered else Level.WARNING,
        store=store.name,
        place=store.place,
        state=answer.cause,
        facts={"store": store.name, "error": answer.error, "schemas": len(its)},
        endangers=endangered,
    )


def _dropped(
    watched: Watched, answers: Mapping[str, StoreAnswer | StoreSilence]
) -> Iterator[Alarm]:
    """Yield the schemas that the config knows no more, and of which backups remain."""
    for place, store in watched.stores().items():
        answer = answers[place]
        if isinstance(answer, StoreSilence):
            continue
        counts: dict[tuple[str, str], int] = {}
        folders: dict[tuple[str, str], set[str]] = {}
        for (database, schema, folder), view in answer.views.items():
            if view.count and not watched.knows(database, schema):
                counts[database, schema] = counts.get((database, schema), 0) + view.count
                folders.setdefault((database, schema), set()).add(folder or ".")
        for (database, schema), count in sorted(counts.items())[:MOST_DROPPED]:
            yield Alarm(
                kind=Kind.DROPPED,
                level=Level.WARNING,
                database=database,
                schema=schema,
                store=store.name,
                place=place,
                facts={
                    "store": store.name,
                    "location": answer.location,
                    "count": count,
                    "folders": tuple(sorted(folders[database, schema])),
                    "path": watched.path,
                    "schema": schema,
                    "database": database,
                },
            )
