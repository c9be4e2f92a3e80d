"""Real servers on loopback for the adapters."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("support.archive_store_contract")

from support.asyncssh_servers import asyncssh_server  # noqa: E402  # after the line above
from support.openssh import SKIP_REASON, openssh_server  # noqa: E402  # after the line above
from support.postfix import postfix_server, why_not  # noqa: E402  # after the line above
from support.proftpd import find_proftpd, proftpd_server  # noqa: E402  # after the line above


@pytest.fixture(scope="session")
def openssh(tmp_path_factory):
    """OpenSSH's sshd and sftp-server, shared by all tests."""
    if SKIP_REASON:
        pytest.skip(SKIP_REASON)
    with openssh_server(tmp_path_factory.mktemp("openssh")) as server:
        yield server


@pytest.fixture(scope="session")
def proftpd(tmp_path_factory):
    """ProFTPD's mod_sftp, shared by all tests."""
    if find_proftpd() is None:
        pytest.skip("ProFTPD or its mod_sftp is not installed")
    with proftpd_server(tmp_path_factory.mktemp("proftpd")) as server:
        yield server


@pytest.fixture(scope="session")
def postfix():
    """Postfix with TLS and a login, shared by all tests."""
    if reason := why_not():
        pytest.skip(reason)
    with postfix_server() as server:
        yield server


@pytest.fixture
def asyncssh_host(tmp_path):
    """A server of its own for one test, whose faults the test may set."""
    root = tmp_path / "served"
    root.mkdir()
    with asyncssh_server(root) as server:
        yield server
