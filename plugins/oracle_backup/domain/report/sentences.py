"""
How do texts that other parts of the project have made read in the report's language?

Verdict, comparison, checks, export and errors tell in English what they saw, and manifests and
task logs keep it so. A report in another language finds such a sentence by its form. What is in no
form here stays as it is: the words of Oracle, of a server and of a person.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from oracle_backup.domain.codes import facts_of
from oracle_backup.domain.report.code_words import in_language
from oracle_backup.domain.report.formats import SPANISH, spanish_figures
from oracle_backup.domain.report.spanish.forms import ERRORS, FORMS, PARTS, POLICY
from oracle_backup.domain.report.spanish.remedies import REMEDIES

_LONGEST: Final = 4_000
"""Characters; no sentence of ours is longer."""
_MOST_PIECES: Final = 200
"""Sentences and lines of a text; what is longer is no text of ours."""
_MOST_TOGETHER: Final = 4
"""Sentences that one form may have."""
_BETWEEN: Final = re.compile(r"((?<=[.?]) +|\n *(?:- )?)")
_PLACE: Final = re.compile(r"\{([a-z]+)\}")
_BODIES: Final = {
    "clause": r"[^\n]",
    "job": r"\S",
    "kind": r"\w",
    "count": r"\S",
    "state": "[^.,:]",
}
"""Of what a placeholder consists, where that is not anything."""
_OF_A_CODE: Final = re.compile(r"(Tolerated: )?([A-Z]{3}-[0-9]{5})(?= \(|:)")
_MORE: Final = re.compile(r" and ([0-9]+) more$")
_ROWS: Final = re.compile(r"\(([0-9,]+) to ([0-9,]+) rows\)")
_DAYS: Final = re.compile(r"(?<=[0-9] )day(s?)(?=, [0-9]+:)")
_WORD: Final = re.compile(r"the last|[a-z]+")
_VERBATIM: Final = frozenset({"name", "names", "said", "job", "state", "kind"})
_PLACES: Final = (
    (re.compile(r"^Oracle host "), "el servidor Oracle "),
    (re.compile(r"^store "), "el almacén "),
    (re.compile(r" on (?=sftp://)"), " en "),
    (re.compile(r"(?<= \()connection (?=')"), "conexión "),
    (re.compile(r"(?<= \()this machine(?=\)$)"), "esta máquina"),
)
_TABLES: Final = {"sentence": FORMS, "piece": (*ERRORS, *FORMS), "part": PARTS}


def translate(text: str, language: str) -> str:
    """
    Given a text of our own in English, return it in a language.

    It is one sentence, or an error's: several of them, its message and its hint, or a line for
    each. In a form, ``{clause}`` and ``{error}`` are translated in their turn, ``{part}`` is a
    piece that stands in no other place, ``{place}`` a machine or a store, ``{policy}`` a retention
    policy; what ``_VERBATIM`` names stays as it is, and all others hold figures.
    """
    if language != SPANISH:
        return text
    if len(text) <= _LONGEST and (told := _found(text, "sentence")) is not None:
        return told
    return _in_pieces(text)


def translate_policy(policy: str, language: str) -> str:
    """Given a retention policy in English words, return it in a language."""
    if language != SPANISH:
        return policy
    return _WORD.sub(lambda match: POLICY.get(match[0], match[0]), policy)


def _in_pieces(text: str) -> str:
    """
    Return a text of several sentences with those in Spanish that are ours.

    The fewest that make a form are taken together: of an error that ends with a server's words,
    these must not reach into the hint.
    """
    parts = _BETWEEN.split(text)
    if len(parts) > 2 * _MOST_PIECES:
        return text
    told, at = "", 0
    while at < len(parts):
        for end in range(at + 1, min(at + 2 * _MOST_TOGETHER, len(parts) + 1), 2):
            piece = "".join(parts[at:end])
            if len(piece) > _LONGEST:
                continue
            if (found := _found(piece, "piece")) is not None:
                break
        else:
            found, end = parts[at], at + 1
        told += "".join((found, *parts[end : end + 1]))
        at = end + 1
    return told


def _found(sentence: str, table: str) -> str | None:
    """Return a sentence in Spanish, or None for one that is in no form of a table."""
    if (told := _of_a_code(sentence)) is not None:
        return told
    if table == "piece" and sentence in REMEDIES:
        return REMEDIES[sentence]
    for pattern, spanish in _patterns(table):
        if match := pattern.fullmatch(sentence):
            return spanish.format(**_filled(match.groupdict()))
    return None


def _filled(found: dict[str, str]) -> dict[str, str]:
    return {key: _value(key, text) for key, text in found.items()}


def _value(key: str, text: str) -> str:
    # Where a form has two of a kind, the second is {namex}.
    key = key.rstrip("x")
    if key in _VERBATIM:
        return text
    kinds = {
        "policy": lambda: translate_policy(text, SPANISH),
        "clause": lambda: _clause(text),
        "error": lambda: _in_pieces(text),
        "part": lambda: _found(text, "part") or text,
        "place": lambda: _place(text),
    }
    return kinds.get(key, lambda: spanish_figures(_DAYS.sub(r"día\1", text)))()


def _place(label: str) -> str:
    """Return how a message names a machine, a store, or a file there."""
    for english, spanish in _PLACES:
        label = english.sub(spanish, label)
    return label


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
def _patterns(table: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), spanish) for english, spanish in _TABLES[table])


def _pattern(form: str) -> re.Pattern[str]:
    """
    Return the pattern of a form, which needs no more time than a text is long.

    A value ends where what follows it in the form first comes, and that is not tried again; only
    the last one ends where the text does.
    """
    # Literal and placeholder take turns.
    head, *pieces = _PLACE.split(form)
    pattern = re.escape(head)
    for at in range(0, len(pieces), 2):
        name, literal = pieces[at], re.escape(pieces[at + 1])
        body = _BODIES.get(name.rstrip("x"), ".")
        if at + 2 < len(pieces):
            pattern += f"(?>(?P<{name}>{body}+?){literal})"
        else:
            pattern += f"(?P<{name}>{body}+){literal}"
    return re.compile(pattern, re.DOTALL)
