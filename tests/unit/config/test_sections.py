from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from oracle_backup.config.load import Config
from oracle_backup.config.sections import DigestSettings, WatchdogSettings

Load = Callable[[str], Config]


def test_sections_that_are_left_out_are_at_their_defaults(load_text: Load) -> None:
    config = load_text("databases: {}")

    assert (config.watchdog, config.digest) == (WatchdogSettings(), DigestSettings())
    assert config.watchdog.remind_after == timedelta(days=1)


def test_sections_with_nothing_in_them_are_at_their_defaults(load_text: Load) -> None:
    config = load_text("watchdog:\ndigest:\ndatabases: {}")

    assert (config.watchdog, config.digest) == (WatchdogSettings(), DigestSettings())
    assert config.problems == ()


def test_sections_are_read(load_text: Load) -> None:
    config = load_text(
        """
        watchdog: {schedule: "@hourly", remind_after: 6h, to: [dba@example.com]}
        digest: {schedule: "30 8 * * *", timezone: Europe/Madrid}
        databases: {}
        """
    )

    assert config.watchdog.schedule == "@hourly"
    assert config.watchdog.remind_after == timedelta(hours=6)
    assert config.watchdog.to == ("dba@example.com",)
    assert (config.digest.schedule, config.digest.timezone) == ("30 8 * * *", "Europe/Madrid")


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("watchdog: {scedule: x}", 'watchdog.scedule: unknown option; did you mean "schedule"?'),
        (
            "watchdog: {nonsense: x}",
            "watchdog.nonsense: unknown option; known here: enabled, remind_after, schedule, "
            "timezone, to",
        ),
        ("digest: {schedule: never}", "digest.schedule: must be a cron string of five fields"),
        ("digest: nightly", "digest: must be a group of options"),
        ("watchdog: {to: [nobody]}", "watchdog.to[0]: must be one mail address"),
    ],
)
def test_section_that_is_wrong_hides_no_schema(load_text: Load, section: str, problem: str) -> None:
    config = load_text(
        section
        + """
defaults:
  host_conn_id: h
  database_conn_id: d
  environment: {oracle_home: /u01, oracle_sid: X}
  store: {conn_id: s, path: /b}
  mail: {to: [dba@example.com]}
  export: {directory: BACKUP_DIR}
databases: {erp: {schemas: {HR: }}}
"""
    )

    assert [one.schema_name for one in config.schemas] == ["HR"]
    assert config.broken == ()
    (told,) = config.section_problems
    assert told.startswith(problem)
    assert config.problems == (told,)
    assert (config.watchdog, config.digest) == (WatchdogSettings(), DigestSettings())
