"""How is an alarm said, in English and in Spanish: what it is, and what to do?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.units import format_age
from oracle_backup.domain.watch.english import ENGLISH
from oracle_backup.domain.watch.spanish import SPANISH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_backup.domain.status import SchemaStatus
    from oracle_backup.domain.watch.alarm import Alarm, Fact

_LANGUAGES = {"en": ENGLISH, "es": SPANISH}
_INSTANTS = {"en": "%Y-%m-%d %H:%M", "es": "%d/%m/%Y %H:%M"}


@dataclass(frozen=True, slots=True)
class Speech:
    """
    A language, and the zone whose clocks are shown.

    :param language: ``en`` or ``es``; any other is English.
    :param zone: as in the IANA database.
    """

    language: str = "en"
    zone: str = "UTC"

    def title(self, alarm: Alarm) -> str:
        """Return what an alarm is, in a few words that hold for it at any time."""
        return self._find(alarm.kind.value, "title")

    def what(self, alarm: Alarm) -> str:
        """Return what is wrong, in a sentence without its subject."""
        return self._say(alarm, "what")

    def todo(self, alarm: Alarm) -> str:
        """Return what to do about it."""
        return self._say(alarm, "todo")

    def reasons(self, status: SchemaStatus) -> tuple[str, ...]:
        """Return why a schema is not in order, worst first; nothing where it is."""
        unseen = [self.word("unseen one", name=name) for name in status.silent]
        if status.silent and status.is_unseen:
            unseen.insert(0, self.word("unseen all"))
        return (*map(self.what, status.alarms), *unseen)

    def word(self, name: str, /, **facts: Fact) -> str:
        """Return one of the sentences around the alarms."""
        return self._find("mail", name).format_map(self._facts(facts))

    def where(self, alarm: Alarm) -> str:
        """Return what an alarm is about: a schema, a store, the config file."""
        if alarm.database:
            return alarm.key.removesuffix("/")
        return self.word("store", name=alarm.store) if alarm.store else self.word("config")

    def instant(self, moment: datetime) -> str:
        """Return an instant as the zone's clocks show it."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{local:{self._words_of(_INSTANTS)}} {self.zone}"

    def _say(self, alarm: Alarm, part: str) -> str:
        phrase = f"{alarm.kind}.{alarm.phrase}" if alarm.phrase else alarm.kind.value
        table = _LANGUAGES.get(self.language, ENGLISH)
        # What to do is often the same, whichever way it is wrong.
        name = f"{phrase} {part}"
        template = table[name if name in table else f"{alarm.kind} {part}"]
        return template.format_map(self._facts(alarm.facts))

    def _find(self, name: str, part: str) -> str:
        return _LANGUAGES.get(self.language, ENGLISH)[f"{name} {part}"]

    def _words_of(self, table: Mapping[str, str]) -> str:
        return table.get(self.language, table["en"])

    def _facts(self, facts: Mapping[str, Fact]) -> dict[str, str]:
        return {name: self._fact(name, value) for name, value in facts.items()}

    def _fact(self, name: str, value: Fact) -> str:
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, timedelta):
            return format_age(value)
        if isinstance(value, tuple):
            return "; ".join(value)
        if name == "error":
            return translate(str(value), self.language)
        if name == "verdict":
            return self._find("verdict", str(value)) if str(value) in _VERDICTS else str(value)
        return str(value)


_VERDICTS = frozenset({"complete", "incomplete", "failed", "unknown"})
