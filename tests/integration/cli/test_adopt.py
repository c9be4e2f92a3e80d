"""``adopt`` on a real store."""

from __future__ import annotations

import pytest

from support.archives import dump_like, make_archive
from support.kept_backups import manifest_path, read_manifest

pytestmark = pytest.mark.integration

HR = ("--database", "lab", "--schema", "HR")


@pytest.fixture
def log(root):
    path = root / "tests" / "data" / "export_logs" / "en-expdp-success.log"
    return path.read_bytes().replace(b'"SHOP"', b'"HR"')


def leave(command_line, name, log, *, password=None):
    """Put an archive where the predecessor would have left it."""
    content, _ = make_archive(
        {"shop_01.dmp": dump_like(20_000), "shop_02.dmp": b"x", "HR.log": log}, password=password
    )
    path = command_line.store / "lab" / "HR" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_archives_that_are_meant_get_manifests_and_no_others(command_line, log):
    command_line.configure({"HR": {"timezone": "Europe/Madrid"}})
    wanted = [leave(command_line, f"HR-2025123{day}.7z", log) for day in (0, 1)]
    other = leave(command_line, "SALES-20251231.7z", log)

    said = command_line.run("adopt", *HR, "HR-*.7z")

    assert said.code == 0, said.err
    assert said.out.count("Adopted lab/HR/HR-2025123") == 2
    # At 02:00 by the clock in its log, which is an hour ahead.
    assert said.out.count("complete, data of 2026-11-02 01:00Z.") == 2
    for path in wanted:
        manifest = read_manifest(path)
        assert (manifest.adopted, manifest.verdict) == (True, "complete")
        assert (manifest.database, manifest.schema) == ("lab", "HR")
    assert not manifest_path(other).exists()
    assert [row["adopted"] for row in listed(command_line)] == [True, True]


def listed(command_line):
    return command_line.run("list", "--json").json["stores"][0]["backups"]


def test_damaged_archive_gets_none_and_does_not_stop_the_others(command_line, log):
    good, bad = (leave(command_line, f"{name}.7z", log) for name in ("a", "b"))
    content = bytearray(bad.read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(content)

    said = command_line.run("adopt", *HR, "--json", "*")

    assert said.code == 1
    by_name = {one["archive"]: one for one in said.json["archives"]}
    assert by_name["lab/HR/a.7z"]["verdict"] == "complete"
    assert by_name["lab/HR/b.7z"]["error"]
    assert manifest_path(good).exists()
    assert not manifest_path(bad).exists()


def test_encrypted_archive_wants_its_password(command_line, log, tmp_path):
    path = leave(command_line, "a.7z", log, password="secret-of-the-archive")
    file = tmp_path / "password"
    file.write_text("secret-of-the-archive\n")

    without = command_line.run("adopt", *HR, "a.7z")
    with_it = command_line.run("adopt", *HR, "--password-file", str(file), "a.7z")

    assert without.code == 1
    assert "--password-file" in without.err
    assert with_it.code == 0
    assert read_manifest(path).archive.encrypted
    assert "secret-of-the-archive" not in manifest_path(path).read_text()


def test_archive_of_another_schema_is_left_alone(command_line, log):
    path = leave(command_line, "a.7z", log.replace(b'"HR"', b'"SALES"'))

    said = command_line.run("adopt", *HR, "a.7z")

    assert said.code == 1
    assert "holds tables of SALES, and none of HR" in said.err
    assert not manifest_path(path).exists()


def test_name_of_nothing_foreign_ends_with_4_and_no_store_with_5(command_line, log):
    leave(command_line, "a.7z", log)
    assert command_line.run("adopt", *HR, "a.7z").code == 0

    # It has a manifest by now.
    assert command_line.run("adopt", *HR, "a.7z").code == 4

    command_line.set_connections(lab_store={"port": 1})
    assert command_line.run("adopt", *HR, "a.7z").code == 5
