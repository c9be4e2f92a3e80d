"""
Which connections does a file hold, in the forms that ``airflow connections import`` takes?

JSON and YAML: an object of connections by id, each an object or a URI. ``.env``: ``id=URI`` lines.
Nothing of a value is ever in a message: it may be a password.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIELDS = frozenset(
    {"conn_type", "description", "host", "login", "password", "schema", "port", "extra"}
)
_FORM = "docs/how-to/set-up-connections.md shows the form."
_OTHERS_MAY_READ = 0o077


def read_connections(path: Path) -> dict[str, str]:
    """
    Return each connection by its id, as JSON or as a URI: what a secrets backend answers.

    :raises ConfigError: there is no such file, or it is none of these.
    """
    parse = _PARSERS.get(path.suffix.lower())
    if parse is None:
        raise ConfigError(
            f"The connections file {path} ends in none of {', '.join(_PARSERS)}.",
            hint="Name it by its form.",
        )
    found = parse(_read(path), path)
    if not isinstance(found, dict):
        raise ConfigError(
            f"The connections file {path} holds no object of connections.", hint=_FORM
        )
    return {str(conn_id): _text(str(conn_id), value, path) for conn_id, value in found.items()}


def is_open_to_others(path: Path) -> bool:
    """Return whether anybody but its owner may read or write the file."""
    return bool(path.stat().st_mode & _OTHERS_MAY_READ)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"Cannot read the connections file {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ConfigError(f"The connections file {path} is not UTF-8.") from None


def _parse_json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # The error shows what stands there, so it does not go on.
        raise _no_such_form(path, error.lineno, "JSON") from None
    except RecursionError:
        raise _no_such_form(path, 1, "JSON") from None


def _parse_yaml(text: str, path: Path) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _no_such_form(path, mark.line + 1 if mark else 1, "YAML") from None
    except (RecursionError, ValueError):
        raise _no_such_form(path, 1, "YAML") from None


def _parse_env(text: str, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        conn_id, _, value = line.partition("=")
        if not conn_id.strip() or not value.strip():
            raise _no_such_form(path, number, "id=URI")
        if conn_id in found:
            raise ConfigError(f"The connections file {path} has {conn_id!r} twice.")
        found[conn_id] = value
    return found


_PARSERS: dict[str, Callable[[str, Path], Any]] = {
    ".json": _parse_json,
    ".yaml": _parse_yaml,
    ".yml": _parse_yaml,
    ".env": _parse_env,
}


def _no_such_form(path: Path, line: int, form: str) -> ConfigError:
    return ConfigError(f"The connections file {path} is not {form} in line {line}.", hint=_FORM)


def _text(conn_id: str, value: Any, path: Path) -> str:
    """Return one connection as a secrets backend gives it."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if not isinstance(value, dict):
        raise ConfigError(
            f"Connection {conn_id!r} in {path} is neither an object nor a URI.", hint=_FORM
        )
    fields = dict(value)
    # Both are what Airflow's own import takes.
    fields.pop("conn_id", None)
    if "extra_dejson" in fields:
        fields["extra"] = fields.pop("extra_dejson")
    if unknown := sorted(str(name) for name in set(fields) - FIELDS):
        raise ConfigError(
            f"Connection {conn_id!r} in {path} has unknown fields: {', '.join(unknown)}.",
            hint=f"Known are {', '.join(sorted(FIELDS))}.",
        )
    if not str(fields.get("port") or 0).isdecimal():
        raise ConfigError(f"The port of connection {conn_id!r} in {path} is no number.")
    return json.dumps(fields)
