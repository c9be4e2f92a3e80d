"""Both languages: the same texts, the same placeholders, and nothing English left in Spanish."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from oracle_backup.domain import codes
from oracle_backup.domain.report.code_words import in_language
from oracle_backup.domain.report.spanish.forms import FORMS, POLICY
from oracle_backup.domain.report.spanish.meanings import MEANINGS
from oracle_backup.domain.report.spanish.remedies import REMEDIES
from oracle_backup.domain.report.words import LANGUAGES, WORDS, say

ENGLISH = re.compile(
    r"\b(the|is|are|was|were|of|and|with|from|which|that|this|it|its|on|an|can't|not|to|by|has)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"grant datapump_exp_full_database to \{namexx\}|My Oracle Support")
"""What a DBA types or looks for; it is in no language."""


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def english_in(spanish: str) -> list[str]:
    return ENGLISH.findall(QUOTED.sub("", spanish))


@pytest.mark.parametrize("key", WORDS)
def test_text_is_there_in_both_languages_with_the_same_placeholders(key: str) -> None:
    texts = WORDS[key]

    assert len(texts) == len(LANGUAGES)
    assert all(text.strip() for text in texts)
    assert placeholders(texts[0]) == placeholders(texts[1])
    assert english_in(texts[1]) == []


def test_text_is_said_in_the_language_asked_for() -> None:
    values = {"word": "x", "schema": "HR", "database": "erp"}

    assert say("subject", "en", **values) == "[Oracle backup] x: HR on erp"
    assert say("subject", "es", **values) == "[Backup Oracle] x: HR en erp"


@pytest.mark.parametrize(("english", "spanish"), FORMS, ids=[one[0] for one in FORMS])
def test_form_has_the_same_placeholders_in_both_languages(english: str, spanish: str) -> None:
    assert placeholders(english) == placeholders(spanish)
    assert english_in(spanish) == []


def test_no_form_is_there_twice() -> None:
    forms = [english for english, _ in FORMS]

    assert len(forms) == len(set(forms))


def test_every_sentence_of_the_table_of_codes_is_there_in_spanish_and_no_other() -> None:
    facts = [*codes.CODES.values(), *(codes.facts_of(one) for one in OTHERS)]

    assert {one.meaning for one in facts} == set(MEANINGS)
    assert {one.todo for one in facts} - set(MEANINGS) == set(REMEDIES)


OTHERS = ("UDE-99999", "UDI-99999", "LRM-99999", "ORA-00002", "XYZ-99999")
"""Codes that are not in the table, one of each kind."""


@pytest.mark.parametrize("sentence", [*MEANINGS.values(), *REMEDIES.values(), *POLICY.values()])
def test_nothing_english_is_left_in_the_table_of_codes(sentence: str) -> None:
    assert english_in(sentence) == []


def test_sentence_of_a_code_is_said_in_the_language_asked_for() -> None:
    assert in_language("Set a new password.", "en") == "Set a new password."
    assert in_language("Set a new password.", "es") == "Ponga una contraseña nueva."
    assert in_language("The password has expired.", "es") == "La contraseña ha caducado."
    assert in_language("In no table.", "es") == "In no table."
