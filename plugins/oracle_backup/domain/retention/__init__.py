"""
Which backups stay, which go, and why?

`apply_rules` means what ``restic forget`` means, edge cases included. `plan_retention` adds what
must hold for real backups.
"""

from oracle_backup.domain.retention.plan import (
    Backup,
    Decision,
    RetentionPlan,
    check_plan,
    plan_retention,
)
from oracle_backup.domain.retention.policy import KEEP_ALL, PruneRules, RetentionPolicy
from oracle_backup.domain.retention.rules import apply_rules
from oracle_backup.domain.retention.span import Span, parse_span

__all__ = [
    "KEEP_ALL",
    "Backup",
    "Decision",
    "PruneRules",
    "RetentionPlan",
    "RetentionPolicy",
    "Span",
    "apply_rules",
    "check_plan",
    "parse_span",
    "plan_retention",
]
