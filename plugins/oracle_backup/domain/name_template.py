"""
What may a file's name be made of, and could two of them be the same?

A template is text with placeholders in braces, as in ``{schema}-{time}``. Behind what it gives, a
name bears the generation (``-g2``), the number of a dump file (``_01``) and its kind (``.7z``), so
no template can take the name of one backup for another's.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import product, takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

TIMES: Final = ("time", "local_time")
"""One of these makes a name that of one run; a run has one time, to the second."""
FIXED: Final = ("database", "schema", "host")
"""What is the same for all backups of a schema."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9_.-]*", re.ASCII)
_LITERAL_WITH_BLANKS: Final = re.compile(r"[A-Za-z0-9_. -]*", re.ASCII)
_FIRST: Final = re.compile(r"[A-Za-z0-9_{]", re.ASCII)

_DIGITS: Final = frozenset("0123456789")
_TIME_PATTERNS: Final = {"time": r"\d{8}T\d{6}Z", "local_time": r"\d{14}B?"}

Cell = tuple[frozenset[str], str]
"""Letters, one of which stands there in a name: once (``1``), perhaps (``?``), often (``*``)."""
Form = tuple[Cell, ...]
"""What a name looks like, place by place, in lower case."""


def check_file_template(text: str, *, blanks: bool = False) -> str:
    """
    Return the template of a file's name without its kind, if it can be one.

    :param blanks: whether it may hold blanks: not where a tool's parameter file has to carry it.

    :raises ValueError: with what it must be.
    """
    known = (*FIXED, *TIMES)
    used = _check(text, known=known, literal=_LITERAL_WITH_BLANKS if blanks else _LITERAL)
    if not used & set(TIMES):
        raise ValueError("must hold {time} or {local_time}, so that each run has names of its own")
    return text


def check_folder_template(text: str) -> str:
    """
    Return the template of a folder on a store if it can be one; empty is the store's own path.

    :raises ValueError: with what it must be.
    """
    if not text:
        return text
    for piece in text.split("/"):
        _check(piece, known=FIXED, literal=_LITERAL_WITH_BLANKS)
    return text


def _check(text: str, *, known: Collection[str], literal: re.Pattern[str]) -> set[str]:
    """Return the placeholders a piece of a name holds. Raise ValueError where it can't be one."""
    used = _PLACEHOLDER.findall(text)
    check_placeholders(used, known=known)
    signs = (
        "letters, digits, blanks and _ . -"
        if " " in literal.pattern
        else ("letters, digits and _ . -")
    )
    whole = literal.fullmatch(_PLACEHOLDER.sub("", text))
    if not whole or not _FIRST.match(text) or text.endswith((" ", ".")):
        raise ValueError(
            f"must be made of {signs} and placeholders such as {{schema}}; it begins with a "
            "letter, a digit or _, and ends with neither a blank nor a ."
        )
    return set(used)


def check_placeholders(used: Collection[str], *, known: Collection[str]) -> None:
    """Raise ValueError for a placeholder that is not known."""
    for name in used:
        if name not in known:
            alike = get_close_matches(name.lower(), known, n=1)
            advice = f'; did you mean "{{{alike[0]}}}"?' if alike else ""
            listed = " ".join(f"{{{one}}}" for one in known)
            raise ValueError(f"must hold no other placeholders than {listed}{advice}")


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a template."""
    return set(_PLACEHOLDER.findall(text))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders filled; what they hold is not looked at again."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def text_before_time(template: str, values: Mapping[str, str]) -> str:
    """Return what all names that a template makes begin with."""
    fixed = takewhile(lambda part: part[0] not in TIMES, _parts(template))
    return "".join(values[name] if name else text for name, text in fixed)


def any_run(template: str, values: Mapping[str, str]) -> str:
    """Return a regular expression of the names a template makes, for any run and generation."""
    body = "".join(
        _TIME_PATTERNS.get(name) or re.escape(values[name] if name else text)
        for name, text in _parts(template)
    )
    return rf"{body}(?:-g[1-9]\d*)?"


def forms(template: str, values: Mapping[str, str], *, numbered: bool) -> tuple[Form, ...]:
    """
    Return the forms of the names a template makes: with and without generation and number.

    :param numbered: whether ``_01`` may stand behind them.
    """
    body: list[Cell] = []
    for name, text in _parts(template):
        if name == "time":
            body += [*_digits(8), *_letters("t"), *_digits(6), *_letters("z")]
        elif name == "local_time":
            body += [*_digits(14), (frozenset("b"), "?")]
        else:
            body += _letters(values[name] if name else text)
    generation = [*_letters("-g"), (_DIGITS - {"0"}, "1"), (_DIGITS, "*")]
    number = [*_letters("_"), *_digits(1), (_DIGITS, "*")]
    endings = [[], generation]
    if numbered:
        endings += [number, [*generation, *number]]
    return tuple((*body, *ending) for ending in endings)


def could_meet(ones: Iterable[Form], others: Iterable[Form]) -> bool:
    """Tell whether one name can have forms of both, for any runs and generations, in any case."""
    return any(_meet(one, other) for one, other in product(ones, others))


def _parts(template: str) -> Iterator[tuple[str, str]]:
    """Yield a template's parts: a placeholder and nothing, or no placeholder and text."""
    position = 0
    for match in _PLACEHOLDER.finditer(template):
        if match.start() > position:
            yield "", template[position : match.start()]
        yield match[1], ""
        position = match.end()
    if position < len(template):
        yield "", template[position:]


def _digits(count: int) -> list[Cell]:
    return [(_DIGITS, "1")] * count


def _letters(text: str) -> list[Cell]:
    return [(frozenset(letter), "1") for letter in text.lower()]


def _meet(one: Form, other: Form) -> bool:
    """Tell whether any text has both forms."""
    waiting, seen = [(0, 0)], set[tuple[int, int]]()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        if at == (len(one), len(other)):
            return True
        waiting += _next_places(one, other, *at)
    return False


def _next_places(one: Form, other: Form, i: int, j: int) -> Iterator[tuple[int, int]]:
    if i < len(one) and one[i][1] != "1":
        yield i + 1, j
    if j < len(other) and other[j][1] != "1":
        yield i, j + 1
    if i < len(one) and j < len(other) and one[i][0] & other[j][0]:
        # What may stand often is left by the steps above.
        yield i + (one[i][1] != "*"), j + (other[j][1] != "*")
