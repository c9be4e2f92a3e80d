"""How is somebody told of a run of any DAG: that it went well, failed, or is late?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from oracle_backup.domain import mail_text
from oracle_backup.domain.report.formats import format_instant
from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING
from oracle_backup.domain.report.model import one_line
from oracle_backup.domain.report.notice_words import WORDS, say
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Section
from oracle_backup.domain.report.sentences import translate

if TYPE_CHECKING:
    from datetime import datetime

    from oracle_backup.domain.report.model import Problem, Step

_COLOURS: Final = {"success": SUCCESS, "failed": FAILURE, "late": WARNING}
_UNDER_WAY: Final = frozenset(
    {"queued", "running", "deferred", "up_for_retry", "up_for_reschedule", "restarting"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNotice:
    """
    One run, as a notifier tells it.

    :param moment: when it was due, or its start where it was due at no time.
    :param schema: what it backs up; with `database` it gives the mail its title.
    :param steps: its tasks, in order.
    :param reason: why it ended, in Airflow's word.
    :param deadline: when it was to be done, of one that is late.
    :param own_subject: template of the mail's subject; empty for the usual one.
    :param own_message: template of a text at its top, which may be HTML.
    """

    kind: Literal["success", "failed", "late"]
    dag_id: str
    run_id: str
    run_url: str
    moment: datetime | None
    zone: str
    language: str = "en"
    schema: str = ""
    database: str = ""
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    reason: str = ""
    deadline: datetime | None = None
    own_subject: str = ""
    own_message: str = ""

    @property
    def title(self) -> str:
        """What the run is called."""
        key = "title.backup" if self.schema and self.database else "title.dag"
        return self._say(key, schema=self.schema, database=self.database, dag=self.dag_id)

    @property
    def subject(self) -> str:
        """Return the mail's subject, on one line."""
        own = one_line(mail_text.fill(self.own_subject, self._values()))
        usual = self._say("subject", word=self._say(f"word.{self.kind}"), title=self.title)
        return own or one_line(usual)

    @property
    def headline(self) -> str:
        """Say in one sentence what happened."""
        where = self._say("and").join(self.at)
        key = f"headline.{self.kind}.in" if self.at else f"headline.{self.kind}"
        return self._say(key, title=self.title, where=where, deadline=self._when(self.deadline))

    @property
    def colour(self) -> str:
        """The colour of the band at the top."""
        return _COLOURS[self.kind]

    @property
    def at(self) -> tuple[str, ...]:
        """The steps that failed, or at which a late run is."""
        wanted = {"success": frozenset(), "failed": {"failed"}, "late": _UNDER_WAY}[self.kind]
        return tuple(step.name for step in self.steps if step.state in wanted)

    def sections(self) -> tuple[Section, ...]:
        """Return what stands below the headline."""
        values = self._values()
        message = tuple(
            mail_text.fill(one, values) for one in mail_text.paragraphs(self.own_message)
        )
        steps = tuple((step.name, step.state) for step in self.steps)
        parts = [
            Section(title="", lines=message) if message else None,
            *(
                Section(
                    title=self._say("title.problem", step=one.step),
                    lines=(*self._told(one.message), *self._told(one.hint)),
                    tone=TROUBLE,
                )
                for one in self.problems
            ),
            self._todo(),
            Section(title=self._say("title.run"), rows=self._facts()),
            Section(title=self._say("title.steps"), rows=steps) if steps else None,
        ]
        return tuple(part for part in parts if part is not None)

    def _told(self, text: str) -> list[str]:
        """Return the lines of an error's message or hint."""
        return translate(text, self.language).splitlines()

    def _todo(self) -> Section | None:
        if self.kind == "success":
            return None
        keys = [f"todo.{self.kind}"]
        if self.kind == "late":
            keys += [f"todo.late.{step}" for step in self.at or ("queued",)]
        lines = tuple(self._say(key) for key in keys if key in WORDS)
        # Whoever has to act wants to go there first.
        rows = ((self._say("label.airflow"), self.run_url),) if self.run_url else ()
        return Section(title=self._say("title.todo"), lines=lines, rows=rows, tone=ADVICE)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        rows = [
            ("dag", self.dag_id),
            ("run", self.run_id),
            ("due", self._when(self.moment)),
            ("deadline", self._when(self.deadline)),
            ("reason", self.reason),
            ("airflow", self.run_url if self.kind == "success" else ""),
        ]
        return tuple((self._say(f"label.{key}"), value) for key, value in rows if value)

    def _values(self) -> dict[str, str]:
        return {
            "dag": self.dag_id,
            "run": self.run_id,
            "title": self.title,
            "schema": self.schema,
            "database": self.database,
            "verdict": self._say(f"verdict.{self.kind}"),
            "time": self._when(self.moment),
        }

    def _when(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        return format_instant(moment, zone=self.zone, language=self.language)

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)
