"""Links use AES-GCM where their server can, and nothing else changes."""

from __future__ import annotations

import os

import paramiko
import pytest

from oracle_backup.adapters.sftp_link import open_session
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.adapters.ssh_cipher import prefer_fast_cipher
from support.faulty_proxy import faulty_proxy

pytestmark = pytest.mark.integration

CONTENT = os.urandom(3_000_000)


@pytest.mark.parametrize(
    ("name", "cipher"),
    [
        ("openssh", "aes128-gcm@openssh.com"),
        ("proftpd", "aes128-ctr"),
        ("asyncssh_host", "aes128-ctr"),
    ],
)
def test_link_changes_to_a_fast_cipher_and_works_on(request, name, cipher, tmp_path):
    server = request.getfixturevalue(name)
    client = server.connect()
    transport = client.get_transport()
    assert transport.local_cipher == "aes128-ctr"

    prefer_fast_cipher(client)

    assert transport.local_cipher == transport.remote_cipher == cipher
    root = "/store" if hasattr(server, "faults") else str(tmp_path)
    store = SftpStore(open_session(client), root=root, label="nas")
    part = store.open_part("a.7z")
    part.write(CONTENT)
    store.finish(part)
    assert store.read_bytes("a.7z", max_bytes=10**9) == CONTENT


def test_server_without_it_keeps_its_cipher(openssh, monkeypatch):
    monkeypatch.setattr("oracle_backup.adapters.ssh_cipher._FAST", ("aes192-cbc",))
    client = openssh.connect()
    before = client.get_transport().local_cipher

    prefer_fast_cipher(client)

    assert client.get_transport().local_cipher == before
    assert client.get_transport().is_active()


def test_server_that_does_not_answer_is_left(openssh, monkeypatch):
    monkeypatch.setattr("oracle_backup.adapters.ssh_cipher._ANSWER_SECONDS", 0.3)
    with faulty_proxy(openssh.port) as proxy:
        client = openssh.connect(port=proxy.port)
        proxy.arm(stall_down=0)

        with pytest.raises((paramiko.SSHException, EOFError, OSError)):
            prefer_fast_cipher(client)


def test_keys_are_kept_beyond_the_size_of_a_dump_file(openssh, tmp_path, monkeypatch):
    # As paramiko has them by itself, only smaller: without more, each of these would be agreed
    # upon again and again, and now and then break the link.
    monkeypatch.setattr(paramiko.packet.Packetizer, "REKEY_BYTES", 1 << 20)
    agreed = []
    kex = paramiko.Transport._send_kex_init
    monkeypatch.setattr(
        paramiko.Transport, "_send_kex_init", lambda self: (agreed.append(self), kex(self))
    )
    client = openssh.connect()

    prefer_fast_cipher(client)
    before = len(agreed)
    store = SftpStore(open_session(client), root=str(tmp_path), label="nas")
    part = store.open_part("a.7z")
    part.write(CONTENT)
    store.finish(part)

    assert store.read_bytes("a.7z", max_bytes=10**9) == CONTENT
    assert len(agreed) == before
