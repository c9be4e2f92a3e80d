"""The watchdog's run, where something goes wrong in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow.sdk.observability import stats

from oracle_backup.domain.watch.memory import Memory
from oracle_backup.domain.watch.subjects import Route
from oracle_backup.errors import (
    ConfigError,
    MailRefusedError,
    MailUnreachableError,
    MemoryLostError,
    StoreUnreachableError,
)
from oracle_backup.hooks import survey
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.watchdog import MEMORY, MEMORY_KEY, WatchdogOperator
from support.watch import DBA, make_watched, make_watched_schema

if TYPE_CHECKING:
    from email.message import EmailMessage

BOSS = "boss@example.com"
BROKEN = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={}))


class Desk:
    """Runs the operator with stores that say nothing, and keeps what it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kept: dict[str, Any] = {}
        self.mails: list[EmailMessage] = []
        self.refused: dict[str, Exception] = {}
        self.is_readable = self.is_writable = True
        monkeypatch.setattr(ReportMailHook, "__init__", lambda hook, conn_id: None)
        monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
        monkeypatch.setattr(ReportMailHook, "send", lambda _, message: self._send(message))
        monkeypatch.setattr(survey, "_hook", self._away)

    def _away(self, _store: object) -> None:
        raise StoreUnreachableError("Cannot reach the store.", hint="Wait.")

    def _send(self, message: EmailMessage) -> None:
        if error := self.refused.get(message["To"]):
            raise error
        self.mails.append(message)

    def get(self, key: str) -> Any:
        if not self.is_readable:
            raise BROKEN
        return self.kept.get(key)

    def set(self, key: str, value: Any) -> None:
        if not self.is_writable:
            raise BROKEN
        self.kept[key] = value

    def look(self, *schemas: Any, **changes: Any) -> Any:
        operator = WatchdogOperator(
            task_id="look", watched=make_watched(*schemas, **changes), pauses=()
        )
        run = SimpleNamespace(dag_id="d", run_id="r")
        return operator.execute({"dag_run": run, "asset_state_store": {MEMORY: self}})

    @property
    def memory(self) -> Memory:
        return Memory.from_plain(self.kept[MEMORY_KEY])

    @property
    def recipients(self) -> list[str]:
        return [mail["To"] for mail in self.mails]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def two_groups() -> list[Any]:
    """Return schemas whose readers share no mail, as they speak different languages."""
    spanish = make_watched_schema("CRM", to=(BOSS,), route=Route(language="es"))
    return [make_watched_schema("HR", to=(DBA,)), spanish]


def test_task_names_the_asset_whose_state_it_keeps():
    operator = WatchdogOperator(task_id="look", watched=make_watched())

    assert operator.inlets == [MEMORY]
    assert operator.outlets == []


def test_alarm_is_told_and_remembered(desk: Desk):
    result = desk.look()

    assert desk.recipients == [DBA]
    assert result["endangered"] == ["erp/HR"]
    assert len(desk.memory.readers[DBA].alarms) == 1
    assert desk.look()["mails"] == 0


def test_mail_that_is_refused_stops_no_other_and_only_it_is_tried_again(desk: Desk):
    desk.refused[DBA] = MailRefusedError("no")
    desk_schemas = two_groups()

    with pytest.raises(MailRefusedError):
        desk.look(*desk_schemas)
    desk.refused.clear()
    desk.look(*desk_schemas)

    assert desk.recipients == [BOSS, DBA]


def test_what_was_seen_is_kept_although_nobody_could_be_told(desk: Desk):
    desk.refused[DBA] = MailRefusedError("no")

    with pytest.raises(MailRefusedError):
        desk.look()

    assert [one.kind for one in desk.memory.alarms.values()] == ["silent"]
    assert desk.memory.readers[DBA].alarms == {}


def test_figures_of_every_look_go_to_airflow_s_metrics(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    gauges: dict[str, float] = {}
    monkeypatch.setattr(stats, "gauge", lambda name, value, tags: gauges.update({name: value}))

    desk.look()

    assert gauges["oracle_backup.status"] == 2


def test_recipient_who_is_refused_beside_others_is_the_only_one_tried_again(desk: Desk):
    both = make_watched_schema("HR", to=(DBA, BOSS))
    desk.refused[f"{DBA}, {BOSS}"] = MailRefusedError("no", refused=(BOSS,))

    with pytest.raises(MailRefusedError):
        desk.look(both)
    desk.look(both)

    assert desk.recipients == [BOSS]


def test_first_of_several_errors_is_the_one_of_the_task(desk: Desk):
    desk.refused = {DBA: MailUnreachableError("away"), BOSS: MailRefusedError("no")}

    with pytest.raises(MailUnreachableError):
        desk.look(*two_groups())


def test_memory_that_can_t_be_read_is_mailed_anyway_and_red(desk: Desk):
    desk.is_readable = False

    with pytest.raises(MemoryLostError, match="can't be read"):
        desk.look()

    assert desk.recipients == [DBA]
    assert desk.memory.readers[DBA].alarms


def test_memory_that_can_t_be_kept_is_mailed_anyway_and_red(desk: Desk):
    desk.is_writable = False

    with pytest.raises(MemoryLostError, match="can't be kept"):
        desk.look()

    assert desk.recipients == [DBA]


def test_alarm_that_nobody_can_be_told_of_is_red(desk: Desk):
    with pytest.raises(ConfigError, match="nobody is known"):
        desk.look(make_watched_schema(to=()))


def test_nothing_wrong_and_nobody_known_is_no_error(desk: Desk):
    assert desk.look(schemas=())["alarms"] == []


def test_addresses_that_no_head_can_hold_stop_no_other(desk: Desk):
    odd = make_watched_schema("HR", to=("a@example.com\nBcc: x@example.com",))
    _, spanish = two_groups()

    with pytest.raises(ConfigError):
        desk.look(odd, spanish)

    assert desk.recipients == [BOSS]
