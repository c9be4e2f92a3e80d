"""Which connections do the predecessor's files hold, and what are they called?"""

from __future__ import annotations

from dataclasses import dataclass, field

from oracle_backup.config.predecessor.credentials import Credentials

PREFIX = "predecessor_"
DATABASE = f"{PREFIX}bbdd"
STORE = f"{PREFIX}sftp"
MAIL = f"{PREFIX}correo"
HOST = f"{PREFIX}host"
"""The one connection neither file holds: until Airflow has it, the tools run where Airflow runs."""

_STARTTLS_PORT = 587
_PLAIN_PORT = 25


def password_id(number: int) -> str:
    """Name the connection that holds the password of an entry's archives."""
    return f"{PREFIX}password_{number}"


@dataclass(frozen=True, slots=True)
class ConnectionParts:
    """A connection of Airflow's, before there is an Airflow."""

    conn_type: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: dict[str, str | bool] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return it as ``airflow connections import`` takes it."""
        said = {
            "conn_type": self.conn_type,
            "host": self.host,
            "port": self.port,
            "login": self.login,
            "password": self.password,
            "extra": self.extra,
        }
        return {name: value for name, value in said.items() if value not in (None, {})}


def build_connections(
    credentials: Credentials, *, key_file: str, passwords: dict[str, str]
) -> dict[str, ConnectionParts]:
    """
    Given what credenciales.json says, return each connection by its id.

    :param key_file: the store's private key, as an absolute path; empty for none.
    :param passwords: the archives' passwords by the ids of their connections.
    """
    database, mail = credentials.database, credentials.mail
    found = {
        DATABASE: ConnectionParts(
            "oracle",
            host=database.host,
            port=database.port,
            login=database.user,
            password=database.password,
            extra={"service_name": database.service},
        ),
        STORE: _store(credentials, key_file=key_file),
        MAIL: ConnectionParts(
            "smtp",
            host=mail.host,
            port=mail.port,
            login=mail.user or None,
            password=mail.password,
            extra=_mail_extra(mail.port, sender=mail.sender),
        ),
    }
    for conn_id, password in passwords.items():
        found[conn_id] = ConnectionParts("generic", password=password)
    return found


def _store(credentials: Credentials, *, key_file: str) -> ConnectionParts:
    store = credentials.store
    extra: dict[str, str | bool] = {"look_for_keys": False}
    if store.host_key:
        extra["host_key"] = store.host_key
    else:
        # The script took whatever key the server showed. So does this, and every report says it.
        extra["no_host_key_check"] = True
    if key_file:
        extra["key_file"] = key_file
    return ConnectionParts(
        "sftp",
        host=store.host,
        port=store.port,
        login=store.user,
        password=store.password,
        extra=extra,
    )


def _mail_extra(port: int, *, sender: str) -> dict[str, str | bool]:
    """Return how the mail server is spoken to: in TLS from the first byte, but on two ports."""
    extra: dict[str, str | bool] = {"from_email": sender}
    if port != _STARTTLS_PORT:
        extra["disable_tls"] = True
    if port in (_STARTTLS_PORT, _PLAIN_PORT):
        extra["disable_ssl"] = True
    return extra
