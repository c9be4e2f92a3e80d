"""Postfix on free ports of loopback: a real mail server, with TLS and a login."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.keys import LabKeys
from lab.servers.openssh import free_port
from support.openssh import wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

USER = "backup"
PASSWORD = "rehearsal-only"
SENDER = "oracle-backup@mail.example"
DBA, BOSS = "dba@mail.example", "boss@mail.example"
SIZE_LIMIT_BYTES = 1_000_000

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
_DELIVERY_SECONDS = 60.0
_NEEDED = ("postfix", "saslpasswd2")

# Whoever logs in may send from one address, and to the mailboxes here; nothing goes any further.
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = mail.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
message_size_limit = {limit}
smtpd_tls_cert_file = {keys}/server.pem
smtpd_tls_key_file = {keys}/server.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = mail.example
smtpd_sasl_security_options = noanonymous
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = texthash:{folder}/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = reject_unauth_destination
smtpd_reject_unlisted_recipient = yes
"""
_MASTER = """\
127.0.0.1:{starttls} inet n - n - - smtpd
127.0.0.1:{implicit} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""
_SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasl/users
mech_list: PLAIN LOGIN
"""


def why_not() -> str:
    """Return why Postfix can't run here; nothing where it can."""
    missing = [name for name in _NEEDED if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"{' and '.join(missing)} of Postfix and Cyrus SASL are not installed"
    return "" if os.geteuid() == 0 else "Postfix has to be started by root"


@dataclass
class PostfixServer:
    """A running server."""

    folder: Path
    starttls_port: int
    implicit_port: int
    process: subprocess.Popen[bytes]

    @property
    def ca(self) -> Path:
        """What SSL_CERT_FILE has to name."""
        return self.folder / "keys" / "ca.pem"

    def connection(self, *, implicit: bool = False, **changes: Any) -> dict[str, Any]:
        """Return an Airflow connection to it."""
        extra = {"disable_tls": True} if implicit else {"disable_ssl": True}
        return {
            "conn_type": "smtp",
            "host": "127.0.0.1",
            "port": self.implicit_port if implicit else self.starttls_port,
            "login": USER,
            "password": PASSWORD,
            "extra": {**extra, "from_email": SENDER, "timeout": 20, "retry_limit": 1},
            **changes,
        }

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what has arrived in a mailbox."""
        folder = self.folder / "mail" / address.partition("@")[0] / "new"
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in paths]

    def wait_for_mail(self, address: str, subject: str) -> EmailMessage:
        """Return the mail with this subject as soon as it lies in the mailbox."""
        give_up = time.monotonic() + _DELIVERY_SECONDS
        while True:
            for mail in self.mails(address):
                if mail["Subject"] == subject:
                    return mail
            assert time.monotonic() < give_up, (self.folder / "mail.log").read_text()[-3000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it, with all its processes."""
        self._control("stop")
        self.process.wait(60)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = _start(self.folder)
        wait_for_port(self.starttls_port, self.process, self.folder / "mail.log")

    def _control(self, command: str) -> None:
        subprocess.run(
            ["postfix", "-c", str(self.folder / "etc"), command],
            env={**os.environ, "PATH": _PATH},
            check=False,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def postfix_server() -> Iterator[PostfixServer]:
    """Start Postfix with a queue, keys and users of its own; it ends with the context."""
    # Not pytest's folder: Postfix's own user has to come in.
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    starttls, implicit = free_port(), free_port()
    _prepare(folder, starttls=starttls, implicit=implicit)
    server = PostfixServer(folder, starttls, implicit, process=_start(folder))
    try:
        wait_for_port(starttls, server.process, folder / "mail.log")
        wait_for_port(implicit, server.process, folder / "mail.log")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, *, starttls: int, implicit: int) -> None:
    import pwd

    owner = pwd.getpwnam("postfix")
    for name in ("etc", "etc/sasl", "queue", "sasl", "keys"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        (folder / name).mkdir()
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    LabKeys(folder / "keys").make()
    values = {
        "folder": folder,
        "keys": folder / "keys",
        "uid": owner.pw_uid,
        "gid": owner.pw_gid,
        "limit": SIZE_LIMIT_BYTES,
        "starttls": starttls,
        "implicit": implicit,
    }
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**values))
    (folder / "mailboxes").write_text(f"{DBA} dba/\n{BOSS} boss/\n")
    (folder / "senders").write_text(f"{SENDER} {USER}@mail.example\n{BOSS} boss@mail.example\n")
    # Debian's looks here, whatever cyrus_sasl_config_path says.
    (folder / "etc" / "sasl" / "smtpd.conf").write_text(_SASL.format(folder=folder))
    users = folder / "sasl" / "users"
    subprocess.run(
        ["saslpasswd2", "-c", "-p", "-f", str(users), "-u", "mail.example", USER],
        input=PASSWORD.encode(),
        env={**os.environ, "PATH": _PATH},
        check=True,
        timeout=60,
    )
    os.chown(users, owner.pw_uid, owner.pw_gid)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "start.log").open("ab") as log:
        return subprocess.Popen(
            ["postfix", "-c", str(folder / "etc"), "start-fg"],
            env={**os.environ, "PATH": _PATH},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
