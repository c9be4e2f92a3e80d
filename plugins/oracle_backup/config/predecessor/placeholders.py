"""What do the script's placeholders, such as %%ESQUEMA%%, become in names and in mails?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

SCHEMA = "{schema}"
HOST = "{host}"
LOCAL_TIME = "{local_time}"
TIME = "{time}"

_PLACEHOLDER = re.compile(r"%%\s*([A-Za-z]+)\s*%%")
_KNOWN = ("ESQUEMA", "FECHA", "SERVIDOR", "BBDD")
_NO_LETTER = re.compile(r"[^A-Za-z0-9_.-]")
_NO_LETTER_OR_BLANK = re.compile(r"[^A-Za-z0-9_. -]")
_OURS = frozenset({SCHEMA, HOST, LOCAL_TIME, TIME})
_NUMBER_OF_FILE = re.compile(r"[_-]?%[uUlL]")


class UnknownPlaceholderError(ValueError):
    """The script filled in no such placeholder."""

    def __init__(self, name: str) -> None:
        known = " ".join(f"%%{one}%%" for one in _KNOWN)
        super().__init__(f"holds an unknown placeholder, %%{name}%%; known: {known}")


def file_stem(
    path: str, *, ending: str, values: Mapping[str, str], blanks: bool
) -> tuple[str, tuple[str, ...]]:
    """
    Given a path of the script's, return the template of the file's name without its ending.

    :param ending: ``.dmp``, ``.log`` or ``.7z``, which is added again by whoever makes the file.
    :param values: what %%ESQUEMA%%, %%SERVIDOR%% and %%BBDD%% stand for.
    :param blanks: whether the name may hold blanks.

    :returns: the template, and what of the name had to be changed.
    :raises UnknownPlaceholderError: it holds a placeholder that is not the script's.
    """
    name = PurePosixPath(path.replace("\\", "/")).name
    if name.lower().endswith(ending):
        name = name[: -len(ending)]
    name = _NUMBER_OF_FILE.sub("", name)
    changes = []
    pieces = list(_pieces(name, {**values, "FECHA": LOCAL_TIME}))
    stem = "".join(one if one in _OURS else _plain(one, blanks=blanks) for one in pieces)
    stem = stem.lstrip(" .-").rstrip(" .")
    if stem != "".join(pieces):
        changes.append("signs that are not letters, digits and _ . - are written as these")
    if LOCAL_TIME not in stem:
        # The script wrote over the last backup, and ours never does.
        stem = f"{stem}-{LOCAL_TIME}" if stem else f"{SCHEMA}-{LOCAL_TIME}"
        changes.append("the time is added, so that no backup is written over")
    return stem, tuple(changes)


def mail_text(text: str, *, values: Mapping[str, str]) -> str:
    """
    Return a subject or message with the script's placeholders as those of a mail's template.

    :raises UnknownPlaceholderError: it holds a placeholder that is not the script's.
    """
    pieces = _pieces(text, {**values, "ESQUEMA": SCHEMA, "FECHA": TIME})
    # A brace that is to be shown is written twice.
    return "".join(
        one if one in _OURS else one.replace("{", "{{").replace("}", "}}") for one in pieces
    )


def _pieces(text: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the text in pieces, with the script's placeholders filled in."""
    position = 0
    for match in _PLACEHOLDER.finditer(text):
        name = match[1].upper()
        if name not in values:
            raise UnknownPlaceholderError(match[1])
        yield text[position : match.start()]
        yield values[name]
        position = match.end()
    yield text[position:]


def _plain(text: str, *, blanks: bool) -> str:
    """Return text in signs that every tool and store takes; ñ is written as n."""
    folded = unicodedata.normalize("NFKD", text)
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return (_NO_LETTER_OR_BLANK if blanks else _NO_LETTER).sub("_", folded)
