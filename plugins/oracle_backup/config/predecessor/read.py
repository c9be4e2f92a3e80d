"""What do config.json, and the credenciales.json it names, say?"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oracle_backup.config.predecessor.connections import ConnectionParts, build_connections
from oracle_backup.config.predecessor.credentials import Credentials, read_credentials
from oracle_backup.config.predecessor.fields import group
from oracle_backup.config.predecessor.json_text import Members, parse_json
from oracle_backup.config.predecessor.shared_options import CONFIG_KEYS
from oracle_backup.config.predecessor.surroundings import Surroundings
from oracle_backup.config.predecessor.translate import Source, Translation, translate
from oracle_backup.config.problems import Place, Problem
from oracle_backup.errors import ConfigError

_DEFAULT_CREDENTIALS = "config/credenciales.json"
_OURS = frozenset({"databases", "defaults"})


@dataclass(frozen=True, slots=True)
class Predecessor:
    """
    What the predecessor's files say.

    :param credentials_path: where credenciales.json is; None where it could not be read.
    :param credentials_place: where config.json says so, or would say so.
    :param connections: the connections they hold, by id; none of them where it could not be read.
    """

    translation: Translation
    credentials_path: Path | None
    credentials_place: Place
    connections: dict[str, ConnectionParts]


def read_predecessor(
    path: Path, content: bytes, *, surroundings: Surroundings | None = None
) -> Predecessor | None:
    """
    Given a JSON file's content, return what it and credenciales.json say.

    :param path: where it lies: credenciales.json is looked for from there.
    :param surroundings: the machine; this one if left out.

    :returns: None where it is no config.json but a backups.yaml that is written as JSON.
    :raises ConfigError: it is not JSON.
    """
    value = parse_json(content, name=str(path))
    if isinstance(value, Members) and _OURS & {key for key, _ in value}:
        return None
    config = group(value, place=(), known=CONFIG_KEYS, problems=[])
    written = config.text("FicheroCredenciales").replace("\\", "/") or _DEFAULT_CREDENTIALS
    places = _places(path, written)
    found = _first_of(places)
    told_at = config.place_of("FicheroCredenciales")
    place = told_at if found is None else (found.name,)
    problems: list[Problem] = []
    credentials = None
    if found is None:
        problems.append(Problem(place, _not_found(places)))
    else:
        try:
            parsed = parse_json(found.read_bytes(), name=found.name)
            credentials = read_credentials(parsed, place=place, problems=problems)
        except ConfigError as error:
            said = error.message.removeprefix(f"{found.name} ").removesuffix(".")
            problems.append(Problem(place, said))
        except OSError as error:
            problems.append(Problem(place, f"cannot be read: {error.strerror}"))
    translation = translate(
        Source(
            config=value,
            credentials=credentials,
            place=place,
            problems=tuple(problems),
            project=str(_project(path)),
            surroundings=surroundings or Surroundings(os.environ),
        )
    )
    return Predecessor(translation, found, told_at, _connections(path, credentials, translation))


def _connections(
    path: Path, credentials: Credentials | None, translation: Translation
) -> dict[str, ConnectionParts]:
    if credentials is None:
        return {}
    key_file = credentials.store.key_file
    if key_file:
        places = _places(path, key_file)
        key_file = str(_first_of(places) or places[0])
    return build_connections(credentials, key_file=key_file, passwords=translation.passwords)


def _first_of(places: Sequence[Path]) -> Path | None:
    """Return the first of some files that is there."""
    for place in places:
        try:
            if place.is_file():
                return place
        except (OSError, ValueError):  # no name that a file could have
            continue
    return None


def _not_found(places: Sequence[Path]) -> str:
    looked = ", ".join(map(str, places))
    where = f"; looked for {looked}" if looked.isprintable() else ""
    return f"there is no such file{where}"


def _places(path: Path, written: str) -> Sequence[Path]:
    """Return where a file that config.json names may lie, the likeliest first."""
    folder = path.absolute().parent
    # The script was started in its own folder, which config/ lies in.
    home = [Path.home() / written[2:]] if written.startswith("~/") else []
    places = [_project(path) / written, folder / written, folder / posixpath.basename(written)]
    return list(dict.fromkeys([*home, *places]))


def _project(path: Path) -> Path:
    """Return the script's own folder: the one that has config/ in it, with config.json."""
    folder = path.absolute().parent
    return folder.parent if folder.name.lower() == "config" else folder
