"""``status``: is every schema protected, for a monitor that asks from outside?"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.cli.exits import NotFoundError
from oracle_backup.cli.places import (
    add_place_options,
    add_schema_options,
    choose,
    open_places,
    seconds,
)
from oracle_backup.cli.progress_bar import status_line
from oracle_backup.cli.prometheus import render_metrics
from oracle_backup.cli.status_metrics import gauges_of
from oracle_backup.cli.tables import printable, render_table, terminal_columns
from oracle_backup.config.watched import watched
from oracle_backup.domain.units import format_age, format_bytes
from oracle_backup.domain.watch.alarm import Alarm, Level, schema_key
from oracle_backup.domain.watch.judge import judge
from oracle_backup.domain.watch.subjects import StoreAnswer, StoreSilence
from oracle_backup.domain.watch.words import Speech
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_backup.config.load import Config
    from oracle_backup.domain.status import SchemaStatus
    from oracle_backup.domain.watch.judge import Look
    from oracle_backup.domain.watch.subjects import Watched, WatchedStore

_SPEECH: Final = Speech()

log = logging.getLogger(__name__)

_EPILOG: Final = """\
Asks the stores, and nothing else: neither Airflow nor a database has to run. It judges as the
watchdog does. A schema is
  critical  without a complete and verified backup, when the newest one is older than max_age (or
            than its schedule allows), when its last rehearsed restore has failed, or when none of
            its stores can be read; a wrong entry of the config is critical too, because nothing
            is backed up for it
  warning   when its newest backup is incomplete, a store can't be read or lags behind another,
            an archive is gone, changed or damaged, a manifest can't be read, or the last
            rehearsed restore that passed is older than max_drill_age; backups of a schema that
            the config does not know are a warning too, and so is a wrong section of it
A schema without any backup has time until its first scheduled run after the config file was last
changed, and start_late_limit on top, at least 6 h. Schemas that are switched off are left out.
With --database or --schema, what belongs to none of these schemas is not judged.

Exit codes, as Nagios and its kin take them: 0 all in order, 1 a warning, 2 critical, wrong use or
config, or the command itself has failed. The first line of the output says why.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "status",
        help="tell whether every schema has a good backup that is young enough",
        description="Tell whether every schema has a good backup that is young enough.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_schema_options(parser)
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=120,
        metavar="S",
        help="seconds the stores have to answer (default: 120)",
    )
    add_place_options(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument(
        "--prometheus", action="store_true", help="print metrics in Prometheus's text format"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """
    Ask, print, and return the exit code.

    What keeps the command from its work is critical too: as any other exit code, a monitor would
    take it for a warning, or for none of its levels.
    """
    try:
        return _run(options)
    except (BackupError, NotFoundError) as error:
        why = str(error)
    except BrokenPipeError:
        raise
    except Exception as error:
        log.exception("The command has failed.")
        why = f"{type(error).__name__}: {error}"
    if options.json:
        plain = {"level": "critical", "schemas": [], "stores": [], "alarms": []}
        print(json.dumps(plain | {"problems": [why]}, indent=1))
    else:
        # Metrics that are not there are an alarm of their own.
        print(f"CRITICAL: {why}", file=sys.stderr if options.prometheus else sys.stdout)
    return int(Level.CRITICAL)


def _run(options: argparse.Namespace) -> int:
    with open_places(options) as places:
        config = places.config
        subject, is_alone = _asked_for(config, options)
        answers = _ask(subject, whole=is_alone, timeout_seconds=options.timeout)
    look = judge(subject, answers, now=datetime.now(UTC), is_alone=is_alone)
    told = _Told(config=config, subject=subject, answers=answers, look=look)
    if options.json:
        print(json.dumps(told.as_dict(), indent=1))
    elif options.prometheus:
        stores = [(store, answers[place]) for place, store in subject.stores().items()]
        gauges = gauges_of(look, stores, problem_count=len(config.problems))
        print(render_metrics(gauges), end="")
    else:
        told.print()
    return int(look.level)


def _asked_for(config: Config, options: argparse.Namespace) -> tuple[Watched, bool]:
    """Return what is looked after, and whether that is everything."""
    subject = watched(config)
    if options.database is None and options.schema is None:
        return subject, True
    chosen = choose(config, database=options.database, schema=options.schema)
    keys = {schema_key(one.database, one.schema_name) for one in chosen}
    schemas = tuple(one for one in subject.schemas if one.key in keys)
    return dataclasses.replace(subject, schemas=schemas), False


def _ask(
    subject: Watched, *, whole: bool, timeout_seconds: float
) -> dict[str, StoreAnswer | StoreSilence]:
    from oracle_backup.hooks.survey import survey_stores

    with status_line(sys.stderr) as draw:
        return survey_stores(
            subject,
            timeout_seconds=timeout_seconds,
            whole=whole,
            tell=lambda count, total: draw(f"{count} of {total} stores are read"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What was found, as it is printed."""

    config: Config
    subject: Watched
    answers: Mapping[str, StoreAnswer | StoreSilence]
    look: Look

    def as_dict(self) -> dict[str, Any]:
        return {
            "level": self.look.level.name.lower(),
            "schemas": [_schema(one) for one in self.look.statuses],
            "stores": [
                _store(store, self.answers[place]) for place, store in self.subject.stores().items()
            ],
            "alarms": [_alarm(one) for one in self.look.alarms],
            "problems": list(self.config.problems),
        }

    def print(self) -> None:
        print(self._first_line())
        if self.look.statuses:
            print()
            headers = ("SCHEMA", "STATE", "NEWEST GOOD (UTC)", "AGE", "MAX AGE", "SIZE", "WHY")
            rows = [_row(one) for one in self.look.statuses]
            columns = terminal_columns(sys.stdout)
            for line in render_table(headers, rows, columns=columns, right={"SIZE"}):
                print(line)
        for alarm in self._others:
            print(printable(f"{_SPEECH.where(alarm)}: {_SPEECH.what(alarm)}"))
            print(f"  {printable(_SPEECH.todo(alarm))}")
        for place, store in self.subject.stores().items():
            answer = self.answers[place]
            if isinstance(answer, StoreAnswer) and answer.foreign:
                print(f"{store.name}: {answer.foreign} foreign archives; `list` names them.")

    @property
    def _others(self) -> list[Alarm]:
        """Alarms that no line of the table tells."""
        of_schemas = {alarm.id for one in self.look.statuses for alarm in one.alarms}
        return [one for one in self.look.alarms if one.id not in of_schemas]

    def _first_line(self) -> str:
        """Return what a monitor shows: the worst first."""
        told = [
            (one.level, f"{one.database}/{one.schema}: {_why(one)[0]}")
            for one in self.look.statuses
            if _why(one)
        ]
        told += [(one.level, f"{_SPEECH.where(one)}: {_SPEECH.title(one)}") for one in self._others]
        told.sort(key=lambda one: one[0], reverse=True)
        counted = f"{self.look.level.name}: {len(self.look.statuses)} schemas"
        texts = "; ".join(printable(text) for _, text in told)
        return f"{counted}. {texts}" if texts else counted


def _why(status: SchemaStatus) -> tuple[str, ...]:
    """Return why a schema is not in order, or what it waits for."""
    if status.waits_until is not None and not status.alarms:
        return (_SPEECH.word("waits", time=status.waits_until), *_SPEECH.reasons(status))
    return _SPEECH.reasons(status)


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "kind": alarm.kind.value,
        "level": alarm.level.name.lower(),
        "database": alarm.database or None,
        "schema": alarm.schema or None,
        "store": alarm.store or None,
        "since": None if alarm.since is None else _instant(alarm.since),
        "what": _SPEECH.what(alarm),
        "todo": _SPEECH.todo(alarm),
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _schema(status: SchemaStatus) -> dict[str, Any]:
    newest = status.newest
    return {
        "database": status.database,
        "schema": status.schema,
        "level": status.level.name.lower(),
        "reasons": list(_SPEECH.reasons(status)),
        "first_due": None if status.waits_until is None else _instant(status.waits_until),
        "newest_good": None
        if newest is None
        else {
            "archive": newest.archive.name,
            "snapshot_time": _instant(newest.snapshot_time),
            "size_bytes": newest.archive.size_bytes,
        },
        "newest_verdict": status.newest_of_all.verdict if status.newest_of_all else None,
        "age_seconds": None if status.age is None else round(status.age.total_seconds()),
        "expected_age_seconds": None
        if status.expected is None
        else round(status.expected.total_seconds()),
        "drill_passed": None if status.drills.passed is None else _instant(status.drills.passed),
        "backups": {
            name: None if view is None else view.count for name, view in status.views.items()
        },
    }


def _store(store: WatchedStore, answer: StoreAnswer | StoreSilence) -> dict[str, Any]:
    head = {"store": store.name, "path": store.path}
    if isinstance(answer, StoreSilence):
        return {**head, "error": answer.error}
    return {
        **head,
        "error": None,
        "half": answer.lost,
        "foreign": answer.foreign,
        "foreign_bytes": answer.foreign_bytes,
        "damaged_manifests": answer.unreadable,
    }


def _row(status: SchemaStatus) -> tuple[str, ...]:
    newest = status.newest
    return (
        f"{status.database}/{status.schema}",
        status.level.name,
        f"{newest.snapshot_time:%Y-%m-%d %H:%M}" if newest else "-",
        "-" if status.age is None else format_age(status.age),
        "-" if status.expected is None else format_age(status.expected),
        format_bytes(newest.archive.size_bytes) if newest else "-",
        "; ".join(_why(status)),
    )
