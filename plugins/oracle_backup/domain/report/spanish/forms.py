"""
Which sentences do other parts of the project make for a mail, and how does Spanish say them?

A form is read as `sentences.translate` says. Of two that fit, the first counts.
"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.spanish.archive_errors import ARCHIVE_ERRORS
from oracle_backup.domain.report.spanish.error_parts import PARTS
from oracle_backup.domain.report.spanish.events import EVENTS
from oracle_backup.domain.report.spanish.export_errors import EXPORT_ERRORS
from oracle_backup.domain.report.spanish.findings import FINDINGS
from oracle_backup.domain.report.spanish.host_errors import HOST_ERRORS
from oracle_backup.domain.report.spanish.mail_errors import MAIL_ERRORS
from oracle_backup.domain.report.spanish.option_errors import OPTION_ERRORS
from oracle_backup.domain.report.spanish.preflight_errors import PREFLIGHT_ERRORS
from oracle_backup.domain.report.spanish.store_errors import STORE_ERRORS

__all__ = ["ERRORS", "FORMS", "PARTS", "POLICY"]

FORMS: Final = (*FINDINGS, *EVENTS)
"""Pairs of an English form and its Spanish one, with the same placeholders."""

ERRORS: Final = (
    *PREFLIGHT_ERRORS,
    *HOST_ERRORS,
    *EXPORT_ERRORS,
    *STORE_ERRORS,
    *ARCHIVE_ERRORS,
    *MAIL_ERRORS,
    *OPTION_ERRORS,
)
"""The same for what errors say and what they say is to be done: one sentence, or a few."""

POLICY: Final = {
    "the last": "los últimos",
    "all": "todos",
    "hourly": "horarios",
    "daily": "diarios",
    "weekly": "semanales",
    "monthly": "mensuales",
    "yearly": "anuales",
    "within": "en",
    "and": "y",
    "year": "año",
    "years": "años",
    "month": "mes",
    "months": "meses",
    "day": "día",
    "days": "días",
    "hour": "hora",
    "hours": "horas",
    "nothing": "nada",
}
"""Words of a retention policy, which has no others."""
