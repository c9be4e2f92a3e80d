"""``status`` on a real store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from oracle_backup.domain.watch.alarm import Kind, Level
from support.kept_backups import keep_backup
from support.watch_scenes import (
    SCENES,
    configure,
    keep,
    make_config_old,
    record_passed_drill,
    set_right,
    shorten,
)

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
    make_config_old(command_line)

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
    assert "lab/SALES: not backed up" in said.out.splitlines()[0]
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
    configure(command_line, {"HR": {}, "SALES": {}})
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
    assert 'oracle_backup_alarms{kind="no_backup"} 1\n' in said.out
    assert 'oracle_backup_alarms{kind="dropped"} 0\n' in said.out


CRITICAL = {
    Kind.TOO_OLD,
    Kind.NO_BACKUP,
    Kind.DRILL_FAILED,
    Kind.SILENT,
    Kind.BROKEN,
}


def test_no_trouble_is_no_alarm(command_line):
    set_right(command_line)

    said = command_line.run("status", "--json")

    assert (said.code, said.json["level"], said.json["alarms"]) == (0, "ok", [])


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.CONFIG}))
def test_every_alarm_is_told_without_an_airflow(command_line, kind):
    set_right(command_line)
    SCENES[kind](command_line)
    level = Level.CRITICAL if kind in CRITICAL else Level.WARNING

    said = command_line.run("status", "--json")

    (alarm,) = said.json["alarms"]
    assert (alarm["kind"], alarm["level"]) == (kind.value, level.name.lower())
    assert alarm["what"]
    assert alarm["todo"]
    assert (said.code, said.json["level"]) == (int(level), level.name.lower())
    text = command_line.run("status")
    assert text.code == said.code
    assert text.out.startswith(f"{level.name}: 1 schemas. ")
    metrics = command_line.run("status", "--prometheus")
    assert f'oracle_backup_alarms{{kind="{kind}"}} 1\n' in metrics.out


def test_config_that_can_t_be_read_is_critical(command_line):
    SCENES[Kind.CONFIG](command_line)

    said = command_line.run("status")

    assert said.code == 2
    assert said.out.startswith("CRITICAL: ")
    assert "backups.yaml" in said.out


def test_alarm_is_told_by_a_process_that_has_no_airflow(command_line, tmp_path):
    set_right(command_line)
    SCENES[Kind.TOO_OLD](command_line)

    said = command_line.run_apart(*command_line.arguments("status"), home=tmp_path / "home")

    assert said.code == 2
    assert said.out.startswith("CRITICAL: 1 schemas. lab/HR: the newest good backup is 2 d 1")


def test_archive_of_another_size_is_lost_and_one_that_is_mended_is_not(command_line):
    set_right(command_line)
    path = keep(command_line, 30)
    content = path.read_bytes()
    shorten(path)

    lost = command_line.run("status", "--json").json["alarms"]
    path.write_bytes(content)

    assert [one["kind"] for one in lost] == ["lost"]
    assert path.name in lost[0]["what"]
    assert command_line.run("status").code == 0


def test_drill_that_passed_is_the_end_of_that_alarm(command_line):
    set_right(command_line)
    SCENES[Kind.DRILL_OVERDUE](command_line)
    record_passed_drill(keep(command_line, 4))

    said = command_line.run("status", "--json")

    assert said.code == 0
    assert said.json["schemas"][0]["drill_passed"] is not None


def test_new_schema_is_said_to_wait_for_its_first_run_and_is_no_alarm(command_line):
    said = command_line.run("status")
    plain = command_line.run("status", "--json")

    assert said.code == 0
    assert "lab/HR: no backup yet, the first is due by" in said.out.splitlines()[0]
    due = datetime.fromisoformat(plain.json["schemas"][0]["first_due"])
    assert timedelta() < due - datetime.now(UTC) < timedelta(hours=31)
    assert plain.json["alarms"] == []


def test_asked_for_one_schema_it_says_nothing_of_others(command_line):
    set_right(command_line)
    SCENES[Kind.DROPPED](command_line)

    assert command_line.run("status").code == 1
    assert command_line.run("status", "--schema", "HR").code == 0


def test_what_keeps_the_command_from_its_work_is_critical(command_line):
    """No other exit code: a monitor takes 1 for a warning, and 4 for none of its levels."""
    unknown = command_line.run("status", "--schema", "NONE")
    command_line.connections.write_text("{")
    unreadable = command_line.run("status", "--json")
    metrics = command_line.run("status", "--prometheus")

    assert (unknown.code, unreadable.code, metrics.code) == (2, 2, 2)
    assert unknown.out.startswith("CRITICAL: ")
    assert "has no right entry for schema NONE" in unknown.out
    assert unreadable.json["level"] == "critical"
    assert "connections.json" in unreadable.json["problems"][0]
    assert metrics.out == ""
    assert metrics.err.startswith("CRITICAL: ")


def test_error_that_nobody_has_foreseen_is_critical(command_line, monkeypatch, caplog):
    monkeypatch.setattr("oracle_backup.cli.status.judge", None)

    said = command_line.run("status")

    assert said.code == 2
    assert said.out.startswith("CRITICAL: TypeError: ")
    assert "Traceback" in caplog.text
