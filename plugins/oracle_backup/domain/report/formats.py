"""How are instants and numbers written in the language of a report?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from datetime import datetime

SPANISH: Final = "es"

_DAYS: Final = {"en": "%Y-%m-%d", SPANISH: "%d/%m/%Y"}
_SHORT_DAYS: Final = {"en": "%m-%d", SPANISH: "%d/%m"}
_SWAP_SIGNS: Final = str.maketrans({",": ".", ".": ","})
_ISO_DAY: Final = re.compile(r"(?<![\w-])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![\w-])")
_DECIMAL: Final = re.compile(r"(?<![\w.])([0-9]+)\.([0-9])(?= (?:[KMGT]iB|s)\b)")
_THOUSANDS: Final = re.compile(r"(?<![\w.,])[0-9]{1,3}(?:,[0-9]{3})+(?![\w,])")


def format_instant(moment: datetime, *, zone: str, language: str = "en") -> str:
    """Given an instant, return it as the clocks of a zone show it, with the zone's name."""
    return f"{moment.astimezone(ZoneInfo(zone)):{_DAYS[language]} %H:%M:%S} {zone}"


def format_short_day(moment: datetime, *, zone: str, language: str = "en") -> str:
    """Given an instant, return month and day, for where there is little room."""
    return f"{moment.astimezone(ZoneInfo(zone)):{_SHORT_DAYS[language]}}"


def format_count(number: int, *, language: str = "en") -> str:
    """Given a whole number, return it with its thousands set apart."""
    return _signs(f"{number:,}", language)


def format_decimal(number: float, *, language: str = "en") -> str:
    """Given a number, return it with one decimal."""
    return _signs(f"{number:,.1f}", language)


def format_size(size: float, *, language: str = "en") -> str:
    """Given a number of bytes, return it with a binary unit, as in ``3.1 GiB``."""
    return _signs(format_bytes(size), language)


def format_duration(seconds: float, *, language: str = "en") -> str:
    """Given a duration in seconds, return it as in ``1 h 02 min 03 s``."""
    return _signs(format_seconds(seconds), language)


def spanish_figures(text: str) -> str:
    """Given figures as English has them, in a text of our own, return them as Spanish does."""
    text = _THOUSANDS.sub(lambda match: match[0].translate(_SWAP_SIGNS), text)
    return _ISO_DAY.sub(r"\3/\2/\1", _DECIMAL.sub(r"\1,\2", text))


def _signs(figure: str, language: str) -> str:
    return figure.translate(_SWAP_SIGNS) if language == SPANISH else figure
