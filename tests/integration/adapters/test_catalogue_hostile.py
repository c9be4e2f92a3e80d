"""Whatever lies on a store, or is listed there: a prune removes what it planned and no more."""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.adapters.catalogue import (
    finish_removals,
    read_catalogue,
    read_store,
    reading,
)
from oracle_backup.adapters.prune import carry_out, plan_store
from oracle_backup.adapters.sftp_store import SftpStore
from support.builders import instant
from support.prune_crashes import NOW, RULES, PruneCrashes
from support.shelves import FOLDER, MIDDLE, NEW, OLD, archive_bytes, make_backup_on, put_backup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

LONG_AGO = instant("2026-01-01")
VICTIM = "VICTIM.7z"
DELETING = ".json.deleting"
# Two backups stay, so the oldest of the three goes.
PLANNED = {f"store/{FOLDER}/{OLD}", f"store/{FOLDER}/{OLD}.json"}


def open_store(server: Any, root: str) -> SftpStore:
    return SftpStore(
        server.sftp(),
        root=root,
        label="nas",
        reconnect=server.sftp,
        stall_seconds=60,
        pause=lambda _: None,
    )


@pytest.fixture(params=["openssh", "asyncssh_host"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def place(server: Any, tmp_path: Path) -> Path:
    """The folder the store lies in, beside files that are none of its business."""
    found: Path = server.root if hasattr(server, "faults") else tmp_path / "place"
    outside = found / "outside"
    outside.mkdir(parents=True)
    plant(outside, VICTIM)
    plant(outside, VICTIM, manifest_end=DELETING)
    (outside / "notes.txt").write_text("mine")
    return found


@pytest.fixture
def store(server: Any, place: Path) -> SftpStore:
    """Three good backups, a day apart."""
    made = open_store(server, "/store" if hasattr(server, "faults") else str(place / "store"))
    for name in (OLD, MIDDLE, NEW):
        put_backup(made, name)
    return made


@pytest.fixture
def folder(store: SftpStore, place: Path) -> Path:
    return place / "store" / FOLDER


def plant(folder: Path, name: str, *, manifest_end: str = ".json", **changes: Any) -> None:
    """Put an old backup of HR there that retention would remove; the changes spoil it."""
    told_name = changes.pop("told_name", name)
    plain = make_backup_on(name, **({"snapshot_time": LONG_AGO} | changes)).to_dict()
    plain["archive"]["name"] = told_name
    (folder / name).write_bytes(archive_bytes(name))
    (folder / f"{name}{manifest_end}").write_text(json.dumps(plain))


def tree(place: Path) -> dict[str, bytes]:
    """Return every file under a folder with its content, every link with its target."""
    return {
        os.fsdecode(path.relative_to(place)): (
            b"-> " + os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
        )
        for path in place.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def prune(store: SftpStore) -> frozenset[str]:
    """Do what each run does on a store; return the archives that went."""
    finish_removals(store, FOLDER, database="erp", schema="HR")
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")
    return carry_out(store, entries, plan_store(entries, RULES, now=NOW))


def check_prune(store: SftpStore, place: Path, *, planned: set[str] = PLANNED) -> None:
    """Prune twice: what was planned is gone, and every other file is as it was."""
    before = tree(place)
    assert planned < set(before)

    prune(store)

    expected = {name: content for name, content in before.items() if name not in planned}
    assert tree(place) == expected
    assert prune(store) == frozenset()
    assert tree(place) == expected


# Names that are really there.


def test_odd_names_are_left_alone(store: SftpStore, folder: Path, place: Path) -> None:
    for name in (
        "a\nb.7z",
        "\u202eHR-20260101T020000Z.7z",
        "a\x1b[2J.7z",
        "a\\b.7z",
    ):
        plant(folder, name)
        plant(folder, f"x{name}", manifest_end=DELETING)
    plant(folder, "cafe.7z")
    for end in (".7z", ".7z.json"):
        # Not UTF-8.
        (folder / f"cafe{end}").rename(folder / (os.fsdecode(b"\xe9t\xe9") + end))
    (folder / ("x" * 247 + ".7z.json")).write_text("{}")
    (folder / ("y" * 252 + ".7z")).write_bytes(b"y")

    check_prune(store, place)


@pytest.mark.parametrize("name", ["-rf.7z", "--.7z", " .7z", "HR 'a' $(id).7z", "*.7z"])
def test_name_that_a_shell_would_take_wrong_is_a_name(
    store: SftpStore, folder: Path, place: Path, name: str
) -> None:
    plant(folder, name)

    here = f"store/{FOLDER}/{name}"
    check_prune(store, place, planned={*PLANNED, here, f"{here}.json"})


def test_backup_whose_name_is_too_long_to_be_marked_stays_alone(
    store: SftpStore, folder: Path, place: Path
) -> None:
    """It must not keep the others from going."""
    plant(folder, "x" * 247 + ".7z")

    check_prune(store, place)


# Links, times and manifests that are planted.


def test_links_lead_nowhere(store: SftpStore, folder: Path, place: Path) -> None:
    outside = place / "outside"
    told = make_backup_on(VICTIM, snapshot_time=LONG_AGO).to_json()
    # A link for an archive, with a manifest that fits what it points to.
    (folder / VICTIM).symlink_to(outside / VICTIM)
    (folder / f"{VICTIM}.json").write_text(told)
    # Links for manifests and for markers, to such as would do.
    for name in ("LINK.7z", "MARK.7z"):
        plant(outside, name)
        (folder / name).write_bytes(archive_bytes(name))
    (folder / "LINK.7z.json").symlink_to(outside / "LINK.7z.json")
    (folder / f"MARK.7z{DELETING}").symlink_to(outside / "MARK.7z.json")
    (folder / "DIR.7z").symlink_to(outside, target_is_directory=True)
    (folder / "DEAD.7z.json").symlink_to(outside / "none")
    (folder / "LOOP.7z.json").symlink_to(folder / "LOOP.7z.json")

    check_prune(store, place)


def test_folders_called_like_backups_are_none(store: SftpStore, folder: Path, place: Path) -> None:
    for name in ("DIR.7z", "DIR.7z.json", f"DIR.7z{DELETING}"):
        (folder / name).mkdir()
        plant(folder / name, "HR-20260101T020000Z.7z")

    check_prune(store, place)


def test_times_of_files_decide_nothing(store: SftpStore, folder: Path, place: Path) -> None:
    future = time.time() + 3650 * 24 * 3600
    for name in (OLD, f"{OLD}.json"):
        os.utime(folder / name, (future, future))
    for name in (NEW, f"{NEW}.json"):
        os.utime(folder / name, (0, 0))

    check_prune(store, place)


@pytest.mark.parametrize("end", [".json", DELETING])
@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "OE"},
        {"database": "crm"},
        {"schema": "hr"},
        {"told_name": NEW},
        {"told_name": f"../../../outside/{VICTIM}"},
        {"told_name": ".."},
        {"told_name": ""},
        {"told_name": "planted.7z"},
        {"told_name": "PLANTED.7z\x00.json"},
    ],
    ids=repr,
)
def test_planted_manifest_of_another_backup_removes_nothing(
    store: SftpStore, folder: Path, place: Path, changes: dict[str, Any], end: str
) -> None:
    plant(folder, "PLANTED.7z", manifest_end=end, **changes)

    check_prune(store, place)


@pytest.mark.parametrize("end", [".json", DELETING])
def test_planted_manifest_whose_archive_has_another_size_removes_nothing(
    store: SftpStore, folder: Path, place: Path, end: str
) -> None:
    plant(folder, "PLANTED.7z", manifest_end=end)
    (folder / "PLANTED.7z").write_bytes(b"of somebody else")

    check_prune(store, place)


def test_planted_marker_of_a_backup_that_stays_takes_nothing_but_itself(
    store: SftpStore, folder: Path, place: Path
) -> None:
    marker = f"{NEW}{DELETING}"
    (folder / marker).write_text((folder / f"{NEW}.json").read_text())

    check_prune(store, place, planned={*PLANNED, f"store/{FOLDER}/{marker}"})


# Names that no file has, and a server lists all the same.


UP = b"../../../outside/"
FAKED = [
    b".",
    b"..",
    b"",
    *(
        name + end
        for name in (
            b"..",
            UP + VICTIM.encode(),
            b"/outside/" + VICTIM.encode(),
            b"a\nb.7z",
            b"a\x00b.7z",
            b"./" + NEW.encode(),
            "\u202ez7.PH".encode(),
            b"-rf.7z",
            b"x" * 4096 + b".7z",
        )
        for end in (b"", b".json", DELETING.encode())
    ),
]


def test_listing_leads_nowhere(asyncssh_host: Any, tmp_path: Path) -> None:
    place = asyncssh_host.root
    (place / "outside").mkdir()
    # The size that the server tells of every faked name.
    archive = make_backup_on(VICTIM).archive
    plain = make_backup_on(VICTIM, snapshot_time=LONG_AGO).to_dict()
    plain["archive"] |= {"name": archive.name, "size_bytes": 7}
    for end in (".json", DELETING):
        (place / "outside" / f"{VICTIM}{end}").write_text(json.dumps(plain))
    (place / "outside" / VICTIM).write_bytes(b"7 bytes")
    store = open_store(asyncssh_host, "/store")
    for name in (OLD, MIDDLE, NEW):
        put_backup(store, name)
    asyncssh_host.faults.listing = FAKED

    check_prune(store, place)


class Many:
    """Names that are made while they are listed: archives, parts, what not, and manifests last."""

    KINDS = (b"%07d.7z", b"%07d.txt", b"%07d.dmp", b"%07d.7z.1a2b3c4d.part")
    MANIFESTS = 1_000

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.count - self.MANIFESTS):
            yield self.KINDS[number % 4] % number
        for number in range(self.MANIFESTS):
            yield b"none%07d.7z.json" % number


@pytest.mark.parametrize(
    ("count", "most_archives", "peak_mebibytes"),
    [
        (60_000, 1_000, 4),
        # For the names as numbers 24 MiB, for archives whose manifest may come 25 MiB, and room.
        pytest.param(1_000_000, 50_000, 96, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)]),
    ],
)
def test_strange_entries_take_little_memory(
    asyncssh_host: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    most_archives: int,
    peak_mebibytes: int,
) -> None:
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(reading, "MOST_ARCHIVES", most_archives)
    store = open_store(asyncssh_host, "/store")
    for name in (OLD, MIDDLE, NEW):
        put_backup(store, name)
    asyncssh_host.faults.listing = Many(count)

    tracemalloc.start(1)
    try:
        found = read_store(store, [FOLDER])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert {entry.archive for entry in found.entries} == {
        f"{FOLDER}/{name}" for name in (OLD, MIDDLE, NEW)
    }
    assert found.foreign_count == (count - Many.MANIFESTS + 3) // 4
    assert found.damaged_count == Many.MANIFESTS
    assert peak < peak_mebibytes * 1024**2


# Crashes.


class TestPruneOnOpenSsh(PruneCrashes):
    # From the first rename on.
    twice_from, twice_count, twice_again = 8, 8, 10

    @pytest.fixture
    def stores(self, openssh: Any, tmp_path: Path) -> Iterator[SftpStore]:
        sftp = openssh.sftp()
        return (
            SftpStore(sftp, root=str(tmp_path / str(number)), label="nas")
            for number in itertools.count()
        )
