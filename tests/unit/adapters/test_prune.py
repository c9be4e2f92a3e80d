"""What a plan makes of real stores and of a real folder on the host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.catalogue import CatalogueEntry, read_catalogue
from oracle_backup.adapters.prune import (
    carry_out,
    copies_given_up,
    plan_host,
    plan_store,
    remove_from_host,
)
from oracle_backup.domain.manifest import Member, Verification
from oracle_backup.domain.names import job_name
from oracle_backup.domain.retention import KEEP_ALL, PruneRules, RetentionPolicy
from oracle_backup.errors import HostError, RemoteCommandError, RetentionRefusedError
from support.builders import make_archive_record, make_manifest
from support.export_desk import LocalShell
from support.memory_store import InMemoryArchiveStore
from support.shelves import FOLDER, MIDDLE, NEW, OLD, put_backup

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DAYS = ("20261120", "20261121", "20261122", "20261123")


def rules(*, max_delete: int = KEEP_ALL, age: timedelta | None = None, **keep: int) -> PruneRules:
    return PruneRules(
        policy=RetentionPolicy(**(keep or {"last": 1})),
        zone="UTC",
        expected_age=age,
        max_delete=max_delete,
    )


def test_a_store_keeps_what_the_plan_keeps_and_the_oldest_goes_first() -> None:
    store = InMemoryArchiveStore()
    for name in (MIDDLE, NEW, OLD):
        put_backup(store, name)
    removed: list[str] = []
    remove = store.remove
    store.remove = lambda name: (removed.append(name), remove(name))[1]  # type: ignore[method-assign]
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")

    plan = plan_store(entries, rules(), now=NOW)
    gone = carry_out(store, entries, plan)

    assert gone == {f"{FOLDER}/{OLD}", f"{FOLDER}/{MIDDLE}"}
    assert sorted(store.files) == [f"{FOLDER}/{NEW}", f"{FOLDER}/{NEW}.json"]
    assert [name for name in removed if name.endswith(".7z")] == [
        f"{FOLDER}/{OLD}",
        f"{FOLDER}/{MIDDLE}",
    ]


def test_a_store_takes_the_limits_of_a_plan_from_its_rules() -> None:
    store = InMemoryArchiveStore()
    for name in (MIDDLE, NEW, OLD):
        put_backup(store, name)
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")

    assert len(plan_store(entries, rules(max_delete=1), now=NOW).later) == 1
    with pytest.raises(RetentionRefusedError, match="older than expected"):
        plan_store(entries, rules(age=timedelta(minutes=5)), now=NOW)


def test_what_a_run_beside_this_one_has_just_sent_stays() -> None:
    """Its data are older, but its run has not read it back yet; what is known to be bad goes."""
    store = InMemoryArchiveStore()
    put_backup(store, NEW)
    put_backup(store, MIDDLE, verified=None, export_ended=NOW - timedelta(minutes=1))
    put_backup(store, OLD, verified=None, damage="bad", export_ended=NOW - timedelta(minutes=1))
    entries = read_catalogue(store, FOLDER, database="erp", schema="HR")

    gone = carry_out(store, entries, plan_store(entries, rules(), now=NOW))

    assert gone == {f"{FOLDER}/{OLD}"}


# On the host.


class Host:
    """A folder of dumps, and the entries of the stores that name them."""

    def __init__(self, home: Path) -> None:
        self.shell = LocalShell(home / "home")
        self.folder = home / "dumps"
        self.folder.mkdir()
        self.entries = [self.entry(day) for day in DAYS]
        for day in DAYS:
            self.write(day)

    def entry(self, day: str, *, names: str | None = None, **changes: object) -> CatalogueEntry:
        stem = f"HR-{day}T020000Z"
        files = [(f"{names or stem}_01.dmp", 4), (f"{names or stem}.log", 3)]
        values: dict[str, object] = {
            "snapshot_time": datetime.strptime(day, "%Y%m%d").replace(hour=2, tzinfo=UTC),
            "host_folder": str(self.folder),
            "job": job_name(dag_id="d", run_id=day, schema="HR", generation=1),
            "archive": make_archive_record(
                name=f"{stem}.7z",
                members=tuple(
                    Member(name=name, size_bytes=size, sha256="c" * 64, crc32=1)
                    for name, size in files
                ),
            ),
        }
        manifest = make_manifest(**(values | changes))
        return CatalogueEntry(archive=f"erp/HR/{stem}.7z", manifest=manifest.head)

    def write(self, day: str, *, content: bytes = b"rows") -> None:
        (self.folder / f"HR-{day}T020000Z_01.dmp").write_bytes(content)
        (self.folder / f"HR-{day}T020000Z.log").write_bytes(b"log")

    @property
    def days(self) -> list[str]:
        """The days of which a dump is there."""
        return sorted(path.name[3:11] for path in self.folder.glob("*.dmp"))

    def prune(self, *, given_up: object = (), **keep: int) -> list[str]:
        plan = plan_host(
            self.shell,
            self.entries,
            rules(**keep),
            folder=str(self.folder),
            now=NOW,
            given_up=given_up,  # type: ignore[arg-type]
        )
        return remove_from_host(self.shell, plan)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_host_keeps_what_its_own_policy_keeps(host: Host) -> None:
    removed = host.prune(last=2)

    assert host.days == ["20261122", "20261123"]
    assert {path.rpartition("/")[2] for path in removed} == {
        f"HR-{day}T020000Z{end}" for day in DAYS[:2] for end in ("_01.dmp", ".log")
    }


def test_backups_that_have_left_the_host_before_take_no_place(host: Host) -> None:
    for path in host.folder.glob("HR-20261122*"):
        path.unlink()

    host.prune(last=2)

    assert host.days == ["20261121", "20261123"]


def test_files_that_no_manifest_names_stay(host: Host) -> None:
    for name in ("HR-20261101T020000Z_01.dmp", "other.dmp", "HR-20261120T020000Z_02.dmp"):
        (host.folder / name).write_bytes(b"rows")

    host.prune(last=1)

    assert host.days == ["20261101", "20261120", "20261123", "er.dmp"]


def test_a_file_with_another_size_stays(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.write("20261120", content=b"somebody else's rows")

    host.prune(last=1)

    assert host.days == ["20261120", "20261123"]
    assert "20 bytes, not 4: it is left alone" in caplog.text


def test_a_symbolic_link_is_removed_and_not_what_it_leads_to(host: Host, tmp_path: Path) -> None:
    target = tmp_path / "target.dmp"
    target.write_bytes(b"rows")
    dump = host.folder / "HR-20261120T020000Z_01.dmp"
    dump.unlink()
    dump.symlink_to(target)

    host.prune(last=1)

    assert target.exists()


def test_pinned_dumps_stay(host: Host) -> None:
    host.entries[0] = host.entry(DAYS[0], pinned=True)

    host.prune(last=1)

    assert host.days == [DAYS[0], DAYS[3]]


def test_a_pin_on_one_store_is_a_pin(host: Host) -> None:
    host.entries.append(host.entry(DAYS[0], pinned=True))

    host.prune(last=1)

    assert host.days == [DAYS[0], DAYS[3]]


@pytest.mark.parametrize("first", [True, False])
def test_one_store_that_has_verified_its_archive_is_enough(host: Host, first: bool) -> None:
    pair = [host.entry(DAYS[3]), host.entry(DAYS[3], verified=None)]
    host.entries = [*host.entries[:3], *(pair if first else pair[::-1])]

    host.prune(last=1)

    assert host.days == [DAYS[3]]


def test_a_dump_whose_archive_nobody_has_verified_is_left_alone(host: Host) -> None:
    host.entries[0] = host.entry(DAYS[0], verified=None)

    host.prune(last=1)

    assert host.days == [DAYS[0], DAYS[3]]


def test_an_incomplete_dump_goes_when_a_newer_good_one_is_there(host: Host) -> None:
    host.entries[1] = host.entry(DAYS[1], verdict="incomplete")

    host.prune(last=3)

    assert host.days == [DAYS[0], DAYS[2], DAYS[3]]


@pytest.mark.parametrize(
    "changes",
    [
        {"names": "HR-20261123T020000Z"},  # the newest one's files
        {"job": job_name(dag_id="d", run_id="x", schema="HR", generation=1)},
        {"snapshot_time": datetime(2026, 11, 1, tzinfo=UTC)},
    ],
)
def test_what_two_stores_tell_apart_is_left_alone(
    host: Host, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    host.entries.append(host.entry(DAYS[0], **changes))  # type: ignore[arg-type]

    host.prune(last=1)

    assert host.days == [DAYS[0], DAYS[3]]
    assert "tell different things" in caplog.text


def test_a_manifest_that_names_the_newest_ones_files_takes_nothing_from_it(host: Host) -> None:
    host.entries[0] = host.entry(DAYS[0], names="HR-20261123T020000Z")

    host.prune(last=1)

    assert DAYS[3] in host.days
    assert (host.folder / "HR-20261123T020000Z.log").exists()


def test_files_of_what_goes_later_do_not_go_with_another(host: Host) -> None:
    host.entries[0] = host.entry(DAYS[0], names=f"HR-{DAYS[1]}T020000Z")

    host.prune(last=1, max_delete=1)

    assert host.days == list(DAYS)


def test_dumps_of_the_future_push_none_out(host: Host) -> None:
    host.entries.append(host.entry("20310101"))
    host.write("20310101")

    host.prune(last=1)

    assert host.days == ["20261123", "20310101"]


def test_a_folder_that_exports_no_longer_go_to_is_left_alone(host: Host) -> None:
    host.entries[0] = host.entry(DAYS[0], host_folder="/somewhere/else")

    host.prune(last=1)

    assert host.days == [DAYS[0], DAYS[3]]


def test_a_plan_tells_all_that_manifests_name(host: Host) -> None:
    host.entries = [host.entry(DAYS[0], verified=None), host.entry(DAYS[3])]

    plan = plan_host(host.shell, host.entries, rules(), folder=str(host.folder), now=NOW)

    assert {path.rpartition("/")[2] for path in plan.named if path.endswith(".dmp")} == {
        "HR-20261120T020000Z_01.dmp",
        "HR-20261123T020000Z_01.dmp",
    }


def test_nothing_named_asks_nothing(host: Host) -> None:
    host.entries = []
    host.shell.stat = None  # type: ignore[assignment, method-assign]

    assert host.prune(last=1) == []


def test_files_of_a_living_job_stay(host: Host) -> None:
    job = host.entries[0].manifest.job
    directory = host.shell.home / ".oracle-backup" / "jobs" / job
    directory.mkdir(parents=True)
    alive = host.shell.run(
        f'cat /proc/sys/kernel/random/boot_id; echo "$PPID" >{directory}/pid;'
        f"cat /proc/sys/kernel/random/boot_id >>{directory}/pid; echo >>{directory}/pid",
        timeout_seconds=60,
    )
    assert alive.exit_code == 0

    with pytest.raises(RemoteCommandError, match="still running"):
        host.prune(last=1)


def test_what_may_not_be_removed_is_named(host: Host) -> None:
    # This user may remove anything, so `rm` fails for it here.
    (host.shell.bin / "rm").write_text("#!/bin/sh\nexit 1\n")
    (host.shell.bin / "rm").chmod(0o755)

    with pytest.raises(HostError, match="may not remove .*HR-20261120T020000Z_01.dmp"):
        host.prune(last=3)

    assert host.days == list(DAYS)


# What leaves the last store leaves the host as well.


def plans_of(stores: dict[str, list[CatalogueEntry]], **keep: int) -> dict[str, object]:
    return {name: plan_store(entries, rules(**keep), now=NOW) for name, entries in stores.items()}


def test_what_leaves_the_last_store_is_given_up(host: Host) -> None:
    stores = {"near": host.entries, "far": host.entries[2:]}

    copies = copies_given_up(plans_of(stores, last=1), stores, folder=str(host.folder))  # type: ignore[arg-type]

    assert {copy.archive for copy in copies} == {f"HR-{day}T020000Z.7z" for day in DAYS[:3]}


def test_what_another_store_keeps_is_not_given_up(host: Host) -> None:
    stores = {"near": host.entries, "far": host.entries[:3]}

    copies = copies_given_up(plans_of(stores, last=1), stores, folder=str(host.folder))  # type: ignore[arg-type]

    assert {copy.archive for copy in copies} == {f"HR-{day}T020000Z.7z" for day in DAYS[:2]}


def test_what_a_store_removes_later_is_not_given_up(host: Host) -> None:
    stores = {"near": host.entries, "far": host.entries}
    plans = {
        "near": plan_store(host.entries, rules(last=1), now=NOW),
        "far": plan_store(host.entries, rules(last=1, max_delete=1), now=NOW),
    }

    copies = copies_given_up(plans, stores, folder=str(host.folder))

    assert [copy.archive for copy in copies] == ["HR-20261120T020000Z.7z"]


def test_what_is_given_up_goes_whatever_the_host_would_keep(host: Host) -> None:
    stores = {"near": host.entries}
    copies = copies_given_up(plans_of(stores, last=2), stores, folder=str(host.folder))  # type: ignore[arg-type]
    host.entries = host.entries[2:]

    host.prune(last=4, given_up=copies)

    assert host.days == ["20261122", "20261123"]


def test_what_a_store_still_has_is_not_given_up_after_all(host: Host) -> None:
    stores = {"near": host.entries}
    copies = copies_given_up(plans_of(stores, last=2), stores, folder=str(host.folder))  # type: ignore[arg-type]

    host.prune(last=4, given_up=copies)

    assert host.days == list(DAYS)


def test_what_two_stores_tell_apart_is_not_given_up_either(host: Host) -> None:
    stores = {"near": host.entries}
    copies = copies_given_up(plans_of(stores, last=2), stores, folder=str(host.folder))  # type: ignore[arg-type]
    moved = host.entry(DAYS[0], snapshot_time=datetime(2026, 11, 1, tzinfo=UTC))
    host.entries = [host.entries[0], moved, *host.entries[2:]]

    host.prune(last=4, given_up=copies)

    assert host.days == [DAYS[0], DAYS[2], DAYS[3]]


def test_verified_means_any_way_of_verifying(host: Host) -> None:
    host.entries[3] = host.entry(
        DAYS[3], verified=Verification(time=NOW - timedelta(minutes=9), method="size")
    )

    host.prune(last=1)

    assert host.days == [DAYS[3]]
