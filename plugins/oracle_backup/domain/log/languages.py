"""
In which language is this written?

Oracle's tools mix languages: client and server each follow their own setting, and the banner is
English everywhere. So each line that is understood has a vote.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

MOST_TEXTS: Final = 300

_QUOTED: Final = re.compile(r'"[^"]*"')
_MARKS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh-CN", re.compile(r"[\u4e00-\u9fff]")),
    ("es", re.compile(
        r"Procesando el tipo|Iniciando|tabla maestra|juego de archivos|El trabajo|Conectado a"
        r"|Estimaci|estimado|filas? (?:ex|im)portad|(?:ex|im)portando|Advertencia|Contrase"
        r"|\b(?:el|la|los|se ha|no se) ", re.IGNORECASE)),
    ("pt", re.compile(
        r"Processando o tipo|Tabela.mestre|O job|foi conclu|(?:ex|im)portou|linhas?\b|conjunto de"
        r"|\b(?:foi|foram|n.{1,2}o|uma|do|da) ", re.IGNORECASE)),
    ("fr", re.compile(
        r"Traitement du type|marrage de|Table ma|ensemble de fichiers|[Tt]ravail|Connect.{1,3} . ?:"
        r"|Estimation (?:en cours|totale)|lignes?\b|Mot de passe|\b(?:est|le|les|des|du) ")),
    ("it", re.compile(
        r"Elaborazione del tipo|Tabella|Il job|righ[ea]\b|(?:es|im)portat|\b(?:il|della|per) ")),
    ("de", re.compile(
        r"Objekttyp|Mastertabelle|Dumpdatei|erfolgreich|Zeilen?\b|Fehler"
        r"|\b(?:der|die|das|nicht|ist) ")),
    ("en", re.compile(
        r"Processing object|Starting|Master table|Dump file set|Job\b|Connected to|Estimate in"
        r"|Total estim|(?:ex|im)ported|(?:ex|im)porting|(?:ex|im)port done|rows?\b|Current user"
        r"|terminated|Warning:|\b(?:the|is|not|to|of|and|with|by|operation|invalid|error|already|unable)\b")),
)  # fmt: skip


def language_of(text: str) -> str | None:
    """Given a piece of a log, return its language, or None where it could be any."""
    text = _QUOTED.sub("", text)
    for language, marks in _MARKS:
        if marks.search(text):
            return language
    return None


class LanguageVote:
    """Gather votes; the language of most lines wins."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._errors: dict[str, str] = {}

    def add(self, text: str, *, weight: int = 1) -> None:
        """Let a line vote. Lines that differ only in names count together."""
        if text in self._texts:
            self._texts[text] += weight
        elif len(self._texts) < MOST_TEXTS:
            self._texts[text] = weight

    def add_error(self, code: str, text: str) -> None:
        """Let an error message vote; only where nothing else does, as causes may be in another."""
        if code not in self._errors and len(self._errors) < MOST_TEXTS:
            self._errors[code] = text[:300]

    def winner(self) -> str | None:
        """Return the language with the most votes."""
        return _winner(self._texts) or _winner(dict.fromkeys(self._errors.values(), 1))


def _winner(texts: dict[str, int]) -> str | None:
    votes: Counter[str] = Counter()
    for text, weight in texts.items():
        if language := language_of(text):
            votes[language] += weight
    return votes.most_common(1)[0][0] if votes else None
