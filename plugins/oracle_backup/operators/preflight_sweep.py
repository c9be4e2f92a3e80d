"""What have exports that died long ago left on the host and in the database?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.adapters import host_questions
from oracle_backup.adapters.remote_job.scripts import (
    build_remove,
    build_sweep,
    parse_answers,
)
from oracle_backup.domain.log import read_log
from oracle_backup.domain.lost_job import LogEnd, log_end
from oracle_backup.domain.preflight import is_our_job, passed, warning

if TYPE_CHECKING:
    from oracle_backup.adapters.oracle_database import OracleDatabase
    from oracle_backup.adapters.ports import Shell
    from oracle_backup.operators.preflight_findings import Findings, Wanted

KEPT_DAYS = 30
"""Long enough for somebody to look into it."""


def sweep(
    database: OracleDatabase | None, shell: Shell, wanted: Wanted, findings: Findings
) -> None:
    """Remove the directories of jobs that ended long ago, and the orphans among our jobs."""
    script = build_sweep(older_than_days=KEPT_DAYS, keep=wanted.own_jobs)
    done = shell.run(script, timeout_seconds=host_questions.TIMEOUT_SECONDS)
    answers = parse_answers(done.stdout)
    if swept := answers.get("swept", []):
        findings.take(passed(f"Removed the directories of {len(swept)} old job(s) on the host."))
    for job in answers.get("lost", []):
        if database is None or not wanted.is_pump:
            _leave(job, "the database was not asked", findings)
        else:
            with findings.optional(f"What became of the old job {job}"):
                _settle(database, shell, job, findings)


def _settle(database: OracleDatabase, shell: Shell, job: str, findings: Findings) -> None:
    """Remove a lost job from database and host, if it is ours, of this database, and dead."""
    folder = findings.facts["folder"]
    lines = host_questions.log_lines_of_job(shell, folder, job) if folder else ""
    view = database.job(job)
    end = log_end(read_log(lines.encode()))
    if not is_our_job(job):
        _leave(job, "its name is none of ours", findings)
    elif not lines:
        # Another database on the same host may know it.
        _leave(job, f"no log in {folder} tells of it", findings)
    elif view is not None and view.state != "NOT RUNNING":
        _leave(job, f"the database shows it as {view.state}", findings)
    elif view is not None and end is LogEnd.STOPPED:
        _leave(job, "somebody stopped it on purpose", findings)
    elif view is not None and end is LogEnd.GOOD:
        # Stopping it would take its dump files along.
        _leave(job, "its log says it ended well", findings)
    else:
        if view is not None:
            database.stop_job(job, owner=view.owner)
        script = build_remove(job=job, paths=(), remove_directory=True)
        done = shell.run(script, timeout_seconds=host_questions.TIMEOUT_SECONDS)
        parse_answers(done.stdout)
        findings.take(passed(f"Removed what the dead job {job} had left."))


def _leave(job: str, why: str, findings: Findings) -> None:
    findings.take(
        warning(
            f"Job {job} of more than {KEPT_DAYS} days ago neither ended nor lives, and is left "
            f"alone: {why}. See DBA_DATAPUMP_JOBS, then remove ~/.oracle-backup/jobs/{job}."
        )
    )
