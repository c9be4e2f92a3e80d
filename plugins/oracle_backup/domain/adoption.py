"""What is an archive worth that another program has made, by the log in it?"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from oracle_backup.domain.verdict import DumpFile, Judgement, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_backup.domain.log import ExportLog

_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
# As in "Production on Mon Nov 2 02:00:03 2026", and in "Production on Friday, 11 September, 2020
# 0:17:07"; the names are those of the client's language.
_BANNER: Final = (
    re.compile(rf"Release .*\s(?P<month>\S+) +(?P<day>\d{{1,2}}) {_CLOCK} (?P<year>\d{{4}})"),
    re.compile(rf"Release .*, (?P<day>\d{{1,2}}) (?P<month>\S+), (?P<year>\d{{4}}) {_CLOCK}"),
)
# English, Spanish, French, German, Italian, Portuguese, without accents.
_MONTHS: Final = (
    ("jan", "ene", "gen"),
    ("feb", "fev"),
    ("mar", "mrz"),
    ("apr", "abr", "avr"),
    ("may", "mai", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "ago", "aou"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dic", "dez"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """
    What is known of an archive that was tested.

    :param moment: the instant its data show, as near as it can be told.
    :param reasons: the verdict's, and where the moment comes from.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    moment: datetime


def judge_adopted(
    logs: Mapping[str, ExportLog],
    sizes: Mapping[str, int],
    *,
    heads: Mapping[str, bytes],
    file_time: datetime | None,
    zone: str,
) -> Adopted | None:
    """
    Given what is in an archive, return what it is worth; None where no time can be told.

    :param logs: the logs in it, by their names.
    :param sizes: bytes of each member.
    :param heads: how each log begins.
    :param file_time: when the archive was last changed, as its store says.
    :param zone: whose clocks the logs show.
    """
    judgement = _judgement(logs, sizes)
    started = start_time(next(iter(heads.values())), zone=zone) if len(heads) == 1 else None
    moment = started or file_time
    if moment is None:
        return None
    where = "its log was begun then" if started else "its file is of that time; its log tells none"
    return Adopted(
        verdict=judgement.verdict,
        reasons=(*judgement.reasons, f"Adopted: made by another program. Time: {where}."),
        warnings=judgement.warnings,
        moment=moment,
    )


def _judgement(logs: Mapping[str, ExportLog], sizes: Mapping[str, int]) -> Judgement:
    if len(logs) != 1:
        found = f"{len(logs)} logs" if logs else "no log"
        return Judgement(
            verdict=Verdict.UNKNOWN, reasons=(f"There is {found} in it to judge it by.",)
        )
    (log,) = logs.values()
    return judge(log, exit_code=None, dump_files=_dump_files(log, sizes))


def _dump_files(log: ExportLog, sizes: Mapping[str, int]) -> list[DumpFile]:
    """Return the members that are dump files, under the paths the log names them by."""
    paths = {file_name(path).lower(): path for path in log.dump_files}
    found = []
    for name, size in sizes.items():
        own = file_name(name).lower()
        if own in paths or own.endswith(".dmp"):
            found.append(DumpFile(path=paths.get(own, name), size_bytes=size))
    return found


def file_name(path: str) -> str:
    """Given a path of any system, return its last part."""
    return posixpath.basename(path.replace("\\", "/"))


def foreign_owners(logs: Sequence[ExportLog], schema: str) -> tuple[str, ...]:
    """Return whose tables the logs tell of, where none of them is the schema's."""
    owners = {row.owner for log in logs for row in log.tables if row.owner}
    return () if schema in owners else tuple(sorted(owners))


def start_time(head: bytes, *, zone: str) -> datetime | None:
    """Given how a log begins, return in UTC when the tool was started; None where it is untold."""
    lines = head.decode("utf-8", errors="replace").splitlines()
    for found in (form.search(line) for line in lines for form in _BANNER):
        if found is None or (month := _month(found["month"])) is None:
            continue
        try:
            return datetime(
                int(found["year"]),
                month,
                int(found["day"]),
                int(found["hour"]),
                int(found["minute"]),
                int(found["second"]),
                tzinfo=ZoneInfo(zone),
            ).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _month(word: str) -> int | None:
    if number := re.fullmatch(r"(\d{1,2})月", word):
        return int(number[1])
    letters = unicodedata.normalize("NFD", word.lower().rstrip("."))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for number_of_month, names in enumerate(_MONTHS, 1):
        if plain[:3] in names or plain[:4] in names:
            return number_of_month
    return None
