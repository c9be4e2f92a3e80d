"""
Does this line go on in the next one?

A console of 80 columns breaks lines anywhere: within a time (``17:4`` ``7:22``), within a count,
within a word. A line that begins like a row or an end line but is not whole is held back until the
next line either completes it or proves to be a line of its own.
"""

from __future__ import annotations

import re
from typing import Final

from oracle_backup.domain.log.endings import read_job_end
from oracle_backup.domain.log.rows import ROW, read_classic_row
from oracle_backup.domain.log.wording import CONSOLE_COLUMNS, columns, latin

LONGEST: Final = 600
"""Signs that a broken line can have in all its parts."""

_LATIN_BEGINNINGS: Final = (
    "Job ",
    "El trabajo ",
    "L'exécution du travail ",
    "Travail ",
    "O job ",
    "Il job ",
)
# Job "HR"."SYS_EXP | El trabajo "HR"."SYS_EXPORT_SCHEMA_01" ha terminado correctamente en 17:4
_END_BEGINS: Final = re.compile(
    "(?:"
    + "|".join(map(latin, _LATIN_BEGINNINGS))
    + r'|ジョブ\s*|作业\s*|作業\s*)"|"[^"]+"\."[^"]+"\s*작업이'
)
# what a line of its own begins with
_OWN_LINE: Final = re.compile(
    r"\s*(?:\. ?\.|[A-Z]{3}-\d{4,5}\b|\*{20}|;;;|Processing |Procesando |Job \"|Master |W-\d"
    r"|\d{1,2}-\S{1,9}-\d{2} \d\d:|(?:Export|Import)[: ])"
)
# exp FEEDBACK=n prints a dot for each n rows before the count
_FEEDBACK_DOTS: Final = re.compile(r"\s*\.+\s*")


class HeldLine:
    """
    A line that may go on.

    ``row`` is its match where it is a row already, but may have been broken within its count.
    """

    def __init__(self) -> None:
        self.text: str | None = None
        self.row: re.Match[str] | None = None

    def hold(self, text: str, *, row: re.Match[str] | None = None) -> None:
        """Hold a line back."""
        self.text, self.row = text, row

    def drop(self) -> None:
        """Hold nothing any more."""
        self.text = self.row = None

    def join(self, line: str) -> tuple[str | None, bool]:
        """Given the next line, return the two as one if that is whole, and whether it was used."""
        held = self.text or ""
        if held.startswith(".") and _FEEDBACK_DOTS.fullmatch(line):
            return None, True
        if not line.strip() or _OWN_LINE.match(line):
            return None, False
        # A blank may be lost where the console broke the line.
        rest = line.strip()
        for whole in (held + line, held + rest, f"{held} {rest}"):
            if _is_whole(whole):
                self.drop()
                return whole, True
        if self.row is None and columns(line) >= CONSOLE_COLUMNS and len(held + line) < LONGEST:
            self.text = held + line
            return None, True
        return None, False


def may_be_broken_end(body: str) -> bool:
    """Given a line that is no whole end line, tell whether it may be the first part of one."""
    return len(body) <= LONGEST and _END_BEGINS.match(body) is not None


def _is_whole(line: str) -> bool:
    if line.startswith("."):
        return ROW.match(line) is not None or read_classic_row(line) is not None
    return read_job_end(line.rstrip()) is not None
