"""A real sshd can be started for comparison, and the lab's host agrees with it."""

from __future__ import annotations

import io

import paramiko
import pytest

from lab.keys import LabKeys
from lab.servers import openssh

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(openssh.why_not() is not None, reason=str(openssh.why_not())),
]

SUBSYSTEMS = ["internal-sftp"] + (
    [str(openssh.SFTP_SERVER)] if openssh.SFTP_SERVER.exists() else []
)


@pytest.fixture(scope="module", params=SUBSYSTEMS)
def sshd(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("openssh") / "a folder"
    keys = LabKeys(folder / "keys")
    keys.folder.mkdir(parents=True)
    with openssh.OpenSSH(folder, keys, subsystem=request.param) as server:
        yield server


@pytest.fixture
def client(sshd):
    key_text = sshd.keys.client.read_text(encoding="ascii")
    with paramiko.SSHClient() as connected:
        host_key = sshd.keys.public(sshd.keys.host).split()[1]
        entry = paramiko.hostkeys.HostKeyEntry.from_line(
            f"[127.0.0.1]:{sshd.port} ssh-ed25519 {host_key}"
        )
        connected.get_host_keys().add(entry.hostnames[0], "ssh-ed25519", entry.key)
        connected.connect(
            "127.0.0.1",
            port=sshd.port,
            username=sshd.user,
            pkey=paramiko.Ed25519Key.from_private_key(io.StringIO(key_text)),
            allow_agent=False,
            look_for_keys=False,
        )
        yield connected


def test_openssh_runs_a_script_from_stdin_in_the_given_home(client, sshd):
    stdin, stdout, stderr = client.exec_command("sh -s")
    stdin.write('echo "$HOME"; echo err >&2; exit 7\n')
    stdin.channel.shutdown_write()

    assert stdout.read().decode().strip() == str(sshd.home)
    assert stderr.read() == b"err\n"
    assert stdout.channel.recv_exit_status() == 7


def test_openssh_serves_sftp(client, sshd):
    path = str(sshd.folder / "written.bin")
    with client.open_sftp() as sftp:
        with sftp.open(path + ".part", "wb") as file:
            file.write(b"x" * 1_000_000)
        sftp.posix_rename(path + ".part", path)

    assert (sshd.folder / "written.bin").stat().st_size == 1_000_000


def test_openssh_ends_with_its_context(tmp_path):
    keys = LabKeys(tmp_path / "keys")
    keys.folder.mkdir()
    with openssh.OpenSSH(tmp_path, keys) as server:
        port = server.port

    with pytest.raises(paramiko.ssh_exception.NoValidConnectionsError):
        paramiko.SSHClient().connect("127.0.0.1", port=port)
