"""
``retention``: which backups of a schema stay and which go, and why?

Shows the plan; only ``--apply`` acts. With ``--simulate`` it asks nobody: the instants come from
standard input.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oracle_backup.cli import simulate
from oracle_backup.cli.exits import EXIT_GOOD, exit_code_of
from oracle_backup.cli.places import add_place_options, add_schema_options, open_places
from oracle_backup.cli.tables import printable
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    import argparse

    from oracle_backup.cli.prune import Planned, Wish
    from oracle_backup.config.model import SchemaSettings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser of all."""
    parser = commands.add_parser(
        "retention",
        help="show which backups stay and which go, and why",
        description="Show what retention keeps and removes of each schema on each of its stores, "
        "and on the host where dumps have a retention of their own. Nothing is removed without "
        "--apply.",
        epilog="With --simulate the options mean what they mean in `restic forget`, and every "
        "instant is a good backup. On a real schema they show what another policy would do.",
    )
    add_schema_options(parser)
    add_place_options(parser)
    parser.add_argument("--apply", action="store_true", help="carry the plan out")
    parser.add_argument(
        "--max-delete",
        type=int,
        metavar="N",
        help="remove N backups at most from each place, -1 for all (default: the config's)",
    )
    parser.add_argument(
        "--simulate",
        action="store_true",
        help="read instants from standard input, one a line in ISO 8601, and apply the --keep-* "
        "options to these",
    )
    simulate.add_policy_options(parser)
    parser.add_argument(
        "--timezone",
        metavar="TZ",
        help="with --simulate: where days, weeks and months begin (default: UTC)",
    )
    parser.add_argument(
        "--now", metavar="TIME", help="with --simulate: the present (default: the clock's)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object; with --simulate that is done wherever no terminal reads it",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plan, print, act where asked to, and return the exit code."""
    if options.simulate:
        _refuse_together(options, "--simulate", ("apply", "database", "schema", "max_delete"))
        return simulate.run(options, lines=sys.stdin.buffer, now=datetime.now(UTC))
    _refuse_together(
        options, "the plan of a real schema; it is for --simulate", ("timezone", "now")
    )
    return _run_real(options)


def _run_real(options: argparse.Namespace) -> int:
    from oracle_backup.cli.prune import apply_plans, plan_places

    wish = _wish(options)
    told: list[dict[str, Any]] = []
    worst = EXIT_GOOD
    with open_places(options) as places:
        for settings in places.chosen(database=options.database, schema=options.schema):
            with ExitStack() as stack:
                found = plan_places(places, settings, wish, stack=stack)
                if wish.apply:
                    apply_plans(settings, found)
            told.append(_as_dict(settings, found))
            if not options.json:
                _print(settings, found)
            worst = max([worst, *(exit_code_of(one.error) for one in found if one.error)])
    if options.json:
        print(json.dumps({"applied": wish.apply, "schemas": told}, indent=1))
    elif not wish.apply:
        print("This is the plan, and nothing was removed: --apply carries it out.")
    return worst


def _wish(options: argparse.Namespace) -> Wish:
    from oracle_backup.cli.prune import Wish

    policy = simulate.read_policy(options)
    if policy is not None and options.apply:
        raise ConfigError(
            "--apply carries out the retention of the config file, and --keep-* options are given.",
            hint="Put them into the config file, or leave --apply out to see what they would do.",
        )
    if options.max_delete is not None and (options.max_delete < -1 or options.max_delete == 0):
        raise ConfigError(
            f"--max-delete must be 1 or more, or -1 for all, is {options.max_delete}."
        )
    return Wish(apply=options.apply, policy=policy, max_delete=options.max_delete)


def _refuse_together(options: argparse.Namespace, what: str, others: tuple[str, ...]) -> None:
    for name in others:
        if getattr(options, name) not in {None, False}:
            raise ConfigError(f"--{name.replace('_', '-')} does not go with {what}.")


def _as_dict(settings: SchemaSettings, found: list[Planned]) -> dict[str, Any]:
    return {
        "database": settings.database,
        "schema": settings.schema_name,
        "timezone": settings.timezone,
        "places": [one.to_dict() for one in found],
    }


def _print(settings: SchemaSettings, found: list[Planned]) -> None:
    schema = printable(settings.schema_name)
    for one in found:
        print(f"{settings.database} {schema} on {one.name}: {one.rules.policy.in_words()}")
        for line in one.plan.lines() if one.plan else ():
            print(f"  {printable(line)}")
        for name in sorted(one.gone or ()):
            print(f"  removed {printable(name)}")
        if one.error is not None:
            print(f"  {one.error}", file=sys.stderr)
