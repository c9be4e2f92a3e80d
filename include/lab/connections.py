"""Which Airflow connections lead to a lab, and with which passwords?"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.servers.child import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.keys import LabKeys
    from lab.paths import LabPaths

HOST_USER = "oracle"
STORE_USER = "backup"
DATABASE_USER = "BACKUP"
MAIL_USER = "backup@lab.example"
SERVICE = "LABPDB1"


def _password() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class LabPasswords:
    """The passwords of one start of a lab; none of them is ever printed."""

    database: str = field(default_factory=_password, repr=False)
    store: str = field(default_factory=_password, repr=False)
    mail: str = field(default_factory=_password, repr=False)
    archive: str = field(default_factory=_password, repr=False)


def build_connections(
    *, ports: Mapping[str, int], passwords: LabPasswords, keys: LabKeys
) -> dict[str, dict[str, Any]]:
    """
    Given the ports of the servers that run, return a connection for each, by its id.

    The form is that of Airflow's LocalFilesystemBackend.
    """
    built: dict[str, dict[str, Any]] = {
        "lab_archive": {"conn_type": "generic", "password": passwords.archive}
    }
    if "host" in ports:
        built["lab_host"] = {
            "conn_type": "ssh",
            "host": LOOPBACK,
            "port": ports["host"],
            "login": HOST_USER,
            "extra": {
                "private_key": keys.client.read_text(encoding="ascii"),
                "host_key": keys.public(keys.host),
                "compress": False,
                # Without these paramiko offers whatever lies in ~/.ssh and in an agent first.
                "look_for_keys": False,
                "allow_agent": False,
            },
        }
    if "listener" in ports:
        built["lab_database"] = {
            "conn_type": "oracle",
            "host": LOOPBACK,
            "port": ports["listener"],
            "login": DATABASE_USER.lower(),
            "password": passwords.database,
            "extra": {"service_name": SERVICE},
        }
    if "store" in ports:
        built["lab_store"] = {
            "conn_type": "sftp",
            "host": LOOPBACK,
            "port": ports["store"],
            "login": STORE_USER,
            "password": passwords.store,
            "extra": {
                "host_key": keys.public(keys.store),
                "compress": False,
                "look_for_keys": False,
                "allow_agent": False,
            },
        }
    if "mail" in ports:
        built["lab_mail"] = {
            "conn_type": "smtp",
            "host": LOOPBACK,
            "port": ports["mail"],
            "login": MAIL_USER,
            "password": passwords.mail,
            # Implicit TLS: only STARTTLS is switched off. The text "false" would count as true.
            "extra": {"disable_tls": True, "from_email": "oracle-backup@lab.example"},
        }
    return built


def build_environment(paths: LabPaths, keys: LabKeys) -> dict[str, str]:
    """Return what a process needs in its environment so that Airflow in it finds the lab."""
    return {
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(
            {"connections_file_path": str(paths.connections)}
        ),
        "SSL_CERT_FILE": str(keys.ca),
    }
