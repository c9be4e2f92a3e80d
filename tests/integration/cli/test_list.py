"""``list`` on a real store."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from support.kept_backups import keep_backup, manifest_path

pytestmark = pytest.mark.integration

DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def rows(said):
    lines = said.out.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("SCHEMA"))
    return [line.split() for line in lines[start + 1 : -1]]


def test_backups_are_listed_newest_first_in_their_zone(command_line):
    command_line.configure({"HR": {}}, timezone="Europe/Madrid")
    keep_backup(command_line.store, schema="HR", moment=DAY.replace(day=22), note="before upgrade")
    keep_backup(command_line.store, schema="HR", moment=DAY, pinned=True, verified=None)

    said = command_line.run("list")

    assert said.code == 0, said.err
    first, second = rows(said)
    assert first[:6] == ["lab/HR", "2026-11-23", "03:00", "03:00:05", "complete", "no"]
    assert first[-1] == "pin"
    assert (second[1], second[5]) == ("2026-11-22", "full")
    assert " ".join(second[-2:]) == "before upgrade"
    assert "2 backups, 1 of them good" in said.out
    assert max(map(len, said.out.splitlines()[1:3])) <= 80


def test_data_of_another_day_than_the_scheduled_one_show_it(command_line):
    late = DAY.replace(day=24, hour=7)
    keep_backup(command_line.store, schema="HR", moment=DAY, snapshot_time=late)

    (row,) = rows(command_line.run("list"))

    assert row[1:5] == ["2026-11-23", "02:00", "2026-11-24", "07:00"]


def test_what_is_no_backup_is_marked(command_line):
    whole = keep_backup(
        command_line.store, schema="HR", moment=DAY, note="\x1b[2Jcleared\u202e, then\nmore"
    )
    keep_backup(command_line.store, schema="HR", moment=DAY.replace(day=21)).write_bytes(b"short")
    (whole.parent / "HR20251231_020000.7z").write_bytes(b"left by another program")
    (whole.parent / "\x1b[2Jhostile\u202e.7z").write_bytes(b"")

    said = command_line.run("list")
    assert "?[2Jcleared?, then?more" in said.out

    by_verdict = {row[4]: row for row in rows(said)}
    assert set(by_verdict) == {"complete", "half", "foreign"}
    assert by_verdict["foreign"][-1].endswith("HR20251231_020000.7z")
    assert "1 backups, 1 of them good" in said.out
    assert "1 half; 1 foreign archives, 23 bytes" in said.out
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err


def test_json_has_everything_in_utc(command_line):
    path = keep_backup(command_line.store, schema="HR", moment=DAY)
    (path.parent / "other.7z").write_bytes(b"1234")

    said = command_line.run("list", "--json")

    (store,) = said.json["stores"]
    (backup,) = store["backups"]
    assert backup["archive"] == f"lab/HR/{path.name}"
    assert (backup["state"], backup["good"]) == ("whole", True)
    assert backup["snapshot_time"] == "2026-11-23T02:00:05Z"
    assert backup["size_bytes"] == path.stat().st_size
    assert backup["verified"]["method"] == "full"
    assert [one["archive"] for one in store["foreign"]] == ["lab/HR/other.7z"]
    assert store["foreign_bytes"] == 4


def test_one_schema_is_listed_where_it_is_asked_for(command_line):
    command_line.configure({"HR": {}, "SALES": {}})
    for schema in ("HR", "SALES"):
        keep_backup(command_line.store, schema=schema, moment=DAY)

    said = command_line.run("list", "--schema", "sales")

    assert [row[0] for row in rows(said)] == ["lab/SALES"]
    assert command_line.run("list", "--schema", "nobody").code == 4


def test_shared_folder_shows_also_schemas_that_the_config_has_no_more(command_line):
    command_line.configure({"HR": {}}, archive={"folder": ""})
    for schema in ("HR", "OLD"):
        path = keep_backup(command_line.store, schema=schema, moment=DAY)
        for one in (path, manifest_path(path)):
            one.rename(command_line.store / one.name)

    assert [row[0] for row in rows(command_line.run("list"))] == ["lab/HR", "lab/OLD"]
    assert [row[0] for row in rows(command_line.run("list", "--schema", "HR"))] == ["lab/HR"]


def test_store_that_does_not_answer_does_not_hide_the_other(command_line):
    stores = [
        {"conn_id": "lab_store", "path": "/backups", "name": "here"},
        {"conn_id": "off_site", "path": "/backups", "name": "there"},
    ]
    command_line.configure({"HR": {"stores": stores}}, store=None)
    command_line.set_connections(off_site={**command_line.lab.connections["lab_store"], "port": 1})
    keep_backup(command_line.store, schema="HR", moment=DAY)

    said = command_line.run("list")

    assert said.code == 5
    assert "lab/HR" in said.out
    assert "there: Cannot open an SFTP session" in said.err


def test_second_listing_reads_no_manifest_that_has_not_changed(command_line, tmp_path):
    path = keep_backup(command_line.store, schema="HR", moment=DAY)
    os.utime(manifest_path(path), (DAY.timestamp(), DAY.timestamp()))
    first = command_line.run("list")
    assert list((tmp_path / "cache").rglob("*.cache"))
    # Of the same size and time: only a reader would see it.
    text = manifest_path(path).read_text().replace('"lab"', '"xyz"')
    manifest_path(path).write_text(text)
    os.utime(manifest_path(path), (DAY.timestamp(), DAY.timestamp()))

    assert command_line.run("list").out == first.out
    assert command_line.run("list", "--no-cache").out != first.out
