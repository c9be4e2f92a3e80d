"""
``retention --simulate``: what would a policy keep of these instants?

The rules alone, as ``restic forget`` has them: every instant is a good backup, none is pinned, and
nothing is refused that a real plan refuses.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from oracle_backup.config.schedule import check_timezone
from oracle_backup.domain.retention import KEEP_ALL, RetentionPolicy, apply_rules, parse_span
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

COUNTED = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
WITHIN = ("within", *(f"within_{rule}" for rule in COUNTED[1:]))
_MOST_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Listed:
    """
    One line.

    :param text: as it was written.
    """

    text: str
    instant: datetime


def add_policy_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how much is kept, as ``restic forget`` calls it."""
    for rule in COUNTED:
        each = "backups" if rule == "last" else f"{rule} backups"
        parser.add_argument(
            f"--keep-{rule}",
            metavar="N",
            help=f"keep the last N {each}; -1 or unlimited keeps all",
        )
    for rule in WITHIN:
        each = "backups" if rule == "within" else f"{rule.removeprefix('within_')} backups"
        parser.add_argument(
            f"--keep-{rule.replace('_', '-')}",
            metavar="SPAN",
            help=f"keep {each} younger than that, measured from the newest: years, months, days "
            "and hours, as in 1y6m7d12h",
        )


def read_policy(options: argparse.Namespace) -> RetentionPolicy | None:
    """
    Return the policy the options tell, None where they tell none.

    Raise ConfigError, with a line for each wrong one.
    """
    given: dict[str, Any] = {}
    problems: list[str] = []
    for rule, parse in (
        *((rule, _count) for rule in COUNTED),
        *((one, parse_span) for one in WITHIN),
    ):
        text = getattr(options, f"keep_{rule}")
        if text is None:
            continue
        try:
            given[rule] = parse(text)
        except ValueError as error:
            problems.append(f"--keep-{rule.replace('_', '-')} {error}, is {text!r}")
    if problems:
        raise ConfigError("The retention options are wrong:", problems=tuple(problems))
    return RetentionPolicy(**given) if given else None


def run(options: argparse.Namespace, *, lines: IO[bytes], now: datetime) -> int:
    """Read instants, apply the rules, print what stays and what goes; return the exit code."""
    policy = read_policy(options) or RetentionPolicy()
    zone = _zone(options.timezone or "UTC")
    now = now if options.now is None else _read(options.now, zone, where="--now").instant
    listed = [
        _read(line, zone, where=f"line {number} of standard input")
        for number, line in enumerate(_texts(lines), start=1)
        if line
    ]
    # Stable: of two of one instant, the first listed counts as the newer, as with restic.
    listed.sort(key=lambda one: one.instant, reverse=True)
    reasons = apply_rules([one.instant for one in listed], policy=policy, zone=zone, now=now)
    if policy.is_empty:
        print("Nothing is kept: no option says what. A real plan is refused then.", file=sys.stderr)
    judged = list(zip(listed, reasons, strict=True))
    # A line each is for people; who reads this with a program gets JSON without asking.
    if options.json or not sys.stdout.isatty():
        print(json.dumps(_as_dict(judged), indent=1))
    else:
        for one, why in judged:
            print(f"keep    {one.text}  ({', '.join(why)})" if why else f"remove  {one.text}")
    return 0


def _as_dict(judged: Iterable[tuple[_Listed, tuple[str, ...]]]) -> dict[str, Any]:
    judged = list(judged)
    return {
        "keep": [{"time": one.text, "reasons": list(why)} for one, why in judged if why],
        "remove": [{"time": one.text} for one, why in judged if not why],
    }


def _texts(lines: IO[bytes]) -> list[str]:
    texts = [
        line.decode("utf-8-sig", "replace").strip()
        for _, line in zip(range(_MOST_LINES + 1), lines, strict=False)
    ]
    if len(texts) > _MOST_LINES:
        raise ConfigError(f"Standard input has more than {_MOST_LINES} lines.")
    return texts


def _read(text: str, zone: ZoneInfo, *, where: str) -> _Listed:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return _Listed(text=text, instant=moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise ConfigError(
            f"{where} is {text[:80]!r}, which is no instant.",
            hint="Write it as ISO 8601 has it, such as 2026-11-23T02:00:00Z. Without an offset it "
            "is read in the time zone of --timezone.",
        ) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(check_timezone(name))
    except ValueError as error:
        raise ConfigError(f"--timezone {error}, is {name!r}.") from None


def _count(text: str) -> int:
    if text in {"unlimited", str(KEEP_ALL)}:
        return KEEP_ALL
    if not re.fullmatch(r"\+?[0-9]{1,9}", text, re.ASCII):
        raise ValueError("must be a whole number, 0 or more, or -1 or unlimited for all")
    return int(text)
