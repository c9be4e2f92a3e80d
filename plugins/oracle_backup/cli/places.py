"""
Which config and connections does a command work with, and how does it open what they lead to?

    with open_places(options) as places:
        for settings in places.chosen(database=options.database, schema=options.schema):
            for one in settings.all_stores:
                with places.store(one) as store: ...

Airflow is imported when places are opened, and not before: a command that needs no connection
starts without it. Nothing of Airflow has to run.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_backup.cli.exits import NotFoundError
from oracle_backup.config.load import load_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.adapters.ports import ArchiveStore
    from oracle_backup.config.archive_settings import StoreSettings
    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUse:
    """
    A store, and the schemas whose archives go there.

    :param settings: as the first of these schemas names it.
    """

    settings: StoreSettings
    schemas: tuple[SchemaSettings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    A config whose connections can be used.

    :param config: what the config file says; its wrong entries are the command's to tell.
    """

    config: Config

    def chosen(
        self, *, database: str | None = None, schema: str | None = None
    ) -> tuple[SchemaSettings, ...]:
        """Return the config's schemas of that database and name; None is any."""
        return choose(self.config, database=database, schema=schema)

    @contextmanager
    def store(self, settings: StoreSettings) -> Iterator[ArchiveStore]:
        """
        Connect to a store, and close it on leaving.

        :raises ConfigError: its connection is not there, or can't be used.
        :raises StoreError: it can't be reached, or does not let us in.
        """
        from oracle_backup.hooks.store import ArchiveStoreHook

        hook = ArchiveStoreHook(
            settings.conn_id,
            path=settings.path,
            bandwidth_limit_bytes=settings.bandwidth_limit_bytes,
        )
        with hook.store() as store:
            yield store

    def archive_password(self, settings: SchemaSettings) -> str | None:
        """Return what opens the schema's archives, None where they are not encrypted."""
        from oracle_backup.hooks.connections import archive_password

        return archive_password(settings.archive.password_conn_id)


def add_config_option(parser: argparse._ActionsContainer) -> None:
    """Add ``--config``."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="F",
        help="the config file (default: the one Airflow uses)",
    )


def add_place_options(parser: argparse._ActionsContainer) -> None:
    """Add what `open_places` reads: ``--config`` and ``--connections-file``."""
    add_config_option(parser)
    parser.add_argument(
        "--connections-file",
        type=Path,
        metavar="F",
        help="take connections from this file, as `airflow connections import` does: .json, "
        ".yaml or .env (default: Airflow's secrets backend, AIRFLOW_CONN_... in the environment, "
        "Airflow's database)",
    )


def seconds(text: str) -> int:
    """Return a number of seconds from a command line. Raise what argparse tells of."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 24 * 3600):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return int(text)


def add_schema_options(
    parser: argparse._ActionsContainer, *, required: bool = False, without: str = "all"
) -> None:
    """
    Add ``--database`` and ``--schema``, which `Places.chosen` takes.

    :param without: what is taken where they are not given.
    """
    default = f" (default: {without})" if without and not required else ""
    parser.add_argument(
        "--database",
        required=required,
        metavar="D",
        help=f"the database's name in the config file{default}",
    )
    parser.add_argument(
        "--schema",
        required=required,
        metavar="S",
        help=f"the schema, as the config file writes it{default}",
    )


@contextmanager
def open_places(options: argparse.Namespace) -> Iterator[Places]:
    """
    Load the config and make its connections usable, in this process, until leaving.

    :raises ConfigError: the config or the connections file can't be read.
    """
    config = load_config(options.config)
    with usable_connections(options.connections_file, config=config):
        yield Places(config=config)


@contextmanager
def usable_connections(file: Path | None, *, config: Config) -> Iterator[None]:
    """
    Let hooks find their connections, in a file or in Airflow's own ways.

    :param config: where those of the predecessor's files are, if it is a config.json.
    """
    from oracle_backup.adapters.connections_file import is_open_to_others
    from oracle_backup.hooks.outside_tasks import connections_outside_tasks

    with connections_outside_tasks(file, config=config.path):
        if file is not None and is_open_to_others(file):
            print(
                f"Warning: others may read {file}, which holds passwords: chmod 600 it.",
                file=sys.stderr,
            )
        yield


def choose(
    config: Config, *, database: str | None = None, schema: str | None = None
) -> tuple[SchemaSettings, ...]:
    """
    Given names from a command line, return the schemas of the config that are meant.

    A schema may be named as Oracle keeps it or as the config writes it: ``HR``, ``hr``, ``"hr"``.
    Raise NotFoundError where there is none.
    """
    there = [one for one in config.schemas if database is None or one.database == database]
    found = there
    for spelling in _spellings(schema):
        found = [one for one in there if one.schema_name == spelling]
        if found:
            break
    if not found:
        asked = " ".join(
            part
            for part in (
                f"schema {schema}" if schema is not None else "any schema",
                f"on {database}" if database is not None else "",
            )
            if part
        )
        raise NotFoundError(
            f"{config.path} has no right entry for {asked}. "
            "`python -m oracle_backup check` lists what it has."
        )
    return tuple(found)


def stores_of(schemas: tuple[SchemaSettings, ...]) -> tuple[StoreUse, ...]:
    """Given schemas, return each store they use once, whatever they call it."""
    uses: dict[tuple[str, str], list[SchemaSettings]] = {}
    settings: dict[tuple[str, str], StoreSettings] = {}
    for schema in schemas:
        for store in schema.all_stores:
            key = (store.conn_id, store.path)
            settings.setdefault(key, store)
            uses.setdefault(key, []).append(schema)
    return tuple(
        StoreUse(settings=settings[key], schemas=tuple(found)) for key, found in uses.items()
    )


def _spellings(schema: str | None) -> tuple[str, ...]:
    if schema is None:
        return ()
    if len(schema) > 2 and schema[0] == schema[-1] == '"':
        return (schema[1:-1],)
    return schema, schema.upper()
