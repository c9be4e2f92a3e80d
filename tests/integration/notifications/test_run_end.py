"""A run's start and end, told to a real HTTP server and to a real UDP socket."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk._shared.secrets_masker import _secrets_masker
from airflow.sdk.observability import stats

from oracle_backup.adapters.heartbeat import Heartbeat
from oracle_backup.domain.metrics import measures_of_run
from oracle_backup.domain.report.model import Problem, Step
from oracle_backup.domain.status import StoreView, judge_schema
from oracle_backup.hooks import heartbeat
from oracle_backup.hooks.heartbeat import ping_end, ping_start, run_uuid
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.hooks.metrics import emit, emit_ages
from oracle_backup.notifications.run_end import tell_outside
from oracle_backup.notifications.unreported import mail_unreported
from support.airflow_runs import wait_until
from support.builders import STEPS, make_archive_facts, make_report, make_steps
from support.http_monitor import SECRET, Reply
from support.statsd_receiver import StatsdReceiver, connect_metrics, metrics_to_statsd
from support.watch import NOW, make_aged, make_watched_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.http_monitor import Monitor

RUN = SimpleNamespace(
    dag_id="oracle_backup__erp__HR",
    run_id="scheduled__2026-11-23T02:00:00+00:00",
    logical_date=None,
    run_after=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def told(configure: Callable[..., None], monitor: Monitor) -> Monitor:
    """The monitor of schema HR."""
    configure(ping_url=monitor.url)
    return monitor


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch) -> Iterator[StatsdReceiver]:
    """A StatsD that Airflow's metrics go to, in its plain form."""
    with metrics_to_statsd(monkeypatch) as receiver:
        yield receiver


def eventually(condition: Callable[[], object], statsd: StatsdReceiver) -> None:
    """Wait for what comes over UDP."""
    wait_until(condition, what=lambda: statsd.lines, seconds=20)


def test_start_and_end_of_a_run_bear_one_name_that_is_a_uuid(told: Monitor) -> None:
    ping_start(RUN, database="erp", schema="HR")
    ping_end(make_report())
    ping_end(make_report(run_id="another"))

    assert told.signals == ["start", "", ""]
    first, second, other = (one.rid for one in told.pings)
    assert first == second == str(run_uuid(dag_id=RUN.dag_id, run_id=RUN.run_id))
    assert other != first


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"verdict": None}, "failed: Backup of HR on erp FAILED."),
        (
            {"verdict": None, "skipped": "This run was due long ago."},
            "skipped: Backup of HR on erp was SKIPPED: This run was due long ago.",
        ),
        (
            {"verdict": "incomplete", "archive": None},
            "incomplete: Backup of HR on erp is INCOMPLETE: data are missing from it.",
        ),
        (
            {"steps": make_steps(archive="failed"), "verified": False},
            "failed: Backup of HR on erp FAILED in archive.",
        ),
    ],
)
def test_bad_end_is_told_with_verdict_and_headline_only(
    told: Monitor, changes: dict[str, Any], text: str
) -> None:
    problem = Problem(step="archive", message="The store said: disk of customer X is full.")

    ping_end(make_report(problems=(problem,), **changes))

    assert told.signals == ["fail"]
    assert told.pings[0].text == text


@pytest.mark.parametrize("state", ["skipped", "not run", "removed", "upstream_failed"])
def test_end_is_not_good_unless_every_step_has_succeeded(told: Monitor, state: str) -> None:
    steps = (*make_report().steps[:-1], Step(name="clean_up", state=state))

    ping_end(make_report(steps=steps))

    assert told.signals == ["fail"]


def test_secret_that_airflow_knows_is_not_told(told: Monitor) -> None:
    _secrets_masker().add_mask("canary-in-a-name")

    ping_end(
        make_report(
            database="erp",
            schema="HR",
            verdict=None,
            steps=(Step(name="canary-in-a-name", state="failed"),),
        )
    )

    assert told.pings[0].text == "failed: Backup of HR on erp FAILED in ***."


def test_schema_without_a_monitor_and_one_that_is_gone_ping_nobody(told: Monitor) -> None:
    ping_start(RUN, database="erp", schema="SALES")
    ping_start(RUN, database="erp", schema="GONE")

    assert told.pings == []


def test_config_that_cannot_be_read_raises_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", "/nowhere/backups.yaml")

    ping_start(RUN, database="erp", schema="HR")

    assert "/nowhere/backups.yaml" in caplog.text
    assert "its monitor could not be told of the run's start" in caplog.text


def test_monitor_that_fails_raises_nothing_and_is_warned_of_without_its_address(
    told: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told.replies = [Reply(status=404)]

    ping_end(make_report())

    (warning,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert warning.getMessage() == (
        "HR on erp: its monitor at 127.0.0.1 could not be told of the run's good end: "
        "it answered 404. The backup does not mind."
    )
    assert SECRET not in caplog.text


def test_broken_heartbeat_raises_nothing(
    told: Monitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Heartbeat, "ping", fail)

    ping_start(RUN, database="erp", schema="HR")

    assert "ZeroDivisionError" in caplog.text


def test_address_is_masked_before_it_is_used(
    told: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked: list[str] = []
    monkeypatch.setattr(heartbeat, "mask_secret", masked.append)

    ping_start(RUN, database="erp", schema="HR")

    assert masked == [f"ping/{SECRET}", SECRET]


def tell(states: dict[str, str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Airflow call back for a failed run; its mail is refused."""

    def refuse(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(ReportMailHook, "sender", refuse)
    mail_unreported(
        database="erp",
        schema_name="HR",
        smtp_conn_id="m",
        to=["dba@example.com"],
        sender=None,
        timezone="UTC",
        steps=STEPS,
        heartbeat=True,
    )(
        {
            "dag_run": RUN,
            "ti": SimpleNamespace(
                get_task_states=lambda **_: {RUN.run_id: states}, xcom_pull=lambda **_: None
            ),
            "reason": "timed_out",
        }
    )


def test_run_that_died_before_its_report_is_told_of_even_where_no_mail_goes_out(
    told: Monitor, statsd: StatsdReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell({"export": "failed", "report": None}, monkeypatch)

    assert told.signals == ["fail"]
    assert told.pings[0].rid == str(run_uuid(dag_id=RUN.dag_id, run_id=RUN.run_id))
    eventually(lambda: "airflow.oracle_backup.runs.erp.HR.failed:1|c" in statsd.lines, statsd)


def test_run_whose_report_went_out_is_not_told_of_twice(
    told: Monitor, statsd: StatsdReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell({"export": "failed", "report": "success"}, monkeypatch)

    assert told.pings == []
    assert statsd.values("airflow.oracle_backup") == {}


def test_end_is_told_to_metrics_and_monitor(told: Monitor, statsd: StatsdReceiver) -> None:
    archive = replace(make_archive_facts(), size_bytes=250, dump_bytes=1000)
    steps = tuple(Step(name=name, state="success", seconds=2.5) for name in STEPS)

    tell_outside(make_report(archive=archive, rows=7, tables=2, steps=steps), heartbeat=True)
    tell_outside(make_report(), heartbeat=False)

    assert told.signals == [""]
    run = "airflow.oracle_backup.runs.erp.HR.complete:1|c"
    eventually(lambda: statsd.lines.count(run) == 2, statsd)
    found = statsd.values("airflow.oracle_backup.")
    assert found["airflow.oracle_backup.last_run_good.erp.HR"] == "1|g"
    assert "airflow.oracle_backup.compression_ratio.erp.HR:4.0|g" in statsd.lines
    assert {name for name in found if ".step_seconds.erp.HR." in name} == {
        f"airflow.oracle_backup.step_seconds.erp.HR.{step}" for step in STEPS
    }


def test_tags_stand_apart_where_statsd_takes_them(
    statsd: StatsdReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED", "True")
    connect_metrics()

    emit(measures_of_run(make_report(schema="A$B")))

    line = "airflow.oracle_backup.runs,database=erp,schema=A-24-B,verdict=complete:1|c"
    eventually(lambda: line in statsd.lines, statsd)


def test_ages_are_handed_over(statsd: StatsdReceiver) -> None:
    subject = make_watched_schema(expected=timedelta(hours=30))
    status = judge_schema(subject, {"nas": StoreView.of([make_aged(6)])}, now=NOW)

    emit_ages([status])

    eventually(lambda: len(statsd.values("airflow.oracle_backup.")) == 4, statsd)
    found = statsd.values("airflow.oracle_backup.")
    assert found["airflow.oracle_backup.status.erp.HR"] == "0|g"
    assert found["airflow.oracle_backup.newest_good_age_seconds.erp.HR"] == "21600.0|g"
    assert found["airflow.oracle_backup.expected_age_seconds.erp.HR"] == "108000.0|g"


def test_metrics_that_are_switched_off_cost_nothing() -> None:
    connect_metrics()

    emit(measures_of_run(make_report()))


@pytest.mark.parametrize("error", [OSError("no route"), RuntimeError("can't"), ValueError("bad")])
def test_broken_backend_raises_nothing_and_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def broken() -> Any:
        raise error

    stats.initialize(factory=broken, export_legacy_names=True)
    try:
        emit(measures_of_run(make_report()))
    finally:
        connect_metrics()

    assert "Figures could not be handed to Airflow's metrics" in caplog.text
