"""What does a program learn from one log?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oracle_backup.domain.log.model import ExportLog
    from oracle_backup.domain.verdict import Judgement


def inspect_record(log: ExportLog, judgement: Judgement, *, file: str) -> dict[str, Any]:
    """Given a log and what was made of it, return the record ``inspect-log --json`` prints."""
    return {
        "file": file,
        "tool": log.tool,
        "version": log.version,
        "language": log.language,
        "ending": log.ending.value,
        "verdict": judgement.verdict.value,
        "reasons": list(judgement.reasons),
        "warnings": list(judgement.warnings),
        "error_count": log.error_count,
        "codes": list(log.codes),
        "job": log.job,
        "elapsed": log.elapsed,
        "dump_files": list(log.dump_files),
        "tables": log.table_count,
        "rows": log.row_count,
        "end_line": log.end_line,
        "errors": [block.to_dict() for block in log.errors],
        "failed_tables": list(log.failed_tables),
        "findings": [finding.to_dict() for finding in judgement.codes],
    }
