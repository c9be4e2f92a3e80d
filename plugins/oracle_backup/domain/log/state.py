"""
What does each line change in what is known of the job?

A state machine over lines. Where something is said over several lines (an error with its causes,
the list of dump files, a line that a console broke in two) a part of the state stands for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from oracle_backup.domain.log import lines as grammar
from oracle_backup.domain.log.broken import HeldLine, may_be_broken_end
from oracle_backup.domain.log.dumpset import DumpSetList
from oracle_backup.domain.log.endings import EndLine, read_classic_end, read_job_end
from oracle_backup.domain.log.errors import ErrorCollector
from oracle_backup.domain.log.languages import LanguageVote
from oracle_backup.domain.log.model import Ending, ExportLog
from oracle_backup.domain.log.record import TableRecord
from oracle_backup.domain.log.rows import ROW, read_classic_head, read_classic_row
from oracle_backup.domain.log.tools import ToolGuess

if TYPE_CHECKING:
    import re

    from oracle_backup.domain.log.phrases import PhraseWatch

LONGEST_GRAMMAR_LINE: Final = 4_000
"""Longer ones are SQL or rubbish, save the Starting line with its parameters."""
MOST_OBJECT_TYPES: Final = 2_000
LONGEST_WAIT_TEXT: Final = 600


class LogState:
    """
    What the lines so far say.

    :param keep_tables: whether to keep a record of each table, or only their number and sums.
    """

    def __init__(self, *, keep_tables: bool) -> None:
        self.record = TableRecord(keep=keep_tables)
        self.errors = ErrorCollector()
        self.held = HeldLine()
        self.resumable_wait: str | None = None
        self.in_sql = False
        # False from whatever is not plain work (an error, an end, a list) until the next row
        # or object type.
        self.at_work = False
        # Whether the line at hand is the last one and has no line end.
        self.is_unfinished = False
        self._dump_set = DumpSetList()
        self._votes = LanguageVote()
        self._tool = ToolGuess()
        self._notes: set[str] = set()
        self._job: str | None = None
        self._end: EndLine | None = None
        self._end_text: str | None = None
        self._end_is_whole = False
        self._started = False
        self._object_path: str | None = None
        self._object_lines: dict[str, str] = {}

    @property
    def current_object(self) -> str | None:
        """The table or object type named last."""
        return self.record.current_table or self._object_path

    def take_line(self, line: str) -> None:
        """Take in a line."""
        body, marked = grammar.without_prefix(line)
        if not body:
            self.errors.end_block()
        elif body.startswith(". ."):
            self._dotted(body)
        elif len(body) > LONGEST_GRAMMAR_LINE:
            self._starting(body)
        elif body[3:4] == "-" and (found := grammar.CODE.match(body)):
            self._code(found[1], found[2], body)
        elif not (self.in_sql and not marked and self._is_still_sql(body)):
            self._words(line, body)

    def _words(self, line: str, body: str) -> None:
        if body.startswith((";;;", "Completed ")):
            return
        lists = self._dump_set
        if (lists.is_open or lists.follows_stars or body[0] == "*") and self._lists(line, body):
            return
        if '"' in body and self._job_line(body):
            return
        if "_EXPORT/" in body and self.object_type(body):
            return
        if not self.at_work and grammar.names_failing_sql(body):
            self.in_sql = True
        elif body[0] == ".":
            self._dotted(body)
        elif grammar.may_be_heading(body):
            self._heading(body)
        elif "-" in body:
            self._mention_codes(body)

    def _lists(self, line: str, body: str) -> bool:
        if body[0] == "*" and grammar.STARS.fullmatch(body):
            self._dump_set.saw_stars()
            return True
        if self._dump_set.follows_stars:
            return self._opens_dump_set(body)
        return self._dump_set.is_open and self._dump_set.take(line, body)

    def _opens_dump_set(self, body: str) -> bool:
        if not self._dump_set.opens(body, job=self._job):
            return False
        self.at_work = False
        self._votes.add(body)
        self._tool.saw_pump("export")
        return True

    # Rows

    def _dotted(self, body: str) -> None:
        if found := ROW.match(body):
            if not self.at_work:
                self._go_to_work()
            # A row that ends with its count may have been broken within the count.
            if found[9]:
                self.record.add_match(found)
            else:
                self.held.hold(body, row=found)
        elif classic := read_classic_row(body):
            self._go_to_work()
            self._classic_words(body.replace(classic.name, ""))
            self.record.add_classic(classic)
        elif body.startswith(". .") or grammar.ONE_DOT_TABLE.match(body):
            self.held.hold(body)
        elif not grammar.ESTIMATED.match(body):
            self._go_to_work()
            self._classic_words(body)
            self._owner(body)

    def _classic_words(self, words: str) -> None:
        self._tool.saw_classic(words[:200])
        self._votes.add(words[:200])

    def _owner(self, body: str) -> bool:
        if found := grammar.OWNER.search(body):
            self.record.classic_owner = next(filter(None, found.groups()))
        return found is not None

    def release_held(self) -> None:
        """Give up waiting for the rest of the held line."""
        text, row = self.held.text, self.held.row
        self.held.drop()
        if row is not None:
            self.record.add_match(row)
        elif text is not None and (head := read_classic_head(text)):
            self._go_to_work()
            self._classic_words(text.replace(head.name, ""))
            self.record.begin_classic(head)
            self.at_work = False

    # Job lines

    def _job_line(self, body: str) -> bool:
        if '"."' in body or '" . "' in body:
            if body.count(":") > 1 and (end := read_job_end(body)):
                self._finish(end, body)
                return True
            if (":" in body and self._starting(body)) or self._master_table(body):
                return True
        if may_be_broken_end(body):
            self.held.hold(body)
            return True
        return False

    def _starting(self, body: str) -> bool:
        if body[0] == "." or (found := grammar.STARTING.match(body)) is None:
            return False
        words = body[: found.start("parameters")]
        self._votes.add(words)
        self._tool.saw_pump(words)
        self._job = _job_of(found)
        self._go_to_work()
        if grammar.ESTIMATE_ONLY.search(found["parameters"]):
            self._notes.add("estimate-only")
        return True

    def _master_table(self, body: str) -> bool:
        if "/" not in body or (found := grammar.MASTER_TABLE.fullmatch(body)) is None:
            return False
        words = grammar.QUOTED.sub("", body)
        if not grammar.LOADED_OR_UNLOADED.search(words):
            return False
        self._votes.add(words)
        self._tool.saw_pump(found["name"] or "")
        self._job = self._job or _job_of(found)
        return True

    def object_type(self, body: str) -> bool:
        """Take in a line if it names an object type."""
        path = self._object_lines.get(body) or self._learn_object_type(body)
        if path is not None:
            self._object_path = path
            self.record.current_table = None
            if not self.at_work:
                self._go_to_work()
        return path is not None

    def _learn_object_type(self, body: str) -> str | None:
        """Understand a line with an object type once; there are few, and they come often."""
        found = grammar.OBJECT_TYPE.search(body)
        if found is None or '"' in body or grammar.COMPLETED.match(body):
            return None
        self._tool.saw_pump()
        self._votes.add(body[: found.start(1)] or body[found.end(1) :])
        if len(self._object_lines) < MOST_OBJECT_TYPES:
            self._object_lines[body] = found[1]
        return found[1]

    # Ends

    def _is_still_sql(self, body: str) -> bool:
        """
        Tell whether a line within the text of a failing statement belongs to that text.

        That text may hold anything, an end line as well. What can't be is success right after a
        failing statement, since Oracle counts it.
        """
        if grammar.ends_sql(body):
            self.in_sql = False
        elif body.count(":") > 1 and (end := read_job_end(body)):
            self.in_sql = end.ending is Ending.SUCCESS
        return self.in_sql

    def _classic_end(self, body: str) -> bool:
        if (end := read_classic_end(body)) is None:
            return False
        self._tool.saw_classic(body)
        self._finish(end, body)
        return True

    def _finish(self, end: EndLine, body: str) -> None:
        if self.is_unfinished and end.lacks_elapsed:
            return
        self._end, self._end_text = end, body
        self._end_is_whole = not self.is_unfinished
        self.in_sql = self.at_work = False
        self.errors.end_block()
        self._dump_set.close()
        self.resumable_wait = None
        self._votes.add(grammar.QUOTED.sub("", body))
        if end.job:
            self._job = end.job
            self._tool.saw_pump(end.job)

    def _go_to_work(self) -> None:
        """Note that the job is at work, so that it neither ended nor waits."""
        first = not self._started
        self._started = self.at_work = True
        self.errors.saw_activity(first=first)
        self._end = self._end_text = None
        self.in_sql = False
        self.resumable_wait = None
        self._dump_set.close()

    # Errors and other words

    def _code(self, family: str, number: str, body: str) -> None:
        code = f"{family}-{number:0>5}"
        self.record.saw_error()
        self.at_work = False
        self.in_sql = grammar.names_failing_sql(body)
        if code not in self.errors.codes:
            self._tool.saw_code(family, code)
            self._votes.add_error(code, body)
        self.errors.add(code, body)
        self._dump_set.close()
        if code == "ORA-39171":
            self.resumable_wait = body
        elif self.resumable_wait is not None and len(self.resumable_wait) < LONGEST_WAIT_TEXT:
            self.resumable_wait += " " + body
        if code in ("EXP-00000", "IMP-00000"):
            self._finish(EndLine(Ending.FAILED, None), body)

    def _heading(self, body: str) -> None:
        if self._classic_end(body):
            pass
        elif found := grammar.BANNER.match(body):
            self._end = self._end_text = None
            self._tool.saw_banner(found)
        elif found := grammar.VERSION.fullmatch(body):
            self._tool.saw_version(found["version"])
        elif found := grammar.CONNECTED.match(body):
            if not self._started:
                self.errors.saw_logon()
            self._tool.saw_connected(found["version"])
            self._votes.add(body[: body.index("Oracle")])
        elif self._opens_dump_set(body):
            pass
        elif grammar.CLASSIC_BEGINS.match(body):
            self._classic_words(body)
            self._note(body)
        elif not self._owner(body):
            self._note(body)
            self._mention_codes(body)

    def _mention_codes(self, body: str) -> None:
        for code in grammar.codes_within(body):
            self.errors.mention(code)

    def _note(self, body: str) -> None:
        self._notes.update(name for name, pattern in grammar.NOTES if pattern.search(body))

    # The result

    def _ending(self) -> Ending:
        if self._end is not None:
            return self._end.ending
        return Ending.FAILED if self.errors.gave_up(started=self._started) else Ending.NONE

    def result(self, *, phrases: PhraseWatch) -> ExportLog:
        """Return what the log says."""
        end, errors, record, tool = self._end, self.errors, self.record, self._tool
        for wording in record.wordings:
            self._votes.add(wording, weight=3)
            tool.saw_pump(wording)
        return ExportLog(
            tool=tool.tool,
            version=tool.version,
            language=self._votes.winner() or ("en" if tool.banner_tool else None),
            ending=self._ending(),
            end_line=self._end_text,
            end_line_is_whole=end is not None and self._end_is_whole,
            error_count=end.error_count if end else None,
            codes=tuple(errors.codes),
            job=self._job,
            elapsed=end.elapsed if end else None,
            dump_files=tuple(self._dump_set.files),
            tables=tuple(record.rows),
            table_count=record.table_count,
            row_count=record.row_count,
            errors=errors.blocks(),
            code_counts=tuple(errors.head_counts.items()),
            counted_errors=errors.counted,
            failed_tables=tuple(record.failed),
            notes=frozenset(self._notes),
            phrases_watched=phrases.watched,
            phrases_seen=frozenset(phrases.seen),
            started=self._started,
            is_log=bool(tool.tool or tool.banner_tool or errors.codes or end),
        )


def _job_of(found: re.Match[str]) -> str:
    return f'"{found["owner"]}"."{found["name"]}"'
