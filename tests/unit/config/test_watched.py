"""What of the config file is looked after, and until when a new schema has time."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from oracle_backup.config.expected_age import first_due
from oracle_backup.config.watched import changed_at, watched
from oracle_backup.domain.watch.subjects import Route, WatchedStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle_backup.config.load import Config

    Load = Callable[[str], Config]

TEXT = """
watchdog: {to: [watch@example.com], wrong: 1}
defaults:
  host_conn_id: h
  database_conn_id: d
  environment: {oracle_home: /u01/home, oracle_sid: ORCL}
  mail: {to: [dba@example.com], from: me@example.com, language: es, conn_id: post}
  stores:
    - {conn_id: s, path: /backups, bandwidth_limit: 1MB}
    - {conn_id: s, path: /other, name: off}
databases:
  erp:
    schemas:
      HR:
        max_age: 30h
        max_drill_age: 9d
        timezone: Europe/Madrid
        mail: {also: [{to: [boss@example.com], when: digest}]}
      OLD: {enabled: false}
      SALES: {retries: -1}
"""
MARCH = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def test_everything_the_watchdog_needs_is_taken_from_the_config(load_text: Load) -> None:
    subject = watched(load_text(TEXT))

    (schema,) = subject.schemas
    assert (schema.key, schema.folder) == ("erp/HR", "erp/HR")
    assert schema.stores == (
        WatchedStore(name="s", conn_id="s", path="/backups", bandwidth_limit_bytes=2**20),
        WatchedStore(name="off", conn_id="s", path="/other"),
    )
    assert (schema.expected, schema.max_drill_age) == (timedelta(hours=30), timedelta(days=9))
    assert schema.route == Route(conn_id="post", sender="me@example.com", language="es")
    assert schema.to == ("dba@example.com", "boss@example.com")
    assert subject.switched_off == {"erp/OLD"}
    assert [(one.database, one.schema) for one in subject.broken] == [("erp", "SALES")]
    assert "retries" in subject.broken[0].problems[0]
    assert subject.section_problems[0].startswith("watchdog.wrong")
    assert subject.to == ()


def test_recipients_of_the_watchdog_s_own_are_taken(load_text: Load) -> None:
    assert watched(load_text(TEXT.replace(", wrong: 1", ""))).to == ("watch@example.com",)


def test_new_schema_has_time_from_when_the_file_was_changed(
    load_text: Load, tmp_path: Path
) -> None:
    path = tmp_path / "another.yaml"
    path.touch()
    os.utime(path, (MARCH.timestamp(), MARCH.timestamp()))
    config = replace(load_text(TEXT), path=path)

    subject = watched(config)

    assert subject.changed == MARCH
    # Clocks are put forward that night: two in the morning is three.
    assert subject.schemas[0].first_due == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


def test_file_that_is_gone_gives_a_new_schema_no_time(load_text: Load, tmp_path: Path) -> None:
    subject = watched(replace(load_text(TEXT), path=tmp_path / "gone.yaml"))

    assert changed_at(tmp_path / "gone.yaml") is None
    assert subject.schemas[0].first_due is None


@pytest.mark.parametrize(
    ("options", "due"),
    [
        ({"schedule": "0 2 * * *"}, "2026-03-29T08:00"),
        ({"schedule": "0 2 * * *", "start_late_limit": timedelta(hours=9)}, "2026-03-29T11:00"),
        ({"schedule": "0 2 * * *", "start_late_limit": None}, "2026-03-29T08:00"),
        ({"schedule": "@monthly"}, "2026-04-01T06:00"),
        ({"schedule": "30 23 * * *", "timezone": "America/New_York"}, "2026-03-29T09:30"),
        ({"schedule": None}, None),
    ],
)
def test_first_backup_is_due_after_the_next_fire_and_some_patience(
    load_text: Load, options: dict[str, object], due: str | None
) -> None:
    settings = load_text(TEXT).schemas[0].model_copy(update={"timezone": "UTC"} | options)

    found = first_due(settings, added=MARCH)

    assert found == (None if due is None else datetime.fromisoformat(f"{due}+00:00"))
