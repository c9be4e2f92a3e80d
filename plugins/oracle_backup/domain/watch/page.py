"""
How does a mail about alarms read?

Its first line says how many schemas are in danger, and which; then each alarm by itself: what,
since when, what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING
from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Section
from oracle_backup.domain.watch.alarm import Kind, Level
from oracle_backup.domain.watch.letters import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from oracle_backup.domain.watch.alarm import Alarm
    from oracle_backup.domain.watch.letters import Letter
    from oracle_backup.domain.watch.words import Speech

MOST_IN_FULL: Final = 40
"""Alarms with a part of their own; the others have a line each, up to as many as below."""
MOST_LINES: Final = 400
_NAMES_IN_SUBJECT: Final = 3
_NAMES_IN_HEADLINE: Final = 10
_COLOURS: Final = {Level.OK: SUCCESS, Level.WARNING: WARNING, Level.CRITICAL: FAILURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    A mail about alarms, in words.

    :param colour: of its head.
    """

    subject: str
    headline: str
    sections: tuple[Section, ...]
    colour: str


def build_page(
    letter: Letter,
    *,
    speech: Speech,
    now: datetime,
    remind_after: timedelta,
    run_url: str = "",
) -> Page:
    """Given what is to be told, return the mail."""
    return Page(
        subject=_subject(letter, speech),
        headline=_headline(letter, speech),
        sections=_sections(
            letter, speech=speech, now=now, remind_after=remind_after, run_url=run_url
        ),
        colour=_COLOURS[_level(letter)],
    )


def _level(letter: Letter) -> Level:
    return max((one.level for one in letter.alarms), default=Level.OK)


def _subject(letter: Letter, speech: Speech) -> str:
    if letter.cause is Cause.CLEAR:
        word = "CLEAR"
    elif letter.cause is Cause.REMINDER:
        word = "REMINDER"
    else:
        word = _level(letter).name
    text = _summary(letter, speech, suffix="", most=_NAMES_IN_SUBJECT)
    return one_line(f"[Oracle backup] {speech.word(word)}: {text}")


def _headline(letter: Letter, speech: Speech) -> str:
    return _summary(letter, speech, suffix=" headline", most=_NAMES_IN_HEADLINE)


def _summary(letter: Letter, speech: Speech, *, suffix: str, most: int) -> str:
    total = len(letter.schemas)
    if any(one.kind is Kind.CONFIG for one in letter.alarms):
        return speech.word(f"unread{suffix}")
    if endangered := letter.endangered:
        names = _names(endangered, speech, most=most)
        return speech.word(f"danger{suffix}", count=len(endangered), total=total, names=names)
    if letter.alarms:
        about = tuple(dict.fromkeys(speech.where(one) for one in letter.alarms))
        names = _names(about, speech, most=most)
        return speech.word(f"warning{suffix}", count=len(letter.alarms), names=names)
    return speech.word(f"clear{suffix}", total=total)


def _names(names: tuple[str, ...], speech: Speech, *, most: int) -> str:
    shown = ", ".join(name.removesuffix("/") for name in names[:most])
    rest = len(names) - most
    return speech.word("more", names=shown, count=rest) if rest > 0 else shown


def _sections(
    letter: Letter,
    *,
    speech: Speech,
    now: datetime,
    remind_after: timedelta,
    run_url: str,
) -> tuple[Section, ...]:
    told = [
        *((one, "new") for one in letter.new),
        *((one, "changed") for one in letter.changed),
        *((one, "standing") for one in letter.standing),
        *((one, "unseen") for one in letter.unseen),
    ]
    sections = [_section(one, word, speech) for one, word in told[:MOST_IN_FULL]]
    if rest := told[MOST_IN_FULL:]:
        sections.append(_lines(speech.word("others"), (one for one, _ in rest), speech))
    if letter.over:
        sections.append(_lines(speech.word("over"), letter.over, speech))
    rows = [(speech.word("looked"), speech.instant(now))]
    if letter.alarms:
        rows.append((speech.word("again"), speech.word("again after", span=remind_after)))
    if run_url:
        rows.append((speech.word("airflow"), run_url))
    return (*sections, Section(title=speech.word("look"), rows=tuple(rows)))


def _section(alarm: Alarm, word: str, speech: Speech) -> Section:
    lines: tuple[str, ...] = ()
    # Of one that could not be looked at, only what is remembered is known.
    if alarm.facts:
        lines = (
            f"{speech.word('what')}: {_on_one_line(speech.what(alarm))}",
            f"{speech.word('todo')}: {speech.todo(alarm)}",
        )
    since = alarm.since
    return Section(
        title=f"{speech.where(alarm)}: {speech.title(alarm)} ({speech.word(word)})",
        lines=lines,
        rows=() if since is None else ((speech.word("since"), speech.instant(since)),),
        tone=TROUBLE if alarm.level is Level.CRITICAL else ADVICE,
    )


def _lines(title: str, alarms: Iterable[Alarm], speech: Speech) -> Section:
    lines = [f"{speech.where(one)}: {_in_a_line(one, speech)}" for one in alarms]
    if (rest := len(lines) - MOST_LINES) > 0:
        lines[MOST_LINES:] = [speech.word("more", names="…", count=rest)]
    return Section(title=title, lines=tuple(lines))


def _in_a_line(alarm: Alarm, speech: Speech) -> str:
    return _on_one_line(speech.what(alarm) if alarm.facts else speech.title(alarm))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
