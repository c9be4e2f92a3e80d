"""
What is kept from one look to the next: who has been told of what, and when?

It is one JSON value, kept where Airflow keeps the state of an asset. A value that can't be read is
none: then everything that stands is told once more, which is better than silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.status import Drills
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level
from oracle_backup.domain.watch.subjects import Route
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What one reader knows.

    :param route: how his mails go out.
    :param alarms: those he was told of and that stand for him, each as it was then.
    :param mailed: when his last mail was; None before the first.
    """

    route: Route
    alarms: Mapping[str, str] = field(default_factory=dict)
    mailed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """
    What is known from the looks before.

    :param alarms: those that stand, or that somebody has still to be told the end of: without
        facts, and with the instant they were first seen.
    :param readers: everybody who is told of anything, by address.
    :param drills: what was seen of rehearsed restores, by the schema's key.
    """

    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    readers: Mapping[str, Told] = field(default_factory=dict)
    drills: Mapping[str, Drills] = field(default_factory=dict)

    def told(
        self, addresses: tuple[str, ...], alarms: Mapping[str, str], *, now: datetime
    ) -> Memory:
        """Return it after a mail with these alarms has reached these readers."""
        changed = {
            address: replace(self.readers[address], alarms=alarms, mailed=now)
            for address in addresses
        }
        return replace(self, readers={**self.readers, **changed})

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it; readers who know the same stand together."""
        groups: list[tuple[Told, list[str]]] = []
        for address, told in self.readers.items():
            for known, addresses in groups:
                if known == told:
                    addresses.append(address)
                    break
            else:
                groups.append((told, [address]))
        return {
            "version": VERSION,
            "alarms": [_alarm_to_plain(one) for one in self.alarms.values()],
            "readers": [
                {
                    "to": addresses,
                    "route": [told.route.conn_id, told.route.sender, told.route.language],
                    "told": dict(told.alarms),
                    "mailed": _to_text(told.mailed),
                }
                for told, addresses in groups
            ],
            "drills": {
                key: [_to_text(one.passed), _to_text(one.first_good)]
                for key, one in self.drills.items()
            },
        }

    @classmethod
    def from_plain(cls, plain: Any) -> Memory:
        """Given what `to_plain` returned, return it. Raise IntegrityError for others."""
        try:
            return _from_plain(plain)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise IntegrityError(
                "What the watchdog remembers can't be read "
                f"({type(error).__name__}: {error}), so it begins anew.",
                hint="All that stands is told once more.",
            ) from error


def _alarm_to_plain(alarm: Alarm) -> dict[str, Any]:
    plain = {
        "kind": alarm.kind.value,
        "level": int(alarm.level),
        "database": alarm.database,
        "schema": alarm.schema,
        "store": alarm.store,
        "place": alarm.place,
        "since": _to_text(alarm.since),
        "endangers": list(alarm.endangers),
    }
    return {name: value for name, value in plain.items() if value}


def _from_plain(plain: Any) -> Memory:
    if plain["version"] != VERSION:
        msg = f"version {plain['version']!r} is not {VERSION}"
        raise ValueError(msg)
    alarms = {one.id: one for one in map(_alarm_from_plain, plain["alarms"])}
    readers: dict[str, Told] = {}
    for group in plain["readers"]:
        conn_id, sender, language = map(str, group["route"])
        told = Told(
            route=Route(conn_id=conn_id, sender=sender, language=language),
            # Of one that is not there nothing could be told.
            alarms={name: str(value) for name, value in group["told"].items() if name in alarms},
            mailed=_to_instant(group["mailed"]),
        )
        readers |= {str(address): told for address in group["to"]}
    return Memory(
        alarms=alarms,
        readers=readers,
        drills={
            str(key): Drills(passed=_to_instant(passed), first_good=_to_instant(first))
            for key, (passed, first) in plain["drills"].items()
        },
    )


def _alarm_from_plain(plain: Any) -> Alarm:
    return Alarm(
        kind=Kind(plain["kind"]),
        level=Level(plain["level"]),
        database=str(plain.get("database", "")),
        schema=str(plain.get("schema", "")),
        store=str(plain.get("store", "")),
        place=str(plain.get("place", "")),
        since=_to_instant(plain.get("since")),
        endangers=tuple(map(str, plain.get("endangers", ()))),
    )


def _to_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _to_instant(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text!r} has no time zone"
        raise ValueError(msg)
    return moment
