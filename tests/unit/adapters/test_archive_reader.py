"""An archive that is damaged in any way is never taken for a good one."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import random

import pytest

from oracle_backup.adapters.archive import cipher
from oracle_backup.adapters.archive.container import START_HEADER_BYTES
from oracle_backup.adapters.archive.model import WrittenArchive
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.errors import ArchiveError, ArchivePasswordError, IntegrityError
from support.archives import dump_like, make_archive

CONTENTS = {"erp.dmp": dump_like(3000), "empty": b"", "erp.log": b"done\n"}


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """Keys of 2**4 rounds instead of 2**19: the archives are as valid."""
    monkeypatch.setattr(cipher, "_CYCLES_POWER", 4)


def read(data, **options):
    return read_archive(io.BytesIO(data), **options)


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("password", [None, "x"])
def test_reading_back_gives_what_was_written(level, password):
    data, written = make_archive(CONTENTS, level=level, password=password)
    found = read(data, password=password, expected=written)

    assert {m.name: m.sha256 for m in found.members} == {
        name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()
    }
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.body_sha256 == hashlib.sha256(data[START_HEADER_BYTES:]).hexdigest()
    assert found.start_header == data[:START_HEADER_BYTES].hex() == written.start_header
    assert found.size_bytes == len(data) == written.size_bytes


@pytest.mark.parametrize("password", [None, "x"])
@pytest.mark.parametrize("level", [0, 1])
def test_every_flipped_byte_is_noticed(level, password):
    data, written = make_archive(CONTENTS, level=level, password=password)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(IntegrityError):
            read(damaged, password=password, expected=written)


# Two bytes say which 7-Zip wrote it: no reader looks at them, and only the hash knows them.
VERSION = range(6, 8)


@pytest.mark.parametrize("password", [None, "x"])
def test_every_flipped_byte_is_noticed_without_knowing_what_was_sent(password):
    data, _ = make_archive(CONTENTS, password=password)
    unnoticed = []
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        try:
            read(damaged, password=password)
        except ArchiveError:
            continue
        unnoticed.append(place)
    # And the zeros that fill an encrypted stream's last block up.
    padding = [place for place in unnoticed if place not in VERSION]
    assert len(padding) <= (16 * 4 if password else 0)


@pytest.mark.parametrize("password", [None, "x"])
def test_every_truncation_is_noticed(password):
    data, written = make_archive(CONTENTS, password=password)
    for size in range(len(data)):
        with pytest.raises(IntegrityError):
            read(data[:size], password=password)
        with pytest.raises(IntegrityError, match="bytes"):
            read(data[:size], password=password, expected=written)


def test_something_behind_the_end_is_noticed():
    data, _ = make_archive(CONTENTS)
    with pytest.raises(IntegrityError, match="behind its end"):
        read(data + b"\x00")


def test_noise_is_no_archive():
    chance = random.Random(1)
    for size in (0, 1, 31, 32, 33, 1000):
        with pytest.raises(IntegrityError):
            read(chance.randbytes(size))


def test_upload_that_was_cut_off_says_so():
    data, _ = make_archive(CONTENTS)
    with pytest.raises(IntegrityError, match="never finished"):
        read(bytes(32) + data[32:])


def test_wrong_password_is_told_as_such():
    data, written = make_archive(CONTENTS, password="right")
    for expected in (None, written):
        with pytest.raises(ArchivePasswordError, match="does not open it"):
            read(data, password="wrong-and-secret", expected=expected)


@pytest.mark.parametrize("password", [None, ""])
def test_missing_password_is_told_as_such(password):
    data, written = make_archive(CONTENTS, password="right")
    for expected in (None, written):
        with pytest.raises(ArchivePasswordError, match="no password was given"):
            read(data, password=password, expected=expected)


def test_no_error_shows_a_password():
    data, _ = make_archive(CONTENTS, password="right-secret")
    with pytest.raises(ArchivePasswordError) as caught:
        read(data, password="wrong-secret")
    assert "secret" not in str(caught.value)


def test_damage_under_the_right_password_is_no_password_error():
    data, written = make_archive(CONTENTS, password="right")
    damaged = bytearray(data)
    damaged[-60] ^= 1
    with pytest.raises(IntegrityError):
        read(damaged, password="right", expected=written)


@pytest.mark.parametrize(
    "changes",
    [
        {"size_bytes": 1},
        {"start_header": "00" * 32},
        {"body_sha256": "00" * 32},
        {"members": ()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_archive_that_is_not_the_one_that_was_sent_is_noticed(changes):
    data, written = make_archive(CONTENTS)
    with pytest.raises(IntegrityError):
        read(data, expected=dataclasses.replace(written, **changes))


@pytest.mark.parametrize("field", ["name", "size_bytes", "sha256", "crc32"])
def test_member_that_is_not_the_one_that_was_packed_is_noticed(field):
    data, written = make_archive(CONTENTS)
    wrong = "other" if field in {"name", "sha256"} else 1
    members = (dataclasses.replace(written.members[0], **{field: wrong}), *written.members[1:])
    with pytest.raises(IntegrityError):
        read(data, expected=dataclasses.replace(written, members=members))


def test_members_go_to_their_sinks():
    data, _ = make_archive(CONTENTS, password="x")
    sinks = {}

    def open_sink(name):
        sinks[name] = io.BytesIO()
        return sinks[name] if name != "erp.dmp" else None

    read(data, password="x", open_sink=open_sink)
    assert sinks["erp.log"].getvalue() == b"done\n"
    assert sinks["erp.dmp"].getvalue() == b""
    assert set(sinks) == set(CONTENTS)


def test_progress_ends_at_the_archives_size():
    data, _ = make_archive(CONTENTS)
    seen = []
    read(data, progress=seen.append)

    assert seen[-1].bytes_read == seen[-1].total_bytes == len(data)
    assert [p.bytes_read for p in seen] == sorted(p.bytes_read for p in seen)


def test_written_archive_survives_json():
    _, written = make_archive(CONTENTS, password="x")
    assert WrittenArchive.from_dict(written.to_dict()) == written


def test_header_bombs_are_refused():
    """Random headers with valid CRCs neither hang nor fill the memory."""
    from oracle_backup.adapters.archive.container import render_start_header

    data, _ = make_archive(CONTENTS)
    offset = int.from_bytes(data[12:20], "little")
    header = data[32 + offset :]
    chance = random.Random(2)
    for _ in range(3000):
        bad = bytearray(header)
        for _ in range(chance.randrange(1, 4)):
            bad[chance.randrange(len(bad))] = chance.choice([0, 1, 0x7F, 0xFF, 0x17])
        start = render_start_header(header_offset=offset, header=bytes(bad))
        try:
            read(start + data[32 : 32 + offset] + bad)
        except ArchiveError:
            continue
