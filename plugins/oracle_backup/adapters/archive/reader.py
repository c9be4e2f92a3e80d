"""
Is the archive that stands there the one that was sent, and can every byte of it be decoded?

One pass from front to back: the file's hashes, each member's CRC, size and SHA-256. Only the
header at the end is read beforehand.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from typing import TYPE_CHECKING, Protocol

from oracle_backup.adapters.archive.cipher import AES_ID, KeyRing
from oracle_backup.adapters.archive.container import START_HEADER_BYTES
from oracle_backup.adapters.archive.decoder import PIECE_BYTES, decode
from oracle_backup.adapters.archive.header_parser import (
    Contents,
    Entry,
    Folder,
    MalformedError,
    Solid,
    parse_encoded_header,
    parse_header,
    parse_start_header,
)
from oracle_backup.adapters.archive.model import Progress, ReadArchive, WrittenMember
from oracle_backup.errors import ArchivePasswordError, IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_backup.adapters.archive.model import SentArchive, SentMember
    from oracle_backup.adapters.ports import SeekableFile

# A header has some 200 bytes for each member.
_MOST_HEADER_BYTES = 64 * 1024 * 1024


class MemberSink(Protocol):
    """Where a member's content goes."""

    def write(self, data: bytes, /) -> object: ...


def read_archive(
    source: SeekableFile,
    *,
    password: str | None = None,
    expected: SentArchive | None = None,
    progress: Callable[[Progress], None] | None = None,
    open_sink: Callable[[str], MemberSink | None] | None = None,
    label: str = "The archive",
) -> ReadArchive:
    """
    Read an archive to its last byte, and compare it with what was sent.

    :param expected: what was sent; None compares only with the CRCs inside the archive.
    :param open_sink: given a member's name, returns where its content goes; None drops it.
    :param label: how messages name the archive.
    :raises IntegrityError: it is damaged, or it is not the one that was sent.
    :raises ArchivePasswordError: it is encrypted, and the password is wrong or missing.
    """
    reader = _ArchiveReader(source, password=password, progress=progress)
    try:
        try:
            members = reader.read_members(open_sink)
        except MalformedError as error:
            # With hashes to compare, "damaged" and "another archive" can be told apart.
            if expected is not None:
                reader.read_rest()
                _compare_bytes(reader, expected, label)
            raise IntegrityError(f"{label} is damaged: {error}.", hint=_HINT) from error
        except ArchivePasswordError:
            # A damaged header looks like a wrong password; the hashes tell which it is.
            if expected is not None and password:
                reader.read_rest()
                _compare_bytes(reader, expected, label)
            raise
        reader.read_rest()
    except ArchivePasswordError as error:
        raise ArchivePasswordError(f"{label}: {error.message}", hint=error.hint) from error
    result = reader.result(members)
    if expected is not None:
        _compare_bytes(reader, expected, label)
        _compare_members(result.members, expected, label)
    return result


_HINT = "Keep the dump on the host, see what is wrong with the store, and send the archive again."


def _compare_bytes(reader: _ArchiveReader, expected: SentArchive, label: str) -> None:
    if reader.size_bytes != expected.size_bytes:
        raise IntegrityError(
            f"{label} has {reader.size_bytes} bytes, {expected.size_bytes} were sent.", hint=_HINT
        )
    found = (reader.start_header.hex(), reader.body_sha256)
    if found != (expected.start_header, expected.body_sha256):
        raise IntegrityError(f"{label} has other content than was sent.", hint=_HINT)


def _compare_members(found: Sequence[WrittenMember], expected: SentArchive, label: str) -> None:
    by_name = {member.name: _facts(member) for member in found}
    for member in expected.members:
        if by_name.pop(member.name, None) != _facts(member):
            raise IntegrityError(
                f"{label}: {member.name} in it is not the file that was packed.", hint=_HINT
            )
    if by_name:
        raise IntegrityError(f"{label} has more members than were packed: {sorted(by_name)}.")


def _facts(member: SentMember) -> tuple[int, str, int]:
    return member.size_bytes, member.sha256, member.crc32


class _ArchiveReader:
    """The archive's file, hashed as far as it has been read in order."""

    def __init__(
        self,
        source: SeekableFile,
        *,
        password: str | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._source = source
        self._keys = KeyRing(password)
        self._progress = progress
        self._started = time.monotonic()
        self._whole = hashlib.sha256()
        self._body = hashlib.sha256()
        self._hashed = 0
        self._decoded = 0
        self._password_fits = self._encrypted = False
        self.start_header = b""
        self.size_bytes = source.seek(0, 2)

    @property
    def body_sha256(self) -> str:
        return self._body.hexdigest()

    def read_members(
        self, open_sink: Callable[[str], MemberSink | None] | None
    ) -> tuple[WrittenMember, ...]:
        """Decode every member in order and return what each turned out to be."""
        self.start_header = b"".join(self._read(0, START_HEADER_BYTES))
        contents = self._contents()
        members: list[WrittenMember] = []
        for solid in contents.solids:
            try:
                members += self._read_solid(solid, open_sink)
            except MalformedError as error:
                # Where the header is open, nothing before this has tried the password.
                if self._password_fits or not _is_encrypted(solid.folder):
                    raise
                raise _not_opened(solid.entries[0].name) from error
        for entry in contents.empty:
            if open_sink is not None:
                open_sink(entry.name)
            members.append(_MemberCheck(entry, None).finish())
        return tuple(members)

    def read_rest(self) -> None:
        """Hash what lies behind the last member, headers included."""
        if not self.start_header:
            self.start_header = b"".join(self._read(0, min(START_HEADER_BYTES, self.size_bytes)))
        for _ in self._read(self._hashed, self.size_bytes - self._hashed):
            pass

    def result(self, members: tuple[WrittenMember, ...]) -> ReadArchive:
        return ReadArchive(
            size_bytes=self.size_bytes,
            sha256=self._whole.hexdigest(),
            start_header=self.start_header.hex(),
            body_sha256=self.body_sha256,
            members=members,
            encrypted=self._encrypted,
            seconds=round(time.monotonic() - self._started, 3),
        )

    def _contents(self) -> Contents:
        start = parse_start_header(self.start_header)
        if start.offset + start.size_bytes > self.size_bytes:
            raise MalformedError("its end is missing")
        if start.offset + start.size_bytes < self.size_bytes:
            raise MalformedError("there is something behind its end")
        if start.size_bytes > _MOST_HEADER_BYTES:
            raise MalformedError("its header is too long")
        header = b"".join(self._read(start.offset, start.size_bytes))
        _checked(header, start.crc32)
        packed = parse_encoded_header(header, archive_bytes=self.size_bytes)
        if packed is not None:
            header = self._decode_header(packed)
        return parse_header(header, archive_bytes=self.size_bytes)

    def _decode_header(self, folder: Folder) -> bytes:
        if folder.unpack_sizes[-1] > _MOST_HEADER_BYTES:
            raise MalformedError("its header is too long")
        encrypted = _is_encrypted(folder)
        try:
            pieces = self._read(folder.offset, folder.packed_bytes)
            header = _checked(
                b"".join(decode(pieces, folder=folder, keys=self._keys)), folder.crc32
            )
        except MalformedError as error:
            if not encrypted:
                raise
            raise _not_opened("its header") from error
        self._password_fits = self._encrypted = encrypted
        return header

    def _read_solid(
        self, solid: Solid, open_sink: Callable[[str], MemberSink | None] | None
    ) -> list[WrittenMember]:
        folder = solid.folder
        self._encrypted |= _is_encrypted(folder)
        pieces = decode(
            self._read(folder.offset, folder.packed_bytes), folder=folder, keys=self._keys
        )
        members = []
        rest = b""
        for entry in solid.entries:
            check = _MemberCheck(entry, open_sink(entry.name) if open_sink is not None else None)
            rest = check.take(rest)
            while check.left:
                piece = next(pieces, b"")
                if not piece:
                    raise MalformedError(f"{entry.name} in it is cut off")
                self._decoded += len(piece)
                rest = check.take(piece)
            members.append(check.finish())
        # Runs the decoders to their ends, where they check for what must not follow.
        if rest or any(pieces):
            raise MalformedError("there is something behind its last member")
        return members

    def _read(self, offset: int, size_bytes: int) -> Iterator[bytes]:
        """Yield a range of the file in pieces, hashing what has not been hashed yet."""
        self._source.seek(offset)
        left = size_bytes
        while left:
            piece = self._source.read(min(PIECE_BYTES, left))
            if not piece:
                raise MalformedError("it ends early")
            self._hash(offset + size_bytes - left, piece)
            left -= len(piece)
            self._tell()
            yield piece

    def _hash(self, offset: int, piece: bytes) -> None:
        if offset != self._hashed:
            return
        self._whole.update(piece)
        self._body.update(piece[max(0, START_HEADER_BYTES - offset) :])
        self._hashed += len(piece)

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(
                Progress(
                    bytes_read=self._hashed,
                    bytes_written=self._decoded,
                    total_bytes=self.size_bytes,
                    seconds=time.monotonic() - self._started,
                )
            )


def _is_encrypted(folder: Folder) -> bool:
    return any(coder.method == AES_ID for coder in folder.coders)


def _not_opened(what: str) -> ArchivePasswordError:
    return ArchivePasswordError(
        f"the password does not open it, or {what} is damaged.",
        hint="Look up the password that was in use when it was written.",
    )


def _checked(header: bytes, crc32: int | None) -> bytes:
    if crc32 is not None and zlib.crc32(header) != crc32:
        raise MalformedError("its header is damaged")
    return header


class _MemberCheck:
    """One member: counts and hashes what belongs to it, and passes it on."""

    def __init__(self, entry: Entry, sink: MemberSink | None) -> None:
        self._entry = entry
        self._sink = sink
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self.left = entry.size_bytes

    def take(self, piece: bytes) -> bytes:
        """Take what belongs to this member and return the rest."""
        mine, rest = piece[: self.left], piece[self.left :]
        if mine:
            self.left -= len(mine)
            self._sha256.update(mine)
            self._crc32 = zlib.crc32(mine, self._crc32)
            if self._sink is not None:
                self._sink.write(mine)
        return rest

    def finish(self) -> WrittenMember:
        if self._entry.crc32 is not None and self._entry.crc32 != self._crc32:
            raise MalformedError(f"the CRC of {self._entry.name} in it does not match")
        return WrittenMember(
            name=self._entry.name,
            size_bytes=self._entry.size_bytes,
            sha256=self._sha256.hexdigest(),
            crc32=self._crc32,
        )
