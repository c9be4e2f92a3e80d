"""
What does this log say?

:class:`LogReader` takes the log in pieces of any size and keeps nothing of it but what the result
holds, so that a log of many gigabytes needs no more memory than its record of tables.

Most lines of a long log are rows, object types and the text of failing statements. They are told
apart first and cheaply, so that 100 MB take seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.domain.log.decode import LineDecoder
from oracle_backup.domain.log.phrases import PhraseWatch
from oracle_backup.domain.log.rows import ROW_SIGN, RUN_OF_ROWS, USUAL_ROW
from oracle_backup.domain.log.state import LogState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_backup.domain.log.model import ExportLog


class LogReader:
    """
    Read a log piece by piece.

    :param phrases: extra phrases to look for; case and accents don't matter.
    :param keep_tables: whether to keep a record of each table, or only their number and sums.
    """

    def __init__(self, *, phrases: Iterable[str] = (), keep_tables: bool = True) -> None:
        self.state = LogState(keep_tables=keep_tables)
        self._decoder = LineDecoder()
        self._phrases = PhraseWatch(phrases)

    def feed(self, data: bytes) -> None:
        """Given more bytes of the log, take them in."""
        for text in self._decoder.feed(data):
            self._take_text(text)

    def close(self) -> ExportLog:
        """Say that this was all, and return what the log says."""
        # What feed() held back to look for a byte order mark comes out here as well.
        if (rest := self._decoder.close()) is not None:
            *whole, last = rest.split("\n")
            self._take(whole)
            self.state.is_unfinished = bool(last)
            self._take([last])
        self.state.release_held()
        return self.state.result(phrases=self._phrases)

    def _take_text(self, text: str) -> None:
        """Take in whole lines, runs of rows apart from the rest."""
        done = at = 0
        while not self._phrases and (at := text.find(ROW_SIGN, at)) >= 0:
            start = text.rfind("\n", done, at) + 1 or done
            if run := RUN_OF_ROWS.match(text, start):
                self._take(text[done:start].split("\n")[:-1])
                self._take_rows(run[0])
                done = at = run.end()
            else:
                at += len(ROW_SIGN)
        self._take(text[done:].split("\n")[:-1])

    def _take_rows(self, text: str) -> None:
        # The first row is taken like any line: it ends whatever was before.
        first, _, others = text.partition("\n")
        self._take([first])
        rows = (
            USUAL_ROW.findall(others) if self.state.at_work and self.state.held.text is None else ()
        )
        if rows and len(rows) == others.count("\n"):
            self.state.record.add_usual(rows)
        else:
            self._take(others.split("\n")[:-1])

    def _take(self, lines: list[str]) -> None:
        state = self.state
        for line in lines:
            if self._phrases:
                self._phrases.look(line)
            if state.held.text is not None and self._goes_on(line):
                continue
            if line.startswith("Processing object type ") and not state.in_sql:
                state.object_type(line)
            else:
                state.take_line(line)

    def _goes_on(self, line: str) -> bool:
        """Try the held line together with this one; tell whether this one is thereby used up."""
        joined, used = self.state.held.join(line)
        if joined is not None:
            self.state.take_line(joined)
        elif not used:
            self.state.release_held()
        return used


def read_log(data: bytes, *, phrases: Iterable[str] = ()) -> ExportLog:
    """Given a whole log, return what it says."""
    reader = LogReader(phrases=phrases)
    reader.feed(data)
    return reader.close()
