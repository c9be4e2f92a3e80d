"""7-Zip as a pipe: what it gives is an archive, and what goes wrong with it never is."""

from __future__ import annotations

import io
import os
import random
import shutil
import threading
from pathlib import Path

import psutil
import pytest

from oracle_backup.adapters.archive.choice import available_encoders, make_encoder
from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.seven_zip import SevenZipEncoder, find_seven_zip
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.errors import (
    EncoderError,
    HostUnreachableError,
    SourceChangedError,
    StoreFullError,
)
from support.archives import dump_like, make_archive, make_member
from support.fake_programs import make_program, path_with
from support.seven_zips import seven_zips
from support.xz_files import Shape, make_xz

pytestmark = pytest.mark.integration

SEVEN_ZIP = find_seven_zip()
needs_seven_zip = pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip (7zz, 7z) is not installed")
NOISE = random.Random(3).randbytes(1_200_000)
CONTENT = dump_like(1_500_000) + NOISE


def blocks_of(content, size=1 << 20):
    return [content[start : start + size] for start in range(0, len(content), size)]


def children():
    """Return the processes of this one, those that wait to be collected included."""
    return set(psutil.Process().children())


@pytest.fixture(autouse=True)
def nothing_left_running():
    # Servers of earlier tests may still run beside these.
    threads, processes = threading.active_count(), children()
    yield
    assert threading.active_count() == threads
    assert children() <= processes


@needs_seven_zip
@pytest.mark.parametrize("password", [None, "пароль🔑"], ids=["plain", "encrypted"])
@pytest.mark.parametrize("threads", [1, 3])
def test_program_packs_what_the_reader_finds(password, threads):
    sink = io.BytesIO()
    members = [make_member("erp.dmp", CONTENT), make_member("e", b""), make_member("log", b"x")]
    written = write_archive(members, sink=sink, encoder="7zz", threads=threads, password=password)
    sink.seek(0)

    read_archive(sink, password=password, expected=written)
    assert written.encoder == "7zz"
    assert written.size_bytes < len(CONTENT)


@pytest.mark.parametrize("level", [1, 5])
@pytest.mark.parametrize("version", seven_zips())
def test_every_version_packs_what_the_reader_finds(tmp_path, monkeypatch, version, level):
    """The oldest is what many a system still offers."""
    program = make_program(tmp_path, "7z", f'exec {seven_zips()[version]} "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_seven_zip() == str(program)
    sink = io.BytesIO()
    written = write_archive([make_member("erp.dmp", CONTENT)], sink=sink, level=level, password="x")
    sink.seek(0)

    read_archive(sink, password="x", expected=written)
    assert written.encoder == "7zz"
    assert written.size_bytes < len(CONTENT)


@needs_seven_zip
def test_small_member_asks_for_no_large_dictionary():
    """Whoever unpacks a log should not have to set 64 MiB aside."""
    data, _ = make_archive({"erp.log": b"x" * 5000}, level=9, encoder="7zz")

    assert bytes([1, 0x21, 0x21, 1, 2]) in data  # one coder, LZMA2, one byte: 8 KiB


@needs_seven_zip
def test_program_gets_neither_password_nor_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "hidden-key")
    seen = tmp_path / "seen"
    program = make_program(
        tmp_path / "bin", "7zz", f'{{ env; echo "$@"; }} > {seen}\nexec {SEVEN_ZIP} "$@"'
    )
    monkeypatch.setenv("PATH", path_with(program.parent))
    make_archive({"a": b"content" * 100}, encoder="7zz", password="hidden-password")

    said = seen.read_text()
    assert "-txz" in said
    assert "hidden" not in said


# What a program may do with the well-formed stream in $WHOLE, and what is said of it.
BAD_PROGRAMS = {
    "ends badly": ("cat > /dev/null; cat $WHOLE; echo no memory >&2; exit 8", "code 8.*no memory"),
    "is killed": ("cat > /dev/null; cat $WHOLE; kill -9 $$", "signal 9"),
    "says nothing": ("cat > /dev/null", "cut off"),
    "is cut off": ("cat > /dev/null; head -c 3000 $WHOLE", "cut off"),
    "lacks its end": ("cat > /dev/null; head -c -1 $WHOLE", "cut off"),
    "says too much": ("cat > /dev/null; cat $WHOLE; echo more", "damaged"),
    "speaks otherwise": ("cat > /dev/null; echo 7-Zip: memory exhausted", "damaged"),
    "never stops": ("while :; do echo nonsense; done", "damaged"),
    "does not read": ("exec < /dev/null; cat $WHOLE", "had read everything"),
    "packs less": ("head -c 1000 > /dev/null; cat $OTHER; cat > /dev/null", "packed 9 bytes of"),
    "packs something else": ("cat > /dev/null; cat $GARBLED", "CRC"),
    "is not to be run": (None, "could not be started"),
}


@pytest.mark.parametrize(("script", "message"), BAD_PROGRAMS.values(), ids=BAD_PROGRAMS)
def test_program_that_behaves_badly_makes_no_archive(tmp_path, script, message):
    for name, content in {
        "WHOLE": CONTENT,
        "OTHER": b"something",
        "GARBLED": b"y" + CONTENT[1:],
    }.items():
        (tmp_path / name).write_bytes(make_xz(blocks_of(content), Shape()))
        script = script and script.replace(f"${name}", str(tmp_path / name))
    program = tmp_path / "missing"
    if script is not None:
        program = make_program(tmp_path / "bin", "7zz", script)
    sink = io.BytesIO()
    member = make_member("erp.dmp", CONTENT)

    with pytest.raises(EncoderError, match=message):
        _write_with(SevenZipEncoder(str(program), 1), member, sink)
    assert sink.getvalue()[:32] == bytes(32)


def _write_with(encoder, member, sink):
    """Write an archive with an encoder that the machine would not have chosen."""
    from oracle_backup.adapters.archive import writer

    chosen = writer.make_encoder
    writer.make_encoder = lambda *_, **__: encoder
    try:
        return write_archive([member], sink=sink)
    finally:
        writer.make_encoder = chosen


@pytest.mark.parametrize(
    "place", ["head -c 3000 $WHOLE; head -c 50 /dev/zero", "head -c 3000 $WHOLE | tr '\\000' x"]
)
def test_garbled_wrapping_is_an_error(tmp_path, place):
    (tmp_path / "WHOLE").write_bytes(make_xz(blocks_of(CONTENT), Shape()))
    script = "cat > /dev/null; " + place.replace("$WHOLE", str(tmp_path / "WHOLE"))
    program = make_program(tmp_path / "bin", "7zz", script)

    with pytest.raises(EncoderError, match="damaged"):
        _write_with(SevenZipEncoder(str(program), 1), make_member("a", CONTENT), io.BytesIO())


@needs_seven_zip
@pytest.mark.parametrize("after", [0, 1, 2_000_000, len(CONTENT) - 1])
@pytest.mark.parametrize("failure", [SourceChangedError, HostUnreachableError, ZeroDivisionError])
def test_source_that_fails_is_what_is_told_and_never_an_end(failure, after):
    class Failing(io.BytesIO):
        def read(self, size):
            left = after - self.tell()
            if left <= 0:
                raise failure("the source")
            return super().read(min(size, left))

    member = ArchiveMember(name="a", size_bytes=len(CONTENT), open=lambda _: Failing(CONTENT))
    sink = io.BytesIO()
    with pytest.raises(failure, match="the source"):
        write_archive([member], sink=sink, encoder="7zz")
    assert sink.getvalue()[:32] == bytes(32)


@needs_seven_zip
@pytest.mark.parametrize("after", [100, 500_000])
def test_sink_that_fails_ends_the_program(after):
    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > after:
                raise StoreFullError("full")
            return super().write(data)

    with pytest.raises(StoreFullError):
        write_archive([make_member("a", CONTENT)], sink=Full(), encoder="7zz")


@needs_seven_zip
def test_sink_that_fails_while_the_source_is_silent_ends_everything():
    """Nobody waits for a host that has stalled once the store has refused."""

    class Silent(io.BytesIO):
        def __init__(self, content):
            super().__init__(content)
            self.left = threading.Event()

        def read(self, size):
            data = super().read(size)
            if not data:
                self.left.wait()
            return data

        def close(self):
            self.left.set()

    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > 100:
                raise StoreFullError("full")
            return super().write(data)

    member = ArchiveMember(name="a", size_bytes=2 * len(NOISE), open=lambda _: Silent(NOISE))
    with pytest.raises(StoreFullError):
        write_archive([member], sink=Full(), encoder="7zz")


class Pressure:
    """A source without end in sight, and a sink, that count what is between them."""

    def __init__(self, size_bytes):
        self.given = self.taken = self.most = 0
        self._left = size_bytes
        self._chance = random.Random(4)

    def read(self, size):
        # Never the same twice: what repeats would shrink.
        data = self._chance.randbytes(min(size, self._left))
        self._left -= len(data)
        self.given += len(data)
        return data

    def write(self, data):
        # Noise does not shrink, so what came out is about what went in.
        self.taken += len(data)
        self.most = max(self.most, self.given - self.taken)
        return len(data)

    def seek(self, offset):
        return offset

    def close(self):
        """Nothing to give back."""


@pytest.mark.parametrize(
    ("encoder", "most_mib"), [pytest.param("7zz", 20, marks=needs_seven_zip), ("lzma", 40)]
)
def test_what_is_on_its_way_is_bounded(encoder, most_mib):
    """However slow the sink is: each write here sees how far the source has run ahead."""
    size_bytes = most_mib + 10 << 20
    pressure = Pressure(size_bytes)
    member = ArchiveMember(name="a", size_bytes=size_bytes, open=lambda _: pressure)
    write_archive([member], sink=pressure, encoder=encoder, threads=2)

    assert pressure.given == size_bytes
    assert pressure.most < most_mib << 20


def test_without_the_program_auto_takes_liblzma(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert make_encoder(1).name == "lzma"
    assert available_encoders() == ("lzma",)
    with pytest.raises(EncoderError, match="no working 7-Zip"):
        make_encoder(1, name="7zz")


@pytest.mark.parametrize(
    "script",
    ["exit 1", "cat > /dev/null", "cat", "exec sleep 0 < /dev/null", "cat > /dev/null; echo xz"],
)
def test_program_that_does_not_work_is_not_taken(monkeypatch, tmp_path, script):
    for name in ("7zz", "7z", "7za"):
        make_program(tmp_path / "bin", name, script)
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin"))

    assert make_encoder(1).name == "lzma"


@needs_seven_zip
def test_next_program_is_taken_when_the_first_does_not_work(monkeypatch, tmp_path):
    folder = tmp_path / "bin"
    make_program(folder, "7zz", "exit 1")
    (folder / "7za").symlink_to(SEVEN_ZIP)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{Path(shutil.which('sh')).parent}")
    found = find_seven_zip()

    assert found is not None
    assert Path(found).name in ("7z", "7za")
    assert available_encoders() == ("7zz", "lzma")
