"""
Which table does this line say was written or read, and how many rows?

The shape of Data Pump's rows is the same in every language: two dots, the name in quotes, a size,
a count. Those of exp and imp differ more; there the word for "rows" after the count is what makes
a row.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# . . exported "HR"."EMPLOYEES"                            17.08 KB     107 rows
# . . "S"."T"      6.007 KB       3 filas exportadas
# . . 导出了 "STUDY"."ORDERS":"P1"."SP1"    1003. KB    5000 行
# . . imported "S"."T"      6.007 KB       3 out of 9 rows in 2 seconds using direct_path
ROW: Final = re.compile(
    r'\.\s?\. ?([^"]*)"([^"]+)"\."([^"]+)"(?::"([^"]+)"(?:\."([^"]+)")?)?'
    r"\s+(\d[\d.,]{0,20}) ?(bytes|[KMGTP]B)\s+(\d{1,18})\s*(.*)",
    re.DOTALL,
)
# Rows as most logs have them, one under the other: told apart in one go, which is what makes long
# logs quick to read. What is unusual falls back to the pattern above.
ROW_SIGN: Final = ". . "
_USUAL_PREFIX: Final = r"(?:\d\d-[A-Z]{3}-\d\d \d\d:\d\d:\d\d\.\d{3}: )?(?:W-\d+ )?\. \. "
# No longer than this, so that one odd row among thousands spoils little.
RUN_OF_ROWS: Final = re.compile(rf"(?:{_USUAL_PREFIX}.*\n){{1,200}}")
USUAL_ROW: Final = re.compile(
    rf'^{_USUAL_PREFIX}[^"\n]*"([^"\n]+)"\."([^"\n]+)"(?::"([^"\n]+)"(?:\."([^"\n]+)")?)?'
    r" +(\d+\.?\d*) ([KMGT]B|bytes) +(\d{1,18})(?: rows in (\d{1,9}) .*|[^\d\n]+)\n",
    re.MULTILINE,
)
UNITS: Final = {
    "bytes": 1,
    "KB": 1 << 10,
    "MB": 1 << 20,
    "GB": 1 << 30,
    "TB": 1 << 40,
    "PB": 1 << 50,
}
# rows in 0 seconds using direct_path
_ENGLISH_SECONDS: Final = "rows in "
SHORTEST_WITH_SECONDS: Final = 12
_SECONDS: Final = re.compile(
    r"(\d{1,9})\D{1,40}(?:direct_path|external_table|insert_as_select|conventional_path|\w+_\w+)\b"
)

# . . exporting table                            T1          5 rows exported
# . . 正在导出表                               T导出了           2 行
# . . 테이블                    T(를)을 엑스포트 중          2 행이 엑스포트됨
# . . 表                             T をエクスポート中         14行エクスポートされました。
_CLASSIC: Final = re.compile(
    r"\.(?: \.)? *(?P<head>[^\s.].*?)\s+(?P<rows>\d{1,18}) ?"
    r"(?:rows?|filas?|lignes?|Zeilen?|righ[ea]|linhas?|行|행)(?:\W.*|[^a-z].*)?",
    re.DOTALL | re.IGNORECASE,
)
# The same before its count: one that failed, or is partitioned, or goes on in the next line
_CLASSIC_HEAD: Final = re.compile(r"\. ?(?:\. ?)?(?P<head>[^\s.\"].*\S)\s*", re.DOTALL)

_SUBPARTITION: Final = r"subpartition|subpartici.{1,4}n|sous-partition|子分区|サブパーティション"
_PARTITION: Final = (
    r"composite partition|partition|partici.{1,4}n|partizione|parti..o|分区|パーティション|분할"
    r"|파티션"
)
_TABLE: Final = (
    r"table|la tabla|la table|tabla|der Tabelle|Tabelle|tabella|tabela|表|テーブル|테이블"
)
_CLASSIC_NAME: Final = re.compile(
    rf"[^\"]*?(?:(?P<sub>{_SUBPARTITION})|(?P<part>{_PARTITION})|(?P<table>{_TABLE}))"
    r"(?:\s+|(?=\"))(?P<name>.*)",
    re.DOTALL,
)
# what stands between name and count where the verb comes last
_VERB_LAST: Final = re.compile(
    r"(?:导出了|导入了|[をの]?\s?(?:エクスポート|インポート)中|\(를\)을.*|을\(를\).*|를 .*|을 .*)$"
)


class ClassicRow(NamedTuple):
    """A row of exp or imp; ``rows`` is 0 where the line bears no count."""

    kind: str
    name: str
    rows: int


def size_in_bytes(size: str, unit: str) -> int:
    """Given ``17.08`` and ``KB``, return the bytes."""
    try:
        return int(float(size) * UNITS[unit] + 0.5)
    except ValueError:
        # No language was seen with a decimal comma; should one have it, its last mark is that.
        *whole, fraction = size.replace(",", ".").split(".")
        return int(float(f"{''.join(whole)}.{fraction}") * UNITS[unit] + 0.5)


def seconds_in(rest: str) -> int | None:
    """Given what follows the count, return the seconds METRICS=YES tells."""
    if rest.startswith(_ENGLISH_SECONDS):
        number = rest[len(_ENGLISH_SECONDS) : rest.find(" ", len(_ENGLISH_SECONDS))]
        return int(number) if number.isdecimal() and len(number) < 10 else None
    found = _SECONDS.search(rest)
    return int(found[1]) if found else None


def read_classic_row(line: str) -> ClassicRow | None:
    """Given a line without its prefix, return what a row of exp or imp with a count says."""
    if (found := _CLASSIC.fullmatch(line)) is None:
        return None
    kind, name = _name(found["head"])
    return ClassicRow(kind, name, int(found["rows"]))


def read_classic_head(line: str) -> ClassicRow | None:
    """Given a line without its prefix, return what a row of exp or imp without a count says."""
    if (found := _CLASSIC_HEAD.fullmatch(line)) is None or not _CLASSIC_NAME.match(found["head"]):
        return None
    kind, name = _name(found["head"])
    return ClassicRow(kind, name, 0)


def _name(head: str) -> tuple[str, str]:
    """Given what stands before the count, return kind and name."""
    named = _CLASSIC_NAME.match(head)
    if named is None:
        words = _VERB_LAST.sub("", head).split()
        return "table", words[-1].strip('"') if words else head
    kind = "subpartition" if named["sub"] else "partition" if named["part"] else "table"
    name = named["name"]
    if name.startswith('"') and '"' in name[1:]:
        return kind, name.split('"')[1]
    return kind, _VERB_LAST.sub("", name).strip()
