"""What is asked of each host, database, store and mail server a config names, and what is right?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from oracle_backup.cli.places import stores_of
from oracle_backup.domain.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from oracle_backup.cli.places import StoreUse
    from oracle_backup.config.model import SchemaSettings
    from oracle_backup.hooks.host import OracleHostHook
    from oracle_backup.hooks.store import ArchiveStoreHook

_RELEASE = re.compile(r"Release ([0-9.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    What a place has answered.

    :param says: what it told, for whoever reads the table.
    :param wrong: what is not as the config says; nothing where all is well.
    """

    says: tuple[str, ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    One place to ask.

    :param kind: host, database, store, mail or password.
    :param name: the connection's id; of a store also its path.
    :param used_by: the schemas that need it.
    :param ask: connects, asks, and closes. Raises a BackupError where that fails.
    """

    kind: str
    name: str
    used_by: tuple[str, ...]
    ask: Callable[[], Found]


def questions_of(schemas: tuple[SchemaSettings, ...], *, timeout_seconds: int) -> list[Question]:
    """Given schemas, return what to ask of the places they use, each place once."""
    return [
        *_hosts(schemas, timeout_seconds),
        *_databases(schemas),
        *(_store(use, timeout_seconds) for use in stores_of(schemas)),
        *_mail_servers(schemas),
        *_passwords(schemas),
    ]


def _grouped(
    schemas: Iterable[SchemaSettings], key: Callable[[SchemaSettings], str | None]
) -> dict[str, list[SchemaSettings]]:
    found: dict[str, list[SchemaSettings]] = {}
    for one in schemas:
        if (name := key(one)) is not None:
            found.setdefault(name, []).append(one)
    return found


def _names(schemas: Iterable[SchemaSettings]) -> tuple[str, ...]:
    return tuple(f"{one.database}/{one.schema_name}" for one in schemas)


def _hosts(schemas: tuple[SchemaSettings, ...], timeout_seconds: int) -> Iterator[Question]:
    for conn_id, users in _grouped(schemas, lambda one: one.host_conn_id).items():
        tools = dict.fromkeys((one.environment.oracle_home, one.export.tool) for one in users)
        yield Question(
            kind="host",
            name=conn_id,
            used_by=_names(users),
            ask=partial(ask_host, conn_id, tuple(tools), timeout_seconds=timeout_seconds),
        )


def ask_host(conn_id: str, tools: tuple[tuple[str, str], ...], *, timeout_seconds: int) -> Found:
    """Log in, and look for each tool in its home. Raise a HostError."""
    from oracle_backup.adapters.host_questions import find_tool
    from oracle_backup.hooks.host import OracleHostHook, host_hook

    hook = host_hook(conn_id)
    if isinstance(hook, OracleHostHook):
        _ask_once(hook, timeout_seconds)
        says = [f"{hook.username}@{hook.remote_host}:{hook.port}"]
    else:
        says = [f"this machine, {hook.remote_host}"]
    wrong = list(_unchecked_key(hook.no_host_key_check))
    with hook.shell() as shell:
        for oracle_home, name in tools:
            tool = find_tool(shell, oracle_home=oracle_home, tool=name)
            if tool is None:
                wrong.append(f"there is no program {oracle_home}/bin/{name}")
            else:
                release = _RELEASE.search(tool.release)
                says.append(f"{name} {release[1] if release else 'of a release it does not tell'}")
    return Found(says=tuple(says), wrong=tuple(wrong))


def _ask_once(hook: OracleHostHook | ArchiveStoreHook, timeout_seconds: int) -> None:
    """Let a hook try once: who checks a password must not be locked out by three wrong ones."""
    hook.conn_retry_attempts = 1
    hook.conn_timeout = hook.auth_timeout = hook.banner_timeout = timeout_seconds


def _databases(schemas: tuple[SchemaSettings, ...]) -> Iterator[Question]:
    for conn_id, users in _grouped(schemas, lambda one: one.database_conn_id).items():
        containers = dict.fromkeys(
            one.environment.container for one in users if one.environment.container
        )
        yield Question(
            kind="database",
            name=conn_id,
            used_by=_names(users),
            ask=partial(ask_database, conn_id, tuple(containers)),
        )


def ask_database(conn_id: str, containers: tuple[str, ...]) -> Found:
    """Log in, and compare the container with those the config asks for. Raise a DatabaseError."""
    from oracle_backup.hooks.database import OracleDatabaseHook

    with OracleDatabaseHook(conn_id).database() as database:
        session = database.session()
        version = database.version()
    return Found(
        says=(
            f"{session.database} {version}",
            f"user {session.user}",
            f"container {session.container or 'none'}",
        ),
        wrong=tuple(
            f"the config asks for container {one}, and the session is in "
            f"{session.container or 'none'}"
            for one in containers
            if one.upper() != session.container.upper()
        ),
    )


def _store(use: StoreUse, timeout_seconds: int) -> Question:
    return Question(
        kind="store",
        name=f"{use.settings.conn_id}:{use.settings.path}",
        used_by=_names(use.schemas),
        ask=partial(ask_store, use, timeout_seconds=timeout_seconds),
    )


def ask_store(use: StoreUse, *, timeout_seconds: int) -> Found:
    """Log in, list the folder and ask for the free space. Raise a StoreError."""
    from oracle_backup.hooks.store import ArchiveStoreHook

    hook = ArchiveStoreHook(use.settings.conn_id, path=use.settings.path)
    _ask_once(hook, timeout_seconds)
    with hook.store() as store:
        # One entry tells whether the folder may be read; a store may hold a million.
        is_empty = not list(islice(store.list(""), 1))
        free = store.free_bytes()
    return Found(
        says=(
            hook.location(),
            "the folder is empty or not made yet" if is_empty else "the folder can be read",
            "it does not tell its free space" if free is None else f"{format_bytes(free)} free",
        ),
        wrong=_unchecked_key(hook.no_host_key_check),
    )


def _mail_servers(schemas: tuple[SchemaSettings, ...]) -> Iterator[Question]:
    for conn_id, users in _grouped(schemas, lambda one: one.mail.conn_id).items():
        senders = dict.fromkeys(one.mail.sender for one in users)
        yield Question(
            kind="mail",
            name=conn_id,
            used_by=_names(users),
            ask=partial(ask_mail_server, conn_id, tuple(senders)),
        )


def ask_mail_server(conn_id: str, senders: tuple[str | None, ...]) -> Found:
    """Connect and log in; no mail is sent. Raise a MailError, or ConfigError for no sender."""
    from oracle_backup.hooks.mail import ReportMailHook

    hook = ReportMailHook(conn_id)
    called = [hook.sender(one) for one in senders]
    greeting = hook.greet()
    return Found(
        says=(
            greeting.address,
            greeting.tls or "no TLS",
            f"logged in as {greeting.user}" if greeting.user else "no login",
            f"sends as {', '.join(called)}",
        )
    )


def _passwords(schemas: tuple[SchemaSettings, ...]) -> Iterator[Question]:
    for conn_id, users in _grouped(schemas, lambda one: one.archive.password_conn_id).items():
        yield Question(
            kind="password",
            name=conn_id,
            used_by=_names(users),
            ask=partial(ask_password, conn_id),
        )


def ask_password(conn_id: str) -> Found:
    """Look whether the connection that encrypts archives holds a password. Raise ConfigError."""
    from oracle_backup.hooks.connections import archive_password

    archive_password(conn_id)
    return Found(says=("it holds a password",))


def _unchecked_key(is_unchecked: bool) -> tuple[str, ...]:
    return ("its host key is not verified: no_host_key_check",) if is_unchecked else ()
