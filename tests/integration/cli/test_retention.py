"""``retention`` on real stores and on the host."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from oracle_backup.domain.names import job_name
from support.kept_backups import keep_backup, manifest_path, read_manifest, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

# By the true clock: what is older than expected is told from what is not.
NIGHT = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


def keep_nights(store: Path, count: int, **changes: object) -> list[Path]:
    """Keep backups of so many nights, newest first."""
    return [
        keep_backup(store, schema="HR", moment=NIGHT - timedelta(days=back), **changes)
        for back in range(count)
    ]


def there(paths: list[Path]) -> list[bool]:
    return [path.exists() and manifest_path(path).exists() for path in paths]


def test_plan_is_shown_and_nothing_goes(command_line):
    command_line.configure({"HR": {}}, retention={"keep_last": 2})
    kept = keep_nights(command_line.store, 4)

    said = command_line.run("retention")

    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "lab HR on lab_store: the last 2"
    assert [line.split()[0] for line in lines[1:5]] == ["keep", "keep", "remove", "remove"]
    assert "(last snapshot)" in lines[1]
    assert "(no rule keeps it)" in lines[4]
    assert lines[5] == "This is the plan, and nothing was removed: --apply carries it out."
    assert there(kept) == [True] * 4


def test_only_apply_acts(command_line):
    command_line.configure({"HR": {}}, retention={"keep_last": 2})
    kept = keep_nights(command_line.store, 4)
    strange = kept[0].with_name("strange.7z")
    strange.write_bytes(b"left by another program")

    said = command_line.run("retention", "--apply", "--json")

    assert said.code == 0, said.err
    (place,) = said.json["schemas"][0]["places"]
    assert (said.json["applied"], place["place"], place["error"]) == (True, "lab_store", None)
    assert [one["archive"] for one in place["remove"]] == [
        f"lab/HR/{path.name}" for path in kept[2:]
    ]
    assert place["removed"] == sorted(f"lab/HR/{path.name}" for path in kept[2:])
    assert place["keep"][0]["reasons"] == ["last snapshot"]
    assert place["keep"][0]["time"] == f"{NIGHT + timedelta(seconds=5):%Y-%m-%dT%H:%M:%SZ}"
    assert there(kept) == [True, True, False, False]
    assert strange.exists()


def test_a_run_of_the_command_removes_so_many_unless_told_otherwise(command_line):
    command_line.configure({"HR": {}}, retention={"keep_last": 1, "max_delete": 1})
    kept = keep_nights(command_line.store, 4)

    first = command_line.run("retention", "--apply", "--json")
    after_one = there(kept)
    second = command_line.run("retention", "--apply", "--max-delete", "-1")

    assert len(first.json["schemas"][0]["places"][0]["later"]) == 2
    assert after_one == [True, True, True, False]
    assert second.code == 0
    assert there(kept) == [True, False, False, False]


def test_another_policy_may_be_tried_and_not_applied(command_line):
    kept = keep_nights(command_line.store, 3)

    tried = command_line.run("retention", "--keep-last", "1", "--json")
    applied = command_line.run("retention", "--keep-last", "1", "--apply")

    assert len(tried.json["schemas"][0]["places"][0]["remove"]) == 2
    assert applied.code == 2
    assert there(kept) == [True] * 3


def test_a_removal_that_was_interrupted_is_finished_by_apply_only(command_line):
    kept = keep_nights(command_line.store, 2)
    marker = manifest_path(kept[1]).with_name(f"{manifest_path(kept[1]).name}.deleting")
    manifest_path(kept[1]).rename(marker)

    command_line.run("retention")
    begun = marker.exists() and kept[1].exists()
    command_line.run("retention", "--apply")

    assert begun
    assert not marker.exists()
    assert not kept[1].exists()
    assert there(kept[:1]) == [True]


def test_more_than_half_does_not_go_while_nothing_new_comes(command_line):
    command_line.configure({"HR": {}}, retention={"keep_last": 1})
    kept = [
        keep_backup(command_line.store, schema="HR", moment=NIGHT - timedelta(days=back))
        for back in (10, 11, 12)
    ]

    said = command_line.run("retention", "--apply")

    assert said.code == 1
    assert "older than expected" in said.err
    assert there(kept) == [True] * 3


def test_a_store_that_can_not_be_reached_hides_no_other(command_line):
    command_line.set_connections(offsite={"conn_type": "sftp", "host": "127.0.0.1", "port": 1})
    command_line.configure(
        {"HR": {}},
        store=None,
        stores=[
            {"conn_id": "offsite", "path": "/backups"},
            {"conn_id": "lab_store", "path": "/backups"},
        ],
        retention={"keep_last": 1},
    )
    kept = keep_nights(command_line.store, 2)

    said = command_line.run("retention", "--apply")

    assert said.code == 5
    assert "removed lab/HR/" in said.out
    assert "127.0.0.1" in said.err
    assert there(kept) == [True, False]


def test_a_schema_that_is_not_there_is_not_found(command_line):
    assert command_line.run("retention", "--schema", "NOBODY").code == 4


@pytest.fixture
def dumps(command_line) -> Path:
    return command_line.lab.paths.dumps


def lay_on_host(archive: Path, folder: Path) -> list[Path]:
    """Put the files that an archive's manifest names into a folder of the host."""
    manifest = read_manifest(archive)
    job = job_name(dag_id="d", run_id=archive.name, schema="HR", generation=1)
    write_manifest(archive, dataclasses.replace(manifest, host_folder=str(folder), job=job))
    paths = [folder / member.name for member in manifest.archive.members]
    for path, member in zip(paths, manifest.archive.members, strict=True):
        path.write_bytes(b"x" * member.size_bytes)
    return paths


def test_host_is_planned_and_pruned_too(command_line, dumps):
    command_line.configure(
        {"HR": {}},
        export={"directory": "BACKUP_DIR"},
        retention={"keep_last": 3},
        host_retention={"keep_last": 1},
    )
    kept = keep_nights(command_line.store, 4)
    files = [lay_on_host(path, dumps) for path in kept]
    other = dumps / "OTHER_01.dmp"
    other.write_bytes(b"rows")

    planned = command_line.run("retention")
    untouched = all(path.exists() for paths in files for path in paths)
    applied = command_line.run("retention", "--apply", "--json")

    assert planned.code == 0, planned.err
    assert "lab HR on host: the last 1" in planned.out
    assert untouched
    store, host = applied.json["schemas"][0]["places"]
    assert (store["error"], host["error"]) == (None, None)
    assert host["removed"] == sorted(path.name for path in kept[1:])
    assert [all(path.exists() for path in paths) for paths in files] == [True, False, False, False]
    assert there(kept) == [True, True, True, False]
    assert other.exists()
    for path in (other, *files[0]):
        path.unlink()


def test_where_the_host_can_not_be_reached_nothing_goes(command_line, dumps):
    command_line.set_connections(lab_host={"port": 1})
    command_line.configure(
        {"HR": {}},
        export={"directory": "BACKUP_DIR"},
        retention={"keep_last": 1},
        host_retention={"keep_last": 1},
    )
    kept = keep_nights(command_line.store, 2)

    said = command_line.run("retention", "--apply")

    assert said.code == 5
    assert there(kept) == [True, True]
