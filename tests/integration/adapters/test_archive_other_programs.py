"""What we write, 7-Zip and py7zr open; what they write, we read."""

from __future__ import annotations

import dataclasses
import io
import itertools
import subprocess
from datetime import UTC, datetime

import py7zr
import pytest

from oracle_backup.adapters.archive.choice import available_encoders, make_encoder
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.errors import ArchivePasswordError
from support.archives import dump_like, make_archive, make_member
from support.seven_zips import run_seven_zip, seven_zips

pytestmark = pytest.mark.integration

PROGRAMS = seven_zips()
SEVEN_ZIP = PROGRAMS[max(PROGRAMS, key=float)] if PROGRAMS else None
ENCODERS = available_encoders()
needs_seven_zip = pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip (7zz, 7z) is not installed")

CONTENTS = {
    "erp-01.dmp": dump_like(300_000),
    "erp-02.dmp": dump_like(70_000, seed=2),
    "empty.log": b"",
    "exportación_ñ.log": b"Job completed\n",
}
PASSWORDS = {
    "none": None,
    "ascii": "s3cret word",
    "latin": "contraseña€",
    "cyrillic": "пароль",
    "emoji": "🔑 über",
    # More than a block of SHA-256, with the salt more than two.
    "long": "x" * 70,
}


def seven_zip(command, archive, password, *more):
    return run_seven_zip(SEVEN_ZIP, command, archive, *more, password=password)


def unpacked(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_everywhere(tmp_path, contents, data, written, password):
    path = tmp_path / "a.7z"
    path.write_bytes(data)
    for version, program in PROGRAMS.items():
        tested = run_seven_zip(program, "t", path, password=password)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert "Warning" not in tested.stdout
        to = tmp_path / version
        extracted = run_seven_zip(program, "x", path, f"-o{to}", password=password)
        assert extracted.returncode == 0
        assert unpacked(to) == contents
    with py7zr.SevenZipFile(path, password=password) as archive:
        archive.extractall(tmp_path / "py")
    assert unpacked(tmp_path / "py") == contents
    with path.open("rb") as source:
        found = read_archive(source, password=password, expected=written)
    assert {member.name for member in found.members} == set(contents)


SETS = {
    "one": {"erp.dmp": dump_like(60_000)},
    "several": CONTENTS,
}


@pytest.mark.parametrize("contents", SETS.values(), ids=SETS)
@pytest.mark.parametrize("password", [None, "contraseña€"], ids=["plain", "encrypted"])
@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_combination_opens_everywhere(tmp_path, encoder, level, password, contents):
    data, written = make_archive(contents, level=level, password=password, encoder=encoder)
    check_everywhere(tmp_path, contents, data, written, password)


@pytest.mark.parametrize("password", [None, "contraseña€"], ids=["plain", "encrypted"])
@pytest.mark.parametrize(("encoder", "level"), itertools.product(ENCODERS, [1, 3]))
def test_joined_blocks_open_everywhere(tmp_path, encoder, level, password):
    """More than a block, so that blocks packed apart follow one another; not a whole number."""
    contents = {"erp.dmp": dump_like(make_encoder(level, name="lzma").block_bytes * 3 // 2 + 1)}
    data, written = make_archive(contents, level=level, password=password, encoder=encoder)
    check_everywhere(tmp_path, contents, data, written, password)


def test_stored_and_packed_members_open_everywhere(tmp_path):
    """As in a backup whose dump Data Pump has compressed: the log beside it is packed."""
    contents = {"erp.dmp": b"noise" * 1000, "erp.log": dump_like(5000)}
    members = [
        dataclasses.replace(make_member(name, content), compressed=name == "erp.dmp")
        for name, content in contents.items()
    ]
    sink = io.BytesIO()
    written = write_archive(members, sink=sink, password="x", encoder=ENCODERS[0])
    check_everywhere(tmp_path, contents, sink.getvalue(), written, "x")


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_every_password_opens_everywhere(tmp_path, level, password):
    data, written = make_archive({"a.log": b"text"}, level=level, password=password)
    check_everywhere(tmp_path, {"a.log": b"text"}, data, written, password)


@pytest.mark.parametrize("password", [None, "contraseña€"], ids=["plain", "encrypted"])
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(
    "contents",
    [
        {"one.dmp": b"x"},
        {"empty.log": b""},
        {"a": b"", "b": b"2", "c": b"", "d": b"4" * 17},
        {f"erp-{number:03}.dmp": bytes([number]) * number for number in range(20)},
    ],
    ids=["one", "only empty", "mixed", "twenty"],
)
def test_every_number_of_members_opens_everywhere(tmp_path, contents, level, password):
    data, written = make_archive(contents, level=level, password=password)
    check_everywhere(tmp_path, contents, data, written, password)


@needs_seven_zip
def test_seven_zip_refuses_a_wrong_or_missing_password(tmp_path):
    data, _ = make_archive(CONTENTS, password="right")
    path = tmp_path / "a.7z"
    path.write_bytes(data)

    assert seven_zip("t", path, "wrong").returncode == 2
    assert b"erp-01" not in data
    assert "erp-01".encode("utf-16-le") not in data
    assert "erp-01" not in seven_zip("l", path, "wrong").stdout


@needs_seven_zip
@pytest.mark.parametrize(("level", "method"), [(0, "Copy"), (1, "LZMA2:18")])
def test_seven_zip_shows_method_mode_and_time(tmp_path, level, method):
    path = tmp_path / "a.7z"
    time = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    with path.open("wb") as sink:
        write_archive(
            [
                make_member("a.dmp", dump_like(2_000_000), modified=time),
                make_member("b.log", b"no time"),
            ],
            sink=sink,
            level=level,
            encoder="lzma",
        )
    listing = seven_zip("l", path, None, "-slt").stdout
    extracted = seven_zip("x", path, None, f"-o{tmp_path}/out")

    assert extracted.returncode == 0
    assert f"Method = {method}" in listing
    assert "Attributes = A -rw-------" in listing
    assert (tmp_path / "out" / "a.dmp").stat().st_mtime == time.timestamp()


SWITCHES = ["-mx=1", "-mx=5", "-mx=0", "-mx=1 -ms=off", "-m0=lzma"]


@needs_seven_zip
@pytest.mark.parametrize(
    ("password", "switches"),
    [
        *((password, switch) for password in (None, "contraseña€") for switch in SWITCHES),
        ("contraseña€", "-mx=3 -mhe=on"),
    ],
)
def test_archives_of_seven_zip_are_read(tmp_path, password, switches):
    for name, content in CONTENTS.items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "theirs.7z"
    files = [str(tmp_path / name) for name in CONTENTS]
    given = [f"-p{password}"] if password else []
    made = subprocess.run(
        [SEVEN_ZIP, "a", *given, *switches.split(), str(path), *files],
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert made.returncode == 0

    with path.open("rb") as source:
        found = read_archive(source, password=password)
    assert {m.name: m.size_bytes for m in found.members} == {
        name: len(content) for name, content in CONTENTS.items()
    }


@pytest.mark.parametrize("password", [None, "contraseña€"])
def test_archives_of_the_predecessor_are_read(tmp_path, password):
    """py7zr's own default: a branch filter before LZMA2, all members in one folder."""
    path = tmp_path / "theirs.7z"
    with py7zr.SevenZipFile(path, "w", password=password) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(content, name)

    found_contents = {}

    class Keep:
        def __init__(self, name):
            self.content = found_contents.setdefault(name, bytearray())

        def write(self, data):
            self.content += data

    with path.open("rb") as source:
        read_archive(source, password=password, open_sink=Keep)
    assert {name: bytes(content) for name, content in found_contents.items()} == CONTENTS


@needs_seven_zip
def test_log_alone_can_be_taken_out(tmp_path):
    """Each member is packed apart: the dump before the log may even be damaged."""
    data = bytearray(make_archive(CONTENTS, level=1)[0])
    for place in itertools.chain(range(1000, 1100), range(9_000, 9_100)):
        data[place] ^= 0xFF
    path = tmp_path / "a.7z"
    path.write_bytes(data)

    taken = seven_zip("e", path, None, f"-o{tmp_path}/out", "-i!exportación_ñ.log")
    assert taken.returncode == 0
    assert unpacked(tmp_path / "out") == {"exportación_ñ.log": b"Job completed\n"}


@needs_seven_zip
@pytest.mark.parametrize("header", ["on", "off"])
@pytest.mark.parametrize("given", [None, "wrong"])
@pytest.mark.parametrize("count", [1, 60])
def test_password_that_does_not_fit_their_archive_is_told(tmp_path, header, given, count):
    """With an open header, only the content can tell; of many files the header is packed."""
    files = [tmp_path / f"a-long-name-{number:03}.log" for number in range(count)]
    for file in files:
        file.write_bytes(b"text" * 100)
    path = tmp_path / "theirs.7z"
    subprocess.run(
        [SEVEN_ZIP, "a", "-pright", f"-mhe={header}", str(path), *map(str, files)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )

    with path.open("rb") as source, pytest.raises(ArchivePasswordError, match="password"):
        read_archive(source, password=given)
