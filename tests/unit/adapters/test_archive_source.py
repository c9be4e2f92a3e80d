"""A member's content comes out whole, or not at all."""

from __future__ import annotations

import io
import threading

import pytest

from oracle_backup.adapters.archive.model import ArchiveMember
from oracle_backup.adapters.archive.source import PAUSES_SECONDS, MemberSource, read_ahead
from oracle_backup.errors import HostUnreachableError, SourceChangedError
from support.archives import make_member

CONTENT = bytes(range(256)) * 1000  # 256 000 bytes


class Breaking:
    """A file whose link breaks after some bytes."""

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


def source_of(opener, *, size=256_000, pauses=None):
    member = ArchiveMember(name="erp.dmp", size_bytes=size, open=opener)
    return MemberSource(member, pause=(pauses if pauses is not None else []).append)


def test_blocks_have_the_size_that_was_asked_for():
    source = MemberSource(make_member("a", CONTENT), pause=print)
    blocks = list(source.blocks(100_000))

    assert [len(block) for block in blocks] == [100_000, 100_000, 56_000]
    assert b"".join(blocks) == CONTENT
    assert source.written.size_bytes == len(CONTENT)


def test_source_goes_on_at_the_byte():
    offsets = []

    def opener(offset):
        offsets.append(offset)
        return Breaking(CONTENT[offset:], after=100_000 if offset < 200_000 else 10**9)

    assert b"".join(source_of(opener).blocks(1 << 20)) == CONTENT
    assert offsets == [0, 100_000, 200_000]


def test_source_that_fails_to_open_is_opened_again():
    attempts = []

    def opener(offset):
        attempts.append(offset)
        if len(attempts) < 3:
            raise HostUnreachableError("down")
        return io.BytesIO(CONTENT[offset:])

    pauses = []
    assert b"".join(source_of(opener, pauses=pauses).blocks(1 << 20)) == CONTENT
    assert pauses == list(PAUSES_SECONDS[:2])


def test_source_gives_up_after_breaks_without_a_byte():
    pauses = []

    def opener(offset):
        return Breaking(CONTENT[offset:], after=0)

    with pytest.raises(HostUnreachableError):
        list(source_of(opener, pauses=pauses).blocks(1 << 20))
    assert pauses == list(PAUSES_SECONDS)


def test_bytes_that_arrive_reset_the_count_of_breaks():
    def opener(offset):
        return Breaking(CONTENT[offset:], after=len(CONTENT) // 20)

    assert b"".join(source_of(opener).blocks(1 << 20)) == CONTENT


def test_other_errors_are_not_tried_again():
    def opener(offset):
        raise SourceChangedError("gone")

    with pytest.raises(SourceChangedError):
        list(source_of(opener).blocks(10))


@pytest.mark.parametrize("size", [len(CONTENT) + 1, 10**9])
def test_source_that_ends_early_is_an_error(size):
    with pytest.raises(SourceChangedError, match=f"byte {len(CONTENT)} of {size}"):
        list(source_of(lambda offset: io.BytesIO(CONTENT[offset:]), size=size).blocks(1000))


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) - 1])
def test_source_that_has_grown_is_an_error(size):
    with pytest.raises(SourceChangedError, match="grown"):
        list(source_of(lambda offset: io.BytesIO(CONTENT[offset:]), size=size).blocks(1000))


def test_file_is_closed_whatever_happens():
    file = Breaking(CONTENT, after=10**9)
    blocks = source_of(lambda _offset: file).blocks(1000)
    next(blocks)
    blocks.close()

    assert file.closed


def test_read_ahead_passes_blocks_and_errors_on():
    def blocks():
        yield b"1"
        yield b"2"
        raise SourceChangedError("shorter")

    seen = []
    with pytest.raises(SourceChangedError), read_ahead(blocks()) as ahead:
        seen.extend(ahead)
    # extend() keeps what came before the error.
    assert seen == [b"1", b"2"]


def test_read_ahead_that_is_left_ends_its_thread():
    before = threading.active_count()
    with read_ahead(iter([b"x"] * 1000)) as ahead:
        next(iter(ahead))
    assert threading.active_count() == before
