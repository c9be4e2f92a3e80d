"""A dump that its own host packs: through real shells, and over SSH."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import random
import shlex
import shutil
import subprocess

import pytest

from oracle_backup.adapters.archive.host_encoder import (
    HostEncoder,
    build_packing,
    probe_host_encoder,
)
from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.seven_zip import find_seven_zip
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.adapters.ssh_shell import RemoteShell
from oracle_backup.errors import (
    EncoderError,
    HostUnreachableError,
    RemoteCommandError,
    SourceChangedError,
)
from support.archives import dump_like, make_member
from support.fake_programs import make_program, path_with
from support.local_shell import LocalShell
from support.seven_zips import seven_zips
from support.xz_files import CRC64, Shape, make_xz

pytestmark = pytest.mark.integration

SEVEN_ZIP = find_seven_zip()
needs_seven_zip = pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip (7zz, 7z) is not installed")
CONTENT = dump_like(1_500_000) + random.Random(5).randbytes(1_200_000)
SHELLS = {
    name: shlex.split(name)
    for name in ("sh", "dash", "bash", "busybox sh", "ksh")
    if shutil.which(shlex.split(name)[0])
}
# AT&T's ksh makes its pipes of sockets, which have no name to be opened by.
PACKING_SHELLS = {name: words for name, words in SHELLS.items() if name != "ksh"}


@pytest.fixture
def dump(tmp_path):
    # A name that a shell would take apart.
    path = tmp_path / "it's a $dump `x`.dmp"
    path.write_bytes(CONTENT)
    return path


def member_of(shell, path, *, program="7zz", level=1, **changes):
    size_bytes = path.stat().st_size
    encoder = HostEncoder(shell, program=program, level=level)
    member = ArchiveMember(
        name="erp.dmp",
        size_bytes=size_bytes,
        open=lambda _offset: path.open("rb"),
        packed=lambda: encoder.open(str(path), size_bytes=size_bytes),
    )
    return dataclasses.replace(member, **changes)


def write(member, **options):
    sink = io.BytesIO()
    written = write_archive([member, make_member("erp.log", b"done")], sink=sink, **options)
    return sink, written


@needs_seven_zip
@pytest.mark.parametrize("words", PACKING_SHELLS.values(), ids=PACKING_SHELLS)
def test_host_packs_in_every_shell(dump, words):
    shell = LocalShell(shell=words)
    program = probe_host_encoder(shell)
    sink, written = write(member_of(shell, dump, program=program), encoder="lzma", password="x")

    read_archive(sink, password="x", expected=written)
    assert written.encoder == "host, lzma"
    assert written.members[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert written.members[0].size_bytes == len(CONTENT)


@pytest.mark.parametrize("version", seven_zips())
def test_host_packs_with_every_seven_zip(dump, tmp_path, version):
    """Oracle hosts are seldom new, and neither is what is installed there."""
    folder = make_program(tmp_path / "bin", "7za", f'exec {seven_zips()[version]} "$@"').parent
    for name in ("sh", "tee", "nice", "sha256sum", "getconf", "cat", "printf"):
        (folder / name).symlink_to(shutil.which(name))
    shell = LocalShell(environment={"PATH": str(folder), "HOME": str(tmp_path)})
    program = probe_host_encoder(shell)
    sink, written = write(member_of(shell, dump, program=program), encoder="lzma", password="x")

    read_archive(sink, password="x", expected=written)
    assert program == "7za"
    assert written.encoder == "host, lzma"


@needs_seven_zip
@pytest.mark.parametrize("words", SHELLS.values(), ids=SHELLS)
def test_probe_tells_the_truth(dump, words):
    """Where it names a program, packing works; where packing does not, it names none."""
    shell = LocalShell(shell=words)
    program = probe_host_encoder(shell)
    if program is None:
        with pytest.raises((RemoteCommandError, EncoderError)):
            write(member_of(shell, dump))
    else:
        sink, written = write(member_of(shell, dump, program=program))
        read_archive(sink, expected=written)


@needs_seven_zip
@pytest.mark.parametrize("level", [3, 9])
def test_host_packs_at_every_level(dump, level):
    sink, written = write(member_of(LocalShell(), dump, level=level))

    read_archive(sink, expected=written)


@needs_seven_zip
def test_nothing_is_written_there_and_the_password_stays_here(dump):
    shell = LocalShell()
    sink, _ = write(member_of(shell, dump), password="hidden-password")

    assert [path.name for path in dump.parent.iterdir()] == [dump.name]
    assert "hidden" not in "".join(shell.scripts)
    assert sink.getvalue()


def test_script_keeps_the_hosts_processors_for_others():
    script = build_packing("/u01/a.dmp", program="7zz", level=1, threads=None, size_bytes=1 << 40)

    assert "nice -n 19 7zz a -txz" in script
    assert "<<" not in script  # a shell writes these to a file


def test_member_that_is_to_be_stored_is_not_packed_there(dump):
    def never():
        raise AssertionError

    for changes, level in (({"compressed": True}, 1), ({}, 0)):
        member = member_of(LocalShell(), dump, packed=never, **changes)
        sink, written = write(member, level=level)
        read_archive(sink, expected=written)
        assert written.encoder.startswith("stored")


def test_no_program_is_named_where_none_is(tmp_path):
    make_program(tmp_path / "bin", "7zz", "exit 1")
    for name in ("sh", "tee", "nice", "sha256sum", "getconf", "cat", "printf"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "/bin/false")

    shell = LocalShell(environment={"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)})
    assert probe_host_encoder(shell) is None


# What may go wrong there, as a script of this name on the host's PATH.
NOTHING_TO_HASH = '[ "$(head -c 1 | wc -c)" -gt 0 ] || exit 0; '
FAILURES = {
    "encoder ends badly": ("7zz", "cat > /dev/null; cat $WHOLE; exit 2", "packing=2"),
    "encoder is killed": ("7zz", "kill -9 $$", "packing=137"),
    "encoder reads nothing": ("7zz", "cat $XZ", "(reading|ended at byte|damaged)"),
    "encoder packs less": ("7zz", "cat > /dev/null; cat $XZ", "ended at byte 4 of"),
    "encoder packs more": ("7zz", "cat > /dev/null; cat $LONG", "grown"),
    "encoder gives other checks": ("7zz", "cat > /dev/null; cat $CRC64", "without CRCs"),
    "encoder talks": ("7zz", "cat > /dev/null; echo hello", "damaged"),
    "reader fails": ("perl", '[ "$2" = "exit 0" ] && exit; head -c 1000; exit 1', "reading=1"),
    "other reader fails": ("tee", "head -c 1000; exit 1", "reading=1"),
    "hash fails": ("openssl", NOTHING_TO_HASH + "cat > /dev/null; exit 3", "hashing=3"),
    "hash says nothing": (
        "openssl",
        NOTHING_TO_HASH + "cat > /dev/null",
        "did not tell its SHA-256",
    ),
    "other hash fails": ("sha256sum", "cat > /dev/null; exit 3", "hashing=3"),
    "other hash says nothing": ("sha256sum", "cat > /dev/null", "did not tell its SHA-256"),
}


# Programs that are asked only where another does not work.
SECOND = {"sha256sum": "openssl", "tee": "perl"}


@needs_seven_zip
@pytest.mark.parametrize(("program", "script", "message"), FAILURES.values(), ids=FAILURES)
def test_what_goes_wrong_there_makes_no_archive(dump, tmp_path, program, script, message):
    files = {
        "WHOLE": make_xz([CONTENT]),
        "XZ": make_xz([b"some"]),
        "LONG": make_xz([CONTENT, b"x"]),
        "CRC64": make_xz([CONTENT], Shape(check=CRC64)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        script = script.replace(f"${name}", str(tmp_path / name))
    folder = make_program(tmp_path / "bin", program, script).parent
    if program in SECOND:
        make_program(folder, SECOND[program], "exit 1")
    shell = LocalShell(environment={**os.environ, "PATH": path_with(folder)})

    kinds = (RemoteCommandError, EncoderError, SourceChangedError)
    with pytest.raises(kinds, match=message):
        write(member_of(shell, dump))


@needs_seven_zip
@pytest.mark.parametrize("change", [-1, 1])
def test_file_that_is_not_as_long_as_it_was_is_noticed(dump, change):
    member = member_of(LocalShell(), dump, size_bytes=len(CONTENT) + change)

    with pytest.raises(SourceChangedError, match="ended at byte|grown"):
        write(member)


@needs_seven_zip
def test_file_that_is_gone_is_noticed(dump):
    member = member_of(LocalShell(), dump)
    dump.unlink()

    with pytest.raises(RemoteCommandError, match="reading="):
        write(member)


@needs_seven_zip
@pytest.mark.parametrize("after", [0, 5, 100_000, 700_000])
def test_link_that_breaks_ends_the_archive(dump, after):
    sink = io.BytesIO()
    with pytest.raises(HostUnreachableError):
        write_archive([member_of(LocalShell(break_after=after), dump)], sink=sink)

    assert sink.getvalue()[:32] == bytes(32)


@needs_seven_zip
@pytest.mark.parametrize("server", ["asyncssh_host", "openssh"])
def test_host_packs_over_ssh(dump, request, server):
    host = request.getfixturevalue(server)
    shell = RemoteShell(host.connect(), host_label="ora01", reconnect=host.connect)
    program = probe_host_encoder(shell)
    sink, written = write(member_of(shell, dump, program=program), password="x")

    read_archive(sink, password="x", expected=written)
    assert written.members[0].sha256 == hashlib.sha256(CONTENT).hexdigest()


@needs_seven_zip
def test_link_that_breaks_is_not_taken_for_an_end(dump, asyncssh_host):
    shell = RemoteShell(
        asyncssh_host.connect(), host_label="ora01", reconnect=asyncssh_host.connect
    )
    asyncssh_host.faults.drop_after_output = 500_000
    asyncssh_host.faults.drops_left = 1

    with pytest.raises(HostUnreachableError):
        write(member_of(shell, dump))
    # And the next try goes through.
    sink, written = write(member_of(shell, dump))
    read_archive(sink, expected=written)


@needs_seven_zip
def test_nothing_runs_on_after_a_sink_has_failed(dump, openssh, tmp_path):
    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > 100:
                raise OSError("full")
            return super().write(data)

    # A program that tells of itself, and never ends by itself.
    seen = tmp_path / "pids"
    script = f'echo $$ >> {seen}\nexec {SEVEN_ZIP} "$@"'
    program = make_program(tmp_path / "bin", "7zz", script)
    shell = RemoteShell(openssh.connect(), host_label="ora01")
    with pytest.raises(OSError, match="full"):
        write_archive([member_of(shell, dump, program=str(program))], sink=Full())

    pids = seen.read_text().split()
    assert pids
    deadline = 600
    while deadline and subprocess.run(["kill", "-0", *pids], capture_output=True).returncode == 0:
        subprocess.run(["sleep", "0.1"])
        deadline -= 1
    assert deadline
