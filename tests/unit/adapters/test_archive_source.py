"""A member's content comes out whole, or not at all."""

from __future__ import annotations

import io
import threading

import pytest

from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.source import MemberSource, ReadAhead
from oracle_backup.errors import HostUnreachableError, SourceChangedError
from support.archives import make_member

CONTENT = bytes(range(256)) * 1000  # 256 000 bytes


class Breaking:
    """A file whose link breaks after some bytes, for good."""

    def __init__(self, content, *, after):
        self._file = io.BytesIO(content)
        self._after = after
        self.closed = False

    def read(self, size):
        if self._file.tell() >= self._after:
            raise HostUnreachableError("gone")
        return self._file.read(min(size, self._after - self._file.tell()))

    def close(self):
        self.closed = True


class Stalled:
    """A file from which nothing comes until it is closed."""

    def __init__(self):
        self.is_read = threading.Event()
        self._closed = threading.Event()

    def read(self, _size):
        self.is_read.set()
        self._closed.wait()
        raise HostUnreachableError("closed")

    def close(self):
        self._closed.set()


def source_of(file, *, size=256_000):
    return MemberSource(ArchiveMember(name="erp.dmp", size_bytes=size, open=lambda _offset: file))


def test_blocks_have_the_size_that_was_asked_for():
    source = MemberSource(make_member("a", CONTENT))
    blocks = list(source.blocks(100_000))

    assert [len(block) for block in blocks] == [100_000, 100_000, 56_000]
    assert b"".join(blocks) == CONTENT
    assert source.written.size_bytes == len(CONTENT)


def test_blocks_are_filled_from_short_reads():
    class Trickle(io.BytesIO):
        def read(self, size):
            return super().read(min(size, 7))

    blocks = list(source_of(Trickle(CONTENT[:1000]), size=1000).blocks(300))

    assert [len(block) for block in blocks] == [300, 300, 300, 100]
    assert b"".join(blocks) == CONTENT[:1000]


def test_link_that_is_broken_for_good_is_an_error():
    file = Breaking(CONTENT, after=100_000)
    with pytest.raises(HostUnreachableError):
        list(source_of(file).blocks(1 << 20))
    assert file.closed


@pytest.mark.parametrize("size", [len(CONTENT) + 1, 10**9])
def test_source_that_ends_early_is_an_error(size):
    with pytest.raises(SourceChangedError, match=f"byte {len(CONTENT)} of {size}"):
        list(source_of(io.BytesIO(CONTENT), size=size).blocks(1000))


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) - 1])
def test_source_that_has_grown_is_an_error(size):
    with pytest.raises(SourceChangedError, match="grown"):
        list(source_of(io.BytesIO(CONTENT), size=size).blocks(1000))


def test_file_is_closed_whatever_happens():
    file = Breaking(CONTENT, after=10**9)
    blocks = source_of(file).blocks(1000)
    next(blocks)
    blocks.close()

    assert file.closed


def ahead_of(file, *, size=256_000, block_bytes=1000):
    return ReadAhead(source_of(file, size=size), block_bytes=block_bytes)


def test_read_ahead_passes_blocks_and_errors_on():
    seen = []
    ahead = ahead_of(io.BytesIO(b"12"), size=3, block_bytes=1)
    with pytest.raises(SourceChangedError):
        seen.extend(ahead)
    ahead.join()

    # extend() keeps what came before the error.
    assert seen == [b"1", b"2"]


def test_read_ahead_that_is_left_ends_its_thread():
    before = threading.active_count()
    ahead = ahead_of(io.BytesIO(CONTENT))
    next(iter(ahead))
    ahead.leave()
    ahead.join()
    assert threading.active_count() == before


def test_read_ahead_can_be_left_while_the_file_is_silent():
    file = Stalled()
    ahead = ahead_of(file)
    assert file.is_read.wait(60)

    ahead.leave()
    ahead.leave()
    ahead.join()


def test_leaving_frees_whoever_waits_for_a_block():
    """A program's feeder waits in another thread than the one that leaves."""
    file = Stalled()
    ahead = ahead_of(file)
    taken = []
    taker = threading.Thread(target=lambda: taken.extend(ahead))
    taker.start()
    assert file.is_read.wait(60)

    ahead.leave()
    taker.join(60)
    ahead.join()

    assert not taker.is_alive()
    assert taken == []
