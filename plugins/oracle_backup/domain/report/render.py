"""How do a report, and any other mail, read as plain text and as HTML?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING, render_html_page
from oracle_backup.domain.report.sections import build_sections
from oracle_backup.domain.report.text_page import render_text_page

if TYPE_CHECKING:
    from collections.abc import Collection

    from oracle_backup.domain.report.model import BackupReport

__all__ = ["COLOURS", "render_html", "render_html_page", "render_text", "render_text_page"]

COLOURS: Final = {"success": SUCCESS, "warnings": WARNING, "failed": FAILURE}
"""The band at the top of a mail, by outcome."""


def render_text(report: BackupReport) -> str:
    """Given a report, return it as plain text for a terminal or an old mail reader."""
    return render_text_page(report.headline, build_sections(report))


def render_html(report: BackupReport, *, pictures: Collection[str] = ()) -> str:
    """
    Given a report, return it as one HTML page without anything active in it.

    :param pictures: ids of the pictures that the mail carries; in place of others stand bars.
    """
    return render_html_page(
        report.headline,
        build_sections(report),
        subject=report.subject,
        colour=COLOURS[report.outcome],
        language=report.language,
        pictures=pictures,
    )
