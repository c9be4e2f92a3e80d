"""
Which of our errors does an error of paramiko, of a socket or of SFTP become?

One context manager for each side: ``host_errors`` for the Oracle host, ``store_errors`` for an
SFTP store. They are the only place that names paramiko's exceptions; a test fails when paramiko
grows one that is not in the tables below.
"""

from __future__ import annotations

import errno
import socket
import unicodedata
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from paramiko import auth_strategy, pkey, ssh_exception
from paramiko.sftp import SFTPError

from oracle_backup.errors import (
    BackupError,
    HostError,
    HostKeyError,
    HostUnreachableError,
    LoginRejectedError,
    StoreError,
    StoreFullError,
    StoreKeyError,
    StoreLoginError,
    StorePermissionError,
    StoreUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What went wrong, before it is known whether host or store is meant."""

    UNREACHABLE = "unreachable"
    KEY = "key"
    LOGIN = "login"
    FULL = "full"
    PERMISSION = "permission"
    MISSING = "missing"
    OTHER = "other"


# The most specific class wins. SSHException is the root of most of them, not of all.
PARAMIKO_KINDS: dict[type[BaseException], Kind] = {
    ssh_exception.SSHException: Kind.UNREACHABLE,
    ssh_exception.AuthenticationException: Kind.LOGIN,
    ssh_exception.PasswordRequiredException: Kind.LOGIN,
    ssh_exception.BadAuthenticationType: Kind.LOGIN,
    ssh_exception.PartialAuthentication: Kind.LOGIN,
    ssh_exception.UnableToAuthenticate: Kind.LOGIN,
    auth_strategy.AuthFailure: Kind.LOGIN,
    # The connection's private key is of a kind that paramiko cannot read.
    pkey.UnknownKeyType: Kind.LOGIN,
    # Too many sessions, or a server that is shutting down: worth another try.
    ssh_exception.ChannelException: Kind.UNREACHABLE,
    ssh_exception.BadHostKeyException: Kind.KEY,
    # No common cipher or key exchange: trying again changes nothing.
    ssh_exception.IncompatiblePeer: Kind.OTHER,
    ssh_exception.ProxyCommandFailure: Kind.UNREACHABLE,
    ssh_exception.NoValidConnectionsError: Kind.UNREACHABLE,
    ssh_exception.CouldNotCanonicalize: Kind.UNREACHABLE,
    ssh_exception.ConfigParseError: Kind.OTHER,
    # Somebody meddles with the handshake ("Terrapin"): never retried by itself.
    ssh_exception.MessageOrderError: Kind.OTHER,
    SFTPError: Kind.UNREACHABLE,
}

_ERRNO_KINDS: dict[int, Kind] = {
    errno.ENOENT: Kind.MISSING,
    errno.EACCES: Kind.PERMISSION,
    errno.EPERM: Kind.PERMISSION,
    errno.EROFS: Kind.PERMISSION,
    errno.ENOSPC: Kind.FULL,
    errno.EDQUOT: Kind.FULL,
    errno.EFBIG: Kind.FULL,
    **dict.fromkeys(
        (
            errno.ECONNREFUSED,
            errno.ECONNRESET,
            errno.ECONNABORTED,
            errno.EPIPE,
            errno.ETIMEDOUT,
            errno.EHOSTUNREACH,
            errno.EHOSTDOWN,
            errno.ENETUNREACH,
            errno.ENETDOWN,
            errno.ENETRESET,
            errno.ENOTCONN,
            errno.EBADF,
            errno.ESHUTDOWN,
            errno.EADDRNOTAVAIL,
        ),
        Kind.UNREACHABLE,
    ),
}

# SFTP version 3 has one code for most troubles, "failure"; servers tell more only in its text,
# and paramiko reports a closed channel as an OSError without errno.
_PHRASE_KINDS: tuple[tuple[str, Kind], ...] = (
    ("no space", Kind.FULL),
    ("disk full", Kind.FULL),
    ("quota", Kind.FULL),
    ("too large", Kind.FULL),
    ("permission denied", Kind.PERMISSION),
    ("read-only", Kind.PERMISSION),
    ("no such file", Kind.MISSING),
    ("socket is closed", Kind.UNREACHABLE),
    ("connection lost", Kind.UNREACHABLE),
    ("no connection", Kind.UNREACHABLE),
    ("garbage packet", Kind.UNREACHABLE),
)

# How paramiko's client words a host it has no key for, with RejectPolicy.
_UNKNOWN_KEY_PHRASE = "not found in known_hosts"

# paramiko calls a link that breaks or stands still during the login a failed login.
_BROKEN_LOGIN_PHRASES = ("authentication timeout", "transport shut down or saw eof")

_CONNECTION_ERRORS = (
    EOFError,
    TimeoutError,
    ConnectionError,
    socket.gaierror,
    socket.herror,
)

# What a message shows of a server's words, and never shows: control characters, invisible ones
# that turn text, halves of characters, ends of lines.
_MOST_CHARACTERS = 300
_UNSHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_HOST_ERRORS: dict[Kind, type[HostError]] = {
    Kind.UNREACHABLE: HostUnreachableError,
    Kind.KEY: HostKeyError,
    Kind.LOGIN: LoginRejectedError,
    Kind.FULL: HostError,
    Kind.PERMISSION: HostError,
    Kind.MISSING: HostError,
    Kind.OTHER: HostError,
}

_STORE_ERRORS: dict[Kind, type[StoreError]] = {
    Kind.UNREACHABLE: StoreUnreachableError,
    Kind.KEY: StoreKeyError,
    Kind.LOGIN: StoreLoginError,
    Kind.FULL: StoreFullError,
    Kind.PERMISSION: StorePermissionError,
    Kind.MISSING: StoreError,
    Kind.OTHER: StoreError,
}

_HINTS: dict[Kind, str] = {
    Kind.UNREACHABLE: "Check that sshd is running there and that the worker may connect to it.",
    Kind.KEY: "If the server was really replaced, put its new public key into the connection's "
    '"host_key"; if not, find out who is answering.',
    Kind.LOGIN: "Check user, password and key of the connection.",
    Kind.FULL: "Free space there, raise the user's quota, or keep fewer backups.",
    Kind.PERMISSION: "Give the connection's user the right to read and write there.",
    Kind.MISSING: "",
    Kind.OTHER: "",
}


def kind_of(error: BaseException) -> Kind:
    """Given an error of paramiko, a socket or SFTP, return what went wrong."""
    if isinstance(error, ssh_exception.SSHException) and _UNKNOWN_KEY_PHRASE in str(error):
        return Kind.KEY
    if isinstance(error, ssh_exception.AuthenticationException) and any(
        phrase in str(error).lower() for phrase in _BROKEN_LOGIN_PHRASES
    ):
        return Kind.UNREACHABLE
    for base in type(error).__mro__:
        if base in PARAMIKO_KINDS:
            return PARAMIKO_KINDS[base]
    if isinstance(error, _CONNECTION_ERRORS):
        return Kind.UNREACHABLE
    if isinstance(error, OSError) and error.errno in _ERRNO_KINDS:
        return _ERRNO_KINDS[error.errno]
    text = str(error).lower()
    return next((kind for phrase, kind in _PHRASE_KINDS if phrase in text), Kind.OTHER)


def words_of(error: BaseException) -> str:
    """
    Return an error's words in one line; some of paramiko's have none.

    They may be a server's words: nothing in them may move a terminal's cursor, turn text or fill
    a log.
    """
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    if isinstance(error, EOFError) and not str(error):
        return "the connection was closed"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    shown = "".join(
        " " if unicodedata.category(character) in _UNSHOWN_CATEGORIES else character
        for character in text[: 10 * _MOST_CHARACTERS]
    )
    words = " ".join(shown.split())
    if len(words) > _MOST_CHARACTERS:
        words = f"{words[:_MOST_CHARACTERS]} ..."
    return words.rstrip(".:") or type(error).__name__


# ValueError: paramiko cannot parse a key; UnicodeDecodeError: a server's text is not UTF-8.
_FOREIGN: tuple[type[BaseException], ...] = (*PARAMIKO_KINDS, OSError, EOFError, ValueError)


@contextmanager
def host_errors(host_label: str, *, doing: str) -> Iterator[None]:
    """
    Turn paramiko's and the socket's errors into those of the Oracle host.

    :param doing: what was tried, to follow "Cannot": "run a script", "read /u01/x.dmp".
    """
    try:
        yield
    except BackupError:
        raise
    except _FOREIGN as error:
        kind = kind_of(error)
        message = f"Cannot {doing} on Oracle host {host_label}: {words_of(error)}."
        raise _HOST_ERRORS[kind](message, hint=_HINTS[kind]) from error


@contextmanager
def store_errors(store_label: str, *, doing: str) -> Iterator[None]:
    """
    Turn paramiko's, the socket's and SFTP's errors into those of a store.

    :param doing: what was tried, to follow "Cannot": "write erp.7z.part".
    """
    try:
        yield
    except BackupError:
        raise
    except _FOREIGN as error:
        kind = kind_of(error)
        message = f"Cannot {doing} on store {store_label}: {words_of(error)}."
        raise _STORE_ERRORS[kind](message, hint=_HINTS[kind]) from error
