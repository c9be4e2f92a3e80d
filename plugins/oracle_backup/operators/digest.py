"""How did all schemas fare, and who is told of it in one mail?"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import Asset, BaseOperator
from airflow.sdk.exceptions import AirflowRuntimeError

from oracle_backup.adapters.fires import fires_between
from oracle_backup.adapters.mail import build_message
from oracle_backup.domain.digest.night import SETTLE, SchemaNight, State, judge_night
from oracle_backup.domain.digest.page import Digest
from oracle_backup.domain.report.render import render_html_page, render_text_page
from oracle_backup.errors import BackupError, MailRefusedError
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.report_history import read_history
from oracle_backup.operators.run_records import read_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from oracle_backup.domain.digest.record import RunLog
    from oracle_backup.operators.stores import StorePlace

MEMORY = Asset(
    name="oracle-backup-digest", uri="oracle-backup-digest://memory", group="oracle_backup"
)
"""Nothing ever updates it: Airflow keeps with it what each reader was told."""

_FIRST_SPAN: Final = timedelta(days=1)
_STORES_SECONDS: Final = 300.0
"""For all stores together; whoever hangs longer is not asked any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSchema:
    """
    One schema as the config says it.

    :param cron: when its runs are due, in five fields; None where only by hand.
    :param records: the asset with which its runs are remembered.
    """

    key: str
    database: str
    schema: str
    dag_id: str
    cron: str | None
    zone: str
    records: Asset
    stores: tuple[StorePlace, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLetter:
    """
    Who is told of which schemas, and how.

    :param schemas: keys of the schemas.
    """

    to: tuple[str, ...]
    schemas: tuple[str, ...]
    smtp_conn_id: str
    sender: str | None
    language: str

    def memory_key(self, address: str) -> str:
        """Return under which name is kept what this reader was told by this way."""
        return "|".join((self.language, self.smtp_conn_id, self.sender or "", address))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a reader was told: when, by which run, and up to which run of each schema."""

    at: datetime | None = None
    by: str = ""
    seen: Mapping[str, int] = field(default_factory=dict)


class DigestOperator(BaseOperator):
    """
    Mail one digest to each group of readers who want the same schemas in the same way.

    Reads what reports have left of their runs, and of a schema whose run has left nothing what
    Airflow and the stores know. It goes out also where there is nothing to tell. What each reader
    was told is kept with the asset `MEMORY` as soon as his mail was accepted, so no run is told
    twice, and a retry goes on with those who have got nothing yet. The mail's text is in the
    task's log before it is sent.

    Succeeds when every mail was accepted.

    :param letters: who is told of what.
    :param schemas: the schemas they tell of.
    :param broken: schemas whose settings are wrong: every digest names them.
    :param timezone: zone in which times are shown.
    :param problems: what is wrong with the config's section about digests.

    :returns: XCom ``{"mails": count, "good": count, "bad": count}``
    :raises MailRefusedError: login, sender or recipient refused. Not retried.
    :raises MailUnreachableError: no connection. Retried.
    :raises ConfigError: a connection is missing, or has no sender. Not retried.
    """

    ui_color = "#e8f0fb"

    def __init__(
        self,
        *,
        letters: Sequence[DigestLetter],
        schemas: Sequence[DigestSchema],
        broken: Sequence[SchemaNight] = (),
        timezone: str = "UTC",
        problems: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        assets = [one.records for one in schemas if isinstance(one, DigestSchema)]
        super().__init__(inlets=[MEMORY, *assets], **kwargs)
        self.letters = letters
        self.schemas = schemas
        self.broken = broken
        self.timezone = timezone
        self.problems = problems

    def execute(self, context: Context) -> dict[str, Any]:
        """Read what is known, and send each letter; the first that fails is raised at the end."""
        desk = _Desk(context, {one.key: one for one in self.schemas})
        run_id = context["dag_run"].run_id
        until = datetime.now(UTC).replace(microsecond=0)
        trouble: BackupError | None = None
        mails, nights = 0, {one.rank: one for one in self.broken}
        for letter in self.letters:
            for told, to in _by_memory(desk, letter):
                if told.by == run_id:
                    self.log.info("Already told by this run: %s.", ", ".join(to))
                    continue
                digest = self._digest(letter, desk, told, until=until)
                nights |= {one.rank: one for one in digest.nights}
                try:
                    self._send(letter, digest, to)
                    reached = to
                except BackupError as error:
                    self.log.error("This digest was not sent: %s", error)  # noqa: TRY400
                    trouble = trouble or error
                    reached = _reached(to, error)
                mails += bool(reached)
                desk.remember(letter, reached, at=until, by=run_id)
        if trouble is not None:
            raise trouble
        return {
            "mails": mails,
            "good": sum(one.is_good for one in nights.values()),
            "bad": sum(one.is_trouble for one in nights.values()),
        }

    def _digest(self, letter: DigestLetter, desk: _Desk, told: _Told, *, until: datetime) -> Digest:
        since = told.at or until - _FIRST_SPAN
        return Digest(
            nights=(
                *self.broken,
                *(desk.night(key, told, since=since, until=until) for key in letter.schemas),
            ),
            since=since,
            until=until,
            zone=self.timezone,
            language=letter.language,
            problems=tuple(self.problems),
        )

    def _send(self, letter: DigestLetter, digest: Digest, to: Sequence[str]) -> None:
        sections = digest.sections()
        text = render_text_page(digest.headline, sections)
        self.log.info("%s\nTo: %s\n%s", digest.subject, ", ".join(to), text)
        html = render_html_page(
            digest.headline,
            sections,
            subject=digest.subject,
            colour=digest.colour,
            language=letter.language,
        )
        hook = ReportMailHook(letter.smtp_conn_id)
        hook.send(
            build_message(
                digest.subject,
                text=text,
                html=html,
                sender=hook.sender(letter.sender),
                recipients=to,
            )
        )
        self.log.info("Mailed to %s.", ", ".join(to))


class _Desk:
    """What one run of the digest has asked for; each thing once."""

    def __init__(self, context: Context, schemas: Mapping[str, DigestSchema]) -> None:
        self._context = context
        self._schemas = schemas
        self._logs: dict[str, RunLog] = {}
        self._stored: dict[str, datetime | None] = {}
        self._give_up = time.monotonic() + _STORES_SECONDS

    def told(self, letter: DigestLetter, address: str) -> str:
        """Return what a reader was told, as it was kept."""
        kept = self._context["asset_state_store"][MEMORY].get(letter.memory_key(address))
        return json.dumps(kept or {}, sort_keys=True)

    def remember(self, letter: DigestLetter, to: Sequence[str], *, at: datetime, by: str) -> None:
        """Keep what these readers were told just now."""
        seen = {key: self._log(key).last for key in letter.schemas}
        value = {"at": at.isoformat(), "by": by, "seen": seen}
        for address in to:
            self._context["asset_state_store"][MEMORY].set(letter.memory_key(address), value)

    def night(self, key: str, told: _Told, *, since: datetime, until: datetime) -> SchemaNight:
        """Return how a schema fared since a reader was told of it."""
        schema, log = self._schemas[key], self._log(key)
        # Who hears of a schema for the first time hears of its last day, and no complaint yet:
        # its DAG may not have been there when a run was due.
        is_known = key in told.seen
        seen = told.seen[key] if is_known else _number_before(log, since)
        due: tuple[datetime, ...] = ()
        if schema.cron is not None and is_known:
            due = fires_between(
                schema.cron, zone=schema.zone, after=since - SETTLE, until=until - SETTLE
            )
        facts: dict[str, Any] = {
            "database": schema.database,
            "schema": schema.schema,
            "log": log,
            "seen": seen,
            "due": due,
        }
        night = judge_night(**facts, is_running=False)
        if night.state is State.MISSING:
            return judge_night(
                **facts,
                is_running=self._is_running(schema.dag_id),
                is_paused=self._is_paused(schema.dag_id),
                stored=self._newest_stored(schema),
            )
        if log.good is None:
            return judge_night(**facts, is_running=False, stored=self._newest_stored(schema))
        return night

    def _log(self, key: str) -> RunLog:
        if key not in self._logs:
            self._logs[key] = read_runs(self._context, self._schemas[key].records)
        return self._logs[key]

    def _is_running(self, dag_id: str) -> bool:
        try:
            ti = self._context["ti"]
            return bool(ti.get_dr_count(dag_id=dag_id, states=["running", "queued"]))
        except AirflowRuntimeError:
            return False

    def _is_paused(self, dag_id: str) -> bool:
        try:
            return bool(self._context["ti"].get_dag(dag_id).is_paused)
        except AirflowRuntimeError:
            return False

    def _newest_stored(self, schema: DigestSchema) -> datetime | None:
        if schema.key not in self._stored:
            found = (
                read_history(
                    schema.stores,
                    folder=schema.folder,
                    database=schema.database,
                    schema=schema.schema,
                )
                if time.monotonic() < self._give_up
                else ()
            )
            good = [one.snapshot_time for one in found if one.counts]
            self._stored[schema.key] = max(good, default=None)
        return self._stored[schema.key]


def _by_memory(desk: _Desk, letter: DigestLetter) -> list[tuple[_Told, tuple[str, ...]]]:
    """Return a letter's readers, those together who were told the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for address in letter.to:
        groups[desk.told(letter, address)].append(address)
    return [(_parse(kept), tuple(to)) for kept, to in groups.items()]


def _parse(kept: str) -> _Told:
    plain = json.loads(kept)
    if not plain:
        return _Told()
    return _Told(datetime.fromisoformat(plain["at"]), plain["by"], plain["seen"])


def _number_before(log: RunLog, since: datetime) -> int:
    """Return the number of the run that was told last before an instant."""
    return max((one.number for one in log.runs if one.told_at < since), default=0)


def _reached(to: Sequence[str], error: BackupError) -> tuple[str, ...]:
    """Return who has got a mail although it was refused: the others of several."""
    refused = error.refused if isinstance(error, MailRefusedError) else ()
    return tuple(one for one in to if one not in refused) if refused else ()
