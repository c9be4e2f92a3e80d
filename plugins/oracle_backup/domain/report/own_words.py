"""What do the config's own subject and message say of a run?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_backup.domain import mail_text
from oracle_backup.domain.report.formats import format_instant
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import BackupReport


def with_own_words(
    report: BackupReport, *, subject: str | None, message: str | None
) -> BackupReport:
    """
    Return the report with the config's subject and message, their placeholders filled.

    What stands in for a placeholder is never read as HTML: that is taken out before.

    :param subject: template, or None for the usual subject.
    :param message: template, which may be HTML, or None for none.
    """
    values = {
        "schema": report.schema,
        "database": report.database,
        "host": report.host,
        "verdict": say(f"verdict.{report.shown_verdict}", report.language),
        "time": format_instant(report.moment, zone=report.zone, language=report.language),
    }
    lines = (mail_text.fill(one, values) for one in mail_text.paragraphs(message or ""))
    return replace(
        report,
        own_subject=mail_text.fill(subject or "", values),
        message="\n".join(" ".join(line.split()) for line in lines),
    )
