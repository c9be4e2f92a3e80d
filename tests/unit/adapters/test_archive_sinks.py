"""One stream to many places, and to a file of this machine."""

from __future__ import annotations

import io
import stat

import pytest

from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.archive.sinks import FanOut, LocalFile
from oracle_backup.adapters.archive.writer import write_archive
from oracle_backup.errors import NameTakenError, StoreFullError, StoreUnreachableError
from support.archives import dump_like, make_member

CONTENT = dump_like(600_000)


class Failing(io.BytesIO):
    """A sink that fails at a byte, or at the way back to the first."""

    def __init__(self, error, *, after=None):
        super().__init__()
        self._error = error
        self._after = after

    def write(self, data):
        if self._after is not None and self.tell() + len(data) > self._after:
            raise self._error
        return super().write(data)

    def seek(self, offset, whence=0):
        if self._after is None:
            raise self._error
        return super().seek(offset, whence)


def write(sinks):
    fan = FanOut(sinks)
    written = write_archive([make_member("erp.dmp", CONTENT)], sink=fan, encoder="lzma")
    return fan, written


def test_all_sinks_get_the_same_archive():
    sinks = {"nas": io.BytesIO(), "cloud": io.BytesIO(), "file": io.BytesIO()}
    fan, written = write(sinks)

    assert fan.alive == ("nas", "cloud", "file")
    assert fan.failed == {}
    assert len({sink.getvalue() for sink in sinks.values()}) == 1
    read_archive(sinks["nas"], expected=written)


@pytest.mark.parametrize("after", [0, 32, 1000, None], ids=["first", "body", "later", "header"])
@pytest.mark.parametrize(
    "error", [StoreFullError("full"), StoreUnreachableError("gone"), OSError("disk")], ids=repr
)
def test_sink_that_fails_is_left_and_the_others_go_on(error, after):
    good, bad, last = io.BytesIO(), Failing(error, after=after), io.BytesIO()
    fan, written = write({"good": good, "bad": bad, "last": last})

    assert fan.failed == {"bad": error}
    assert fan.alive == ("good", "last")
    assert bad.getvalue()[:32] == bytes(len(bad.getvalue()[:32]))
    for sink in (good, last):
        read_archive(sink, expected=written)


def test_first_failure_is_raised_when_no_sink_is_left():
    first, second = StoreFullError("first"), StoreUnreachableError("second")
    sinks = {"late": Failing(second), "early": Failing(first, after=40)}
    with pytest.raises(StoreFullError, match="first"):
        write(sinks)


def test_other_errors_are_nobodys_to_hide():
    with pytest.raises(ZeroDivisionError):
        write({"good": io.BytesIO(), "bad": Failing(ZeroDivisionError(), after=0)})


def test_no_sink_at_all_is_refused():
    with pytest.raises(ValueError, match="somewhere"):
        FanOut({})


def test_local_file_has_its_name_only_when_finished(tmp_path):
    path = tmp_path / "a.7z"
    sink = LocalFile(path)
    sink.write(b"0000" + b"rest")
    sink.seek(0)
    sink.write(b"head")
    assert not path.exists()
    sink.finish()
    sink.abandon()

    assert path.read_bytes() == b"headrest"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_local_file_that_is_abandoned_leaves_nothing(tmp_path):
    sink = LocalFile(tmp_path / "a.7z")
    sink.write(b"x")
    sink.abandon()
    sink.abandon()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_local_file_never_replaces_unasked(tmp_path, kind):
    path, other = tmp_path / "a.7z", tmp_path / "other"
    other.write_bytes(b"precious")
    sink = LocalFile(path)
    if kind == "file":
        path.write_bytes(b"precious")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other if kind == "link" else tmp_path / "nowhere")
    with pytest.raises(NameTakenError):
        sink.finish()
    sink.abandon()

    assert other.read_bytes() == b"precious"
    assert kind != "file" or path.read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 2


def test_local_file_replaces_when_asked_and_never_through_a_link(tmp_path):
    path, other = tmp_path / "a.7z", tmp_path / "other"
    other.write_bytes(b"precious")
    path.symlink_to(other)
    sink = LocalFile(path)
    sink.write(b"new")
    sink.finish(replace=True)

    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert other.read_bytes() == b"precious"


def test_two_local_files_of_one_name_are_not_in_each_others_way(tmp_path):
    first, second = LocalFile(tmp_path / "a.7z"), LocalFile(tmp_path / "a.7z")
    first.write(b"first")
    second.write(b"second")
    first.finish()
    with pytest.raises(NameTakenError):
        second.finish()
    second.abandon()

    assert (tmp_path / "a.7z").read_bytes() == b"first"
