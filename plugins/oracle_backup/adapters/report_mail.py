"""How does a report become a mail with its chart in it?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_backup.adapters.mail import InlinePicture, build_message
from oracle_backup.domain.report.render import render_html, render_text
from oracle_backup.domain.report.sections import build_sections

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from oracle_backup.adapters.mail import Attachment
    from oracle_backup.domain.report.model import BackupReport

log = logging.getLogger(__name__)


def build_report_message(
    report: BackupReport,
    *,
    sender: str,
    recipients: Sequence[str],
    attachments: Sequence[Attachment] = (),
    letter: str | None = None,
) -> EmailMessage:
    """
    Return a report's mail: text, HTML with its pictures, and what is attached.

    :param letter: as `build_message` takes it.

    Raise ConfigError for addresses that no header can hold.
    """
    pictures = draw_pictures(report)
    return build_message(
        report.subject,
        text=render_text(report),
        html=render_html(report, pictures={picture.cid for picture in pictures}),
        sender=sender,
        recipients=recipients,
        attachments=attachments,
        pictures=pictures,
        letter=letter,
    )


def draw_pictures(report: BackupReport) -> list[InlinePicture]:
    """Return the report's charts as images; none where they can't be drawn: bars stand for them."""
    wanted = [one.picture for one in build_sections(report) if one.picture is not None]
    if not wanted:
        return []
    try:
        # Imported here: an image without Pillow still has its reports.
        from oracle_backup.adapters.charts import draw_chart
    except ImportError as error:
        log.warning(
            "The report goes without a picture: %s. Install what requirements.txt names.", error
        )
        return []
    return [InlinePicture(cid=one.cid, content=draw_chart(one)) for one in wanted]
