"""How is somebody told that an export stands still?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.render import render_html_page, render_text_page
from oracle_backup.domain.report.sections import Section, format_instant
from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_COLOUR: Final = "#9a6700"
_LITTLE_SPACE_BYTES: Final = 256 * 1024**2
_SPACE_SIGNS: Final = (
    *("ORA-39171", "ORA-01652", "ORA-01653", "ORA-01654", "ORA-01658", "ORA-01659", "ORA-01688"),
    *("ORA-01691", "ORA-01692", "ORA-01536", "ORA-30036", "ORA-39095"),
)
_LOCK_SIGNS: Final = (" holds", "blocked by", "blocking session")
_UNTOLD: Final = "can't be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class StallNotice:
    """
    An export that stands still, as it is told while it runs.

    :param since: when log, dump files and the job's own figures moved last.
    :param seconds: how long ago that was.
    :param reasons: what the database says of it; empty where it tells nothing.
    :param waiting: what the log said last, where that was a resumable wait.
    :param free_bytes: of the folder that is written to, None where not known.
    :param deadline: when the export is stopped at the latest.
    :param zone: the zone in which instants are shown.
    """

    database: str
    schema: str
    host: str
    job: str
    folder: str
    log_path: str
    since: datetime
    seconds: float
    deadline: datetime
    reasons: tuple[str, ...] = ()
    waiting: str | None = None
    free_bytes: int | None = None
    zone: str = "UTC"
    run_url: str = ""

    @property
    def subject(self) -> str:
        """Return the mail's subject, on one line."""
        return one_line(f"[Oracle backup] STALLED: {self.schema} on {self.database}")

    @property
    def cause(self) -> str:
        """Say why, as far as it can be told, in one clause."""
        # The database names what is to be mended; the log may only say that there is a wait.
        if known := known_reasons(self.reasons):
            return known[0].rstrip(". ")
        if self.waiting:
            return f"it waits for space: {self.waiting.rstrip('. ')}"
        if self._is_short_of_space:
            return f"{self.folder} has only {format_bytes(self.free_bytes or 0)} free"
        return "no reason can be told"

    @property
    def todo(self) -> str:
        """Say what to do about it, in one clause."""
        said = " ".join((self.waiting or "", *known_reasons(self.reasons)))
        if any(sign in said for sign in _SPACE_SIGNS):
            return "add space to that tablespace, and the export goes on by itself"
        if any(sign in said for sign in _LOCK_SIGNS):
            return "end the session that blocks it, and the export goes on by itself"
        if self._is_short_of_space:
            return "free space there"
        return (
            "look at the job in DBA_DATAPUMP_JOBS and at its sessions' waits in V$SESSION, then "
            "let it go on, or mark the task export as failed, which stops it"
        )

    @property
    def headline(self) -> str:
        """Say what, since when, why, and what to do, in one sentence."""
        return (
            f"The export of {self.schema} on {self.database} has stood still since "
            f"{format_instant(self.since, zone=self.zone)} ({self.cause}): {self.todo}."
        )

    @property
    def _is_short_of_space(self) -> bool:
        return self.free_bytes is not None and self.free_bytes < _LITTLE_SPACE_BYTES


def known_reasons(reasons: Sequence[str]) -> tuple[str, ...]:
    """Given what the database told of a job, return what does stand in its way."""
    return tuple(reason for reason in reasons if _UNTOLD not in reason)


def render_stall_text(notice: StallNotice) -> str:
    """Given a notice, return its mail as plain text."""
    return render_text_page(notice.headline, _sections(notice))


def render_stall_html(notice: StallNotice) -> str:
    """Given a notice, return its mail as HTML."""
    return render_html_page(
        notice.headline, _sections(notice), subject=notice.subject, colour=_COLOUR
    )


def _sections(notice: StallNotice) -> tuple[Section, ...]:
    lines = [*((notice.waiting,) if notice.waiting else ()), *notice.reasons]
    rows = [
        ("Schema", notice.schema),
        ("Database", notice.database),
        ("Oracle host", notice.host),
        ("Job", notice.job),
        ("Still for", format_seconds(notice.seconds)),
        ("Log", notice.log_path),
    ]
    if notice.free_bytes is not None:
        rows.append(("Free space", f"{format_bytes(notice.free_bytes)} in {notice.folder}"))
    rows.append(("Stopped at", format_instant(notice.deadline, zone=notice.zone)))
    if notice.run_url:
        rows.append(("In Airflow", notice.run_url))
    why = (Section(title="What the database says", lines=tuple(lines)),) if lines else ()
    return (*why, Section(title="The export", rows=tuple(rows)))
