"""
Which sentences do other parts of the project make for a report, and how does Spanish say them?

A form is read as `sentences.translate` says. Of two that fit, the first counts.
"""

from __future__ import annotations

from typing import Final

from oracle_backup.domain.report.spanish.events import EVENTS
from oracle_backup.domain.report.spanish.findings import FINDINGS

FORMS: Final = (*FINDINGS, *EVENTS)
"""Pairs of an English form and its Spanish one, with the same placeholders."""

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
