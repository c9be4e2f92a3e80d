"""
Who has to be told what, now that there was a look?

Each reader is told each change once: an alarm that is new, one that has changed, one that is over.
What stands is told again after a while, and once nothing is left, that is told too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from oracle_backup.domain.watch.alarm import Alarm, Kind, digest
from oracle_backup.domain.watch.memory import Memory, Told
from oracle_backup.domain.watch.subjects import Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from oracle_backup.domain.watch.judge import Look
    from oracle_backup.domain.watch.subjects import Watched

_OF_EVERYBODY = frozenset(
    {Kind.SILENT, Kind.UNREADABLE, Kind.DROPPED, Kind.BROKEN, Kind.SECTION, Kind.CONFIG}
)
"""What is about a store or the config: everybody is told."""


class Cause(StrEnum):
    """Why there is a mail."""

    CHANGE = "change"
    REMINDER = "reminder"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """
    Somebody who is told.

    :param schemas: keys of those he is told of; None for all.
    """

    address: str
    route: Route
    schemas: frozenset[str] | None

    def sees(self, alarm: Alarm) -> bool:
        """Return whether an alarm is for him."""
        return self.schemas is None or alarm.kind in _OF_EVERYBODY or alarm.key in self.schemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    One mail.

    :param to: those who are told the same.
    :param new: alarms they have not been told of.
    :param changed: alarms that are worse, better or otherwise than they were told.
    :param standing: alarms they know.
    :param unseen: alarms they know, and of which nobody could say whether they still stand.
    :param over: alarms they know, and that stand no more.
    :param schemas: keys of the schemas they are told of, broken entries among them.
    :param told: what they know after it.
    :param before: what they knew before it, and since when, in a few letters.
    """

    cause: Cause
    route: Route
    to: tuple[str, ...]
    new: tuple[Alarm, ...]
    changed: tuple[Alarm, ...]
    standing: tuple[Alarm, ...]
    unseen: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    schemas: tuple[str, ...]
    told: Mapping[str, str]
    before: str = ""

    @property
    def number(self) -> str:
        """What is the same if it is sent again, because nobody noted that it was."""
        after = (f"{name}={condition}" for name, condition in self.told.items())
        return digest((self.cause, self.before, *self.to, *after))

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All that stand, as far as is known."""
        return (*self.new, *self.changed, *self.standing, *self.unseen)

    @property
    def endangered(self) -> tuple[str, ...]:
        """Keys of the schemas in danger, each once."""
        return tuple(dict.fromkeys(key for alarm in self.alarms for key in alarm.endangers))


def readers_of(watched: Watched, memory: Memory) -> tuple[Reader, ...]:
    """
    Return who is told.

    Whoever several schemas name gets one mail, by the first of them. Where the config can't say
    who it is, those who were told last.
    """
    first = watched.schemas[0].route if watched.schemas else None
    if watched.to:
        return tuple(
            Reader(address=one, route=first or _known_route(memory, one), schemas=None)
            for one in dict.fromkeys(watched.to)
        )
    schemas: dict[str, set[str]] = {}
    routes: dict[str, Route] = {}
    for schema in watched.schemas:
        for address in schema.to:
            schemas.setdefault(address, set()).add(schema.key)
            routes.setdefault(address, schema.route)
    if schemas:
        return tuple(
            Reader(address=one, route=routes[one], schemas=frozenset(keys))
            for one, keys in schemas.items()
        )
    return tuple(
        Reader(address=address, route=told.route, schemas=None)
        for address, told in memory.readers.items()
    )


def _known_route(memory: Memory, address: str) -> Route:
    told = memory.readers.get(address)
    return told.route if told is not None else Route()


def after_look(memory: Memory, look: Look, readers: Iterable[Reader], *, now: datetime) -> Memory:
    """
    Return what is remembered of a look before anybody is told: what was seen, and since when.

    :param readers: as `readers_of` returns them; who is no longer among them is forgotten.
    """
    people = {
        one.address: replace(
            memory.readers.get(one.address, Told(route=one.route)), route=one.route
        )
        for one in readers
    }
    untold = {name for told in people.values() for name in told.alarms}
    kept = {
        name: alarm
        for name, alarm in memory.alarms.items()
        if name in untold or not look.could_judge(alarm)
    }
    found = {
        one.id: replace(one, facts={}, since=_since(one, memory) or now) for one in look.alarms
    }
    return Memory(
        alarms={**kept, **found},
        readers=people,
        drills=look.drills if look.is_config_read else memory.drills,
    )


def _since(alarm: Alarm, memory: Memory) -> datetime | None:
    known = memory.alarms.get(alarm.id)
    return alarm.since or (known.since if known else None)


def plan_letters(
    memory: Memory,
    look: Look,
    readers: Sequence[Reader],
    *,
    schemas: Sequence[str],
    remind_after: timedelta,
    now: datetime,
) -> tuple[Letter, ...]:
    """
    Given what is remembered after a look, return the mails that are due; none is most often right.

    :param memory: as `after_look` returned it.
    :param schemas: keys of all that are looked after, broken entries among them.
    """
    letters: list[Letter] = []
    for reader in readers:
        letter = _letter(memory, look, reader, schemas=schemas, remind_after=remind_after, now=now)
        if letter is None:
            continue
        for position, other in enumerate(letters):
            if replace(other, to=()) == replace(letter, to=()):
                letters[position] = replace(other, to=(*other.to, *letter.to))
                break
        else:
            letters.append(letter)
    return tuple(letters)


def _letter(
    memory: Memory,
    look: Look,
    reader: Reader,
    *,
    schemas: Sequence[str],
    remind_after: timedelta,
    now: datetime,
) -> Letter | None:
    """Return what one reader has to be told."""
    told = memory.readers[reader.address]
    found = {one.id: replace(one, since=_since(one, memory)) for one in look.alarms}
    current = {name: one for name, one in found.items() if reader.sees(one)}
    # What is found and not for him any more is no news to him.
    gone = [memory.alarms[name] for name in told.alarms if name not in found]
    unseen = tuple(one for one in gone if not look.could_judge(one))
    over = tuple(one for one in gone if look.could_judge(one))
    new = tuple(one for name, one in current.items() if name not in told.alarms)
    changed = tuple(
        one
        for name, one in current.items()
        if name in told.alarms and told.alarms[name] != one.condition
    )
    standing = tuple(one for name, one in current.items() if told.alarms.get(name) == one.condition)
    if new or changed or over:
        cause = Cause.CHANGE if (current or unseen) else Cause.CLEAR
    elif (current or unseen) and told.mailed and now - told.mailed >= remind_after:
        cause = Cause.REMINDER
    else:
        return None
    endangers = {key for one in (*current.values(), *unseen) for key in one.endangers}
    return Letter(
        cause=cause,
        route=reader.route,
        to=(reader.address,),
        new=new,
        changed=changed,
        standing=standing,
        unseen=unseen,
        over=over,
        schemas=tuple(
            one
            for one in schemas
            if reader.schemas is None or one in reader.schemas or one in endangers
        ),
        told={
            **{one.id: told.alarms[one.id] for one in unseen},
            **{name: one.condition for name, one in current.items()},
        },
        before=digest(
            (str(told.mailed), *(f"{name}={condition}" for name, condition in told.alarms.items()))
        ),
    )
