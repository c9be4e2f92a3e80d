"""How much is to be kept, and what else does a plan depend on?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from oracle_backup.domain.retention.span import Span

KEEP_ALL = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """
    How much to keep: a count per rule, -1 for all, 0 for the rule being off.

    :param within: everything younger than that, measured from the newest backup.
    :param within_hourly: of these, the newest of each hour; so with days, weeks and so on.
    """

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    within: Span | None = None
    within_hourly: Span | None = None
    within_daily: Span | None = None
    within_weekly: Span | None = None
    within_monthly: Span | None = None
    within_yearly: Span | None = None

    def __post_init__(self) -> None:
        for rule, count in self._counts().items():
            if count < KEEP_ALL:
                msg = f"{rule} must be 0 or more, or {KEEP_ALL} for all, is {count}"
                raise ValueError(msg)

    @property
    def is_empty(self) -> bool:
        """Whether it would keep nothing."""
        return not any(self._counts().values()) and not self._spans()

    def in_words(self) -> str:
        """Return it as a sentence's end, as in ``the last 7, 12 monthly``."""
        parts = []
        for rule, count in self._counts().items():
            if count == 0:
                continue
            said = "all" if count == KEEP_ALL else str(count)
            if rule == "last":
                parts.append(said if count == KEEP_ALL else f"the last {said}")
            else:
                parts.append(f"{said} {rule}")
        for rule, span in self._spans().items():
            what = rule.removeprefix("within").strip("_") or "all"
            parts.append(f"{what} within {span.in_words()}")
        return ", ".join(parts) or "nothing"

    def _counts(self) -> dict[str, int]:
        names = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
        return {name: getattr(self, name) for name in names}

    def _spans(self) -> dict[str, Span]:
        rules = ("", "_hourly", "_daily", "_weekly", "_monthly", "_yearly")
        spans = {f"within{rule}": getattr(self, f"within{rule}") for rule in rules}
        return {name: span for name, span in spans.items() if span and not span.is_nothing}


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRules:
    """
    What a plan of real backups depends on beside these.

    :param zone: in which days, weeks and months begin.
    :param expected_age: how old the newest good backup may be; None for any age.
    :param max_delete: how many backups may go at once, -1 for all.
    """

    policy: RetentionPolicy
    zone: str
    expected_age: timedelta | None
    max_delete: int
