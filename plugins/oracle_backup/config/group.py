"""What has every group of options in common?"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """A group of options."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,  # "7" is not 7: what is corrected silently is wrong silently
    )
