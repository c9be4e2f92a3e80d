"""Do options that are right by themselves also make sense together?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oracle_backup.config.model import Options

Path = tuple[str, ...]

_METHOD: Path = ("login", "method")
_IDENTIFIER: Path = ("login", "connect_identifier")
_SID: Path = ("environment", "oracle_sid")
_TOOL: Path = ("export", "tool")


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that does not make sense.

    :param option: the option that is best changed.
    :param text: what is wrong with it.
    :param others: the other options it follows from.
    """

    option: Path
    text: str
    others: tuple[Path, ...] = ()

    @property
    def involved(self) -> tuple[Path, ...]:
        """All options it follows from."""
        return (self.option, *self.others)


def check_sense(options: Options) -> Iterator[Finding]:
    """Yield what does not go together in one schema's options."""
    yield from _check_login(options)
    yield from _check_container(options)
    if options.export.tool == "exp":
        yield from _check_exp(options)
    yield from _check_retention(options)
    yield from _check_archive_password(options)


def _check_login(options: Options) -> Iterator[Finding]:
    method, identifier = options.login.method, options.login.connect_identifier
    if method == "wallet" and identifier is None:
        text = "is required with login.method wallet: give the alias the wallet knows"
        yield Finding(_IDENTIFIER, text, (_METHOD,))
    elif method == "os" and identifier is not None:
        text = "does not go with login.method os, which logs in without the network; remove one"
        yield Finding(_IDENTIFIER, text, (_METHOD,))
    elif identifier is None and options.environment.oracle_sid is None:
        text = f"is required with login.method {method}"
        if method == "password":
            text += " where no login.connect_identifier is given; give one of them"
        yield Finding(_SID, text, (_METHOD, _IDENTIFIER))


def _check_container(options: Options) -> Iterator[Finding]:
    pdb, container = options.environment.pdb, options.environment.container
    if pdb is not None and container is not None and pdb != container:
        text = f"must be {pdb} like environment.pdb, is {container}; correct one of them"
        yield Finding(("environment", "container"), text, (("environment", "pdb"),))


def _check_exp(options: Options) -> Iterator[Finding]:
    export = options.export
    if export.path is None:
        text = "is required with export.tool exp: give a folder on the host"
        yield Finding(("export", "path"), text, (_TOOL,))
    if export.parallel > 1:
        text = f"must be 1 with export.tool exp, is {export.parallel}"
        yield Finding(("export", "parallel"), text, (_TOOL,))
    if export.file_size is not None:
        text = "does not go with export.tool exp, which writes one file; remove it"
        yield Finding(("export", "file_size"), text, (_TOOL,))
    # exp leaves statistics out anyway; it has nothing for any other type.
    others = [kind for kind in export.exclude if kind != "STATISTICS"]
    if others:
        text = f"may hold only STATISTICS with export.tool exp, has {others[0]}"
        yield Finding(("export", "exclude"), text, (_TOOL,))


def _check_retention(options: Options) -> Iterator[Finding]:
    names = type(options.retention).model_fields
    if not any(getattr(options.retention, name) for name in names):
        text = "keeps nothing; give at least one option more than 0, such as keep_last: 7"
        yield Finding(("retention",), text, tuple(("retention", name) for name in names))


def _check_archive_password(options: Options) -> Iterator[Finding]:
    logins = {
        ("host_conn_id",): options.host_conn_id,
        ("database_conn_id",): options.database_conn_id,
        ("store", "conn_id"): options.store.conn_id,
        ("mail", "conn_id"): options.mail.conn_id,
    }
    for path, conn_id in logins.items():
        if conn_id == options.archive.password_conn_id:
            text = (
                f"must be a connection of its own, is that of {'.'.join(path)}: archives must "
                "stay readable when the password of a login is changed"
            )
            yield Finding(("archive", "password_conn_id"), text, (path,))
            return
