"""
Which lines of text are in these bytes?

A log is in the character set of the client's NLS_LANG, which nothing in it names; a console may
have shown it in another one, and two of them may be mixed. So each line is read on its own: as
UTF-8 where that fits, else in the first old encoding that yields a word Oracle is known to print.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICE_BYTES: Final = 1 << 18
"""Bytes handled at once; bounds memory however much is fed."""

LONGEST_LINE_BYTES: Final = 1 << 16
"""What exceeds it is dropped. No line that matters comes near it; a Starting line may hold 4 kB."""

SURE_AFTER_LINES: Final = 50
"""Lines in one East Asian encoding after which the rest is taken to be in it too."""

_EAST_ASIAN: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("euc_jp", re.compile("ました|ています|ジョブ|オブジェクト|エクスポート|インポート|接続先")),
    ("cp932", re.compile("ました|ています|ジョブ|オブジェクト|エクスポート|インポート|接続先")),
    ("cp949", re.compile("작업|객체|테이블|엑스포트|임포트|접속|성공|처리|경고|오류")),
    (
        "gb18030",
        re.compile("对象|导出|导入|作业|转储|连接|启动|星期|成功|警告|错误|字符集|用户|方法"),
    ),
)

# What the logs' languages write, lower case first: in the wrong code page other letters or signs
# come out (é as Ú, ó as ¾).
_LIKELY_LETTERS: Final = frozenset("áéíóúñçàèìòùâêîôûëïüöäãõß¿¡«»ÁÉÑÜÖÄ")
_LATIN: Final = ("cp1252", "cp850")

# GBK or Shift-JIS that someone read as Latin-1 and saved as UTF-8; and signs that word processors
# and blogs put in the place of plain ones.
_TO_MEND: Final = re.compile("[\u0080-\u00ff“”„″‟’‘…\u3000\ufeff]")
_MISREAD: Final = re.compile("[\u0080-\u00ff]{4,}")
_PLAIN: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "″": '"', "‟": '"', "’": "'", "‘": "'"}
    | {"…": "...", "\u00a0": " ", "\u3000": " ", "\ufeff": ""}
)


class LineDecoder:
    """
    Turn bytes into lines, a piece at a time.

    :meth:`feed` yields texts of whole lines, each with its line end; :meth:`close` returns what
    follows the last line end, or None.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._overlong = False
        self._wide: codecs.IncrementalDecoder | None = None
        self._began = False
        self._legacy: str | None = None
        self._legacy_lines = 0

    def feed(self, data: bytes) -> Iterator[str]:
        """Given more bytes, yield the lines they complete, some thousand at a time as one text."""
        if not self._began and (data := self._begin(data)) == b"":
            return
        for start in range(0, len(data), SLICE_BYTES):
            if text := self._feed_slice(data[start : start + SLICE_BYTES]):
                yield text

    def close(self) -> str | None:
        """Return the unfinished last line, or None where the text ended with a line end."""
        self._began = True
        rest, self._rest = self._rest, b""
        return self._line(rest.replace(b"\r", b"")) if rest else None

    def _begin(self, data: bytes) -> bytes:
        """Look for a byte order mark; UTF-16 is what PowerShell makes of redirected output."""
        data = self._rest + data
        if len(data) < 4:
            self._rest = data
            return b""
        self._rest, self._began = b"", True
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._wide = codecs.getincrementaldecoder("utf-16")("replace")
        return data

    def _feed_slice(self, data: bytes) -> str:
        if self._wide is not None:
            data = self._wide.decode(data).encode("utf-8", "replace")
        head, newline, tail = data.rpartition(b"\n")
        if not newline:
            self._keep(tail)
            return ""
        if self._overlong:
            cut = head.find(b"\n")
            head = self._rest + (b"" if cut < 0 else head[cut:])
            self._overlong = False
        elif self._rest:
            head = self._rest + head
        self._rest = b""
        self._keep(tail)
        return self._text(head) + "\n"

    def _keep(self, tail: bytes) -> None:
        if not self._overlong:
            self._rest += tail
            if len(self._rest) > LONGEST_LINE_BYTES:
                self._rest, self._overlong = self._rest[:LONGEST_LINE_BYTES], True

    def _text(self, block: bytes) -> str:
        if b"\r" in block:
            block = block.replace(b"\r", b"")
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError:
            return self._legacy_text(block)
        if text.isascii() or not _TO_MEND.search(text):
            return text
        return "\n".join([_mended(line) for line in text.split("\n")])

    def _legacy_text(self, block: bytes) -> str:
        # Line by line is slow; once it is clear what the log is in, blocks will do.
        if self._legacy is not None and self._legacy_lines > SURE_AFTER_LINES:
            with contextlib.suppress(UnicodeDecodeError):
                return _mended(block.decode(self._legacy))
        return "\n".join([self._line(line) for line in block.split(b"\n")])

    def _line(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = self._from_legacy(line)
        return _mended(text)

    def _from_legacy(self, line: bytes) -> str:
        if self._legacy is None:
            self._legacy = east_asian_encoding(line)
        if self._legacy is not None:
            self._legacy_lines += 1
            return line.decode(self._legacy, "replace")
        return line.decode(latin_encoding(line), "replace")


def east_asian_encoding(line: bytes) -> str | None:
    """Given a line that is not UTF-8, return the encoding in which it holds a known word."""
    for encoding, words in _EAST_ASIAN:
        if words.search(line.decode(encoding, "ignore")):
            return encoding
    return None


def latin_encoding(line: bytes) -> str:
    """Given a line that is not UTF-8, return the Western code page whose letters fit best."""
    return max(
        _LATIN, key=lambda name: sum(c in _LIKELY_LETTERS for c in line.decode(name, "replace"))
    )


def _mended(text: str) -> str:
    if text.isascii() or not _TO_MEND.search(text):
        return text
    if _MISREAD.search(text):
        text = _reread(text)
    return text.translate(_PLAIN)


def _reread(text: str) -> str:
    """Undo the reading of an East Asian encoding as a Western one, where that yields a word."""
    for western in ("latin-1", "cp1252"):
        raw = text.encode(western, "ignore")
        if encoding := east_asian_encoding(raw):
            return raw.decode(encoding, "replace")
    return text
