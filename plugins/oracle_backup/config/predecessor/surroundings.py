"""What did the script take from the machine it ran on?"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

UNKNOWN_HOME = "/ORACLE_HOME-is-not-set"
"""Stands where no ORACLE_HOME was found: the preflight's message then says it all."""

_LOCALTIME = Path("/etc/localtime")
_HOST_PATH = re.compile(r"/[A-Za-z0-9_./-]{0,1023}")
_UTC = frozenset({"Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT", "UCT", "Zulu", "Universal"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    The machine, as far as it matters.

    :param environment: the variables of the process.
    :param localtime: the link that names the machine's time zone.
    """

    environment: Mapping[str, str]
    localtime: Path = _LOCALTIME

    def oracle_home(self, tool: str) -> str | None:
        """Return ORACLE_HOME, else the home of the tool that PATH leads to, else None."""
        said = self.environment.get("ORACLE_HOME", "").rstrip("/")
        if _is_path(said):
            return said
        found = shutil.which(tool, path=self.environment.get("PATH", ""))
        return home_of(os.path.realpath(found)) if found else None

    @property
    def tns_admin(self) -> str | None:
        """TNS_ADMIN, where it is set."""
        said = self.environment.get("TNS_ADMIN", "")
        return said if _is_path(said) else None

    @property
    def timezone(self) -> str:
        """The zone of the machine's clock, as in the IANA database; UTC where it has no name."""
        said = self.environment.get("TZ", "").removeprefix(":")
        try:
            linked = str(self.localtime.readlink()).rpartition("zoneinfo/")[2]
        except OSError:
            linked = ""
        name = next((name for name in (said, linked) if _is_zone(name)), "UTC")
        return "UTC" if name in _UTC else name


def home_of(tool: str) -> str | None:
    """Given a tool's path, return the ORACLE_HOME it lies in, or None."""
    folder, slash, _ = tool.rpartition("/bin/")
    return folder if slash and _is_path(folder) else None


def _is_path(text: str) -> bool:
    return _HOST_PATH.fullmatch(text) is not None and ".." not in text


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder of zones, not a name at all
        return False
    return True
