"""
What kind of line is this?

The small patterns of the grammar that are no table row and no end line, each with a real line.
"""

from __future__ import annotations

import re
from typing import Final

from oracle_backup.domain.log.wording import JOB

#    EXPDP> 26-APR-25 07:43:15.640: W-3      Completed 14 TABLE objects in 2 seconds
PREFIX: Final = re.compile(
    r"\s*(?:(?:EXPDP|IMPDP)>\s?)?"
    r"(?:\d{1,2}-[^\s-]{1,9}\s?-\d{2,4} \d\d[:.]\d\d[:.]\d\d[.,]\d{1,9}(?: ?[AP]M)?:\s?)?"
    r"(?:W-\d+\s)?\s*"
)
_RMAN_PREFIXES: Final = ("EXPDP>", "IMPDP>")
# 26-APR-25 07:43:15.640: as most logs have it, found without a pattern
_LOGTIME_SIGNS: Final = 24

# Export: Release 10.2.0.4.0 - 64bit Production on Friday, 11 September, 2020 0:17:07
# Export: Release 23.0.0.0.0 - for Oracle Cloud and Engineered Systems on Thu Jul 3 20:06:48 2025
BANNER: Final = re.compile(
    r"(?P<tool>Export|Import)\s?: Release (?P<version>\d{1,4}\.[\d.]{1,40}\d)\b(?P<rest>.*)"
)
# on Friday, 11 September, 2020 0:17:07: Data Pump 10g and 11.1 only
BANNER_DATE_WITH_COMMAS: Final = re.compile(r", ?\d+ [^,]+, ?\d{4} ")
# Version 19.27.0.0.0
VERSION: Final = re.compile(r"Version (?P<version>\d{1,4}\.[\d.]{1,40}\d)\s*")
# Connected to: Oracle Database 11g Enterprise Edition Release 11.2.0.1.0 - 64bit Production
CONNECTED: Final = re.compile(
    r"[^:]{2,40}[:\uff1a]\s?(?:Oracle|Personal)\S{0,3} ?.{0,80}"
    r"\bRelease (?P<version>\d{1,4}\.[\d.]{1,40}\d)"
    r"|[^:]{2,40}[:：]\s?Oracle (?:AI )?Database\b"
)

# Starting "HR"."SYS_EXPORT_SCHEMA_01":  hr/******** schemas=hr
# "GGTEST"."SYS_EXPORT_TABLE_01"を起動しています: ggtest DIRECTORY=homedir
STARTING: Final = re.compile(
    rf'[^":/]{{0,30}}{JOB}[^":/\d]{{0,30}}[:\uff1a](?!")(?P<parameters>.*)',
    re.DOTALL,
)
# Master table "HR"."SYS_EXPORT_SCHEMA_01" successfully loaded/unloaded
# 已成功加载/卸载了主表 "TEST"."SYS_EXPORT_SCHEMA_01"
MASTER_TABLE: Final = re.compile(rf'[^":]{{0,40}}{JOB}[^":]{{0,80}}')
LOADED_OR_UNLOADED: Final = re.compile(r"[^\s/]/[^\s/]")

# Processing object type SCHEMA_EXPORT/TABLE/TABLE
OBJECT_TYPE: Final = re.compile(r"\b([A-Z]+(?:_[A-Z]+)*_EXPORT(?:/[A-Z][A-Z0-9_ ]*)+)\b")
# Completed 14 SCHEMA_EXPORT/TABLE/TABLE_DATA objects in 0 seconds
COMPLETED: Final = re.compile(r"[^\d/]{0,30}\d+ ")

# ******************************************************************************
STARS: Final = re.compile(r"\*{20,}\s*")
# Dump file set for HR.SYS_EXPORT_SCHEMA_01 is:
DUMP_SET: Final = re.compile(
    r"Dump file set for|juego de archivos de volcado|ensemble de fichiers de vidage|Dumpdatei"
    r"|ダンプ・?ファイルは次のとおり|덤프 파일:|转储文件集|轉儲檔案集|conjunto de arquivos de dump"
    r"|set di file di dump|set di dump"
)
# a path on Unix, Windows, a share, ASM or an object store
PATH: Final = re.compile(r"(?:/|[A-Za-z]:[\\/]|\\\\|\+\w|https?://|[A-Z][A-Z0-9_$#]*:[^\s:])")

# ORA-39083: Object type INDEX:"HR"."EMP_EMP_ID_PK" failed to create with error:
CODE: Final = re.compile(r"(ORA|UDE|UDI|EXP|IMP|LRM)-(\d{4,5})\b[:：]?\s*(.*)", re.DOTALL)
CODE_WITHIN: Final = re.compile(r"\b(ORA|UDE|UDI|EXP|IMP|LRM)-(\d{5})\b")
QUOTED: Final = re.compile(r'"[^"]*"')
# TABLE:"HR"."EMPLOYEES" | Table data object "HR"."ORDERS":"P1" | Object PROJECTLIB.T_MISSING
SUBJECT: Final = re.compile(
    r'(?:[A-Z][A-Z_ ]*:)?"[^"]+"(?:\."[^"]+")?(?::"[^"]+"(?:\."[^"]+")?)?'
    r"|(?<=[\s'])[A-Z][\w$#]*\.[A-Z][\w$#]*"
)
# Failing sql is: | El sql que ha fallado es: | 失败的 sql 为:
FAILING_SQL: Final = re.compile(
    r"failing sql is|sql que (?:ha fallado|falla) es|sql (?:en .chec|ayant .chou)"
    r"|digo SQL com falha|fehlerhafte.{0,20}sql|失败的 ?sql|実行中のsql|エラー.{0,12}sql"
    r"|sql.{0,12}(?:次のとおり|실패|오류)|실패.{0,12}sql",
    re.IGNORECASE,
)

# Current user changed to HR | about to export SCOTT's tables via Conventional Path ...
OWNER: Final = re.compile(
    r"(?:Current user changed to |about to export |即将导出 ?)"
    r"(?P<owner>[^\s']+?)(?:'s tables| ?的表.*|\s*$)"
    r"|importing \S+'s objects into (?P<into>\S+)"
    r"|importando objetos de \S+ en (?P<into_es>\S+)"
    r"|正在将 ?\S+? ?的对象导入到 ?(?P<into_zh>\S+)"
)
# ASCII words a line can begin with that is worth a closer look; a line with other signs always is.
_HEADING_WORDS: Final = frozenset(
    {
        "Export:",
        "Import:",
        "Export",
        "Import",
        "import",
        "Version",
        "Connected",
        "Conectado",
        "Verbunden",
        "Connesso",
        "Warning:",
        "Advertencia:",
        "Avertissement:",
        "Warnung:",
        "Aviso:",
        "Avvertenza:",
        "About",
        "Current",
        "server",
        "Legacy",
        "importando",
        "exportando",
        "La",
        "objetos",
    }
)
_CODE_NUMBER: Final = re.compile(r"-\d{5}")
# exp and imp say this once before the tables
CLASSIC_BEGINS: Final = re.compile(
    r"(?:Export done in|import done in|About to export|Export file created by|server uses )"
    r"|.{0,40}(?:字符集|문자 설정|キャラクタ・?セット|juego de caracteres|jeu de caract)"
)

# .  estimated "SCOTT"."EMP"                                 896 MB
ESTIMATED: Final = re.compile(r"\.  ")
ESTIMATE_ONLY: Final = re.compile(r"\bESTIMATE_ONLY\s?=\s?Y", re.IGNORECASE)
# . exportando la tabla                     "CLIENTES": one dot in the copies seen
ONE_DOT_TABLE: Final = re.compile(r"\. (?:ex|im)portando la tabla\b")

NOTES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("root-container", re.compile(
        r"(?:Warning|Advertencia|Avertissement|Warnung|Aviso|Avvertenza|警告|경고).{0,4}:"
        r".*Data Pump.*(?:root|ra.{1,3}z|racine|Root|raiz|ルート|根|루트)", re.IGNORECASE)),
    ("charset-conversion", re.compile(
        r"possible charset conversion|可能的字符集转换|posible conversi")),
    ("other-exporter", re.compile(
        r"objects were exported by \S+, not by you|对象由 ?\S+ ?导出, ?而不是当前用户"
        r"|objetos? (?:han sido|fueron) exportados? por")),
    ("legacy-mode", re.compile(r"Legacy Mode Active")),
)  # fmt: skip


def without_prefix(line: str) -> tuple[str, bool]:
    """
    Given a line, return it without LOGTIME's, METRICS' and RMAN's prefixes and outer blanks.

    And whether there was such a prefix, which the text of a statement never has.
    """
    if line[2:3] == "-" and line[22:24] == ": ":
        body = line[_LOGTIME_SIGNS:]
        if body.startswith("W-"):
            body = body[body.find(" ") + 1 :]
        return body.strip(), True
    body = line.strip()
    if body[1:2] == "-" or body[2:3] == "-" or body.startswith(_RMAN_PREFIXES):
        cut = PREFIX.match(body).end()  # type: ignore[union-attr] # it matches anything
        return body[cut:], cut > 0
    return body, False


def may_be_heading(body: str) -> bool:
    """Given a line without its prefix, tell cheaply whether more than an error or SQL is in it."""
    if len(body) > 500:
        return False
    if not body.isascii():
        return True
    return (
        body.endswith((".", ":", " is"))
        or ": Oracle" in body
        or body.split(None, 1)[0] in _HEADING_WORDS
    )


def ends_sql(body: str) -> bool:
    """Given a line after a failing statement, tell whether it is certainly none of its text."""
    if STARS.fullmatch(body):
        return True
    return "_EXPORT/" in body and '"' not in body and OBJECT_TYPE.search(body) is not None


def names_failing_sql(body: str) -> bool:
    """Given a line, tell whether the text of a failing statement follows."""
    return ("sql" in body or "SQL" in body) and FAILING_SQL.search(body) is not None


def codes_within(body: str) -> list[str]:
    """Given a line, return the error codes in it, save those in quoted names."""
    if not _CODE_NUMBER.search(body):
        return []
    return [found[0] for found in CODE_WITHIN.finditer(QUOTED.sub("", body))]
