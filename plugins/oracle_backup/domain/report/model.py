"""What is there to tell about a run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.domain.table_figures import TableSize, TroubledTable

FAILED_STATES = frozenset({"failed", "upstream_failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One task: its Airflow state, and how long it took, where that is known."""

    name: str
    state: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Why a step failed, and what to do about it.

    :param kind: the error's class; empty where it left no word.
    """

    step: str
    message: str
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """
    The archive on one store.

    :param location: server and folder, as in ``sftp://backup@nas:22/backups/erp/HR``.
    :param method: how it was verified, ``full``, ``hash`` or ``size``; None where it was not.
    :param error: why it is missing or in doubt, or nothing.
    """

    store: str
    location: str
    method: str | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFacts:
    """
    Where the backup is.

    :param location: the SFTP server and the folder, as in ``sftp://backup@nas:22/backups/erp/HR``.
    :param sha256: of the whole archive, once it was read back.
    :param tool: what wrote the dump set, ``expdp`` or ``exp``: another tool reads each back.
    :param copies: the archive on each of its stores.
    """

    name: str
    location: str
    size_bytes: int
    dump_bytes: int
    encrypted: bool
    sha256: str | None
    members: tuple[str, ...]
    tool: str = "expdp"
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """
    A backup on the store, this run's or an earlier one's.

    :param counts: whether it is complete and verified.
    """

    snapshot_time: datetime
    size_bytes: int
    dump_bytes: int
    counts: bool = True

    @property
    def ratio(self) -> float:
        """How many times smaller packing made the dump; 0 for an empty archive."""
        return self.dump_bytes / self.size_bytes if self.size_bytes else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """
    What retention did on one store.

    :param kept: how many backups stay.
    :param removed: names of the archives that went.
    :param later: how many more go at later runs.
    """

    store: str
    kept: int
    removed: tuple[str, ...] = ()
    later: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """
    What retention did.

    :param policy: what is kept, as in ``the last 7, 12 monthly``.
    """

    policy: str
    stores: tuple[Retained, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """
    One run, as its report tells it.

    :param verdict: of the export, or None where it never came to one.
    :param moment: when the run was due, or its start where it was due at no time.
    :param snapshot_time: the instant the data show.
    :param notes: what befell the export on its way: followed in the database, started once more,
        stopped, half files removed.
    :param unchecked_host_keys: connections which do not verify who they talk to.
    :param zone: the schema's time zone, in which instants are shown.
    :param message: paragraphs of the config's, one a line, which stand at the top.
    :param own_subject: the mail's subject as the config wants it; empty for the usual one.
    :param language: of the mail, ``en`` or ``es``.
    :param began: when the run was started.
    :param skipped: why nothing was exported on purpose, as a sentence; empty where it was tried.
    :param codes: Oracle's codes that say why data are missing, in order of their weight.
    :param troubled: tables whose rows are missing, or may be.
    :param troubled_count: how many these are; the first of them are named.
    :param biggest: the biggest tables, the biggest first.
    :param history: the newest backups on the store with this one, the oldest first.
    """

    database: str
    schema: str
    dag_id: str
    run_id: str
    run_url: str
    host: str
    zone: str
    moment: datetime
    snapshot_time: datetime | None
    verdict: str | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    tables: int | None = None
    rows: int | None = None
    archive: ArchiveFacts | None = None
    verified: bool = False
    retention: Retention | None = None
    unchecked_host_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    note: str = ""
    message: str = ""
    own_subject: str = ""
    language: str = "en"
    began: datetime | None = None
    skipped: str = ""
    codes: tuple[str, ...] = ()
    troubled: tuple[TroubledTable, ...] = ()
    troubled_count: int = 0
    biggest: tuple[TableSize, ...] = ()
    history: tuple[PastRun, ...] = ()

    @property
    def failed_steps(self) -> tuple[str, ...]:
        """Names of the steps that failed themselves, not because of one before them."""
        return tuple(step.name for step in self.steps if step.state == "failed")

    @property
    def was_skipped(self) -> bool:
        """Whether nothing was exported on purpose; a reason may be left by a try before."""
        return bool(self.skipped) and self.verdict is None

    @property
    def is_good(self) -> bool:
        """Whether there is one more complete and verified backup, and nothing failed."""
        return (
            self.verdict == "complete"
            and self.verified
            and not any(step.state in FAILED_STATES for step in self.steps)
        )

    @property
    def shown_verdict(self) -> str:
        """The verdict for texts of the config's; it is complete only where the backup is good."""
        if self.verdict == "complete" and not self.is_good:
            return "failed"
        return self.verdict or "failed"

    @property
    def outcome(self) -> str:
        """``success``, ``warnings`` or ``failed``: who wants which mail is told by this."""
        if not self.is_good:
            return "failed"
        return "warnings" if self.warnings or self.unchecked_host_keys else "success"

    @property
    def headline(self) -> str:
        """Say in one sentence what happened; the first line of every form of the report."""
        if self.is_good:
            return self._say("headline.warnings" if self.outcome == "warnings" else "headline.good")
        failed = self._say("and").join(self.failed_steps)
        if self.verdict == "complete" and self.verified:
            where = failed or self._say("headline.later.somewhere")
            return self._say("headline.later", where=where)
        if self.verdict == "incomplete":
            kept = f" {self._say('headline.incomplete.kept')}" if self.archive else ""
            return f"{self._say('headline.incomplete')}{kept}"
        if self.was_skipped:
            return self._say("headline.skipped", reason=translate(self.skipped, self.language))
        return self._say("headline.failed.in" if failed else "headline.failed", where=failed)

    @property
    def subject(self) -> str:
        """Return the mail's subject: one line, whatever the names hold."""
        return one_line(self.own_subject) or one_line(
            self._say("subject", word=self._say(f"word.{self.word}"))
        )

    @property
    def word(self) -> str:
        """What happened, in one word for the subject."""
        if self.verdict == "incomplete":
            return "incomplete"
        return "skipped" if self.was_skipped else self.outcome

    def _say(self, key: str, **values: str) -> str:
        return say(key, self.language, schema=self.schema, database=self.database, **values)


def one_line(text: str) -> str:
    """Given the text of a mail's header, return it as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
