"""
What does the config file say: which schemas are backed up, and which entries are broken?

The file is a backups.yaml, or the predecessor's config.json.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from oracle_backup.config.entries import BrokenSchema, read_entries
from oracle_backup.config.merge import Level
from oracle_backup.config.model import SchemaSettings
from oracle_backup.config.predecessor.read import Predecessor, read_predecessor
from oracle_backup.config.problems import Problem, render_kind
from oracle_backup.config.sections import (
    SECTIONS,
    DigestSettings,
    WatchdogSettings,
    read_section,
)
from oracle_backup.config.yaml_text import parse_yaml
from oracle_backup.errors import ConfigError

VARIABLE = "ORACLE_BACKUP_CONFIG"
DEFAULT_PATH = Path(__file__).resolve().parents[3] / "include" / "config" / "backups.yaml"
_SECTIONS = ("defaults", "databases", *SECTIONS)
_NO_DATABASES = "write databases: {} while there are none"

PREDECESSOR_PATH = DEFAULT_PATH.with_name("config.json")
"""What is read where there is no backups.yaml."""

EXAMPLE = DEFAULT_PATH.with_name("backups.example.yaml")


@dataclass(frozen=True, slots=True)
class Config:
    """
    What the file says.

    :param path: the file.
    :param schemas: the entries that are right, in the order of the file.
    :param broken: the entries that are not, each with all its problems.
    :param watchdog: who looks after all of them; the defaults where its section is wrong.
    :param digest: when all of them are told of in one mail; likewise.
    :param section_problems: what is wrong with these two sections, a line each.
    """

    path: Path
    schemas: tuple[SchemaSettings, ...]
    broken: tuple[BrokenSchema, ...]
    watchdog: WatchdogSettings = field(default_factory=WatchdogSettings)
    digest: DigestSettings = field(default_factory=DigestSettings)
    section_problems: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Every problem once, in the order of the file."""
        found = [text for entry in self.broken for text in entry.problems]
        return tuple(dict.fromkeys([*found, *self.section_problems]))


def config_path() -> Path:
    """
    Return the file that Airflow uses.

    The one ORACLE_BACKUP_CONFIG names; else ``include/config/backups.yaml`` beside the ``plugins``
    folder; where that is not there, the predecessor's config.json in its place.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if not DEFAULT_PATH.exists() and PREDECESSOR_PATH.exists():
        return PREDECESSOR_PATH
    return DEFAULT_PATH


def load_config(path: Path | None = None) -> Config:
    """
    Read the config file.

    :param path: the file. Left out: the one Airflow uses.

    :raises ConfigError: there is no such file, it is not YAML, or it has nothing to take schemas
        from. A wrong entry raises nothing: it is among the broken ones.
    """
    path = path or config_path()
    content = _read(path)
    predecessor = _predecessor(path, content)
    if predecessor is None:
        return parse_config(_decode(content, path), path=path)
    found = predecessor.translation
    if found.problems and not found.broken:
        raise _unusable(path, found.problems, hint="docs/how-to/move-from-the-script.md shows one.")
    return Config(path, found.schemas, found.broken)


def load_predecessor(path: Path) -> Predecessor | None:
    """
    Read the predecessor's files; None where the file is a backups.yaml.

    :raises ConfigError: there is no such file, or it is not JSON.
    """
    return _predecessor(path, _read(path))


def parse_config(text: str, *, path: Path) -> Config:
    """
    Read the text of a backups.yaml.

    :param path: where it stands or will stand, for messages.

    :raises ConfigError: as `load_config` does.
    """
    value, twice = parse_yaml(text, name=str(path))
    problems = (*twice, *_section_problems(value))
    # With two sections of that name, or none that is readable, any choice would hide entries.
    usable = not any(problem.path == ("databases",) for problem in problems)
    defaults = Level(("defaults",), _section(value, "defaults"))
    databases = _section(value, "databases") if usable else {}
    schemas, broken = read_entries(databases, defaults=defaults, shared=problems)
    # Without an entry to carry them, problems of the whole file would go unseen.
    if problems and not broken:
        raise _unusable(path, problems, hint=f"{EXAMPLE} shows every option.")
    sections = value if isinstance(value, dict) else {}
    watchdog, wrong = read_section(WatchdogSettings, sections.get("watchdog"), name="watchdog")
    digest, more = read_section(DigestSettings, sections.get("digest"), name="digest")
    return Config(
        path, schemas, broken, watchdog, digest, tuple(str(one) for one in (*wrong, *more))
    )


def _unusable(path: Path, problems: tuple[Problem, ...], *, hint: str) -> ConfigError:
    return ConfigError(
        f"Config file {path} cannot be used.", problems=tuple(map(str, problems)), hint=hint
    )


def _predecessor(path: Path, content: bytes) -> Predecessor | None:
    return read_predecessor(path, content) if path.suffix.lower() == ".json" else None


def _section(value: object, name: str) -> dict[str, object]:
    section = value.get(name) if isinstance(value, dict) else None
    return section if isinstance(section, dict) else {}


def _section_problems(value: object) -> Iterator[Problem]:
    """Yield what is wrong at the top of the file."""
    sections = value if isinstance(value, dict) else {}
    for name in sections:
        if name not in _SECTIONS:
            alike = get_close_matches(name.lower(), _SECTIONS, n=1)
            advice = f'did you mean "{alike[0]}"?' if alike else f"known: {', '.join(_SECTIONS)}"
            yield Problem((name,), f"unknown section; {advice}")
    defaults = sections.get("defaults")
    if defaults is not None and not isinstance(defaults, dict):
        yield Problem(("defaults",), f"must be a group of options, is {render_kind(defaults)}")
    if "databases" not in sections:
        yield Problem(("databases",), f"is required; {_NO_DATABASES}")
    elif not isinstance(sections["databases"], dict):
        kind = render_kind(sections["databases"])
        yield Problem(("databases",), f"must be a group of databases, is {kind}; {_NO_DATABASES}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"There is no config file {path}.",
            hint=f"Copy {EXAMPLE} to it and edit the copy, or set {VARIABLE} to where yours is.",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"Cannot read config file {path}: {error.strerror}.",
            hint="Make it a file that the user Airflow runs as may read.",
        ) from error


def _decode(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path} cannot be read as YAML: line {line} is not UTF-8.",
            hint="Save the file in UTF-8.",
        ) from None
