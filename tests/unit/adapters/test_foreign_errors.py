"""Every error of paramiko, sockets and SFTP becomes one of ours."""

from __future__ import annotations

import errno
import inspect
import socket

import paramiko
import pytest
from paramiko import auth_strategy, pkey, ssh_exception
from paramiko.sftp import SFTPError

from oracle_backup.adapters.foreign_errors import PARAMIKO_KINDS, host_errors, store_errors
from oracle_backup.errors import (
    HostError,
    HostKeyError,
    HostUnreachableError,
    IntegrityError,
    LoginRejectedError,
    StoreError,
    StoreFullError,
    StoreKeyError,
    StoreLoginError,
    StorePermissionError,
    StoreUnreachableError,
)

KEY = paramiko.RSAKey.generate(1024)

SAMPLES = {
    ssh_exception.SSHException: ssh_exception.SSHException("Error reading SSH protocol banner"),
    ssh_exception.AuthenticationException: ssh_exception.AuthenticationException("no"),
    ssh_exception.PasswordRequiredException: ssh_exception.PasswordRequiredException("locked"),
    ssh_exception.BadAuthenticationType: ssh_exception.BadAuthenticationType("no", ["publickey"]),
    ssh_exception.PartialAuthentication: ssh_exception.PartialAuthentication(["password"]),
    ssh_exception.UnableToAuthenticate: ssh_exception.UnableToAuthenticate("no"),
    ssh_exception.ChannelException: ssh_exception.ChannelException(1, "prohibited"),
    ssh_exception.BadHostKeyException: ssh_exception.BadHostKeyException("ora01", KEY, KEY),
    ssh_exception.IncompatiblePeer: ssh_exception.IncompatiblePeer("no cipher"),
    ssh_exception.ProxyCommandFailure: ssh_exception.ProxyCommandFailure("nc", "no"),
    ssh_exception.NoValidConnectionsError: ssh_exception.NoValidConnectionsError(
        {("127.0.0.1", 22): OSError()}
    ),
    ssh_exception.CouldNotCanonicalize: ssh_exception.CouldNotCanonicalize("no"),
    ssh_exception.ConfigParseError: ssh_exception.ConfigParseError("line 1"),
    ssh_exception.MessageOrderError: ssh_exception.MessageOrderError("out of order"),
    auth_strategy.AuthFailure: auth_strategy.AuthFailure(auth_strategy.AuthResult(None)),
    pkey.UnknownKeyType: pkey.UnknownKeyType(key_type="x", key_bytes=b""),
    SFTPError: SFTPError("Garbage packet received"),
}


def public_exceptions():
    found = {SFTPError}
    for module in (paramiko, ssh_exception):
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, Exception) and value.__module__.startswith("paramiko"):
                found.add(value)
    return found


def test_every_exception_of_paramiko_has_its_row():
    """When this fails, paramiko has grown an exception: decide what it means to us."""
    assert public_exceptions() == set(PARAMIKO_KINDS)
    assert set(SAMPLES) == set(PARAMIKO_KINDS)


@pytest.mark.parametrize("foreign", SAMPLES.values(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("manager", "root"), [(host_errors, HostError), (store_errors, StoreError)]
)
def test_every_exception_of_paramiko_becomes_ours(foreign, manager, root):
    with (
        pytest.raises(root, match=r"Cannot connect on .* nas01") as caught,
        manager("nas01", doing="connect"),
    ):
        raise foreign
    assert caught.value.__cause__ is foreign


@pytest.mark.parametrize(
    ("foreign", "on_host", "on_store"),
    [
        (TimeoutError(), HostUnreachableError, StoreUnreachableError),
        (
            socket.gaierror(-2, "Name or service not known"),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (
            ConnectionResetError(errno.ECONNRESET, "reset"),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (BrokenPipeError(errno.EPIPE, "pipe"), HostUnreachableError, StoreUnreachableError),
        (
            OSError(errno.EHOSTUNREACH, "No route to host"),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (OSError(errno.ENETUNREACH, "unreachable"), HostUnreachableError, StoreUnreachableError),
        (OSError("Socket is closed"), HostUnreachableError, StoreUnreachableError),
        (EOFError(), HostUnreachableError, StoreUnreachableError),
        (SAMPLES[ssh_exception.SSHException], HostUnreachableError, StoreUnreachableError),
        (SAMPLES[ssh_exception.AuthenticationException], LoginRejectedError, StoreLoginError),
        (
            ssh_exception.AuthenticationException("Authentication timeout."),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (
            ssh_exception.AuthenticationException(
                "Authentication failed: transport shut down or saw EOF"
            ),
            HostUnreachableError,
            StoreUnreachableError,
        ),
        (SAMPLES[ssh_exception.BadAuthenticationType], LoginRejectedError, StoreLoginError),
        (SAMPLES[ssh_exception.BadHostKeyException], HostKeyError, StoreKeyError),
        (
            paramiko.SSHException("Server 'ora01' not found in known_hosts"),
            HostKeyError,
            StoreKeyError,
        ),
        (OSError(errno.ENOSPC, "No space left on device"), HostError, StoreFullError),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), HostError, StoreFullError),
        (OSError("Disk quota exceeded"), HostError, StoreFullError),
        (PermissionError(errno.EACCES, "Permission denied"), HostError, StorePermissionError),
        (OSError(errno.EROFS, "Read-only file system"), HostError, StorePermissionError),
        (FileNotFoundError(errno.ENOENT, "No such file"), HostError, StoreError),
        (OSError("Failure"), HostError, StoreError),
        (ValueError("not a valid key"), HostError, StoreError),
    ],
    # A key is another one in each process.
    ids=lambda value: (
        value.__name__ if isinstance(value, type) else repr(value).partition(", PKey")[0]
    ),
)
def test_error_gets_its_class(foreign, on_host, on_store):
    for manager, wanted in ((host_errors, on_host), (store_errors, on_store)):
        with pytest.raises(wanted) as caught, manager("nas01", doing="connect"):
            raise foreign
        assert type(caught.value) is wanted


def test_errors_of_ours_pass_unchanged():
    ours = IntegrityError("damaged")
    for manager in (host_errors, store_errors):
        with pytest.raises(IntegrityError) as caught, manager("nas01", doing="connect"):
            raise ours
        assert caught.value is ours


def test_bugs_are_not_disguised():
    with pytest.raises(AttributeError), store_errors("nas01", doing="connect"):
        raise AttributeError


def test_message_says_what_to_do():
    with pytest.raises(HostUnreachableError) as caught, host_errors("ora01", doing="connect"):
        raise TimeoutError
    assert caught.value.message == "Cannot connect on Oracle host ora01: no answer in time."
    assert "sshd" in caught.value.hint


def test_servers_words_are_shown_in_one_harmless_line():
    words = OSError("\x1b[2Jall\r\nis\u202e well\u2028\udc80 " + "x" * 10_000)
    with pytest.raises(StoreError) as caught, store_errors("nas01", doing="write"):
        raise words

    assert caught.value.message.startswith("Cannot write on store nas01: [2Jall is well x")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


def test_words_of_an_error_end_without_a_stop_of_their_own():
    with pytest.raises(StoreError, match=r"nas01: gone\.$"), store_errors("nas01", doing="write"):
        raise OSError("gone.")
