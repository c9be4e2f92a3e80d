"""
What do the answers of the database and the host mean to a backup that is about to start?

Pure: facts in, sentences out. A fact that could not be had is None, and says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.names import job_name
from oracle_backup.domain.units import format_bytes, format_seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

EXPORT_ROLES: Final = frozenset({"DATAPUMP_EXP_FULL_DATABASE", "EXP_FULL_DATABASE", "DBA"})
"""One of these is needed to export a schema that is not the user's own."""

_JOB: Final = re.compile(r"OB_[A-Z2-7]{12}_G[1-9]\d*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What checks have found.

    :param problems: what keeps the export from starting; one sentence or two each.
    :param warnings: what the person should know of, though the export starts.
    :param passed: what is in order.
    """

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()

    def __add__(self, other: Judgement) -> Judgement:
        """Return both together."""
        return Judgement(
            self.problems + other.problems,
            self.warnings + other.warnings,
            self.passed + other.passed,
        )


def problem(text: str) -> Judgement:
    """Return the judgement that is this problem."""
    return Judgement(problems=(text,))


def warning(text: str) -> Judgement:
    """Return the judgement that is this warning."""
    return Judgement(warnings=(text,))


def passed(text: str) -> Judgement:
    """Return the judgement that this is in order."""
    return Judgement(passed=(text,))


def judge_container(found: str, *, expected: str | None) -> Judgement:
    """Given the session's container and the one of the config, say whether it is the right one."""
    if expected is None or found.upper() == expected.upper():
        return Judgement()
    return problem(
        f"The session is in container {found or 'none'}, not {expected}. "
        "Mend service_name of the Oracle connection."
    )


def judge_roles(
    roles: Collection[str], *, user: str, schema: str, is_the_tools_login: bool
) -> Judgement:
    """
    Given the roles of the session, say whether its user may export the schema.

    :param is_the_tools_login: whether the export logs in as the same user.
    """
    if user == schema or EXPORT_ROLES & frozenset(roles):
        return Judgement()
    text = (
        f"User {user} has none of the roles {', '.join(sorted(EXPORT_ROLES))}, one of which it "
        f"takes to export schema {schema}. As a DBA: grant datapump_exp_full_database to {user}."
    )
    if is_the_tools_login:
        return problem(text)
    return warning(f"{text} The export logs in as somebody else, whose roles are not looked at.")


def judge_undo(
    *, retention_seconds: int, tuned_seconds: int | None, last_duration_seconds: float | None
) -> Judgement:
    """
    Given how far back the database can read, say whether that is enough for as long as last time.

    Only a warning: retention is tuned upwards while a long query runs, and a backup that was not
    tried is worse than one that fails.
    """
    kept = f"undo_retention is {format_seconds(retention_seconds)}"
    if tuned_seconds is not None:
        kept += f", and the database really kept {format_seconds(tuned_seconds)} at least"
    reach = max(retention_seconds, tuned_seconds or 0)
    if last_duration_seconds is None or last_duration_seconds <= reach:
        return passed(f"Undo: {kept}.")
    return warning(
        f"The last export took {format_seconds(last_duration_seconds)}; {kept}. A consistent "
        "export that takes longer than undo is kept fails with ORA-01555: raise undo_retention "
        "and the size of the undo tablespace."
    )


def judge_leftovers(folder: str, sizes: Mapping[str, int]) -> Judgement:
    """Given the dump files that earlier runs of the schema have left, say how much they take."""
    if not sizes:
        return Judgement()
    names = sorted(sizes)
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return warning(
        f"{len(names)} dump file(s) of earlier runs take {format_bytes(sum(sizes.values()))} in "
        f"{folder}: {shown}. Remove them once their backups are on the store."
    )


def is_our_job(name: str) -> bool:
    """Tell whether a Data Pump job's name is one that this project gives, and nobody else."""
    return _JOB.fullmatch(name) is not None


def jobs_of_run(*, dag_id: str, run_id: str, schema: str, generations: int = 20) -> list[str]:
    """Return the names of a run's first jobs, whatever became of them."""
    return [
        job_name(dag_id=dag_id, run_id=run_id, schema=schema, generation=number)
        for number in range(1, generations + 1)
    ]
