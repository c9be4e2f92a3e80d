"""What do Oracle's functions return, where SQLite has none of the same meaning?

Instants are ISO text here, as the instance keeps them. The names begin with `ora_`, so that no
function of SQLite's is called in their place.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from lab.servers.listener.binds import timestamp_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

_SECONDS_PER_DAY = 86_400
# Longest first, so that HH24 is not read as HH and a 24.
_ELEMENTS = (
    ("YYYY", "%Y"),
    ("HH24", "%H"),
    ("HH12", "%I"),
    ("MON", "%b"),
    ("FF6", "%f"),
    ("FF3", "%f"),
    ("FF", "%f"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("HH", "%I"),
    ("MI", "%M"),
    ("SS", "%S"),
    ("YY", "%y"),
    ("RR", "%y"),
    ("AM", "%p"),
)
_ELEMENT = re.compile(
    '"(?P<text>[^"]*)"|(?P<ready>%.)|(?P<element>'
    + "|".join(name for name, _ in _ELEMENTS)
    + r")|(?P<word>[A-Z]+)",
    re.IGNORECASE,
)
# What TRUNC keeps of the text of an instant, and what it puts for the rest.
_TRUNCATIONS = {
    "YYYY": (4, "-01-01 00:00:00"),
    "MM": (7, "-01 00:00:00"),
    "DD": (10, " 00:00:00"),
    "HH24": (13, ":00:00"),
    "MI": (16, ":00"),
}


class UnknownFormatError(ValueError):
    """A date format the lab does not know; the statement fails rather than answer wrongly."""


def register(
    connection: sqlite3.Connection,
    *,
    context: Mapping[str, str],
    scn_at: Callable[[dt.datetime], int],
    instant_of: Callable[[int], dt.datetime],
    file_exists: Callable[[str], bool],
) -> None:
    """Register every function the translation may call."""
    fixed: dict[tuple[str, int], Callable[..., object]] = {
        ("ora_sysdate", 0): lambda: _now().isoformat(sep=" ", timespec="seconds"),
        ("ora_systimestamp", 0): lambda: _now().isoformat(sep=" ", timespec="microseconds"),
        ("ora_sys_context", 2): lambda space, name: _context(context, space, name),
        ("ora_user", 0): lambda: context["SESSION_USER"],
        ("ora_scn_now", 0): lambda: scn_at(_now()),
        ("ora_timestamp_to_scn", 1): lambda text: _map(text, lambda at: scn_at(_parse(at))),
        ("ora_scn_to_timestamp", 1): lambda scn: _map(scn, lambda n: timestamp_text(instant_of(n))),
        ("ora_to_char", 1): lambda value: _map(value, _plain_text),
        ("ora_to_char", 2): lambda value, style: _map(value, lambda v: _to_char(v, style)),
        ("ora_to_date", 2): lambda text, style: _map(text, lambda t: _to_date(t, style)),
        ("ora_trunc_date", 2): lambda text, unit: _map(text, lambda t: _trunc(t, unit)),
        ("ora_add_days", 2): lambda text, days: _map(text, lambda t: _add_days(t, days)),
        ("ora_days_between", 2): _days_between,
        ("ora_utc", 1): lambda text: _map(text, _to_utc),
        ("ora_as_date", 1): lambda text: _map(text, lambda t: str(t)[:19]),
        ("ora_as_timestamp", 1): lambda text: text,
        ("ora_lengthb", 1): lambda text: _map(text, lambda t: len(_plain_text(t).encode())),
        ("ora_concat", 2): lambda a, b: (_shown(a) + _shown(b)) or None,
        ("ora_regexp_like", 2): lambda text, pattern: _map(text, lambda t: _matches(t, pattern)),
        ("ora_lpad", 3): lambda t, n, fill: _map(t, lambda v: _shown(v)[:n].rjust(n, fill)),
        ("ora_rpad", 3): lambda t, n, fill: _map(t, lambda v: _shown(v)[:n].ljust(n, fill)),
        # A BFILE is its directory object and its file's name: neither can hold this sign.
        ("ora_bfilename", 2): lambda directory, name: f"{directory}\0{name}",
        ("ora_file_exists", 1): lambda file: int(file_exists(file)),
        ("ora_to_number", 1): lambda text: _map(text, _to_number),
    }
    for (name, arguments), function in fixed.items():
        connection.create_function(name, arguments, function)


def _now() -> dt.datetime:
    # Oracle's SYSDATE is the wall clock of the database's machine, without a zone.
    return dt.datetime.now().astimezone().replace(tzinfo=None)


def _map(value: object, function: Callable[..., object]) -> object:
    return None if value is None else function(value)


def _shown(value: object) -> str:
    return "" if value is None else _plain_text(value)


def _plain_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _context(context: Mapping[str, str], space: object, name: object) -> str | None:
    if str(space).upper() != "USERENV":
        return None
    try:
        return context[str(name).upper()]
    except KeyError:
        raise UnknownFormatError(f"USERENV has no {name} in the lab") from None


def _parse(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _directives(style: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return found["text"].replace("%", "%%")
        if found["ready"] is not None:
            # sqlglot has turned part of the format into strftime's already.
            return found["ready"]
        if found["element"] is None:
            raise UnknownFormatError(f"date format {style!r} is not known to the lab")
        return dict(_ELEMENTS)[found["element"].upper()]

    return _ELEMENT.sub(replace, re.sub(r"^fm", "", style, flags=re.IGNORECASE))


def _to_char(value: object, style: str) -> str:
    if not isinstance(value, str):
        raise UnknownFormatError(f"number format {style!r} is not known to the lab")
    moment = _parse(value)
    if re.search("FF3", style, re.IGNORECASE):
        style = re.sub("FF3", f'"{moment.microsecond // 1000:03}"', style, flags=re.IGNORECASE)
    text = moment.strftime(_directives(style))
    return text.upper() if re.search("MON|%b", style) else text


def _to_date(text: str, style: str) -> str:
    # Without a zone, as Oracle's DATE and TIMESTAMP are.
    return timestamp_text(dt.datetime.strptime(text.strip(), _directives(style)))  # noqa: DTZ007


def _trunc(text: str, unit: str) -> str:
    if unit.upper() not in _TRUNCATIONS:
        raise UnknownFormatError(f"TRUNC to {unit!r} is not known to the lab")
    length, rest = _TRUNCATIONS[unit.upper()]
    return text[:length] + rest


def _add_days(text: str, days: float) -> str:
    moved = _parse(text) + dt.timedelta(seconds=round(float(days) * _SECONDS_PER_DAY, 6))
    precision = "microseconds" if "." in text else "seconds"
    return moved.isoformat(sep=" ", timespec=precision)


def _days_between(later: str | None, earlier: str | None) -> float | None:
    if later is None or earlier is None:
        return None
    return (_parse(later) - _parse(earlier)).total_seconds() / _SECONDS_PER_DAY


def _to_utc(text: str) -> str:
    moment = _parse(text).astimezone(dt.UTC).replace(tzinfo=None)
    return moment.isoformat(sep=" ", timespec="microseconds")


def _matches(text: object, pattern: str) -> int:
    return int(re.search(pattern, str(text)) is not None)


def _to_number(text: object) -> int | float:
    number = float(str(text))
    return int(number) if number.is_integer() else number
