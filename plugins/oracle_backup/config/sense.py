"""Do options that are right by themselves also make sense together?"""

from __future__ import annotations

from collections.abc import Iterator

from oracle_backup.config.export_sense import check_export
from oracle_backup.config.file_names import check_templates
from oracle_backup.config.finding import Finding, Path
from oracle_backup.config.model import Options
from oracle_backup.config.problems import render_path

_METHOD: Path = ("login", "method")
_IDENTIFIER: Path = ("login", "connect_identifier")
_SID: Path = ("environment", "oracle_sid")


def check_sense(options: Options) -> Iterator[Finding]:
    """Yield what does not go together in one schema's options."""
    yield from _check_login(options)
    yield from _check_container(options)
    yield from check_export(options.export)
    yield from _check_archive(options)
    yield from check_templates(options)
    yield from _check_stores(options)
    yield from _check_retention(options)
    yield from _check_passwords(options)


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


def _check_retention(options: Options) -> Iterator[Finding]:
    for group, retention in (
        ("retention", options.retention),
        ("host_retention", options.host_retention),
    ):
        if retention is not None and retention.policy.is_empty:
            text = "keeps nothing; give at least one option more than 0, such as keep_last: 7"
            rules = [name for name in type(retention).model_fields if name.startswith("keep_")]
            yield Finding((group,), text, tuple((group, name) for name in rules))
        if retention is not None and retention.max_delete == 0:
            text = "must be at least 1, or -1 for no limit; with 0 nothing would ever go"
            yield Finding((group, "max_delete"), text)
    if options.host_retention is not None and options.keep_dump:
        text = "does not go with host_retention, which says what stays; remove one"
        yield Finding(("keep_dump",), text, (("host_retention",),))


def _check_archive(options: Options) -> Iterator[Finding]:
    archive = options.archive
    if archive.compress_on == "host" and archive.encoder == "lzma":
        text = "does not go with archive.encoder lzma: on the host only 7zz compresses"
        yield Finding(("archive", "compress_on"), text, (("archive", "encoder"),))


def _check_stores(options: Options) -> Iterator[Finding]:
    if options.store is not None and options.stores is not None:
        text = "does not go with store: put all stores into this list, or remove it"
        yield Finding(("stores",), text, (("store",),))
    yield from _check_proof(options)
    places: dict[tuple[str, str], int] = {}
    labels: dict[str, int] = {}
    for index, store in enumerate(options.stores or ()):
        same_place = places.setdefault((store.conn_id, store.path), index)
        same_label = labels.setdefault(store.label, index)
        if same_place != index:
            text = f"is the same place as stores[{same_place}]; remove one"
            yield Finding(("stores", index), text)
        elif same_label != index:
            text = f"must be a name of its own, is that of stores[{same_label}]"
            if store.name is None:
                text = f"is required: by its connection it is called as stores[{same_label}]"
            yield Finding(("stores", index, "name"), text)


def _check_proof(options: Options) -> Iterator[Finding]:
    """Yield where no store proves anything: a run is green only if its archive was read back."""
    text = "must be full or hash{}: the right size does not prove that a backup can be read"
    if options.store is not None and options.store.verify == "size":
        yield Finding(("store", "verify"), text.format(""))
    if options.stores and all(store.verify == "size" for store in options.stores):
        yield Finding(("stores", 0, "verify"), text.format(" on one of the stores at least"))


def _check_passwords(options: Options) -> Iterator[Finding]:
    logins: dict[Path, str] = {
        ("host_conn_id",): options.host_conn_id,
        ("database_conn_id",): options.database_conn_id,
        ("mail", "conn_id"): options.mail.conn_id,
    }
    if options.store is not None:
        logins["store", "conn_id"] = options.store.conn_id
    for index, store in enumerate(options.stores or ()):
        logins["stores", index, "conn_id"] = store.conn_id
    secrets: dict[Path, str | None] = {
        ("archive", "password_conn_id"): options.archive.password_conn_id,
        ("export", "encryption_password_conn_id"): options.export.encryption_password_conn_id,
    }
    for secret, wanted in secrets.items():
        for path, conn_id in logins.items():
            if conn_id == wanted:
                text = (
                    f"must be a connection of its own, is that of {render_path(path)}: backups "
                    "must stay readable when the password of a login is changed"
                )
                yield Finding(secret, text, (path,))
                break
