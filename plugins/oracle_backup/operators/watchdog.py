"""Has every schema a good backup, and who has to be told that it has not?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator
from airflow.sdk.exceptions import AirflowRuntimeError

from oracle_backup.adapters.mail import build_message
from oracle_backup.domain.report.html_page import render_html_page
from oracle_backup.domain.report.text_page import render_text_page
from oracle_backup.domain.watch.alarm import Level, schema_key
from oracle_backup.domain.watch.judge import judge
from oracle_backup.domain.watch.letters import after_look, plan_letters, readers_of
from oracle_backup.domain.watch.memory import Memory
from oracle_backup.domain.watch.page import build_page
from oracle_backup.domain.watch.words import Speech
from oracle_backup.errors import (
    BackupError,
    ConfigError,
    IntegrityError,
    MailRefusedError,
    MemoryLostError,
)
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.hooks.metrics import emit_ages
from oracle_backup.hooks.survey import PAUSES_SECONDS, survey_stores
from oracle_backup.operators.steps import run_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from oracle_backup.domain.watch.judge import Look
    from oracle_backup.domain.watch.letters import Letter
    from oracle_backup.domain.watch.page import Page
    from oracle_backup.domain.watch.subjects import Watched

MEMORY = Asset(
    name="oracle-backup-watchdog", uri="oracle-backup-watchdog://memory", group="oracle_backup"
)
"""Nothing ever updates it: Airflow keeps with it what the watchdog remembers."""
MEMORY_KEY = "told"

_STORES_SECONDS = 900.0
_HINT = "It may have too many files, or its server hangs."


class WatchdogOperator(BaseOperator):
    """
    Ask the stores how protected every schema is, and mail what has changed.

    Reads the config and the stores' manifests, and nothing of the backups' DAGs: it works while
    these are paused, broken or deleted. Who was told of what is kept with the asset `MEMORY`,
    and saved after each mail; a look that is interrupted is made again, and tells what was not
    told yet. The mail's text is in the task's log before it is sent.

    What was found also goes to Airflow's metrics, as ``oracle_backup.status`` and ages.

    Succeeds when everybody who has to be told something has been: an alarm is told by mail, and
    not by a red task.

    :param watched: what is looked after.
    :param remind_after: how long after the last mail an alarm that stands is told again.
    :param timezone: zone in which times are shown.
    :param pauses: seconds before each further try at a store that can't be reached.

    :returns: XCom ``{"level", "alarms": [ids], "endangered": [schemas], "mails": count}``
    :raises MailRefusedError: a mail was refused; the next look tells it again. Not retried.
    :raises MailUnreachableError: no connection. Retried.
    :raises ConfigError: the config can't be read, and nobody is known who could be told.
    :raises MemoryLostError: what was remembered can't be read, so everything was told anew; or it
        can't be kept, so the next look tells everything anew. Not retried.
    """

    ui_color = "#fff4d6"

    def __init__(
        self,
        *,
        watched: Watched,
        remind_after: timedelta = timedelta(days=1),
        timezone: str = "UTC",
        pauses: tuple[float, ...] = PAUSES_SECONDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(inlets=[MEMORY], **kwargs)
        self.watched = watched
        self.remind_after = remind_after
        self.timezone = timezone
        self.pauses = pauses

    def execute(self, context: Context) -> dict[str, Any]:
        """Look, remember what was seen, and tell each reader what is new to him."""
        # To the minute, so that a reminder comes at the same time each day.
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        memory, trouble = self._recall(context)
        look = self._look(memory)
        readers = readers_of(self.watched, memory)
        memory = after_look(memory, look, readers, now=now)
        trouble = self._keep(context, memory) or trouble
        letters = plan_letters(
            memory,
            look,
            readers,
            schemas=self._schemas(),
            remind_after=self.remind_after,
            now=now,
        )
        for letter in letters:
            page = self._page(letter, context, now=now)
            try:
                self._send(letter, page)
            except BackupError as error:
                self.log.warning("This mail was not sent: %s", error)
                trouble = trouble or error
                reached = _reached(letter.to, error)
            else:
                reached = letter.to
            if reached:
                memory = memory.told(reached, letter.told, now=now)
                trouble = self._keep(context, memory) or trouble
        self._require_readers(look, readers=bool(readers))
        if trouble is not None:
            raise trouble
        return {
            "level": look.level.name.lower(),
            "alarms": [one.id for one in look.alarms],
            "endangered": sorted({key for one in look.alarms for key in one.endangers}),
            "mails": len(letters),
        }

    def _look(self, memory: Memory) -> Look:
        """Ask the stores, judge, and say in the log what is wrong."""
        answers = survey_stores(
            self.watched,
            timeout_seconds=_STORES_SECONDS,
            whole=True,
            pauses=self.pauses,
            hint=_HINT,
        )
        look = judge(self.watched, answers, now=datetime.now(UTC), remembered=memory.drills)
        emit_ages(look.statuses)
        speech = Speech(zone=self.timezone)
        good = sum(one.level is Level.OK for one in look.statuses)
        self.log.info(
            "%d of %d schemas are in order; %d alarms.",
            good,
            len(look.statuses),
            len(look.alarms),
        )
        for alarm in look.alarms:
            what = speech.what(alarm)
            self.log.warning("%s, %s: %s", alarm.level.name, speech.where(alarm), what)
        return look

    def _recall(self, context: Context) -> tuple[Memory, BackupError | None]:
        """Return what is remembered; where that can't be read, nothing, and why."""
        try:
            plain = context["asset_state_store"][MEMORY].get(MEMORY_KEY)
            return (Memory() if plain is None else Memory.from_plain(plain)), None
        except (IntegrityError, AirflowRuntimeError) as error:
            self.log.warning("What was remembered can't be read: %s", error)
            return Memory(), MemoryLostError(
                f"What the watchdog remembers can't be read: {error}",
                hint="All that stands was told once more; the next look goes on from here.",
            )

    def _keep(self, context: Context, memory: Memory) -> BackupError | None:
        """Save what is remembered, and return why that failed: told twice is better than never."""
        try:
            context["asset_state_store"][MEMORY].set(MEMORY_KEY, memory.to_plain())
        except AirflowRuntimeError as error:
            self.log.warning("What is to be remembered can't be kept: %s", error)
            return MemoryLostError(
                f"What the watchdog remembers can't be kept: {error}",
                hint="The next look tells everything once more. Is Airflow's database writable?",
            )
        return None

    def _schemas(self) -> tuple[str, ...]:
        return (
            *(one.key for one in self.watched.schemas),
            *(schema_key(one.database, one.schema) for one in self.watched.broken),
        )

    def _page(self, letter: Letter, context: Context, *, now: datetime) -> Page:
        """Write the mail, and say it in the log."""
        run = context["dag_run"]
        page = build_page(
            letter,
            speech=Speech(language=letter.route.language, zone=self.timezone),
            now=now,
            remind_after=self.remind_after,
            run_url=run_url(run.dag_id, run.run_id),
        )
        text = render_text_page(page.headline, page.sections)
        self.log.info("%s\nTo: %s\n%s", page.subject, ", ".join(letter.to), text)
        return page

    def _send(self, letter: Letter, page: Page) -> None:
        hook = ReportMailHook(letter.route.conn_id)
        message = build_message(
            page.subject,
            text=render_text_page(page.headline, page.sections),
            html=render_html_page(
                page.headline,
                page.sections,
                subject=page.subject,
                colour=page.colour,
                language=letter.route.language,
            ),
            sender=hook.sender(letter.route.sender or None),
            recipients=letter.to,
            # A look that died between a mail and its note sends that mail again.
            letter=f"watchdog.{letter.number}",
        )
        hook.send(message)

    def _require_readers(self, look: Look, *, readers: bool) -> None:
        """Raise where something is wrong and nobody is known who could be told."""
        if look.alarms and not readers:
            what = Speech().what(look.alarms[0])
            raise ConfigError(
                f"Nobody can be told, because nobody is known: {what}",
                hint="Mend the config file; watchdog.to in it names who is told.",
            )


def _reached(to: Sequence[str], error: BackupError) -> tuple[str, ...]:
    """Return who has got a mail although it was refused: the others of several."""
    refused = error.refused if isinstance(error, MailRefusedError) else ()
    return tuple(one for one in to if one not in refused) if refused else ()
