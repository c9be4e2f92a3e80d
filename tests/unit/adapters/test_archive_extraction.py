"""Whatever an archive's members are named: what is extracted stays in its folder."""

from __future__ import annotations

import io
import stat

import pytest

from oracle_backup.adapters.archive import writer
from oracle_backup.adapters.archive.extraction import Extraction
from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.errors import IntegrityError, NameTakenError
from support.archives import make_archive, make_member


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "to"
    folder.mkdir()
    return folder


def extract(data, folder, *, replace=False):
    extraction = Extraction(folder, replace=replace)
    with extraction:
        read_archive(io.BytesIO(data), open_sink=extraction.open_sink)
        extraction.finish()
    return extraction


def hostile_archive(monkeypatch, *names):
    """Write an archive that our writer would refuse."""
    monkeypatch.setattr(writer, "_check_members", lambda _members: None)
    sink = io.BytesIO()
    members = [make_member(name, f"content {place}".encode()) for place, name in enumerate(names)]
    writer.write_archive(members, sink=sink, level=0)
    return sink.getvalue()


def everything_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_members_become_files_that_only_their_owner_reads(folder):
    data, _ = make_archive({"erp.dmp": b"dump", "sub/folder/erp.log": b"log", "empty": b""})
    done = extract(data, folder)

    assert everything_in(folder) == {
        "erp.dmp": b"dump",
        "sub/folder/erp.log": b"log",
        "empty": b"",
    }
    assert done.names == ["erp.dmp", "sub/folder/erp.log", "empty"]
    assert stat.S_IMODE((folder / "erp.dmp").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "sub" / "folder").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/cron.d/out",
        "a/../../out",
        "..",
        ".",
        "a/./b",
        "a//b",
        "a/",
        "..\\out",
        "C:out",
        "C:\\out",
        "a\nb",
        "\x1b[2Jx",
        "a\x7f",
    ],
)
def test_name_that_leads_away_is_refused(monkeypatch, folder, name):
    data = hostile_archive(monkeypatch, "good", name)
    with pytest.raises(IntegrityError, match="would not stay"):
        extract(data, folder)

    # What came before it was whole.
    assert everything_in(folder.parent) == {"to/good": b"content 0"}


def test_name_that_is_there_twice_is_refused_even_where_files_may_be_replaced(monkeypatch, folder):
    data = hostile_archive(monkeypatch, "same", "same")
    with pytest.raises(IntegrityError, match="two members"):
        extract(data, folder, replace=True)

    assert everything_in(folder) == {"same": b"content 0"}


@pytest.mark.parametrize("replace", [False, True])
def test_link_in_the_folder_is_not_followed(folder, replace):
    outside = folder.parent / "outside"
    outside.mkdir()
    (folder / "sub").symlink_to(outside)
    data, _ = make_archive({"sub/file": b"x"})
    with pytest.raises(IntegrityError, match="something else"):
        extract(data, folder, replace=replace)

    assert list(outside.iterdir()) == []


def test_member_that_wants_a_folder_where_a_file_is_is_refused(monkeypatch, folder):
    data = hostile_archive(monkeypatch, "a", "a/b")
    with pytest.raises(IntegrityError, match="something else"):
        extract(data, folder)


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_file_that_is_there_is_left_alone(folder, kind):
    place, other = folder / "erp.dmp", folder.parent / "other"
    other.write_bytes(b"mine")
    if kind == "file":
        place.write_bytes(b"mine")
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(other if kind == "link" else folder.parent / "nowhere")
    with pytest.raises(NameTakenError):
        extract(make_archive({"erp.dmp": b"theirs"})[0], folder)

    assert other.read_bytes() == b"mine"
    assert len(list(folder.iterdir())) == 1
    assert not (folder.parent / "nowhere").exists()


def test_file_that_comes_there_in_the_meantime_is_left_alone(folder):
    with Extraction(folder) as extraction:
        extraction.open_sink("erp.dmp").write(b"theirs")
        (folder / "erp.dmp").write_bytes(b"mine")
        with pytest.raises(NameTakenError):
            extraction.finish()

    assert everything_in(folder) == {"erp.dmp": b"mine"}


def test_replacing_never_writes_through_a_link(folder):
    other = folder.parent / "other"
    other.write_bytes(b"mine")
    (folder / "erp.dmp").symlink_to(other)
    extract(make_archive({"erp.dmp": b"theirs"})[0], folder, replace=True)

    assert other.read_bytes() == b"mine"
    assert not (folder / "erp.dmp").is_symlink()
    assert (folder / "erp.dmp").read_bytes() == b"theirs"


def test_damaged_member_gets_no_name_and_those_before_it_stay(folder):
    data = bytearray(make_archive({"first": b"1" * 50, "second": b"2" * 50}, level=0)[0])
    data[32 + 60] ^= 1
    extraction = Extraction(folder)
    with pytest.raises(IntegrityError, match="CRC of second"), extraction:
        read_archive(io.BytesIO(data), open_sink=extraction.open_sink)

    assert everything_in(folder) == {"first": b"1" * 50}
    assert extraction.names == ["first"]


def test_folder_may_itself_be_a_link(folder):
    link = folder.parent / "link"
    link.symlink_to(folder)
    extract(make_archive({"a": b"1"})[0], link)

    assert everything_in(folder) == {"a": b"1"}
