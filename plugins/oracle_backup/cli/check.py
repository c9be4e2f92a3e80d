"""``check``: is the config file right, what does it back up, and does every connection work?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.cli.exits import (
    EXIT_FAILED,
    EXIT_GOOD,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
)
from oracle_backup.cli.places import add_place_options, seconds, usable_connections
from oracle_backup.cli.tables import render_table, terminal_columns
from oracle_backup.config.load import load_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_backup.cli.connection_checks import Asked
    from oracle_backup.config.load import Config

_EPILOG: Final = """\
examples:
  python -m oracle_backup check
  python -m oracle_backup check --connections --connections-file ~/connections.json

With --connections every host, database, store and mail server is asked at once: does it let us
in, is the export tool there and of which release, in which container is the session, can the
store's folder be read and what is free there, is TLS spoken. Nothing is written anywhere and no
mail is sent; whether the export could write is what each run's preflight finds out.

Exit codes: 0 good, 1 a place is not as the config says, 2 the config is wrong, 5 a place could
not be reached or did not let us in.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "check",
        help="check the config file, and on request all connections",
        description="Check the config file and list what it backs up.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--connections",
        action="store_true",
        help="ask every host, database, store and mail server too",
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=30,
        metavar="S",
        help="seconds each of them has to answer (default: 30)",
    )
    add_place_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print, and return the exit code."""
    config = load_config(options.config)
    asked = _ask(options, config) if options.connections else None
    if options.json:
        print(json.dumps(_as_dict(config, asked), indent=1, ensure_ascii=False))
    else:
        _print(config)
        if asked is not None:
            _print_asked(asked)
    return _exit_code(config, asked or ())


def _ask(options: argparse.Namespace, config: Config) -> list[Asked]:
    # What a schema that is switched off needs may well be gone.
    schemas = tuple(one for one in config.schemas if one.enabled)
    with usable_connections(options.connections_file, config=config):
        from oracle_backup.cli.connection_checks import ask_all

        return ask_all(schemas, timeout_seconds=options.timeout, stream=sys.stderr)


def _exit_code(config: Config, asked: Sequence[Asked]) -> int:
    states = {one.state for one in asked}
    if "unreachable" in states:
        return EXIT_UNREACHABLE
    if config.broken:
        return EXIT_USAGE
    return EXIT_FAILED if "wrong" in states else EXIT_GOOD


def _as_dict(config: Config, asked: Sequence[Asked] | None) -> dict[str, Any]:
    plain: dict[str, Any] = {
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
    if asked is not None:
        plain["connections"] = [one.to_dict() for one in asked]
    return plain


def _print(config: Config) -> None:
    right, wrong = len(config.schemas), len(config.broken)
    print(
        f"{config.path}: {right} schema{'' if right == 1 else 's'}, "
        f"{wrong} wrong {'entry' if wrong == 1 else 'entries'}."
    )
    for one in config.schemas:
        when = f"{one.schedule} {one.timezone}" if one.schedule else "only by hand"
        print(f"  {one.database}  {one.schema_name}  {when if one.enabled else 'switched off'}")
    for problem in config.problems:
        print(f"  {problem}", file=sys.stderr)


def _print_asked(asked: Sequence[Asked]) -> None:
    print()
    rows = [
        (one.question.kind, one.question.name, one.state.upper(), one.in_words()) for one in asked
    ]
    headers = ("KIND", "CONNECTION", "STATE", "WHAT IT SAYS")
    for line in render_table(headers, rows, columns=terminal_columns(sys.stdout)):
        print(line)
    bad = sum(one.state != "ok" for one in asked)
    print()
    print(f"{len(asked)} asked, {bad} not in order." if bad else f"All {len(asked)} are in order.")
