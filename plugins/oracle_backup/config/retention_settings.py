"""Which options say how much is kept?"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from oracle_backup.config.group import Group
from oracle_backup.config.keep_span import KeepSpan
from oracle_backup.domain.retention import RetentionPolicy

Count = Annotated[int, Field(ge=-1, le=100_000)]

KEEP_LAST = 7
"""What is kept where nobody has said how much."""


class RetentionSettings(Group):
    """
    Which backups are kept. A backup stays if any option keeps it; -1 keeps all.

    Where no option of these is given on any level, keep_last is 7.
    """

    keep_last: Count | None = Field(
        default=None, description="Keep the newest so many backups.", examples=[7]
    )
    keep_hourly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many hours that have one.",
        examples=[24],
    )
    keep_daily: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many days that have one.",
        examples=[14],
    )
    keep_weekly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many weeks that have one.",
        examples=[8],
    )
    keep_monthly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many months that have one.",
        examples=[12],
    )
    keep_yearly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many years that have one.",
        examples=[-1],
    )
    keep_within: KeepSpan | None = Field(
        default=None,
        description="Keep every backup made within so long before the newest one.",
        examples=["2d"],
    )
    keep_within_hourly: KeepSpan | None = Field(
        default=None,
        description="Of the backups made within so long before the newest one, keep each hour's.",
        examples=["2d"],
    )
    keep_within_daily: KeepSpan | None = Field(
        default=None,
        description="Of the backups made within so long before the newest one, keep each day's.",
        examples=["7d"],
    )
    keep_within_weekly: KeepSpan | None = Field(
        default=None,
        description="Of the backups made within so long before the newest one, keep each week's.",
        examples=["1mo"],
    )
    keep_within_monthly: KeepSpan | None = Field(
        default=None,
        description="Of the backups made within so long before the newest one, keep each month's.",
        examples=["1y"],
    )
    keep_within_yearly: KeepSpan | None = Field(
        default=None,
        description="Of the backups made within so long before the newest one, keep each year's.",
        examples=["75y"],
    )
    max_delete: Count = Field(
        default=20,
        description=(
            "How many backups one run removes at most, the oldest first; the rest waits for the "
            "next run, and the report says so. -1: no limit."
        ),
        examples=[20],
    )

    @model_validator(mode="before")
    @classmethod
    def _keep_some(cls, values: Any) -> Any:
        """Where only something else is given, keep what is kept without any."""
        if isinstance(values, dict) and not any(str(name).startswith("keep_") for name in values):
            return {**values, "keep_last": KEEP_LAST}
        return values

    @property
    def policy(self) -> RetentionPolicy:
        """What retention takes."""
        return RetentionPolicy(
            last=self.keep_last or 0,
            hourly=self.keep_hourly or 0,
            daily=self.keep_daily or 0,
            weekly=self.keep_weekly or 0,
            monthly=self.keep_monthly or 0,
            yearly=self.keep_yearly or 0,
            within=self.keep_within,
            within_hourly=self.keep_within_hourly,
            within_daily=self.keep_within_daily,
            within_weekly=self.keep_within_weekly,
            within_monthly=self.keep_within_monthly,
            within_yearly=self.keep_within_yearly,
        )
