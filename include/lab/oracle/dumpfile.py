"""How do rows and definitions lie in the stand-in's dump files?

A file is a 4 KB header and then a piece of a stream; the pieces of a stream, in order, hold frames
(tag, length, CRC, payload). A dump set has one stream for each parallel worker. The control frame,
with all definitions and counts, ends the first stream. Real dump files look different.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from lab.oracle import encryption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.oracle.encryption import Cipher

MAGIC = b"LABDUMP\x01"
BLOCK = 4096
_FRAME = struct.Struct(">4sII")
_PADDING = b"\0\0\0\0"


class BadDumpError(Exception):
    """A dump file is not what it should be: `code` is the ORA number, `path` the file."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(f"ORA-{code:05} {path}")
        self.code = code
        self.path = path


class NoSpaceError(Exception):
    """FILESIZE is used up and the file name has no template (ORA-39095)."""

    def __init__(self, wanted: int) -> None:
        super().__init__(f"no room for {wanted} bytes")
        self.wanted = wanted


@dataclass(slots=True)
class Piece:
    """One file of the set: piece `order` of stream `stream`; `bytes` is 0 until it is closed."""

    path: str
    number: int
    stream: int
    order: int
    bytes: int = 0


class DumpWriter:
    """Writes one stream, file after file."""

    def __init__(
        self,
        *,
        facts: dict[str, Any],
        stream: int,
        next_file: Callable[[int, int], Piece | None],
        limit: int | None,
        compress: int = 0,
        cipher: Cipher | None = None,
    ) -> None:
        self._facts, self._stream, self._next_file = facts, stream, next_file
        self._cipher = cipher
        # A multiple of the block, so that only the last file of a stream needs filling up.
        self._limit = limit and max(limit // BLOCK * BLOCK, 2 * BLOCK)
        self._compress = compress
        self._file: BinaryIO | None = None
        self._piece: Piece | None = None
        self._room = 0
        self.written = 0

    def open(self, piece: Piece) -> None:
        """Go on in a file: after its end when it holds data already."""
        self._piece = piece
        self._file = Path(piece.path).open("r+b")  # noqa: SIM115
        self._file.seek(max(piece.bytes, 0))
        self._file.truncate()
        if not piece.bytes:
            self._write_header()
        self._room = (self._limit or 1 << 60) - self._file.tell()

    def frame(self, tag: bytes, payload: bytes) -> None:
        """Append a frame; it may run over into the next file."""
        if self._compress and tag == b"ROWS":
            tag, payload = b"ROWZ", zlib.compress(payload, self._compress)
        if self._cipher:
            tag, payload = self._cipher.seal(tag, payload)
        self._append(_FRAME.pack(tag, len(payload), zlib.crc32(payload)) + payload)

    def mark(self) -> Piece | None:
        """Write out what is buffered; the piece's size is then where one can go on."""
        if self._file and self._piece:
            self._file.flush()
            self._piece.bytes = self._file.tell()
        return self._piece

    def close(self) -> None:
        """Fill the last block."""
        if self._file is None or self._piece is None:
            return
        self._file.write(b"\0" * (-self._file.tell() % BLOCK))
        self._piece.bytes = self._file.tell()
        self._file.close()
        self._file = None

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            if self._file is None or self._room <= 0:
                self._advance(len(view))
            assert self._file is not None
            part = view[: self._room]
            self._file.write(part)
            self._room -= len(part)
            self.written += len(part)
            view = view[len(part) :]

    def _advance(self, wanted: int) -> None:
        order = self._piece.order + 1 if self._piece else 1
        self.close()
        piece = self._next_file(self._stream, order)
        if piece is None:
            raise NoSpaceError(wanted)
        self.open(piece)

    def _write_header(self) -> None:
        assert self._file is not None
        assert self._piece is not None
        self._file.seek(0)
        self._file.write(_header(self._facts, self._piece, files=0))


def seal(pieces: list[Piece], *, facts: dict[str, Any], checksum: str | None = None) -> None:
    """Write into every file of a finished set how many there are; without it none is of use.

    :param checksum: the algorithm of checksums over what follows the headers, if any.
    """
    for piece in pieces:
        own = {"checksum": [checksum, _checksum(piece.path, checksum)]} if checksum else {}
        with Path(piece.path).open("r+b") as file:
            file.write(_header(facts | own, piece, files=len(pieces)))


def verify_checksum(path: str) -> None:
    """Compare a file with the checksum in its header, if there is one. Raise BadDumpError."""
    algorithm, expected = read_header(path).get("checksum") or (None, None)
    if algorithm and _checksum(path, algorithm) != expected:
        raise BadDumpError(39412, path)


def _checksum(path: str, algorithm: str) -> str:
    with Path(path).open("rb") as file:
        file.seek(BLOCK)
        if algorithm != "CRC32":
            return hashlib.file_digest(file, algorithm.lower()).hexdigest()
        value = 0
        while part := file.read(1 << 20):
            value = zlib.crc32(part, value)
        return f"{value:08x}"


def create_file(path: str, *, replace: bool) -> None:
    """Make an empty dump file, readable for the group. Raise FileExistsError, OSError."""
    flags = os.O_CREAT | os.O_WRONLY | (os.O_TRUNC if replace else os.O_EXCL)
    os.close(os.open(path, flags, 0o640))


def encode_rows(rows: list[tuple[Any, ...]]) -> bytes:
    """Return rows as the payload of a ROWS frame."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=_raw).encode()


def decode_rows(payload: bytes) -> list[list[Any]]:
    """Return the rows of a ROWS frame."""
    rows: list[list[Any]] = json.loads(payload)
    for row in rows:
        for index, value in enumerate(row):
            if isinstance(value, dict):
                row[index] = bytes.fromhex(value["raw"])
    return rows


def read_header(path: str) -> dict[str, Any]:
    """Return what a file says of itself. Raise BadDumpError."""
    try:
        with Path(path).open("rb") as file:
            block, size = file.read(BLOCK), os.fstat(file.fileno()).st_size
    except OSError:
        raise BadDumpError(27037, path) from None
    if block.startswith(b"EXPORT:V"):
        raise BadDumpError(39143, path)
    if len(block) < BLOCK or not block.startswith(MAGIC):
        raise BadDumpError(31619, path)
    (length,) = struct.unpack_from(">I", block, len(MAGIC))
    header: dict[str, Any] = json.loads(block[12 : 12 + length])
    if header["files"] and size != header["bytes"]:
        raise BadDumpError(27046, path)
    return header


class DumpSet:
    """A whole set of dump files, open for reading. Raise BadDumpError when it is not whole."""

    def __init__(self, paths: list[str], *, key: str | None = None) -> None:
        self._key = key
        self.headers = {path: read_header(path) for path in paths}
        self._streams: dict[int, list[str]] = {}
        for path, header in sorted(self.headers.items(), key=lambda item: item[1]["order"]):
            self._streams.setdefault(header["stream"], []).append(path)
        self.control = self._find_control(paths[0])
        if {header["number"] for header in self.headers.values()} != set(
            range(1, self.headers[paths[0]]["files"] + 1)
        ) or len({header["guid"] for header in self.headers.values()}) > 1:
            raise BadDumpError(39059, paths[0])

    def _find_control(self, path: str) -> dict[str, Any]:
        if any(not header["files"] for header in self.headers.values()):
            raise BadDumpError(39246, path)
        for tag, payload in self._frames(1, wanted=(b"CTRL",)):
            if tag == b"CTRL":
                found: dict[str, Any] = json.loads(payload)
                return found
        raise BadDumpError(39246, path)

    def units(self) -> Iterator[tuple[dict[str, Any], Iterator[list[list[Any]]]]]:
        """Yield each table or partition with an iterator over batches of its rows."""
        for stream in sorted(self._streams):
            frames = self._frames(stream, wanted=(b"UNIT", b"ROWS", b"ROWZ", b"UEND"))
            for tag, payload in frames:
                if tag == b"UNIT":
                    yield json.loads(payload), self._batches(frames)

    @staticmethod
    def _batches(frames: Iterator[tuple[bytes, bytes]]) -> Iterator[list[list[Any]]]:
        for tag, payload in frames:
            if tag == b"UEND":
                return
            yield decode_rows(zlib.decompress(payload) if tag == b"ROWZ" else payload)

    def _frames(self, stream: int, *, wanted: tuple[bytes, ...]) -> Iterator[tuple[bytes, bytes]]:
        source = _Pieces(self._streams.get(stream, []))
        while len(head := source.read(_FRAME.size)) == _FRAME.size:
            tag, length, checksum = _FRAME.unpack(head)
            if tag == _PADDING:
                return
            if tag not in (*wanted, encryption.TAG):
                source.skip(length)
                continue
            payload = source.read(length)
            if len(payload) != length or zlib.crc32(payload) != checksum:
                raise BadDumpError(39776, source.path)
            if tag == encryption.TAG:
                tag, payload = encryption.unseal(payload, str(self._key))
            if tag in wanted:
                yield tag, payload


class _Pieces:
    """The files of a stream read as one."""

    def __init__(self, paths: list[str]) -> None:
        self._paths = list(paths)
        self._file: BinaryIO | None = None
        self.path = ""

    def read(self, count: int) -> bytes:
        parts = []
        while count:
            if self._file is None and not self._open_next():
                break
            assert self._file is not None
            part = self._file.read(count)
            if not part:
                self._file.close()
                self._file = None
                continue
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def skip(self, count: int) -> None:
        while count and (part := len(self.read(min(count, 1 << 16)))):
            count -= part

    def _open_next(self) -> bool:
        if not self._paths:
            return False
        self.path = self._paths.pop(0)
        self._file = Path(self.path).open("rb")  # noqa: SIM115
        self._file.seek(BLOCK)
        return True


def _header(facts: dict[str, Any], piece: Piece, *, files: int) -> bytes:
    own = {"number": piece.number, "stream": piece.stream, "order": piece.order}
    when = time.strftime("%a %b %d %H:%M:%S %Y")
    text = json.dumps({**facts, **own, "bytes": piece.bytes, "files": files, "written": when})
    block = MAGIC + struct.pack(">I", len(text)) + text.encode("ascii")
    return block.ljust(BLOCK, b"\0")


def _raw(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"raw": value.hex()}
    raise TypeError(type(value))
