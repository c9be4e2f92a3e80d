"""
How protected is a schema: is its newest good backup on its stores, and young enough?

Answers what a monitor asks from outside, by the manifests alone: it needs nobody's word that a
run has taken place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from oracle_backup.domain.units import format_age

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from oracle_backup.domain.manifest import BackupFacts


class Level(IntEnum):
    """How bad it is; the numbers are the exit codes that monitors know."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """
    What one store holds of a schema.

    :param backups: whole backups, in no order.
    :param half_count: manifests whose archive is gone or has another size.
    """

    backups: Sequence[BackupFacts]
    half_count: int = 0

    @property
    def newest_good(self) -> BackupFacts | None:
        """The newest backup that is complete and verified."""
        return max((one for one in self.backups if one.counts), key=_age_key, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaStatus:
    """
    What there is to say of a schema.

    :param reasons: why it is not `OK`, worst first; nothing where it is.
    :param newest: the newest good backup on any store.
    :param newest_of_all: the newest backup of whatever verdict.
    :param age: how old the data of `newest` are.
    :param expected: how old they may be; None for any age.
    :param views: what was judged, by the store's name.
    """

    database: str
    schema: str
    level: Level
    reasons: tuple[str, ...]
    newest: BackupFacts | None
    newest_of_all: BackupFacts | None
    age: timedelta | None
    expected: timedelta | None
    views: Mapping[str, StoreView | None]


def judge_schema(
    views: Mapping[str, StoreView | None],
    *,
    database: str,
    schema: str,
    expected: timedelta | None,
    now: datetime,
) -> SchemaStatus:
    """
    Given what each store holds of a schema, return how protected it is.

    :param views: by the store's name; None for a store that could not be asked.
    """
    asked = [view for view in views.values() if view is not None]
    newest = max((good for view in asked if (good := view.newest_good)), key=_age_key, default=None)
    newest_of_all = max((one for view in asked for one in view.backups), key=_age_key, default=None)
    age = None if newest is None else now - newest.snapshot_time
    found = [
        *_judge_newest(newest, newest_of_all, is_asked=bool(asked), expected=expected, now=now),
        *_judge_stores(views, newest, expected=expected, now=now),
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return SchemaStatus(
        database=database,
        schema=schema,
        level=max((level for level, _ in found), default=Level.OK),
        reasons=tuple(text for _, text in found),
        newest=newest,
        newest_of_all=newest_of_all,
        age=age,
        expected=expected,
        views=views,
    )


_Finding = tuple[Level, str]


def _judge_newest(
    newest: BackupFacts | None,
    newest_of_all: BackupFacts | None,
    *,
    is_asked: bool,
    expected: timedelta | None,
    now: datetime,
) -> list[_Finding]:
    """Judge the newest good backup, and what came after it."""
    if not is_asked:
        return [(Level.CRITICAL, "none of its stores could be asked")]
    found: list[_Finding] = []
    if newest is None:
        what = "never backed up" if newest_of_all is None else "no backup is complete and verified"
        found.append((Level.WARNING if expected is None else Level.CRITICAL, what))
    else:
        age = now - newest.snapshot_time
        if expected is not None and age > expected:
            found.append(
                (
                    Level.CRITICAL,
                    f"the newest good backup is {format_age(age)} old, "
                    f"at most {format_age(expected)} is expected",
                )
            )
        if newest.snapshot_time > now:
            found.append((Level.WARNING, "the newest good backup is of the future: check clocks"))
    # One that is only not verified yet may be just under way; its age tells when it is not.
    if newest_of_all is not None and newest_of_all.verdict != "complete":
        found.append((Level.WARNING, f"the newest backup is {newest_of_all.verdict}"))
    return found


def _judge_stores(
    views: Mapping[str, StoreView | None],
    newest: BackupFacts | None,
    *,
    expected: timedelta | None,
    now: datetime,
) -> list[_Finding]:
    """Judge each store beside the others: none of this leaves the schema without a backup."""
    found: list[_Finding] = []
    for name, view in views.items():
        if view is None:
            found.append((Level.WARNING, f"store {name} could not be asked"))
            continue
        if view.half_count:
            text = f"on store {name}, the archives of {view.half_count} backups are gone or changed"
            found.append((Level.WARNING, text))
        if damaged := sum(bool(one.damage) for one in view.backups):
            found.append((Level.WARNING, f"on store {name}, {damaged} backups are damaged"))
        if newest is not None and _lags(view, newest, expected=expected, now=now):
            own = view.newest_good
            what = (
                "no good backup"
                if own is None
                else f"none newer than {own.snapshot_time:%Y-%m-%d %H:%M}Z"
            )
            found.append((Level.WARNING, f"store {name} has {what}"))
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


def _age_key(facts: BackupFacts) -> tuple[float, str]:
    return facts.snapshot_time.timestamp(), facts.archive.name
