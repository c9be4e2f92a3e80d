"""
How do a folder's packed bytes become its members again?

One step per coder, each a generator over pieces of bounded size, so memory does not depend on
how well something was compressed.
"""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.archive.cipher import AES_ID, KeyRing, decrypt
from oracle_backup.adapters.archive.container import COPY_ID, LZMA2_ID
from oracle_backup.adapters.archive.header_parser import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oracle_backup.adapters.archive.container import Coder
    from oracle_backup.adapters.archive.header_parser import Folder

LZMA1_ID = b"\x03\x01\x01"
BCJ_X86_ID = b"\x03\x03\x01\x03"
PIECE_BYTES = 1024 * 1024
# liblzma would take whatever dictionary a damaged header asks for: up to 4 GiB.
_MOST_DICTIONARY_BYTES = 1536 * 1024 * 1024


def decode(pieces: Iterable[bytes], *, folder: Folder, keys: KeyRing) -> Iterator[bytes]:
    """
    Given a folder's packed bytes, yield what they were, exactly as many as the header says.

    :raises MalformedError: the bytes cannot be decoded.
    """
    stream = iter(pieces)
    steps = list(zip(folder.coders, folder.unpack_sizes, strict=True))
    while steps:
        coder, size_bytes = steps.pop(0)
        if coder.method == AES_ID:
            decrypted = decrypt(stream, properties=coder.properties, keys=keys)
            stream = _cut(decrypted, size_bytes, exact=False)
        elif coder.method == COPY_ID:
            stream = _cut(stream, size_bytes, exact=True)
        else:
            # What comes after LZMA is one chain to liblzma: the branch filter before LZMA2.
            chain = [coder, *(later for later, _ in steps)]
            stream = _decompress(stream, chain, steps[-1][1] if steps else size_bytes)
            steps = []
    return _translating(stream)


def _translating(stream: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from stream
    except (lzma.LZMAError, ValueError, EOFError, MemoryError) as error:
        raise MalformedError(f"its content cannot be decoded: {error}") from error


def _cut(pieces: Iterable[bytes], size_bytes: int, *, exact: bool) -> Iterator[bytes]:
    """Yield the first ``size_bytes``; what follows is padding, or with ``exact`` an error."""
    left = size_bytes
    for piece in pieces:
        if exact and len(piece) > left:
            raise MalformedError("its content is longer than its header says")
        if left:
            yield piece[:left]
        left = max(0, left - len(piece))
    if left:
        raise MalformedError("its content is shorter than its header says")


def _decompress(pieces: Iterable[bytes], coders: list[Coder], size_bytes: int) -> Iterator[bytes]:
    # liblzma wants the filters in the order of encoding.
    filters = [_filter(coder) for coder in reversed(coders)]
    decoder = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=filters)
    left = size_bytes
    for piece in pieces:
        if left == 0 and decoder.eof:
            raise MalformedError("there is something behind its content")
        data = decoder.decompress(piece, min(PIECE_BYTES, left) or 1)
        while data or not decoder.needs_input:
            if len(data) > left:
                raise MalformedError("its content is longer than its header says")
            left -= len(data)
            if data:
                yield data
            if decoder.eof or (left == 0 and coders[0].method == LZMA1_ID):
                break
            data = decoder.decompress(b"", min(PIECE_BYTES, left) or 1)
    if left or decoder.unused_data or not (decoder.eof or coders[0].method == LZMA1_ID):
        raise MalformedError("its content is shorter than its header says")


def _filter(coder: Coder) -> dict[str, Any]:
    properties = coder.properties
    if coder.method == LZMA2_ID and len(properties) == 1 and properties[0] < 40:
        size = (2 | (properties[0] & 1)) << (properties[0] // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": _checked(size)}
    if coder.method == LZMA1_ID and len(properties) == 5:
        return _lzma1_filter(properties)
    if coder.method == BCJ_X86_ID:
        return {"id": lzma.FILTER_X86}
    raise MalformedError(f"its method {coder.method.hex()} is not supported")


def _lzma1_filter(properties: bytes) -> dict[str, Any]:
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    size = int.from_bytes(properties[1:], "little")
    return {
        "id": lzma.FILTER_LZMA1,
        "dict_size": _checked(max(4096, size)),
        "lc": lc,
        "lp": lp,
        "pb": pb,
    }


def _checked(dictionary_bytes: int) -> int:
    if dictionary_bytes > _MOST_DICTIONARY_BYTES:
        raise MalformedError(f"it asks for a dictionary of {dictionary_bytes} bytes")
    return dictionary_bytes
