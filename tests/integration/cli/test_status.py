"""``status`` on a real store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from support.kept_backups import keep_backup

pytestmark = pytest.mark.integration


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours)


def test_schema_with_a_young_good_backup_is_in_order(command_line):
    keep_backup(command_line.store, schema="HR", moment=hours_ago(3))

    said = command_line.run("status")

    assert said.code == 0
    assert said.out.splitlines()[0] == "OK: 1 schemas"
    assert "1 d 6 h" in said.out


def test_schema_whose_newest_good_backup_is_too_old_is_critical(command_line):
    keep_backup(command_line.store, schema="HR", moment=hours_ago(60))
    keep_backup(command_line.store, schema="HR", moment=hours_ago(3), verified=None)

    said = command_line.run("status")

    assert said.code == 2
    first = said.out.splitlines()[0]
    assert first.startswith("CRITICAL: 1 schemas. lab/HR: the newest good backup is 2 d 11 h old")


def test_schema_that_was_never_backed_up_is_critical(command_line):
    said = command_line.run("status", "--json")

    assert said.code == 2
    (schema,) = said.json["schemas"]
    assert schema["reasons"] == ["never backed up"]
    assert schema["newest_good"] is None


def test_incomplete_newest_backup_is_a_warning(command_line):
    keep_backup(command_line.store, schema="HR", moment=hours_ago(27))
    keep_backup(command_line.store, schema="HR", moment=hours_ago(3), verdict="incomplete")

    said = command_line.run("status")

    assert said.code == 1
    assert "WARNING: 1 schemas. lab/HR: the newest backup is incomplete" in said.out


def test_schema_only_by_hand_and_one_switched_off_are_no_alarm(command_line):
    command_line.configure({"HR": {"schedule": None}, "OLD": {"enabled": False}})
    keep_backup(command_line.store, schema="HR", moment=hours_ago(9000))

    said = command_line.run("status", "--json")

    assert said.code == 0
    assert [one["schema"] for one in said.json["schemas"]] == ["HR"]


def test_wrong_entry_of_the_config_is_critical(command_line):
    command_line.configure({"HR": {}, "SALES": {"retries": -1}})
    keep_backup(command_line.store, schema="HR", moment=hours_ago(3))

    said = command_line.run("status")

    assert said.code == 2
    assert "1 problems in" in said.out.splitlines()[0]
    assert "SALES.retries" in said.out


def test_one_of_two_stores_that_does_not_answer_is_a_warning(command_line):
    stores = [
        {"conn_id": "lab_store", "path": "/backups", "name": "here"},
        {"conn_id": "off_site", "path": "/backups", "name": "there"},
    ]
    command_line.configure({"HR": {"stores": stores}}, store=None)
    command_line.set_connections(off_site={**command_line.lab.connections["lab_store"], "port": 1})
    keep_backup(command_line.store, schema="HR", moment=hours_ago(3))

    said = command_line.run("status")

    assert said.code == 1
    assert "store there could not be asked" in said.out


def test_only_store_that_does_not_answer_is_critical(command_line):
    command_line.set_connections(lab_store={"port": 1})

    said = command_line.run("status")

    assert said.code == 2
    assert "none of its stores could be asked" in said.out


def test_foreign_archives_are_counted(command_line):
    path = keep_backup(command_line.store, schema="HR", moment=hours_ago(3))
    (path.parent / "other.7z").write_bytes(b"1234")

    said = command_line.run("status")

    assert said.code == 0
    assert "1 foreign archives" in said.out


LINE = re.compile(
    r"""
    (?P<name> [a-z_:][a-z0-9_:]* )
    ( \{ ( [a-z_]+ = " ( [^"\\\n] | \\[\\"n] )* " ,? )* \} )?
    \  -?[0-9.e+]+
    """,
    re.VERBOSE,
)


def test_prometheus_reads_the_metrics(command_line):
    command_line.configure({"HR": {}, "SALES": {}})
    path = keep_backup(command_line.store, schema="HR", moment=hours_ago(3))

    said = command_line.run("status", "--prometheus")

    assert said.code == 2
    typed = set()
    for line in said.out.splitlines():
        if line.startswith("# TYPE "):
            assert line.endswith(" gauge")
            typed.add(line.split()[2])
        elif not line.startswith("# HELP "):
            found = LINE.fullmatch(line)
            assert found, line
            assert found["name"] in typed
    labels = '{database="lab",schema="HR"}'
    assert f"oracle_backup_status{labels} 0\n" in said.out
    assert f"oracle_backup_newest_good_size_bytes{labels} {path.stat().st_size}\n" in said.out
    assert 'oracle_backup_status{database="lab",schema="SALES"} 2\n' in said.out
    assert 'newest_good_timestamp_seconds{database="lab",schema="SALES"}' not in said.out
    assert 'oracle_backup_store_up{store="lab_store",path="/backups"} 1\n' in said.out
