"""What is there to tell about a run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

FAILED_STATES = frozenset({"failed", "upstream_failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One task: its Airflow state, and how long it took, where that is known."""

    name: str
    state: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a step failed, and what to do about it."""

    step: str
    message: str
    hint: str = ""


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
    retention: tuple[str, ...] = ()
    unchecked_host_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    note: str = ""
    message: str = ""
    own_subject: str = ""

    @property
    def failed_steps(self) -> tuple[str, ...]:
        """Names of the steps that failed themselves, not because of one before them."""
        return tuple(step.name for step in self.steps if step.state == "failed")

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
        what = f"{self.schema} on {self.database}"
        if self.is_good:
            worry = ", with warnings" if self.outcome == "warnings" else ""
            return f"Backup of {what} is complete and verified{worry}."
        if self.verdict == "complete" and self.verified:
            where = " and ".join(self.failed_steps) or "a step after it"
            return f"Backup of {what} is complete and verified, but {where} failed."
        if self.verdict == "incomplete":
            kept = " It is archived, and does not count." if self.archive else ""
            return f"Backup of {what} is INCOMPLETE: data are missing from it.{kept}"
        where = f" in {' and '.join(self.failed_steps)}" if self.failed_steps else ""
        return f"Backup of {what} FAILED{where}."

    @property
    def subject(self) -> str:
        """Return the mail's subject: one line, whatever the names hold."""
        if own := one_line(self.own_subject):
            return own
        word = {"success": "OK", "warnings": "OK (warnings)", "failed": "FAILED"}[self.outcome]
        if self.verdict == "incomplete":
            word = "INCOMPLETE"
        subject = f"[Oracle backup] {word}: {self.schema} on {self.database}"
        return one_line(subject)


def one_line(text: str) -> str:
    """Given the text of a mail's header, return it as one printable line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
