"""``check``: is the config file right, and what does it back up?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.config.load import load_config

if TYPE_CHECKING:
    import argparse

    from oracle_backup.config.load import Config

EXIT_WRONG = 2


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "check",
        help="check the config file and list what it backs up",
        description="Check the config file. Ends with 0 where every entry is right, else with 2.",
    )
    parser.add_argument("--config", type=Path, help="the file (default: the one Airflow uses)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print, and return the exit code."""
    config = load_config(options.config)
    if options.json:
        print(json.dumps(_as_dict(config), indent=1, ensure_ascii=False))
    else:
        _print(config)
    return EXIT_WRONG if config.broken else 0


def _as_dict(config: Config) -> dict[str, Any]:
    return {
        "config": str(config.path),
        "schemas": [
            {
                "database": one.database,
                "schema": one.schema_name,
                "schedule": one.schedule,
                "timezone": one.timezone,
                "enabled": one.enabled,
            }
            for one in config.schemas
        ],
        "problems": list(config.problems),
    }


def _print(config: Config) -> None:
    print(f"{config.path}: {len(config.schemas)} schemas, {len(config.broken)} wrong entries.")
    for one in config.schemas:
        when = f"{one.schedule} {one.timezone}" if one.schedule else "only by hand"
        print(f"  {one.database}  {one.schema_name}  {when if one.enabled else 'switched off'}")
    for problem in config.problems:
        print(f"  {problem}", file=sys.stderr)
