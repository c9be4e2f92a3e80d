"""Which texts may an option hold? The types the model's options are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from oracle_backup.config import duration, names, schedule
from oracle_backup.domain import mail_text, name_template

_Item = TypeVar("_Item")


def refuse(rule: str) -> PydanticCustomError:
    """
    Make the error a validator raises.

    :param rule: what must be; advice after ``"; "``, which will stand behind the value.
    """
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


@dataclass(frozen=True, slots=True)
class Written:
    """
    Text of one form.

    :param form: a regular expression for the whole text, the same in Python and in JSON Schema.
    :param rule: what the text must be, to follow "must be".
    :param upper: Oracle reads it in upper case, so it is kept in upper case.
    """

    form: str
    rule: str
    upper: bool = False

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.form}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.form, text):
            raise refuse(f"must be {self.rule}")
        return text.upper() if self.upper else text


def _saying(check: Callable[[str], str]) -> Callable[[str], str]:
    """Let a check's ValueError reach the reader in its own words."""

    def checked(text: str) -> str:
        try:
            return check(text)
        except ValueError as error:
            raise refuse(str(error)) from None

    return checked


def _read_duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise refuse("must be a duration with its unit, such as 90m, 6h, 1d12h or 2w")
    return duration.parse_duration(value)


def _tidy_path(path: str) -> str:
    """Drop what changes nothing in a path, so that equal places are written equally."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise refuse("must be a path without ..")
    return "/" + "/".join(parts)


Duration = Annotated[
    timedelta,
    BeforeValidator(_saying(_read_duration)),
    PlainSerializer(duration.render_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": duration.WRITTEN, "minLength": 2}),
]

Schedule = Annotated[str, AfterValidator(_saying(schedule.check_schedule))]
Timezone = Annotated[str, AfterValidator(_saying(schedule.check_timezone))]

ConnectionId = Annotated[
    str,
    Written(
        r"^[A-Za-z0-9_][A-Za-z0-9_.#/-]{0,249}$",
        "the id of an Airflow connection: letters, digits and _ . # / -",
    ),
]

ConnectIdentifier = Annotated[
    str,
    Written(
        r"^[A-Za-z0-9/\[][A-Za-z0-9_.:/?=&\[\]-]{0,511}$",
        "what stands after the @ of a login: //host:port/service or a TNS alias, "
        "without user, password, blanks, quotes and parentheses",
    ),
]

# What a parameter file carries as it is: see domain/parameter_file.py.
HostPath = Annotated[
    str,
    Written(
        r"^/[A-Za-z0-9_./-]{0,1023}$",
        "an absolute path of letters, digits and _ . / -",
    ),
    AfterValidator(_tidy_path),
]

# Goes over SFTP only, where nothing has to be quoted.
StorePath = Annotated[
    str,
    Written(
        r"^/[^\x00-\x1f\x7f\\]{0,1023}$",
        "an absolute path with / between folders, without backslashes and control characters",
    ),
    AfterValidator(_tidy_path),
]

InstanceName = Annotated[
    str, Written(r"^[A-Za-z0-9+][A-Za-z0-9_]{0,63}$", "an ORACLE_SID: letters, digits and _")
]

OracleName = Annotated[
    str,
    Written(
        r"^[A-Za-z][A-Za-z0-9_$#]{0,127}$",
        "a name of Oracle's: a letter, then at most 127 letters, digits and _ $ #",
        upper=True,
    ),
]

DirectoryName = Annotated[
    str,
    Written(
        r"^[A-Za-z][A-Za-z0-9_$]{0,127}$",
        "a directory object: a letter, then at most 127 letters, digits and _ $",
        upper=True,
    ),
]

ObjectType = Annotated[
    str,
    Written(
        r"^[A-Za-z][A-Za-z_]*(/[A-Za-z][A-Za-z_]*)*$",
        "an object type of Data Pump's, such as STATISTICS or SCHEMA_EXPORT/TABLE/INDEX",
        upper=True,
    ),
]

ErrorCode = Annotated[
    str,
    Written(r"^(ORA|EXP)-[0-9]{5}$", "an error code with five digits: ORA-39083 or EXP-00091"),
]

FileSize = Annotated[
    str,
    Written(r"^[1-9][0-9]{0,5}[KkMmGgTt]$", "a size such as 500M, 5G or 1T", upper=True),
]

BufferSize = Annotated[
    str,
    Written(
        r"^([1-9][0-9]{0,5}[Kk]|[1-9][0-9]{0,2}[Mm])$", "a size such as 512K or 10M", upper=True
    ),
]

Bandwidth = Annotated[
    str,
    Written(
        r"^[1-9][0-9]{0,5}[KkMmGg][Bb]$", "bytes in a second, such as 500KB or 20MB", upper=True
    ),
]

Release = Annotated[
    str,
    Written(r"^[1-9][0-9]?(\.[0-9]{1,2}){0,4}$", "a release of Oracle's, such as 12.2 or 19"),
]

StoreName = Annotated[
    str,
    Written(
        r"^[a-z][a-z0-9_]{0,39}$",
        "a lower-case letter, then at most 39 lower-case letters, digits and _",
    ),
]

TableName = Annotated[
    str,
    AfterValidator(_saying(names.parse_table_name)),
    WithJsonSchema({"type": "string", "minLength": 1}),
]

Phrase = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Written(r"^[^\x00-\x1f\x7f]{1,200}$", "one line of 1 to 200 characters"),
]

# A blank is fine in an archive's name, and in no parameter file.
ArchiveTemplate = Annotated[
    str,
    Field(max_length=120),
    AfterValidator(_saying(partial(name_template.check_file_template, blanks=True))),
]
ExportTemplate = Annotated[
    str, Field(max_length=120), AfterValidator(_saying(name_template.check_file_template))
]
FolderTemplate = Annotated[
    str, Field(max_length=500), AfterValidator(_saying(name_template.check_folder_template))
]

HostName = Annotated[
    str,
    Written(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$",
        "a name of at most 63 letters, digits and _ . -, beginning with a letter or digit",
    ),
]

PingUrl = Annotated[
    str,
    Written(
        r"^https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~%-]{1,200}){0,10}$",
        "an http or https address without a user, a ? and a slash at its end",
    ),
]

SubjectTemplate = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Written(r"^[^\x00-\x1f\x7f]{1,250}$", "one line of 1 to 250 characters"),
    AfterValidator(_saying(mail_text.check_template)),
]
MessageTemplate = Annotated[
    str, Field(max_length=4000), AfterValidator(_saying(mail_text.check_template))
]


def size_bytes(written: str) -> int:
    """Given a size such as ``10M`` or ``20MB``, return its bytes; a K is 1024."""
    amount, unit = written[:-1].rstrip("KMG"), written.rstrip("B")[-1]
    return int(amount) << {"K": 10, "M": 20, "G": 30}[unit]


def at_least_one(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Return what has an item; refuse a list without one."""
    if not items:
        raise refuse("must have at least one item")
    return items


MailAddress = Annotated[
    str,
    Written(
        r"""^[^\x00-\x20\x7f@,;:<>()\[\]"'\\]{1,64}@[^\x00-\x20\x7f@,;:<>()\[\]"'\\]{1,255}$""",
        "one mail address such as dba@example.com, without a name",
    ),
]

# A list in YAML; a tuple here, which nobody can change.
TableNames = Annotated[tuple[TableName, ...], Field(strict=False)]
Licence = Literal["enterprise_edition", "advanced_compression", "advanced_security"]
Licences = Annotated[tuple[Licence, ...], Field(strict=False)]
ObjectTypes = Annotated[tuple[ObjectType, ...], Field(strict=False)]
ErrorCodes = Annotated[tuple[ErrorCode, ...], Field(strict=False)]
Phrases = Annotated[tuple[Phrase, ...], Field(strict=False)]
MailAddresses = Annotated[
    tuple[MailAddress, ...],
    # Not min_length: that counts the items that are right, and so reports a wrong one twice.
    Field(strict=False, json_schema_extra={"minItems": 1}),
    AfterValidator(at_least_one),
]
