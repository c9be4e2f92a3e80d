"""What have the checks before an export found so far?"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle_backup.domain.preflight import Judgement, problem, warning
from oracle_backup.errors import (
    RETRIED,
    BackupError,
    DatabaseUnreachableError,
    HostUnreachableError,
    RemoteCommandError,
    StatementError,
    StoreUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from oracle_backup.domain.missed import MissedRun
    from oracle_backup.domain.names import BackupNames
    from oracle_backup.domain.preflight_space import LastBackup

log = logging.getLogger(__name__)

UNREACHABLE = (DatabaseUnreachableError, HostUnreachableError, StoreUnreachableError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    The export that is about to start.

    :param directory: directory object (expdp).
    :param path: folder on the host (exp).
    :param names: of the run's first generation.
    :param own_jobs: names of the run's jobs, which no sweep may touch.
    :param probe: name of the file that is written to the folder of the dumps.
    :param options: the export's options.
    :param missed: how the run was missed; None for one that is in time.
    :param zone: the schema's time zone.
    """

    database: str
    schema: str
    tool: str
    oracle_home: str
    directory: str | None
    path: str | None
    container: str | None
    login_method: str
    keep_dump: bool
    names: BackupNames
    own_jobs: Sequence[str]
    probe: str
    options: Mapping[str, Any]
    licensed: Sequence[str]
    missed: MissedRun | None = None
    zone: str = "UTC"

    @property
    def is_pump(self) -> bool:
        """Whether the database writes the dump, not the host."""
        return self.tool == "expdp"

    @property
    def parallel(self) -> int:
        """Worker processes of the export."""
        return int(self.options["parallel"])


@dataclass(slots=True, kw_only=True)
class Findings:
    """
    Facts for the next tasks and judgements for the person.

    :param passing: how many of the problems may go away by themselves.
    :param newest_good: the latest instant that a good backup on a store shows.
    :param as_of_problem: why the data can't be exported as of a missed run's time.
    """

    facts: dict[str, Any]
    judgement: Judgement = field(default_factory=Judgement)
    last: LastBackup | None = None
    passing: int = 0
    newest_good: datetime | None = None
    as_of_problem: str = ""

    def take(self, judgement: Judgement) -> None:
        """Add what a check has found."""
        self.judgement += judgement

    def note_host_key(self, hook: Any) -> None:
        """Note a connection that does not verify the other side's host key."""
        if hook.no_host_key_check:
            self.facts["unchecked_host_keys"].append(hook.ssh_conn_id)
            log.warning(
                "Connection %r does not verify the host key; every report will say so.",
                hook.ssh_conn_id,
            )

    @contextmanager
    def necessary(self) -> Iterator[None]:
        """Make a problem of what goes wrong in a check that the backup can't do without."""
        try:
            yield
        except BackupError as error:
            self.take(problem(str(error)))
            self.passing += isinstance(error, RETRIED)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Make a problem of what goes wrong in one of several checks, unless the link broke."""
        try:
            yield
        except UNREACHABLE:
            # Nothing more can be asked on this way: `necessary` around it says so, once.
            raise
        except BackupError as error:
            self.take(problem(str(error)))
            self.passing += isinstance(error, RETRIED)

    @contextmanager
    def optional(self, what: str) -> Iterator[None]:
        """
        Make a warning of a question that the other side refuses to answer.

        :param what: what then is not known, as a subject.
        """
        try:
            yield
        except (StatementError, RemoteCommandError) as error:
            self.take(warning(f"{what} can't be told: {error.message}"))
