"""
Which tool and version wrote this log?

The banner says ``Export`` or ``Import`` and a release, but not whether Data Pump or the old tool
spoke; and from 18c on the full version stands on a line of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.log import lines as grammar

if TYPE_CHECKING:
    from oracle_backup.domain.log.model import Tool

_NEW_NUMBERS_FROM: Final = 18
"""From this release on, the first five numbers don't tell the release update."""
_FIRST_WITH_DATA_PUMP: Final = 10
# impdp's own errors, and what an import's rows and job names hold
_IMPORT_CODES: Final = frozenset(
    "ORA-" + number
    for number in (
        *("31640", "31684", "31685", "39082", "39083", "39111", "39112", "39117", "39120"),
        *("39121", "39142", "39143", "39151", "39152", "39153", "39154"),
    )
)
_IMPORT_WORDS: Final = re.compile(
    r"\bimport|SYS_IMPORT|SYS_SQL_FILE|导入|インポート|임포트", re.IGNORECASE
)
_EXPORT_WORDS: Final = re.compile(
    r"\be[xs]port|SYS_EXPORT|导出|エクスポート|엑스포트", re.IGNORECASE
)


class ToolGuess:
    """Gather what tells the tool and the version."""

    def __init__(self) -> None:
        self.banner_tool: str | None = None
        self.job: str | None = None
        self._banner_version: str | None = None
        self._server_version: str | None = None
        self._expects_version = False
        self._pump = False
        self._classic = False
        self._imports = 0
        self._exports = 0

    def saw_banner(self, found: re.Match[str]) -> None:
        """Take in ``Export: Release 19.0.0.0.0 - Production on ...``."""
        self.banner_tool = found["tool"]
        self._banner_version = found["version"]
        self._expects_version = True
        self._pump = self._pump or grammar.BANNER_DATE_WITH_COMMAS.search(found["rest"]) is not None

    def saw_version(self, version: str) -> None:
        """Take in ``Version 19.27.0.0.0``, which follows the banner and, in exp, Connected to."""
        if self._expects_version:
            self._banner_version = version

    def saw_connected(self, version: str | None) -> None:
        """Take in ``Connected to: ... Release 11.2.0.1.0``."""
        self._expects_version = False
        if version and int(version.split(".", 1)[0]) < _NEW_NUMBERS_FROM:
            self._server_version = version

    def saw_pump(self, words: str = "") -> None:
        """Take in words that only Data Pump says."""
        self._pump = True
        if words:
            self._weigh(words)

    def saw_classic(self, words: str = "") -> None:
        """Take in words that only exp or imp says."""
        self._classic = True
        self._weigh(words)

    def saw_code(self, family: str, code: str) -> None:
        """Take in an error code."""
        if family in ("UDE", "UDI") or code.startswith(("ORA-39", "ORA-316")):
            self._pump = True
        elif family in ("EXP", "IMP"):
            self._classic = True
        self._imports += family in ("UDI", "IMP") or code in _IMPORT_CODES
        self._exports += family in ("UDE", "EXP")

    def _weigh(self, words: str) -> None:
        self._imports += _IMPORT_WORDS.search(words) is not None
        self._exports += _EXPORT_WORDS.search(words) is not None

    @property
    def version(self) -> str | None:
        """The tool's version, else an old server's."""
        return self._banner_version or self._server_version

    @property
    def tool(self) -> Tool | None:
        """The tool, or None where nothing tells it."""
        imports = self._is_import()
        if imports is None or not (self._pump or self._classic or self._is_older_than_pump()):
            return None
        if self._pump and not self._is_older_than_pump():
            return "impdp" if imports else "expdp"
        return "imp" if imports else "exp"

    def _is_import(self) -> bool | None:
        if self.banner_tool is not None:
            return self.banner_tool == "Import"
        if self._imports or self._exports:
            return self._imports > self._exports
        return None

    def _is_older_than_pump(self) -> bool:
        version = self._banner_version
        return version is not None and int(version.split(".", 1)[0]) < _FIRST_WITH_DATA_PUMP
