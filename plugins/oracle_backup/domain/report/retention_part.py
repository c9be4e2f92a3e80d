"""What did retention keep and remove, in two lines?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.formats import format_count
from oracle_backup.domain.report.page import Section
from oracle_backup.domain.report.sentences import translate_policy
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport, Retained, Retention

_MOST_NAMES: Final = 3


def retention_section(report: BackupReport) -> Section | None:
    """Given a report, return what it tells of retention; None where nothing was planned."""
    if report.retention is None:
        return None
    language = report.language
    lines = (_kept(report.retention, language), _gone(report.retention, language))
    return Section(title=say("title.retention", language), lines=lines)


def _kept(retention: Retention, language: str) -> str:
    several = len(retention.stores) > 1
    kept = ", ".join(
        say(
            "retention.stay.on" if several else "retention.stay",
            language,
            count=format_count(one.kept, language=language),
            store=one.store,
        )
        for one in retention.stores
    )
    policy = translate_policy(retention.policy, language)
    return say("retention.kept", language, policy=policy, kept=kept)


def _gone(retention: Retention, language: str) -> str:
    several = len(retention.stores) > 1
    gone = [_names(one, language, several=several) for one in retention.stores if one.removed]
    said = [
        say("retention.removed", language, names="; ".join(gone))
        if gone
        else say("retention.nothing", language)
    ]
    if later := sum(one.later for one in retention.stores):
        said.append(say("retention.later", language, count=format_count(later, language=language)))
    return " ".join(said)


def _names(one: Retained, language: str, *, several: bool) -> str:
    names = ", ".join(one.removed[:_MOST_NAMES])
    if (more := len(one.removed) - _MOST_NAMES) > 0:
        names = say("retention.more", language, names=names, count=more)
    return say("retention.on", language, names=names, store=one.store) if several else names
