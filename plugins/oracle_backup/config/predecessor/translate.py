"""
Which settings do the predecessor's two files stand for?

What stands where is decided here from values; `read.py` reads the files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oracle_backup.config import names
from oracle_backup.config.entries import BrokenSchema
from oracle_backup.config.model import SchemaSettings
from oracle_backup.config.predecessor import shared_options
from oracle_backup.config.predecessor.backup_entry import (
    BACKUP_KEYS,
    BackupEntry,
    Stage,
    read_backup,
)
from oracle_backup.config.predecessor.connections import password_id
from oracle_backup.config.predecessor.credentials import Credentials
from oracle_backup.config.predecessor.entry import Draft
from oracle_backup.config.predecessor.fields import Fields, group, unknown_keys
from oracle_backup.config.predecessor.json_text import Members
from oracle_backup.config.predecessor.judge import judge
from oracle_backup.config.predecessor.surroundings import Surroundings
from oracle_backup.config.problems import Place, Problem

_ADVICE = "write it as in the script's own sample"


@dataclass(frozen=True, slots=True)
class Source:
    """
    What there is to be translated.

    :param config: config.json, parsed.
    :param credentials: what credenciales.json says; None where it could not be read.
    :param place: what the paths in credenciales.json begin with.
    :param problems: what is wrong with it.
    :param project: the script's folder.
    :param surroundings: the machine.
    """

    config: object
    credentials: Credentials | None
    place: Place
    problems: tuple[Problem, ...]
    project: str
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Translation:
    """
    What the two files say.

    :param database: the database's name here.
    :param schemas: the entries that are right, in the order of the file.
    :param broken: the entries that are not, each with all its problems.
    :param problems: what is wrong above the entries; each of them is broken by it.
    :param shared: what all entries have.
    :param entries: every entry, with where its options come from.
    """

    database: str
    schemas: tuple[SchemaSettings, ...]
    broken: tuple[BrokenSchema, ...]
    problems: tuple[Problem, ...]
    shared: Draft
    entries: tuple[BackupEntry, ...]

    @property
    def passwords(self) -> dict[str, str]:
        """The archives' passwords, by the ids of their connections."""
        return {
            password_id(number): entry.password
            for number, entry in enumerate(self.entries, 1)
            if entry.password is not None
        }


def translate(source: Source) -> Translation:
    """Given the files' values, return the settings they stand for; nothing is raised."""
    problems: list[Problem] = []
    config = group(source.config, place=(), known=shared_options.CONFIG_KEYS, problems=problems)
    shared = Draft()
    shared_options.put_surroundings(shared, surroundings=source.surroundings)
    credentials = source.credentials or Credentials()
    values = shared_options.put_credentials(shared, credentials, place=source.place)
    shared_options.put_export(shared, config)
    shared_options.put_store(
        shared, _section(config, "ConfiguracionSFTP", shared_options.SFTP_KEYS, problems)
    )
    shared_options.put_mail(
        shared,
        _section(config, "AvisoCorreo", shared_options.MAIL_KEYS, problems),
        values=values,
    )
    problems += source.problems
    stage = Stage(shared, values, source.project, source.surroundings)
    entries = _entries(config, stage=stage, problems=problems)
    for place in _ignored(source.config, config):
        shared.lose(place, "is a key the script did not know")
    database = database_name(credentials.database.service)
    schemas, broken = judge(entries, database=database, shared=problems)
    return Translation(database, schemas, broken, tuple(problems), shared, tuple(entries))


def database_name(service: str) -> str:
    """
    Given a SID, return the database's name here: lower case, and fit for folders and DAGs.

    >>> database_name("ORCL.WORLD")
    'orcl_world'
    """
    folded = unicodedata.normalize("NFKD", service.lower())
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    name = re.sub(r"[^a-z0-9_]+", "_", folded).strip("_")[:40]
    return name if re.fullmatch(names.DATABASE_NAME, name) else f"db_{name}"[:40]


def _section(config: Fields, name: str, known: Sequence[str], problems: list[Problem]) -> Fields:
    if config.value(name) is None:
        problems.append(Problem(config.place_of(name), f"is required; {_ADVICE}"))
        return Fields({}, {}, place=(name,), problems=[])
    return group(config.value(name), place=config.place_of(name), known=known, problems=problems)


def _entries(config: Fields, *, stage: Stage, problems: list[Problem]) -> list[BackupEntry]:
    place, written = config.place_of("Backup"), config.value("Backup")
    if isinstance(written, Members):
        return [read_backup(written, place=place, number=1, stage=stage)]
    if not isinstance(written, list):
        text = "is required" if written is None else "must be a list of objects"
        problems.append(Problem(place, f"{text}; {_ADVICE}"))
        return []
    return [
        read_backup(value, place=(*place, index), number=index + 1, stage=stage)
        for index, value in enumerate(written)
    ]


def _ignored(value: object, config: Fields) -> Iterator[Place]:
    """Yield where the keys stand that nobody reads."""
    yield from unknown_keys(value, place=(), known=shared_options.CONFIG_KEYS)
    for name, known in (
        ("ConfiguracionSFTP", shared_options.SFTP_KEYS),
        ("AvisoCorreo", shared_options.MAIL_KEYS),
        ("Backup", BACKUP_KEYS),
    ):
        place, below = config.place_of(name), config.value(name)
        yield from unknown_keys(below, place=place, known=known)
        for index, one in enumerate(below if isinstance(below, list) else ()):
            yield from unknown_keys(one, place=(*place, index), known=known)
