"""
How does Airflow answer for connections where none of its tasks runs, as on a command line?

Airflow is imported in here only after its surroundings are set: it reads them at import, and
makes folders.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from oracle_backup.adapters.connections_file import read_connections
from oracle_backup.config.load import VARIABLE
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKEND: Final = "oracle_backup.hooks.connections_file.ConnectionsFileBackend"
_CONTEXT: Final = "_AIRFLOW_PROCESS_CONTEXT"
_SQLITE: Final = "sqlite:///"
_LEVELS: Final = {
    "": logging.ERROR,
    "airflow": logging.ERROR,
    "oracle_backup": logging.WARNING,
    # Its errors are raised as well, and told in our words.
    "paramiko": logging.CRITICAL,
}


@contextmanager
def connections_outside_tasks(file: Path | None, *, config: Path) -> Iterator[None]:
    """
    Let hooks find their connections: in the file, else in the ways this machine's Airflow has.

    These are its secrets backend, the environment (``AIRFLOW_CONN_<ID>``) and its database, in
    this order. With a file: the file, then the environment, and nothing of an Airflow has to be
    set up. No secret gets into the environment, and no file is left behind.

    :param file: JSON, YAML or ``.env``; None for Airflow's ways.
    :param config: the config file; the predecessor's answers for its own connections.

    :raises ConfigError: the file is not there, or is no connections file.
    """
    if file is not None:
        # Airflow would keep to itself what is wrong with it.
        read_connections(file)
    with tempfile.TemporaryDirectory(prefix="oracle-backup-") as folder:
        changes = {VARIABLE: str(config), **_surroundings(file, scratch=Path(folder))}
        with _environment(changes):
            _load_airflow()
            if file is None and _has_database():
                # What Airflow's own command line sets to ask its database.
                os.environ[_CONTEXT] = "server"
            _forget_backends()
            try:
                with _quiet():
                    yield
            finally:
                _forget_backends()


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    """Change this process's environment, and put it back."""
    before = {name: os.environ.get(name) for name in (*changes, _CONTEXT)}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _surroundings(file: Path | None, *, scratch: Path) -> dict[str, str]:
    """Return what to set in the environment before Airflow is imported."""
    settings = {"AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(scratch / "logs")}
    if file is not None or not _has_home():
        settings["AIRFLOW_HOME"] = str(scratch)
    if file is not None:
        # Named, and never opened: the one of an Airflow may want a driver that is not here.
        settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"{_SQLITE}{scratch}/none.db"
        backend = {"": _BACKEND, "_KWARGS": json.dumps({"path": str(file.absolute())})}
        for ending, value in backend.items():
            settings[f"AIRFLOW__SECRETS__BACKEND{ending}"] = value
            # Where a section for workers is set up, Airflow goes by that.
            settings[f"AIRFLOW__WORKERS__SECRETS_BACKEND{ending}"] = value
    return settings


def _has_home() -> bool:
    return "AIRFLOW_HOME" in os.environ or Path("~/airflow").expanduser().is_dir()


def _has_database() -> bool:
    """Return whether there is a metadata database; SQLite would make one by being asked."""
    from airflow.configuration import conf

    address = conf.get("database", "sql_alchemy_conn", fallback="") or ""
    if not address.startswith(_SQLITE):
        return bool(address)
    return Path(address.removeprefix(_SQLITE).partition("?")[0]).is_file()


def _forget_backends() -> None:
    from airflow.sdk.configuration import clear_secrets_backends_cache

    clear_secrets_backends_cache()


def _load_airflow() -> None:
    """Import what sets up its logging, so that nothing does so later. Raise ConfigError."""
    try:
        import airflow.sdk.configuration
        import airflow.settings  # noqa: F401
    except Exception as error:
        # Its import reads settings and connects drivers, so there is no telling what it raises.
        # What it says may hold the database's address.
        raise ConfigError(
            f"Airflow can't be loaded here ({type(error).__name__}), and connections come from it.",
            hint="Check `airflow info` as this user, or name a file with --connections-file.",
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """
    Send what is logged to standard error, and of others than us only what is an error.

    Airflow's hooks log to standard output, which is for the command's answer; their errors are
    raised as well.
    """
    import structlog

    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: _level(name) for name in _LEVELS}
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root.handlers[:] = [handler]
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)
    shown = structlog.get_config()
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**shown)
        root.handlers[:] = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _level(name: str) -> int:
    return logging.getLogger(name).level


def _drop(_logger: object, _method: str, _event: object) -> NoReturn:
    from structlog import DropEvent

    raise DropEvent
