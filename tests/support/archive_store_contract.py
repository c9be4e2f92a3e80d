"""What every archive store must do: the fake in memory and the real ones pass the same tests."""

from __future__ import annotations

import hashlib
import io
import os
import re
from datetime import timedelta

import pytest

from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.errors import IntegrityError, NameTakenError, StoreError

BIG = os.urandom(3_000_001)


def put(store, name, content):
    part = store.open_part(name)
    part.write(content)
    store.finish(part)


def names(store, folder):
    return {entry.name for entry in store.list(folder)}


class ArchiveStoreContract:
    """Subclasses give a fixture ``store``: a fresh, empty one."""

    def test_store_keeps_what_was_finished(self, store):
        put(store, "db/erp/erp.7z", BIG)

        with store.open_read("db/erp/erp.7z") as file:
            assert file.read(len(BIG) + 1) == BIG
        assert store.size("db/erp/erp.7z") == len(BIG)

    def test_store_takes_an_empty_file(self, store):
        put(store, "empty", b"")

        assert store.size("empty") == 0
        assert store.read_bytes("empty", max_bytes=1) == b""

    def test_part_has_no_final_name_until_it_is_finished(self, store):
        part = store.open_part("erp/a.7z")
        part.write(b"half")

        assert store.size("erp/a.7z") is None
        (provisional,) = names(store, "erp")
        assert re.fullmatch(r"erp/a\.7z\.[0-9a-f]{8}\.part", provisional)

        store.finish(part)
        assert names(store, "erp") == {"erp/a.7z"}

    def test_part_can_be_written_again_at_its_beginning(self, store):
        part = store.open_part("a.7z")
        part.write(bytes(32))
        part.write(BIG)
        part.seek(0)
        part.write(b"x" * 32)
        store.finish(part)

        assert store.read_bytes("a.7z", max_bytes=10**9) == b"x" * 32 + BIG

    def test_abandon_leaves_nothing(self, store):
        part = store.open_part("erp/a.7z")
        part.write(BIG)
        store.abandon(part)

        assert names(store, "erp") == set()

    def test_abandon_does_not_mind_a_part_that_is_gone(self, store):
        part = store.open_part("a.7z")
        store.abandon(part)
        store.abandon(part)

    def test_a_half_dead_writer_never_writes_into_the_part_of_the_next(self, store):
        dead = store.open_part("a.7z")
        dead.write(b"of the dead run, and longer")
        part = store.open_part("a.7z")
        part.write(b"new")
        dead.write(b", which is not dead at all")
        store.finish(part)
        store.abandon(dead)

        assert store.read_bytes("a.7z", max_bytes=100) == b"new"
        assert names(store, "") == {"a.7z"}

    def test_sweep_removes_parts_of_ours_and_nothing_else(self, store):
        archive = "HR-20261123T020000Z.7z"
        put(store, f"db/{archive}", b"finished")
        put(store, "db/notes.0123abcd.part", b"of somebody else")
        for name in (archive, f"{archive}.json", f"{archive}.json.deleting"):
            store.open_part(f"db/{name}").write(b"left behind")
        assert len(names(store, "db")) == 5

        assert store.sweep_parts("db", timedelta(hours=1)) == ()
        swept = store.sweep_parts("db", timedelta(0))

        assert len(swept) == 3
        assert names(store, "db") == {f"db/{archive}", "db/notes.0123abcd.part"}
        assert store.sweep_parts("db", timedelta(0)) == ()
        assert store.sweep_parts("no/such/folder", timedelta(0)) == ()

    def test_sweep_of_one_file_leaves_the_parts_of_others(self, store):
        for name in ("a.7z", "ab.7z", "a.7z.json"):
            store.open_part(f"db/{name}").write(b"left behind")

        (swept,) = store.sweep_parts("db", timedelta(0), of="db/a.7z")

        assert re.fullmatch(r"db/a\.7z\.[0-9a-f]{8}\.part", swept)
        left = {name.rpartition(".")[0].rpartition(".")[0] for name in names(store, "db")}
        assert left == {"db/ab.7z", "db/a.7z.json"}

    def test_sha256_is_that_of_the_file_or_unknown(self, store):
        put(store, "db/it's -a $file.7z", BIG)

        assert store.sha256("db/it's -a $file.7z") in {None, hashlib.sha256(BIG).hexdigest()}
        assert store.sha256("db/missing") is None

    def test_finish_never_replaces_other_content(self, store):
        put(store, "a.7z", b"finished")
        part = store.open_part("a.7z")
        part.write(b"intruder")

        with pytest.raises(NameTakenError):
            store.finish(part)
        assert store.read_bytes("a.7z", max_bytes=100) == b"finished"

    def test_finish_accepts_the_same_content_again(self, store):
        put(store, "a.7z", BIG)
        put(store, "a.7z", BIG)

        assert names(store, "") == {"a.7z"}

    def test_write_text_does_not_replace_unless_told(self, store):
        store.write_text("m.json", "one")

        with pytest.raises(NameTakenError):
            store.write_text("m.json", "two")
        assert store.read_bytes("m.json", max_bytes=100) == b"one"
        assert names(store, "") == {"m.json"}

    def test_write_text_replaces_when_told(self, store):
        store.write_text("m.json", "one", replace=True)
        store.write_text("m.json", "twò", replace=True)

        assert store.read_bytes("m.json", max_bytes=100) == "twò".encode()
        assert names(store, "") == {"m.json"}

    def test_read_bytes_refuses_a_file_that_is_too_long(self, store):
        store.write_text("m.json", "x" * 101)

        with pytest.raises(StoreError):
            store.read_bytes("m.json", max_bytes=100)

    def test_reading_a_missing_file_is_an_error(self, store):
        with pytest.raises(StoreError):
            store.open_read("a.7z")
        with pytest.raises(StoreError):
            store.read_bytes("a.7z", max_bytes=100)

    def test_size_of_a_missing_file_is_none(self, store):
        assert store.size("no/such/file") is None

    def test_read_many_brings_every_file_whole(self, store):
        contents = {f"db/{size}.json": BIG[:size] for size in (0, 1, 40_000, 700_000)}
        contents |= {f"db/small-{number}.json": b"%d" % number for number in range(300)}
        for name, content in contents.items():
            put(store, name, content)

        found = list(store.read_many(contents, max_bytes=10**6))

        assert len(found) == len(contents)
        assert dict(found) == contents

    def test_read_many_tells_what_is_wrong_with_each(self, store):
        put(store, "db/good.json", b"good")
        put(store, "db/long.json", BIG)

        found = dict(
            store.read_many(["db/good.json", "db/gone.json", "db/long.json"], max_bytes=10**6)
        )

        assert found.pop("db/good.json") == b"good"
        assert set(found) == {"db/gone.json", "db/long.json"}
        assert all(isinstance(error, StoreError) for error in found.values())

    def test_read_many_may_be_left_and_disturbed(self, store):
        wanted = [f"db/{number}.json" for number in range(100)]
        for name in wanted:
            put(store, name, name.encode())

        reads = store.read_many(wanted, max_bytes=100)
        first, content = next(reads)
        assert content == first.encode()
        assert store.size(wanted[99]) == len(wanted[99])
        reads.close()
        assert dict(store.read_many(wanted, max_bytes=100)) == {
            name: name.encode() for name in wanted
        }

    def test_read_many_of_nothing_is_nothing(self, store):
        assert list(store.read_many([], max_bytes=100)) == []

    def test_rename_gives_another_name(self, store):
        put(store, "db/a.json", b"one")
        store.rename("db/a.json", "db/a.json.deleting")

        assert names(store, "db") == {"db/a.json.deleting"}
        assert store.read_bytes("db/a.json.deleting", max_bytes=100) == b"one"

    def test_rename_replaces_nothing(self, store):
        put(store, "a", b"one")
        put(store, "b", b"two")

        with pytest.raises(NameTakenError):
            store.rename("a", "b")
        assert store.read_bytes("a", max_bytes=100) == b"one"
        assert store.read_bytes("b", max_bytes=100) == b"two"

    def test_rename_of_a_missing_file_is_an_error(self, store):
        put(store, "b", b"two")

        with pytest.raises(StoreError):
            store.rename("a", "c")
        with pytest.raises(StoreError):
            store.rename("a", "../c")

    def test_open_read_reads_anywhere(self, store):
        put(store, "a.7z", BIG)

        with store.open_read("a.7z") as file:
            assert file.seek(0, 2) == len(BIG)
            assert file.read(10) == b""
            file.seek(1_000_000)
            assert file.read(7) == BIG[1_000_000:1_000_007]
            assert file.tell() == 1_000_007
            file.seek(3)
            assert file.read(500_000) == BIG[3:500_003]
            assert file.read(-1) == BIG[500_003:]

    def test_list_tells_files_from_folders(self, store):
        put(store, "erp/a.7z", b"12345")
        put(store, "erp/old/b.7z", b"1")

        entries = {entry.name: entry for entry in store.list("erp")}
        assert entries["erp/a.7z"].is_file
        assert entries["erp/a.7z"].size_bytes == 5
        assert entries["erp/a.7z"].modified > 1_700_000_000
        assert not entries["erp/old"].is_file
        assert set(entries) == {"erp/a.7z", "erp/old"}

    def test_list_of_a_missing_folder_is_empty(self, store):
        assert names(store, "nobody") == set()

    def test_list_of_the_root_is_empty_before_the_first_backup(self, store):
        assert names(store, "") == set()

    def test_remove_removes_and_does_not_mind_twice(self, store):
        put(store, "a.7z", b"1")
        store.remove("a.7z")
        store.remove("a.7z")

        assert store.size("a.7z") is None

    @pytest.mark.parametrize(
        "name",
        [
            "../x",
            "/etc/passwd",
            "a/../b",
            "a//b",
            "",
            ".",
            "a\nb",
            "a\x00b",
            "a/.",
            "a\\b",
            "x" * 300,
        ],
    )
    def test_hostile_names_are_refused(self, store, name):
        for attempt in (store.open_part, store.open_read, store.size, store.remove):
            with pytest.raises(StoreError):
                attempt(name)

    def test_free_bytes_is_a_number_or_unknown(self, store):
        free = store.free_bytes()
        assert free is None or free > 0

    @pytest.mark.parametrize("password", [None, "contraseña"])
    def test_archive_goes_there_and_comes_back(self, store, password):
        members = [
            ArchiveMember(
                name=name,
                size_bytes=len(data),
                open=lambda offset, data=data: io.BytesIO(data[offset:]),
            )
            for name, data in (("erp.dmp", BIG), ("erp.log", b"done\n"))
        ]
        part = store.open_part("db/erp/erp.7z")
        written = write_archive(members, sink=part, level=1, password=password)
        store.finish(part)

        with store.open_read("db/erp/erp.7z") as source:
            found = read_archive(source, password=password, expected=written)
        assert found.members == written.members
        assert store.size("db/erp/erp.7z") == written.size_bytes

    def test_another_archive_under_the_name_is_noticed(self, store):
        def member(data):
            return ArchiveMember(
                name="erp.dmp", size_bytes=len(data), open=lambda o: io.BytesIO(data[o:])
            )

        sent = write_archive([member(b"one")], sink=io.BytesIO(), level=1)
        part = store.open_part("a.7z")
        write_archive([member(b"two")], sink=part, level=1)
        store.finish(part)

        with store.open_read("a.7z") as source, pytest.raises(IntegrityError):
            read_archive(source, expected=sent)
