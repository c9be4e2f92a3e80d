"""What can be wrong with a schema's backups, with a store or with the config file?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Fact = str | int | datetime | timedelta | tuple[str, ...]
"""What a sentence about an alarm may hold; written as the reader's language has it."""


class Level(IntEnum):
    """How bad it is; the numbers are the exit codes that monitors know."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


class Kind(StrEnum):
    """What is wrong."""

    TOO_OLD = "too_old"
    NO_BACKUP = "no_backup"
    NOT_COMPLETE = "not_complete"
    FUTURE = "future"
    LOST = "lost"
    DAMAGED = "damaged"
    LAGS = "lags"
    DRILL_FAILED = "drill_failed"
    DRILL_OVERDUE = "drill_overdue"
    SILENT = "silent"
    UNREADABLE = "unreadable"
    DROPPED = "dropped"
    BROKEN = "broken"
    SECTION = "section"
    CONFIG = "config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """
    One thing that is wrong.

    :param database: the schema's, where it is about one; else empty.
    :param schema: likewise.
    :param store: what its readers call the store, where it is about one.
    :param place: the store's connection and path, which tell it from all others.
    :param phrase: which sentence says it; the kind's where it has only one.
    :param since: since when, where the backups tell that themselves.
    :param state: what makes it another alarm of the same kind when it changes: not an age, which
        changes all the time.
    :param facts: what the sentence holds.
    :param endangers: schemas without a good backup because of it, as ``database/schema``.
    """

    kind: Kind
    level: Level
    database: str = ""
    schema: str = ""
    store: str = ""
    place: str = ""
    phrase: str = ""
    since: datetime | None = None
    state: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    endangers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from all others, from one look to the next."""
        return "|".join((self.kind, self.database, self.schema, self.place))

    @property
    def condition(self) -> str:
        """What has changed when the alarm has."""
        return "|".join((self.level.name.lower(), self.phrase, self.state))

    @property
    def key(self) -> str:
        """The schema it is about, as ``database/schema``; empty where it is about none."""
        return schema_key(self.database, self.schema) if self.database else ""


def schema_key(database: str, schema: str) -> str:
    """Return how a schema is called where several databases are spoken of."""
    return f"{database}/{schema}"


def digest(names: Iterable[str]) -> str:
    """Return a few letters that change when one of these names does, whatever their order."""
    return hashlib.sha256("\0".join(sorted(names)).encode("utf-8", "replace")).hexdigest()[:12]
