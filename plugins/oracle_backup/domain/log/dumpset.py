"""Which files are in the list at the end of an export's log?"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.log.lines import DUMP_SET, PATH
from oracle_backup.domain.log.wording import CONSOLE_COLUMNS, columns

MOST_FILES: Final = 10_000
LONGEST_HEADING: Final = 400
_COLONS: Final = (":", "：", " is")


class DumpSetList:
    """
    Gather the dump files.

    Under the same stars may follow lists of data files for transportable tablespaces. In every
    language the heading of the dump set, and only that one, names the job.
    """

    def __init__(self) -> None:
        self.files: list[str] = []
        self.is_open = False
        self.follows_stars = False
        self._heading = ""
        self._may_go_on = False

    def saw_stars(self) -> None:
        """Say that a line of stars was printed: a heading follows, or the list is over."""
        self.close()
        self.follows_stars = True

    def opens(self, body: str, *, job: str | None) -> bool:
        """Given a line without its prefix, open the list if it is the list's heading."""
        body = self._heading + body
        if not body.endswith(_COLONS) or len(body) > LONGEST_HEADING:
            return self._keep_first_part(body)
        self._heading, self.follows_stars = "", False
        plain = job.replace('"', "") if job else None
        if not DUMP_SET.search(body) and (plain is None or plain not in body):
            return False
        self.is_open = True
        return True

    def _keep_first_part(self, body: str) -> bool:
        """Keep a heading that a console broke in two."""
        is_broken = self.follows_stars and not self._heading and len(body) <= LONGEST_HEADING
        self.follows_stars = is_broken and columns(body) >= CONSOLE_COLUMNS
        self._heading = body if self.follows_stars else ""
        return self.follows_stars

    def take(self, line: str, body: str) -> bool:
        """Given a line and the same without its prefix, add it if it is a path."""
        indented = line[:1].isspace() or ":   " in line[:40]
        if PATH.match(body) or (indented and '"' not in body and not body.endswith(":")):
            self._add(body, width=len(line))
            return True
        if self._may_go_on and not indented and '"' not in body:
            self.files[-1] += body
            self._may_go_on = False
            return True
        self.close()
        return False

    def close(self) -> None:
        """Say that the list is over."""
        self.is_open = self._may_go_on = False

    def _add(self, path: str, *, width: int) -> None:
        self._may_go_on = width >= CONSOLE_COLUMNS
        if len(self.files) < MOST_FILES:
            self.files.append(path)
