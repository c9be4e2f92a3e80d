"""What did retention keep and remove, in two lines?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.formats import format_count
from oracle_backup.domain.report.page import Section
from oracle_backup.domain.report.sentences import translate_policy
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport, Retention

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
    where: dict[tuple[str, ...], list[str]] = {}
    for one in retention.stores:
        if one.removed:
            where.setdefault(one.removed, []).append(one.store)
    gone = [
        say("retention.on", language, names=names, stores=", ".join(stores)) if several else names
        for names, stores in ((_names(one, language), stores) for one, stores in where.items())
    ]
    said = [
        say("retention.removed", language, names="; ".join(gone))
        if gone
        else say("retention.nothing", language)
    ]
    if later := sum(one.later for one in retention.stores):
        said.append(say("retention.later", language, count=format_count(later, language=language)))
    return " ".join(said)


def _names(removed: tuple[str, ...], language: str) -> str:
    names = ", ".join(removed[:_MOST_NAMES])
    more = len(removed) - _MOST_NAMES
    return say("retention.more", language, names=names, count=more) if more > 0 else names
