"""
How do sentences that other parts of the project have made read in the report's language?

Verdict, comparison, checks and export tell in English what they saw, and manifests and task logs
keep it so. A report in another language finds such a sentence by its form. What is in no form here
stays as it is: the words of Oracle, of a person, and of our errors.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from oracle_backup.domain.codes import facts_of
from oracle_backup.domain.report.code_words import in_language
from oracle_backup.domain.report.formats import SPANISH, spanish_figures
from oracle_backup.domain.report.spanish.forms import FORMS, POLICY

_LONGEST: Final = 4_000
"""Characters; nothing of ours is longer."""
_PLACE: Final = re.compile(r"\{([a-z]+)\}")
_OF_A_CODE: Final = re.compile(r"(Tolerated: )?([A-Z]{3}-[0-9]{5})(?= \(|:)")
_MORE: Final = re.compile(r" and ([0-9]+) more$")
_ROWS: Final = re.compile(r"\(([0-9,]+) to ([0-9,]+) rows\)")
_WORD: Final = re.compile(r"the last|[a-z]+")
_VERBATIM: Final = frozenset({"name", "namex", "namexx", "names", "said"})


def translate(sentence: str, language: str) -> str:
    """
    Given a sentence of our own in English, return it in a language.

    In a form, ``{clause}`` is translated in its turn, ``{policy}`` is a retention policy,
    ``{name}``, ``{names}`` and ``{said}`` stay as they are, and all others hold figures.
    """
    if language != SPANISH or len(sentence) > _LONGEST:
        return sentence
    if (told := _of_a_code(sentence)) is not None:
        return told
    for pattern, spanish in _patterns():
        if match := pattern.fullmatch(sentence):
            return spanish.format(**_filled(match.groupdict()))
    return sentence


def translate_policy(policy: str, language: str) -> str:
    """Given a retention policy in English words, return it in a language."""
    if language != SPANISH:
        return policy
    return _WORD.sub(lambda match: POLICY.get(match[0], match[0]), policy)


def _filled(found: dict[str, str]) -> dict[str, str]:
    return {key: _value(key, text) for key, text in found.items()}


def _value(key: str, text: str) -> str:
    if key in _VERBATIM:
        return text
    if key == "policy":
        return translate_policy(text, SPANISH)
    return _clause(text) if key.startswith("clause") else spanish_figures(text)


def _clause(text: str) -> str:
    """Return a piece of a sentence: a sentence without its full stop, or a list of names."""
    for end in ("", "."):
        if (told := translate(text + end, SPANISH)) != text + end:
            return told.removesuffix(end)
    text = _ROWS.sub(
        lambda rows: f"(de {spanish_figures(rows[1])} a {spanish_figures(rows[2])} filas)", text
    )
    return _MORE.sub(r" y \1 más", text)


def _of_a_code(sentence: str) -> str | None:
    """Return a sentence that ends with what a code means, or None for another."""
    head = _OF_A_CODE.match(sentence)
    if head is None:
        return None
    meaning = facts_of(head[2]).meaning
    if not sentence.endswith(meaning):
        return None
    middle = sentence[head.end() : len(sentence) - len(meaning)]
    tolerated = "Tolerado: " if head[1] else ""
    return f"{tolerated}{head[2]}{middle}{in_language(meaning, SPANISH)}"


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), spanish) for english, spanish in FORMS)


def _pattern(form: str) -> re.Pattern[str]:
    pieces = _PLACE.split(form)
    # Literal and placeholder take turns.
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )
