"""
How are an archive's bytes made secret, so that every 7-Zip can open them?

AES-256 in CBC mode; the key is SHA-256 run over salt, password in UTF-16 and a counter, 2**19
times. One salt per archive, so the key is made once; an initialisation vector for each stream.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from oracle_backup.adapters.archive.container import Coder
from oracle_backup.errors import ArchivePasswordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AES_ID = b"\x06\xf1\x07\x01"
BLOCK_BYTES = 16
# 2**19 rounds, as 7-Zip itself writes: about 0.1 s for each guess of a password.
_CYCLES_POWER = 19
# 7-Zip refuses more than this, and so do we: 2**24 rounds take some seconds.
_MOST_CYCLES_POWER = 24
_ROUNDS_AT_ONCE = 4096


class ArchiveKey:
    """The key of one archive that is being written."""

    def __init__(self, password: str) -> None:
        if not password:
            raise ArchivePasswordError(
                "The archive is to be encrypted, and the password is empty.",
                hint="Put a password into the connection that is to hold it.",
            )
        self._salt = secrets.token_bytes(BLOCK_BYTES)
        self._key = derive_key(password, salt=self._salt, cycles_power=_CYCLES_POWER)

    def stream(self) -> EncryptedStream:
        return EncryptedStream(self._key, salt=self._salt)


class EncryptedStream:
    """
    One stream under its own initialisation vector, padded with zeros to whole blocks.

    :ivar taken_bytes: how much was encrypted, without the padding.
    """

    def __init__(self, key: bytes, *, salt: bytes) -> None:
        vector = secrets.token_bytes(BLOCK_BYTES)
        self._encryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
        self.coder = Coder(method=AES_ID, properties=_properties(salt, vector))
        self.taken_bytes = 0

    def encrypt(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.taken_bytes += len(piece)
            if encrypted := self._encryptor.update(piece):
                yield encrypted
        padding = bytes(-self.taken_bytes % BLOCK_BYTES)
        yield self._encryptor.update(padding) + self._encryptor.finalize()


def decrypt(pieces: Iterable[bytes], *, properties: bytes, keys: KeyRing) -> Iterator[bytes]:
    """Given encrypted pieces and the coder's properties, yield what they were."""
    cycles_power, salt, vector = _parse_properties(properties)
    key = keys.key(salt=salt, cycles_power=cycles_power)
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor()
    for piece in pieces:
        if decrypted := decryptor.update(piece):
            yield decrypted
    # A stream that is no multiple of the block leaves a rest that cannot be decrypted.
    yield decryptor.finalize()


class KeyRing:
    """The keys made from one password, each made once."""

    def __init__(self, password: str | None) -> None:
        self._password = password
        self._keys: dict[tuple[bytes, int], bytes] = {}

    def key(self, *, salt: bytes, cycles_power: int) -> bytes:
        if not self._password:
            raise ArchivePasswordError(
                "The archive is encrypted, and no password was given.",
                hint="Name the connection that holds the archive's password.",
            )
        if (salt, cycles_power) not in self._keys:
            self._keys[salt, cycles_power] = derive_key(
                self._password, salt=salt, cycles_power=cycles_power
            )
        return self._keys[salt, cycles_power]


def derive_key(password: str, *, salt: bytes, cycles_power: int) -> bytes:
    """Given a password, return 7-Zip's AES key for it."""
    secret = salt + _encoded(password)
    digest = hashlib.sha256()
    rounds = 1 << cycles_power
    for start in range(0, rounds, _ROUNDS_AT_ONCE):
        counters = range(start, min(start + _ROUNDS_AT_ONCE, rounds))
        digest.update(b"".join(secret + number.to_bytes(8, "little") for number in counters))
    return digest.digest()


def _encoded(password: str) -> bytes:
    try:
        return password.encode("utf-16-le")
    except UnicodeEncodeError:
        # Half of a surrogate pair: bytes that were no UTF-8 where the password came from. The
        # error would show the password.
        raise ArchivePasswordError(
            "The archive's password is no valid text.",
            hint="Enter it anew, as UTF-8.",
        ) from None


def _properties(salt: bytes, vector: bytes) -> bytes:
    flags = 0x80 | 0x40 | _CYCLES_POWER
    return bytes([flags, (len(salt) - 1) << 4 | (len(vector) - 1)]) + salt + vector


def _parse_properties(properties: bytes) -> tuple[int, bytes, bytes]:
    """Return rounds (as a power of two), salt and vector. Raise ValueError for nonsense."""
    if not properties:
        raise ValueError("no AES properties")
    flags, rest = properties[0], properties[1:]
    cycles_power = flags & 0x3F
    if cycles_power > _MOST_CYCLES_POWER:
        raise ValueError(f"2**{cycles_power} rounds for the AES key")
    if not flags & 0xC0:
        return cycles_power, b"", bytes(BLOCK_BYTES)
    if not rest:
        raise ValueError("AES properties are cut off")
    salt_size = (flags >> 7 & 1) + (rest[0] >> 4)
    vector_size = (flags >> 6 & 1) + (rest[0] & 0x0F)
    if len(rest) != 1 + salt_size + vector_size:
        raise ValueError("AES properties are cut off")
    salt, vector = rest[1 : 1 + salt_size], rest[1 + salt_size :]
    return cycles_power, salt, vector.ljust(BLOCK_BYTES, b"\x00")
