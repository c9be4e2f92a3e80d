"""What does the file set for all schemas together: the watchdog and the daily digest?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError

from oracle_backup.config.group import Group
from oracle_backup.config.problems import Problem
from oracle_backup.config.values import Duration, MailAddress, Schedule, Timezone
from oracle_backup.config.wording import describe_in

_Section = TypeVar("_Section", bound=Group)


class WatchdogSettings(Group):
    """Who looks whether every schema has a good backup, however it is with their DAGs."""

    enabled: bool = Field(default=True, description="false: no DAG is made.", examples=[True])
    schedule: Schedule = Field(
        default="*/30 * * * *",
        description="When it looks: a cron string, or @hourly, @daily.",
        examples=["*/30 * * * *"],
    )
    timezone: Timezone = Field(
        default="UTC",
        description="Time zone of its schedule and its mails, as in the IANA database.",
        examples=["Europe/Madrid"],
    )
    remind_after: Duration = Field(
        default=timedelta(days=1),
        description="How long after its last mail an alarm that still stands is told again.",
        examples=["1d"],
    )
    to: Annotated[tuple[MailAddress, ...], Field(strict=False)] = Field(
        default=(),
        description="Who is told. Empty: everybody who gets reports of the schema, by its mail.",
        examples=[["dba@example.com"]],
    )


class DigestSettings(Group):
    """One mail a day about all schemas, for those whose mail.when is digest."""

    enabled: bool = Field(default=True, description="false: no DAG is made.", examples=[True])
    schedule: Schedule = Field(
        default="0 7 * * *",
        description="When it is sent: a cron string, or @daily.",
        examples=["0 7 * * *"],
    )
    timezone: Timezone = Field(
        default="UTC",
        description="Time zone of its schedule and of the times in it.",
        examples=["Europe/Madrid"],
    )


SECTIONS: Mapping[str, type[Group]] = {"watchdog": WatchdogSettings, "digest": DigestSettings}
"""The models of these sections by their names in the file."""


def read_section(
    model: type[_Section], value: object, *, name: str
) -> tuple[_Section, tuple[Problem, ...]]:
    """
    Read one section.

    :param value: as it stands in the file; None where it does not.

    :returns: the settings, and what is wrong: then they are the defaults.
    """
    try:
        return model.model_validate({} if value is None else value), ()
    except ValidationError as error:
        problems = tuple(
            Problem((name, *one["loc"]), describe_in(model, one))
            for one in error.errors(include_url=False)
        )
        return model(), problems
