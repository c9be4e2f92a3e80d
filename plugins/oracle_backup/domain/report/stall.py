"""How is somebody told that an export stands still?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.formats import format_duration, format_instant, format_size
from oracle_backup.domain.report.html_page import WARNING, render_html_page
from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Section
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.text_page import render_text_page
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
    :param language: of the mail, ``en`` or ``es``.
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
    language: str = "en"

    @property
    def subject(self) -> str:
        """Return the mail's subject, on one line."""
        return one_line(self._say("subject", word=self._say("word.stalled")))

    @property
    def cause(self) -> str:
        """Say why, as far as it can be told, in one clause."""
        # The database names what is to be mended; the log may only say that there is a wait.
        if known := known_reasons(self.reasons):
            return translate(known[0], self.language).rstrip(". ")
        if self.waiting:
            return self._say("stall.space", said=self.waiting.rstrip(". "))
        if self._is_short_of_space:
            free = format_size(self.free_bytes or 0, language=self.language)
            return self._say("stall.disk", folder=self.folder, free=free)
        return self._say("stall.unknown")

    @property
    def todo(self) -> str:
        """Say what to do about it, in one clause."""
        said = " ".join((self.waiting or "", *known_reasons(self.reasons)))
        if any(sign in said for sign in _SPACE_SIGNS):
            return self._say("stall.todo.space")
        if any(sign in said for sign in _LOCK_SIGNS):
            return self._say("stall.todo.lock")
        return self._say("stall.todo.disk" if self._is_short_of_space else "stall.todo.unknown")

    @property
    def headline(self) -> str:
        """Say what, since when, why, and what to do, in one sentence."""
        since = format_instant(self.since, zone=self.zone, language=self.language)
        return self._say("stall.headline", since=since, cause=self.cause, todo=self.todo)

    def _say(self, key: str, **values: str) -> str:
        return say(key, self.language, schema=self.schema, database=self.database, **values)

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
        notice.headline,
        _sections(notice),
        subject=notice.subject,
        colour=WARNING,
        language=notice.language,
    )


def _sections(notice: StallNotice) -> tuple[Section, ...]:
    language = notice.language
    told = [translate(reason, language) for reason in notice.reasons]
    lines = [*((notice.waiting,) if notice.waiting else ()), *told]
    rows = [
        ("label.schema", notice.schema),
        ("label.database", notice.database),
        ("label.host", notice.host),
        ("stall.label.job", notice.job),
        ("stall.label.still", format_duration(notice.seconds, language=language)),
        ("stall.label.log", notice.log_path),
    ]
    if notice.free_bytes is not None:
        free = format_size(notice.free_bytes, language=language)
        rows.append(
            ("stall.label.free", say("stall.free", language, free=free, folder=notice.folder))
        )
    deadline = format_instant(notice.deadline, zone=notice.zone, language=language)
    rows.append(("stall.label.deadline", deadline))
    sections = []
    if lines:
        title = say("stall.title.says", language)
        sections.append(Section(title=title, lines=tuple(lines), tone=TROUBLE))
    todo = f"{notice.todo[0].upper()}{notice.todo[1:]}."
    link = (say("link.run", language), notice.run_url) if notice.run_url else None
    facts = tuple((say(key, language), value) for key, value in rows)
    return (
        *sections,
        Section(title=say("title.todo", language), lines=(todo,), link=link, tone=ADVICE),
        Section(title=say("stall.title.export", language), rows=facts),
    )
