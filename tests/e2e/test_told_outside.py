"""What a monitor outside and a StatsD are told of whole runs, good and bad."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import pytest

from support.airflow_runs import wait_until
from support.http_monitor import SECRET, Reply, http_monitor
from support.statsd_receiver import metrics_to_statsd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.http_monitor import Monitor
    from support.statsd_receiver import StatsdReceiver


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A monitor outside."""
    with http_monitor() as monitor:
        yield monitor


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch) -> Iterator[StatsdReceiver]:
    """A StatsD that Airflow's metrics go to."""
    with metrics_to_statsd(monkeypatch) as receiver:
        yield receiver


def test_good_run_is_told_with_its_figures(backups, monitor, statsd):
    outcome = backups.run("HR", ping_url=monitor.url)

    assert outcome.state == "success"
    assert monitor.signals == ["start", ""]
    assert monitor.pings[0].rid == monitor.pings[1].rid
    assert "complete and verified" in monitor.pings[1].text
    archive = outcome.manifest["archive"]["size_bytes"]
    line = f"airflow.oracle_backup.archive_bytes.lab.HR:{archive}|g"
    wait_until(lambda: line in statsd.lines, what=lambda: statsd.lines)
    found = statsd.values("airflow.oracle_backup.")
    assert found["airflow.oracle_backup.runs.lab.HR.complete"] == "1|c"
    rows = sum(table["rows"] for table in outcome.manifest["tables"])
    assert found["airflow.oracle_backup.rows.lab.HR"] == f"{rows}|g"


def test_run_that_fails_before_its_export_is_told_as_failed(backups, monitor, statsd):
    outcome = backups.run("NOBODY", ping_url=monitor.url)

    assert outcome.state == "failed"
    assert monitor.signals == ["start", "fail"]
    assert monitor.pings[1].text == "failed: Backup of NOBODY on lab FAILED in preflight."
    line = "airflow.oracle_backup.runs.lab.NOBODY.failed:1|c"
    wait_until(lambda: line in statsd.lines, what=lambda: statsd.lines)
    assert "airflow.oracle_backup.last_run_good.lab.NOBODY:0|g" in statsd.lines


def test_incomplete_export_is_told_as_such(backups, monitor):
    backups.set_faults({"tool": "expdp", "schema": "HR", "fault": "ora-01555"})

    outcome = backups.run("HR", ping_url=monitor.url)

    assert outcome.state == "failed"
    assert monitor.signals == ["start", "fail"]
    assert monitor.pings[1].text.startswith("incomplete: ")


def test_monitor_that_is_broken_costs_no_backup(backups, monitor, caplog):
    caplog.set_level(logging.DEBUG)
    monitor.replies = [Reply(status=404)] * 9

    outcome = backups.run("HR", ping_url=monitor.url)

    assert outcome.state == "success"
    assert len(monitor.pings) == 2
    assert "it answered 404" in caplog.text
    assert SECRET not in caplog.text + outcome.mail_text


def test_monitor_that_is_away_costs_no_backup(backups, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/{SECRET}"

        outcome = backups.run("HR", ping_url=url)

    assert outcome.state == "success"
    assert caplog.text.count("could not be told") == 2
    assert SECRET not in caplog.text
