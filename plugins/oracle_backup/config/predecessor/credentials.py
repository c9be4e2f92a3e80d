"""
What does credenciales.json say: where are database, mail server and store, and who logs in?

Three lists whose items are known by their position. Nothing here shows a value of the file.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr

from oracle_backup.config.predecessor.fields import Fields, group, row
from oracle_backup.config.problems import Place, Problem

_SECTIONS = ("BBDD", "CORREO", "SFTP")
_PORT = {"least": 1, "most": 65535}
_KEY_TYPE = re.compile(
    r"ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)", re.ASCII | re.IGNORECASE
)
_HOST_KEY = "must be the server's public key in one line, such as ssh-ed25519 AAAA…, or empty"


@dataclass(frozen=True, slots=True)
class DatabaseLogin:
    """
    ``BBDD``: the database.

    :param service: what the script calls the SID.
    """

    host: str = ""
    port: int = 1521
    service: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailLogin:
    """``CORREO``: who sends the report, and through which server."""

    sender: str = ""
    host: str = ""
    port: int = 465
    user: str = ""
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StoreLogin:
    """
    ``SFTP``: the store.

    :param host_key: the server's public key as OpenSSH writes it; empty where the script did not
        look at it.
    :param key_file: a private key's file, as written; empty for none.
    """

    host: str = ""
    port: int = 22
    user: str = ""
    password: str | None = field(default=None, repr=False)
    host_key: str = ""
    key_file: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the file says; empty where it says nothing usable, which is a problem then."""

    database: DatabaseLogin = DatabaseLogin()
    mail: MailLogin = MailLogin()
    store: StoreLogin = StoreLogin()


def read_credentials(value: object, *, place: Place, problems: list[Problem]) -> Credentials:
    """
    Given the parsed file, return what it says.

    :param place: what the paths of its problems begin with.
    :param problems: what is found to be wrong is added here.
    """
    file = group(value, place=place, known=_SECTIONS, problems=problems)
    lists = [
        row(file.value(name), place=file.place_of(name), problems=problems) for name in _SECTIONS
    ]
    return Credentials(_database(lists[0]), _mail(lists[1]), _store(lists[2]))


def _database(items: Fields) -> DatabaseLogin:
    return DatabaseLogin(
        host=items.text(0, required=True),
        port=items.number(1, **_PORT) or 1521,
        # The script's own sample writes the word behind the name.
        service=re.sub(r"\s*\((?:SID|SERVICE|SERVICE_NAME)\)$", "", items.text(2, required=True)),
        user=items.text(3, required=True),
        password=_required_secret(items, 4),
    )


def _mail(items: Fields) -> MailLogin:
    written = items.text(0, required=True)
    return MailLogin(
        sender=parseaddr(written)[1] or written,
        host=items.text(1, required=True),
        port=items.number(2, **_PORT) or 465,
        user=items.text(3),
        password=items.secret(4),
    )


def _store(items: Fields) -> StoreLogin:
    key_file = items.text(5).replace("\\", "/")
    return StoreLogin(
        host=items.text(0, required=True),
        port=items.number(1, **_PORT) or 22,
        user=items.text(2, required=True),
        password=items.secret(3) if key_file else _required_secret(items, 3),
        host_key=_host_key(items, 4),
        key_file=key_file,
    )


def _required_secret(items: Fields, position: int) -> str:
    found = items.secret(position)
    if found is None:
        items.refuse(position, "is required")
    return found or ""


def _host_key(items: Fields, position: int) -> str:
    """Return a host key with its kind, from a line of known_hosts or a .pub file, or bare."""
    words = items.text(position).split()
    if not words:
        return ""
    blob = next((word for word in words if word.startswith("AAAA")), "")
    kind = _kind_of_key(blob)
    if not _KEY_TYPE.fullmatch(kind) or not _says(words, kind):
        items.refuse(position, _HOST_KEY)
        return ""
    return f"{kind} {blob}"


def _kind_of_key(blob: str) -> str:
    """Return what a key says of itself, in its first field."""
    try:
        raw = base64.b64decode(blob, validate=True)
    except binascii.Error:
        return ""
    return raw[4 : 4 + int.from_bytes(raw[:4], "big")].decode("ascii", "replace")


def _says(words: Sequence[str], kind: str) -> bool:
    """Tell whether the word in front of a key, if it names a kind, names the right one."""
    return all(word == kind for word in words if _KEY_TYPE.fullmatch(word))
