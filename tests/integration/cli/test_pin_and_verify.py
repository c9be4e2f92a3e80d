"""``pin``, ``unpin`` and ``verify`` on a real store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.kept_backups import keep_backup, read_manifest

pytestmark = pytest.mark.integration

DAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HR = ("--database", "lab", "--schema", "HR")


@pytest.fixture
def backups(command_line):
    """Three good backups, oldest first."""
    return [
        keep_backup(command_line.store, schema="HR", moment=DAY.replace(day=day))
        for day in (21, 22, 23)
    ]


def test_pin_and_unpin_change_the_manifest_and_nothing_else(command_line, backups):
    before = read_manifest(backups[1])

    said = command_line.run("pin", *HR, "--backup", "20261122", "--note", "before the upgrade")

    assert said.code == 0
    assert f"Pinned lab/HR/{backups[1].name} on lab_store (before the upgrade)." in said.out
    assert read_manifest(backups[1]) == before.with_pin(pinned=True, note="before the upgrade")
    assert [read_manifest(one).pinned for one in backups] == [False, True, False]

    said = command_line.run("unpin", *HR, "--backup", backups[1].name, "--json")

    assert said.json["copies"] == [
        {"store": "lab_store", "pinned": False, "note": "before the upgrade"}
    ]
    assert read_manifest(backups[1]).pinned is False


def test_pin_is_made_on_each_store_that_has_the_backup(command_line):
    stores = [
        {"conn_id": "lab_store", "path": "/backups", "name": "here"},
        {"conn_id": "lab_store", "path": "/other", "name": "there"},
        {"conn_id": "off_site", "path": "/backups", "name": "away"},
    ]
    command_line.configure({"HR": {"stores": stores}}, store=None)
    command_line.set_connections(off_site={**command_line.lab.connections["lab_store"], "port": 1})
    folders = (command_line.store, command_line.lab.paths.store / "other")
    copies = [keep_backup(one, schema="HR", moment=DAY) for one in folders]

    said = command_line.run("pin", *HR, "--backup", "newest")

    assert said.code == 5
    assert [read_manifest(one).pinned for one in copies] == [True, True]
    assert "off_site" in said.err


def test_name_of_no_backup_or_of_several_ends_with_4(command_line, backups):
    none = command_line.run("pin", *HR, "--backup", "20270101")
    several = command_line.run("pin", *HR, "--backup", "HR-202611")

    assert (none.code, several.code) == (4, 4)
    assert "There is no backup '20270101'" in none.err
    assert "means 3 backups" in several.err
    assert not any(read_manifest(one).pinned for one in backups)


def test_newest_is_the_newest_good_one(command_line, backups):
    bad = keep_backup(command_line.store, schema="HR", moment=DAY.replace(day=24), verified=None)

    command_line.run("pin", *HR, "--backup", "newest")

    assert read_manifest(backups[2]).pinned
    assert not read_manifest(bad).pinned


@pytest.mark.parametrize("method", ["full", "hash", "size"])
def test_verify_finds_a_whole_copy_good(command_line, backups, method):
    said = command_line.run("verify", *HR, "--method", method, "--json")

    assert said.code == 0
    (copy,) = said.json["copies"]
    assert (copy["store"], copy["method"]) == ("lab_store", method)
    assert (copy["sha256"] is None) == (method == "size")
    assert said.json["archive"] == f"lab/HR/{backups[2].name}"


@pytest.mark.parametrize("method", ["full", "hash"])
def test_verify_finds_one_changed_byte_and_writes_nothing(command_line, backups, method):
    content = bytearray(backups[0].read_bytes())
    content[len(content) // 2] ^= 1
    backups[0].write_bytes(content)
    before = read_manifest(backups[0])

    said = command_line.run("verify", *HR, "--backup", backups[0].name, "--method", method)

    assert said.code == 1
    assert backups[0].name in said.err
    assert read_manifest(backups[0]) == before


def test_verify_takes_the_password_from_its_connection_or_a_file(command_line, tmp_path):
    secret = command_line.lab.connections["lab_archive"]["password"]
    command_line.configure({"HR": {}}, archive={"password_conn_id": "lab_archive"})
    keep_backup(command_line.store, schema="HR", moment=DAY, password=secret)
    wrong = tmp_path / "password"
    wrong.write_text("not the one\n")

    assert command_line.run("verify", *HR).code == 0

    said = command_line.run("verify", *HR, "--password-file", str(wrong))
    assert said.code == 1
    assert secret not in said.out + said.err


def test_verify_wants_a_file_or_a_schema(command_line, tmp_path):
    for arguments in (("--database", "lab"), (), (*HR, str(tmp_path / "a.7z"))):
        with pytest.raises(SystemExit) as ended:
            command_line.run("verify", *arguments)
        assert ended.value.code == 2


def test_verify_on_a_store_that_is_not_the_schemas_ends_with_4(command_line, backups):
    said = command_line.run("verify", *HR, "--store", "elsewhere")

    assert said.code == 4
    assert "it has lab_store" in said.err
