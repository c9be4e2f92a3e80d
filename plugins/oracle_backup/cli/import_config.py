"""``import-config``: how do the predecessor's files become a backups.yaml and connections?"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.cli.tables import render_table, terminal_columns
from oracle_backup.config.load import load_predecessor, parse_config
from oracle_backup.config.predecessor.account import carried_lines, lost_lines
from oracle_backup.config.predecessor.yaml_file import render_yaml
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.config.predecessor.account import Line
    from oracle_backup.config.predecessor.read import Predecessor

CONFIG_NAME: Final = "backups.yaml"
CONNECTIONS_NAME: Final = "connections.json"
_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644

_EPILOG: Final = """\
example:
  python -m oracle_backup import-config /opt/backup/config/config.json --output-dir moved
  airflow connections import moved/connections.json && rm moved/connections.json

credenciales.json is found as the script found it. connections.json holds its passwords: only you
may read it. Import it, then remove it. Nothing that is there already is written over.

Exit codes: 0 good, 2 the files are wrong (nothing is written then) or would be written over.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "import-config",
        help="make a backups.yaml and connections of the predecessor's config.json",
        description="Make a backups.yaml and a connections file of the predecessor's config.json "
        "and credenciales.json, and tell what became what.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="CONFIG.JSON", help="the predecessor's file")
    parser.add_argument(
        "--output-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help=f"where {CONFIG_NAME} and {CONNECTIONS_NAME} are written (default: here)",
    )
    parser.add_argument("--force", action="store_true", help="write over what is there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, write, tell, and return the exit code."""
    predecessor = load_predecessor(options.file)
    if predecessor is None:
        raise ConfigError(
            f"{options.file} is none of the predecessor's files.",
            hint="Give its config.json; a backups.yaml needs no import.",
        )
    config, connections = (options.output_dir / name for name in (CONFIG_NAME, CONNECTIONS_NAME))
    text = _text(predecessor, source=options.file, target=config)
    contents = {name: parts.as_dict() for name, parts in predecessor.connections.items()}
    _write_all(
        [
            (connections, json.dumps(contents, indent=2, ensure_ascii=False) + "\n", _PRIVATE),
            (config, text, _PUBLIC),
        ],
        force=options.force,
    )
    carried, lost = list(carried_lines(predecessor)), list(lost_lines(predecessor))
    if options.json:
        written = {"config": str(config), "connections": str(connections)}
        print(json.dumps(_as_dict(carried, lost, written), indent=1, ensure_ascii=False))
    else:
        _print(carried, lost, config=config, connections=connections)
    return 0


def _text(predecessor: Predecessor, *, source: Path, target: Path) -> str:
    """Return the text of the backups.yaml. Raise ConfigError with all that is wrong."""
    found = predecessor.translation
    problems = [*map(str, found.problems), *(line for one in found.broken for line in one.problems)]
    if problems:
        raise ConfigError(
            f"{source} cannot be imported; nothing was written.",
            problems=tuple(dict.fromkeys(problems)),
            hint="Mend these in the predecessor's files and repeat.",
        )
    text = render_yaml(found)
    if parse_config(text, path=target).schemas != found.schemas:
        raise ConfigError(
            f"What would be written to {target} does not say the same as {source}.",
            hint="Nothing was written; use config.json as it is: ORACLE_BACKUP_CONFIG names it.",
        )
    return text


def _write_all(files: Sequence[tuple[Path, str, int]], *, force: bool) -> None:
    """Write files of these modes. Raise ConfigError, before any is written, where one is there."""
    there = [str(path) for path, _, _ in files if os.path.lexists(path)]
    if there and not force:
        raise ConfigError(
            f"{' and '.join(there)} would be written over.",
            hint="Give another --output-dir, or --force.",
        )
    try:
        for path, text, mode in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, text, mode=mode, force=force)
    except OSError as error:
        raise ConfigError(f"Cannot write {error.filename}: {error.strerror}.") from error


def _write(path: Path, text: str, *, mode: int, force: bool) -> None:
    # Never through a name that is there: that could be somebody's link to somewhere else.
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part") if force else path
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if force:
        fresh.replace(path)


def _as_dict(
    carried: Sequence[Line], lost: Sequence[Line], written: dict[str, str]
) -> dict[str, Any]:
    return {
        "written": written,
        "carried": [{"from": one.source, "to": one.target, "value": one.text} for one in carried],
        "lost": [{"from": one.source, "reason": one.text} for one in lost],
    }


def _print(
    carried: Sequence[Line], lost: Sequence[Line], *, config: Path, connections: Path
) -> None:
    columns = terminal_columns(sys.stdout)
    rows = [(one.source, one.target, one.text) for one in carried]
    for line in render_table(("THERE", "HERE", "VALUE"), rows, columns=columns):
        print(line)
    print("\nNot carried over, or not as it was:\n")
    rows_lost = [(one.source, one.text) for one in lost]
    for line in render_table(("THERE", "WHAT"), rows_lost, columns=columns):
        print(line)
    print(f"\nWritten: {config}")
    print(f"Written: {connections}, which holds passwords. Next:")
    print(f"  airflow connections import {connections} && rm {connections}")
