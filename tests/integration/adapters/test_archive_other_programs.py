"""What we write, 7-Zip and py7zr open; what they write, we read."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from datetime import UTC, datetime

import py7zr
import pytest

from oracle_backup.adapters.archive.encoder import make_encoder
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.writer import write_archive
from support.archives import dump_like, make_archive, make_member

pytestmark = pytest.mark.integration

SEVEN_ZIP = next(filter(None, map(shutil.which, ("7zz", "7z", "7za"))), None)
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
    "long": "x" * 200,
}


def seven_zip(command, archive, password, *more):
    # An argument shows in ps; good enough for a test, and it is what an administrator types.
    given = [f"-p{password}"] if password else []
    return subprocess.run(
        [SEVEN_ZIP, command, *given, *more, str(archive)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def unpacked(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_everywhere(tmp_path, contents, data, written, password):
    path = tmp_path / "a.7z"
    path.write_bytes(data)
    if SEVEN_ZIP:
        tested = seven_zip("t", path, password)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert "Warning" not in tested.stdout
        extracted = seven_zip("x", path, password, f"-o{tmp_path}/seven")
        assert extracted.returncode == 0
        assert unpacked(tmp_path / "seven") == contents
    with py7zr.SevenZipFile(path, password=password) as archive:
        archive.extractall(tmp_path / "py")
    assert unpacked(tmp_path / "py") == contents
    with path.open("rb") as source:
        found = read_archive(source, password=password, expected=written)
    assert {member.name for member in found.members} == set(contents)


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("password", [None, "contraseña€"], ids=["plain", "encrypted"])
def test_every_level_opens_everywhere(tmp_path, level, password):
    data, written = make_archive(CONTENTS, level=level, password=password)
    check_everywhere(tmp_path, CONTENTS, data, written, password)


@pytest.mark.parametrize("password", [None, "contraseña€"], ids=["plain", "encrypted"])
@pytest.mark.parametrize("level", [1, 3])
def test_joined_blocks_open_everywhere(tmp_path, level, password):
    """More than a block, so that blocks packed apart follow one another; not a whole number."""
    contents = {"erp.dmp": dump_like(make_encoder(level).block_bytes * 3 // 2 + 1)}
    data, written = make_archive(contents, level=level, password=password)
    check_everywhere(tmp_path, contents, data, written, password)


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
@pytest.mark.parametrize(("level", "method"), [(0, "Copy"), (1, "LZMA2:20")])
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
        )
    listing = seven_zip("l", path, None, "-slt").stdout
    extracted = seven_zip("x", path, None, f"-o{tmp_path}/out")

    assert extracted.returncode == 0
    assert f"Method = {method}" in listing
    assert "Attributes = A -rw-------" in listing
    assert (tmp_path / "out" / "a.dmp").stat().st_mtime == time.timestamp()


@needs_seven_zip
@pytest.mark.parametrize("password", [None, "contraseña€"])
@pytest.mark.parametrize(
    "switches",
    [["-mx=1"], ["-mx=5"], ["-mx=0"], ["-mx=1", "-ms=off"], ["-mx=3", "-mhe=on"], ["-m0=lzma"]],
    ids=" ".join,
)
def test_archives_of_seven_zip_are_read(tmp_path, password, switches):
    if password is None and "-mhe=on" in switches:
        pytest.skip("no header to encrypt without a password")
    for name, content in CONTENTS.items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "theirs.7z"
    files = [str(tmp_path / name) for name in CONTENTS]
    given = [f"-p{password}"] if password else []
    made = subprocess.run(
        [SEVEN_ZIP, "a", *given, *switches, str(path), *files],
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
