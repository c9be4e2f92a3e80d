"""How is a dump encrypted, and who may open it?

The password itself is kept nowhere: a job and the headers of its dump files hold a salt and a check
value, the job also the key. The cipher is no AES; it only keeps rows out of sight.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.oracle.parameters import Request

KINDS = "ALL|DATA_ONLY|ENCRYPTED_COLUMNS_ONLY|METADATA_ONLY|NONE"
MODES = "PASSWORD|TRANSPARENT|DUAL"
ALGORITHMS = "AES128|AES192|AES256"
TAG = b"ENCR"
_DATA = (b"ROWS", b"ROWZ")
_WALLET_CLOSED = 28365


class EncryptionRefusedError(Exception):
    """The parameters of encryption are not in order: `codes` are ORA numbers."""

    def __init__(self, *codes: int) -> None:
        super().__init__(str(codes))
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Cipher:
    """What a job knows of the encryption of its dump; None of the members is the password."""

    kind: str
    salt: str
    key: str

    def facts(self) -> dict[str, str]:
        """Return what the headers of the dump files say."""
        return {"kind": self.kind, "salt": self.salt, "check": _check(self.key)}

    def seal(self, tag: bytes, payload: bytes) -> tuple[bytes, bytes]:
        """Return a frame as it is written."""
        covered = {"ALL": True, "DATA_ONLY": tag in _DATA, "METADATA_ONLY": tag not in _DATA}
        if not covered[self.kind]:
            return tag, payload
        nonce = secrets.token_bytes(16)
        return TAG, nonce + _mixed(tag + payload, self.key, nonce)


def unseal(payload: bytes, key: str) -> tuple[bytes, bytes]:
    """Return tag and payload of a frame that was sealed with this key."""
    plain = _mixed(payload[16:], key, payload[:16])
    return plain[:4], plain[4:]


def wanted(request: Request) -> Cipher | None:
    """Return how the dump is to be encrypted. Raise EncryptionRefusedError."""
    password = request.one("encryption_password")
    kind = (request.one("encryption") or ("ALL" if password is not None else "NONE")).upper()
    mode = (request.one("encryption_mode") or "PASSWORD").upper()
    if kind == "NONE":
        if any(map(request.one, ("encryption_mode", "encryption_algorithm"))):
            raise EncryptionRefusedError(39005)
        return None
    # There is no wallet here, so nothing is transparent.
    if password is None or mode != "PASSWORD":
        raise EncryptionRefusedError(39002, 39180, _WALLET_CLOSED)
    columns_only = kind == "ENCRYPTED_COLUMNS_ONLY"
    if not 0 < len(password.encode(errors="surrogateescape")) <= (30 if columns_only else 128):
        raise EncryptionRefusedError(39001, 39180)
    if columns_only:  # no table here has such columns
        return None
    salt = secrets.token_hex(16)
    return Cipher(kind, salt, _key(password, salt))


def key_for(facts: dict[str, str] | None, password: str | None) -> str | None:
    """Return the key of a dump or job from what it says of itself. Raise EncryptionRefusedError."""
    if facts is None:
        if password is not None:
            raise EncryptionRefusedError(39002, 39175)
        return None
    if password is None:
        raise EncryptionRefusedError(39002, 39174)
    key = _key(password, facts["salt"])
    if not hmac.compare_digest(_check(key), facts["check"]):
        raise EncryptionRefusedError(39002, 39176)
    return key


def _key(password: str, salt: str) -> str:
    secret = password.encode(errors="surrogateescape")
    return hashlib.pbkdf2_hmac("sha256", secret, bytes.fromhex(salt), 1000).hex()


def _check(key: str) -> str:
    return hashlib.sha256(f"check {key}".encode()).hexdigest()


def _mixed(data: bytes, key: str, nonce: bytes) -> bytes:
    stream = hashlib.shake_256(bytes.fromhex(key) + nonce).digest(len(data))
    mixed = int.from_bytes(data) ^ int.from_bytes(stream)
    return mixed.to_bytes(len(data))
