"""What does the table of codes say, in the language of a report?"""

from __future__ import annotations

from oracle_backup.domain.report.formats import SPANISH
from oracle_backup.domain.report.spanish.meanings import MEANINGS
from oracle_backup.domain.report.spanish.remedies import REMEDIES


def in_language(sentence: str, language: str) -> str:
    """Given a sentence of the table of codes, return it in a language."""
    if language != SPANISH:
        return sentence
    return MEANINGS.get(sentence) or REMEDIES.get(sentence, sentence)
