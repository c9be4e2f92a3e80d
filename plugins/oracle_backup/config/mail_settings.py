"""Who is told of a run, when, in which language and in which words?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from oracle_backup.config.group import Group
from oracle_backup.config.values import (
    ConnectionId,
    MailAddress,
    MailAddresses,
    MessageTemplate,
    SubjectTemplate,
    at_least_one,
)

When = Literal["always", "warnings", "failures", "digest"]
_WHEN = (
    "always: each run is reported. warnings: those that did not end without a remark. failures: "
    "those that ended red. digest: none by itself, all together once a day (see the section "
    "digest)."
)


class Audience(Group):
    """More people, who are told at other times."""

    to: MailAddresses = Field(description="Who.", examples=[["boss@example.com"]])
    when: When = Field(description=_WHEN, examples=["digest"])


_WANTED_BY: Mapping[str, tuple[When, ...]] = {
    "success": ("always",),
    "warnings": ("always", "warnings"),
    "failed": ("always", "warnings", "failures"),
}

Audiences = Annotated[
    tuple[Audience, ...],
    Field(strict=False, json_schema_extra={"minItems": 1}),
    AfterValidator(at_least_one),
]


class MailSettings(Group):
    """Who is told."""

    conn_id: ConnectionId = Field(
        default="smtp_default",
        description="Airflow connection of type SMTP.",
        examples=["smtp_default"],
    )
    to: MailAddresses = Field(
        description="Who gets the report.",
        examples=[["dba@example.com"]],
    )
    sender: MailAddress | None = Field(
        default=None,
        alias="from",
        description="Sender. Empty: the one of the connection.",
        examples=["oracle-backup@example.com"],
    )
    when: When = Field(default="always", description=_WHEN, examples=["always"])
    also: Audiences | None = Field(
        default=None,
        description=(
            "More people, who are told at other times: a list of groups with to and when. "
            "One address may stand in several."
        ),
        examples=[[{"to": ["boss@example.com"], "when": "digest"}]],
    )
    language: Literal["en", "es"] = Field(
        default="en",
        description="Language of mails: English or Spanish; dates and numbers go with it.",
        examples=["en"],
    )
    subject: SubjectTemplate | None = Field(
        default=None,
        description=(
            "Subject of the report, with {schema}, {database}, {host}, {time} and {verdict}: "
            "complete, incomplete, unknown, or failed, also where only a later step failed. "
            "Empty: one that tells OK, INCOMPLETE, SKIPPED or FAILED."
        ),
        examples=["{verdict}: backup of {schema} on {database}"],
    )
    message: MessageTemplate | None = Field(
        default=None,
        description=(
            "Text at the top of the report, with the same placeholders. Of HTML in it only the "
            "paragraphs are kept. A { or } that is to be shown is written twice."
        ),
        examples=["Questions: call the DBA on duty."],
    )

    def recipients(self, *when: When) -> tuple[str, ...]:
        """Return who is told at one of these times; each address once."""
        groups = [(self.when, self.to), *((one.when, one.to) for one in self.also or ())]
        return tuple(dict.fromkeys(one for at, to in groups if at in when for one in to))

    def told_of(self, outcome: str) -> tuple[str, ...]:
        """
        Return who gets a mail about a run by itself, by its outcome.

        :param outcome: ``success``, ``warnings`` or ``failed``, as a report has it.
        """
        return self.recipients(*_WANTED_BY[outcome])

    @property
    def everybody(self) -> tuple[str, ...]:
        """Return every address once, whatever it is told."""
        return self.recipients("always", "warnings", "failures", "digest")
