"""An archive is written in order, its first bytes last, with nothing left running."""

from __future__ import annotations

import dataclasses
import io
import threading

import pytest

from oracle_backup.adapters.archive import encoder, seven_zip, threaded_lzma2
from oracle_backup.adapters.archive.choice import make_encoder
from oracle_backup.adapters.archive.container import bits, number
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.threaded_lzma2 import ThreadedLzma2Encoder
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.adapters.archive.xz_stream import XzUnwrapper
from oracle_backup.errors import ArchivePasswordError, SourceChangedError, StoreFullError
from support.archives import dump_like, make_archive, make_member


class RecordingSink(io.BytesIO):
    def __init__(self):
        super().__init__()
        self.places = []

    def write(self, data):
        self.places.append(self.tell())
        return super().write(data)


def test_first_bytes_are_zeros_until_the_end():
    sink = RecordingSink()
    seen = []
    write_archive(
        [make_member("a", dump_like(9_000_000))],
        sink=sink,
        progress=lambda _progress: seen.append(sink.getvalue()[:32]),
    )

    assert seen
    assert set(seen) == {bytes(32)}
    assert sink.places[0] == sink.places[-1] == 0
    assert sink.places[1:-1] == sorted(sink.places[1:-1])


def test_progress_counts_what_went_in_and_out():
    seen = []
    written = write_archive(
        [make_member("a", dump_like(9_000_000)), make_member("b", b"12345")],
        sink=io.BytesIO(),
        progress=seen.append,
        encoder="lzma",
    )

    assert seen[-1].bytes_read == seen[-1].total_bytes == 9_000_005 == written.source_bytes
    assert [p.bytes_read for p in seen] == sorted(p.bytes_read for p in seen)
    assert seen[-1].bytes_written <= written.size_bytes
    assert written.ratio > 2


@pytest.mark.parametrize("level", [0, 1])
def test_failing_sink_ends_everything(level):
    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > 100:
                raise StoreFullError("full")
            return super().write(data)

    before = threading.active_count()
    members = [make_member("a", dump_like(10_000_000))]
    with pytest.raises(StoreFullError):
        write_archive(members, sink=Full(), level=level)
    assert threading.active_count() == before


def test_source_that_changes_leaves_no_valid_beginning():
    sink = io.BytesIO()
    member = make_member("a", b"12345")
    short = type(member)(name="b", size_bytes=9, open=member.open)
    with pytest.raises(SourceChangedError):
        write_archive([member, short], sink=sink)
    assert sink.getvalue()[:32] == bytes(32)


@pytest.mark.parametrize(
    "names", [[], ["a", "a"], [""], ["/etc/passwd"], ["../a"], ["a\x00"]], ids=repr
)
def test_bad_member_names_are_refused_before_anything_is_written(names):
    sink = io.BytesIO()
    with pytest.raises(ValueError, match="member"):
        write_archive([make_member(name, b"") for name in names], sink=sink)
    assert sink.getvalue() == b""


@pytest.mark.parametrize("level", [-1, 10])
def test_levels_go_from_0_to_9(level):
    with pytest.raises(ValueError, match="0 to 9"):
        make_encoder(level)


def test_same_input_gives_the_same_archive_unless_encrypted():
    contents = {"a": dump_like(100_000)}
    assert make_archive(contents)[0] == make_archive(contents)[0]
    assert make_archive(contents, password="x")[0] != make_archive(contents, password="x")[0]


def test_equal_members_are_encrypted_differently():
    """Each stream has a vector of its own: nobody sees that two dumps begin alike."""
    content = b"0123456789abcdef" * 4
    data, written = make_archive({"a": content, "b": content}, level=0, password="x")
    first, second = data[32 : 32 + len(content)], data[32 + len(content) : 32 + 2 * len(content)]

    assert first != second
    assert content not in data
    assert written.encrypted


def test_empty_password_is_refused_before_anything_is_written():
    sink = io.BytesIO()
    with pytest.raises(ArchivePasswordError, match="empty"):
        write_archive([make_member("a", b"1")], sink=sink, password="")
    assert sink.getvalue() == b""


def test_password_that_is_no_text_is_refused_without_showing_it():
    """Bytes that are no UTF-8 reach Python as halves of surrogate pairs."""
    with pytest.raises(ArchivePasswordError) as caught:
        make_archive({"a": b"1"}, password="secret\udcff")

    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_number_of_threads_changes_no_byte():
    def archive(threads):
        sink = io.BytesIO()
        members = [make_member("a", dump_like(9_000_000))]
        write_archive(members, sink=sink, threads=threads, encoder="lzma")
        return sink.getvalue()

    assert archive(1) == archive(3)


@pytest.mark.parametrize("level", range(1, 10))
def test_threads_of_liblzma_fit_into_the_memory(monkeypatch, level):
    monkeypatch.setattr(encoder.os, "sched_getaffinity", lambda _pid: set(range(64)))
    chosen = ThreadedLzma2Encoder(level)
    need = chosen.threads * (threaded_lzma2._ENCODER_BYTES[level] + 2 * chosen.block_bytes)

    assert need <= (encoder.FAST_MEMORY_BYTES if level == 1 else encoder.MEMORY_BYTES)
    assert chosen.threads >= (4 if level < 5 else 1)


def test_threads_are_no_more_than_processors(monkeypatch):
    monkeypatch.setattr(encoder.os, "sched_getaffinity", lambda _pid: {0, 1, 2})

    assert ThreadedLzma2Encoder(1).threads == 3
    assert ThreadedLzma2Encoder(1, threads=7).threads == 7
    assert seven_zip.SevenZipEncoder("7zz", 1).threads == 3
    assert seven_zip.SevenZipEncoder("7zz", 9).threads == 2


@pytest.mark.parametrize(
    ("size_bytes", "dictionary_bytes"),
    [
        (0, 4096),
        (4096, 4096),
        (4097, 8192),
        (1 << 30, 1 << 30),
        (5 << 30, 1 << 31),
        (1 << 45, 1 << 31),
    ],
)
def test_every_size_of_member_has_a_dictionary(size_bytes, dictionary_bytes):
    assert encoder.least_dictionary(size_bytes) == dictionary_bytes
    # As in the format's description: (2 | bit 0) << (the rest / 2 + 11).
    code = encoder.dictionary_property(dictionary_bytes)
    assert (2 | code & 1) << (code // 2 + 11) == dictionary_bytes


def test_member_larger_than_any_dictionary_keeps_that_of_its_chunks():
    xz = XzUnwrapper()
    xz.dictionary, xz.size_bytes = 12, 100 << 30

    assert seven_zip.encoded(xz).coder.properties == bytes([12])


def test_member_that_is_packed_already_is_stored_and_the_log_is_not():
    dump, log = dump_like(50_000), dump_like(40_000, seed=2)
    members = [
        dataclasses.replace(make_member("erp.dmp", dump), compressed=True),
        make_member("erp.log", log),
    ]
    sink = io.BytesIO()
    written = write_archive(members, sink=sink, encoder="lzma")

    assert sink.getvalue()[32 : 32 + len(dump)] == dump
    assert log not in sink.getvalue()
    assert written.encoder == "stored, lzma"
    sink.seek(0)
    read_archive(sink, expected=written)


@pytest.mark.parametrize(("level", "name"), [(0, "stored"), (1, "lzma")])
def test_archive_tells_its_encoder(level, name):
    assert make_archive({"a": b"1", "b": b"2"}, level=level)[1].encoder == name
    assert make_archive({"empty": b""}, level=level)[1].encoder == name


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"),
        (0x7F, "7f"),
        (0x80, "8080"),
        (0x3FFF, "bfff"),
        (0x4000, "c00040"),
        (1 << 32, "f100000000"),
        (2**64 - 1, "ff" + "ff" * 8),
    ],
)
def test_numbers_are_written_as_7z_has_them(value, written):
    assert number(value).hex() == written


def test_bits_begin_at_the_highest():
    assert bits([True, False, True]) == b"\xa0"
    assert bits([False] * 8 + [True]) == b"\x00\x80"
