"""Which fault has been ordered for a tool, a schema or a table?

``faults.json`` in ORACLE_HOME is read anew whenever a tool asks, so a fault can be set or lifted
while a job runs. A rule with `times` is used up.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = "faults.json"

#: What each fault does. See README.md of the lab.
FAULTS = {
    "ora-01555": "the table is skipped: snapshot too old; the job ends with an error (exit 5)",
    "ora-01466": "the table is skipped: its definition has changed (exit 5)",
    "ora-39095": "the dump space is used up: the job stops before this table (exit 1)",
    "disk-full": "writing fails at this table: the job stops due to a fatal error (exit 1)",
    "ora-27038": "the dump file is said to exist (exit 1, no job)",
    "ora-39070": "the log cannot be opened (exit 1, no job)",
    "ora-31626": "the client loses sight of a job that goes on and succeeds (exit 1)",
    "bad-login": "the right password is refused",
    "hang": "the job makes no progress at this table until it is killed or the fault is lifted",
    "slow": "the table goes at `rows_per_second` (default 50)",
    "resumable-wait": "the job waits for space until the fault is lifted or `seconds` are over",
    "fatal": "the worker dies of ORA-39126 at this table (exit 1)",
    "crash": "the job's server process vanishes at this table without a word",
    "truncated-log": "the log ends in the middle of this table's line; the job goes on",
    "missing-dump": "the dump file is gone when the job has ended",
    "empty-dump": "the dump file is empty when the job has ended",
    "kill-client": "the client is killed once the job has started",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that applies now."""

    name: str
    seconds: float | None = None
    rows_per_second: float = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault may strike: a job as a whole (no table; schemas by commas), or a table."""

    tool: str
    schema: str = ""
    table: str = ""


def set_faults(
    oracle_home: Path,
    rules: Iterable[Mapping[str, Any]] = (),
    *,
    pace_rows_per_second: float | None = None,
) -> None:
    """Order these faults in place of all others; with no rules, none.

    A rule: {"fault": name, "tool"?: "expdp", "schema"?: "HR", "table"?: "EMPLOYEES", "times"?: 2,
    "seconds"?: 30, "rows_per_second"?: 50}. `pace_rows_per_second` slows every table of every job.
    """
    chosen = [dict(rule) for rule in rules]
    for rule in chosen:
        if rule.get("fault") not in FAULTS:
            raise ValueError(f"unknown fault {rule.get('fault')!r}; known: {', '.join(FAULTS)}")
    _write(oracle_home, {"pace_rows_per_second": pace_rows_per_second, "rules": chosen})


def pace(oracle_home: Path) -> float | None:
    """Return how many rows a second every job may handle; None is no limit."""
    value = _read(oracle_home).get("pace_rows_per_second")
    return None if value is None else float(value)


def find(oracle_home: Path, *names: str, at: Place, use: bool = True) -> Fault | None:
    """Return the first rule that names one of these faults and fits; count the use."""
    lock = os.open(oracle_home, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings = _read(oracle_home)
        for rule in settings.get("rules", ()):
            if rule["fault"] in names and _fits(rule, at):
                if use and rule.get("times") is not None:
                    rule["times"] -= 1
                    _write(oracle_home, settings)
                return Fault(
                    rule["fault"], rule.get("seconds"), float(rule.get("rows_per_second") or 50)
                )
    finally:
        os.close(lock)
    return None


def _fits(rule: Mapping[str, Any], at: Place) -> bool:
    if rule.get("times") is not None and rule["times"] <= 0:
        return False
    # A rule for a table does not speak about the job as a whole, where `table` is empty.
    wanted = {"tool": at.tool, "schema": at.schema, "table": at.table}
    for key, actual in wanted.items():
        expected = rule.get(key)
        if expected is not None and expected not in actual.split(","):
            return False
    return True


def _read(oracle_home: Path) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = json.loads((Path(oracle_home) / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return settings


def _write(oracle_home: Path, settings: Mapping[str, Any]) -> None:
    file = Path(oracle_home) / FILE
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    draft.replace(file)
