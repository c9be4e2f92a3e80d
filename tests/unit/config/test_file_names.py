"""Options that shape names: what they make, and which could give two schemas one name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from oracle_backup.domain.names import USUAL_SHAPE, BackupNames

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

    Load = Callable[[str], Config]

FLAT = 'archive: {folder: "", file_name: "%s"}'
EXP = "export: {tool: exp, path: /dump%s}"
SHARED = "could give its files the names of "


def test_names_are_as_ever_where_nothing_is_asked_for(
    settings: Callable[[str], SchemaSettings],
) -> None:
    assert settings("").name_shape == USUAL_SHAPE
    assert settings("").folder == "erp/HR"


def test_options_shape_the_names(settings: Callable[[str], SchemaSettings]) -> None:
    found = settings(
        "host_name: db1.example.com\n"
        "timezone: Europe/Madrid\n"
        'archive: {folder: "{host}", file_name: "copy of {schema} {local_time}"}\n'
        'export: {file_name: "{database}.{schema}-{local_time}", numbered_files: false}\n'
    )
    names = BackupNames(
        database=found.database,
        schema=found.schema_name,
        moment=datetime(2026, 11, 23, 2, tzinfo=UTC),
        generation=1,
        shape=found.name_shape,
    )

    assert found.folder == "db1.example.com"
    assert names.archive == "db1.example.com/copy of HR 20261123030000.7z"
    assert names.dump_pattern == "erp.HR-20261123030000.dmp"
    assert "file_name" not in found.export_options()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'archive: {file_name: "{shema}-{time}"}',
            "archive.file_name: must hold no other placeholders than {database} {schema} {host} "
            '{time} {local_time}, is "{shema}-{time}"; did you mean "{schema}"?',
        ),
        ('archive: {file_name: "{schema}"}', "archive.file_name: must hold {time} or {local_time}"),
        ('export: {file_name: "a b {time}"}', "export.file_name: must be made of letters, digits"),
        ("archive: {folder: ../x}", "archive.folder: must be made of"),
        ('archive: {folder: "{time}"}', "archive.folder: must hold no other placeholders than"),
        ("host_name: a/b", "host_name: must be a name of at most 63 letters, digits and _ . -"),
        (
            'archive: {file_name: "{host}-{time}"}',
            "archive.file_name: holds {host}, which host_name has to tell; give that",
        ),
        ('archive: {folder: "{host}"}', "archive.folder: holds {host}"),
        ('export: {file_name: "{host}-{time}"}', "export.file_name: holds {host}"),
        (
            "export: {numbered_files: false, parallel: 2}",
            "export.parallel: must be 1 with export.numbered_files: false, is 2",
        ),
        (
            "export: {numbered_files: false, file_size: 1G}",
            "export.file_size: does not go with export.numbered_files: false; remove one",
        ),
        ('mail: {subject: "a\\nb"}', "mail.subject: must be one line of 1 to 250 characters"),
        (
            "mail: {subject: '{shema}'}",
            "mail.subject: must hold no other placeholders than {schema} {database} {host} "
            '{verdict} {time}, is "{shema}"; did you mean "{schema}"?',
        ),
        ("mail: {message: 'a { b'}", "mail.message: must have each { that is to be shown twice"),
    ],
)
def test_what_makes_no_good_names_is_refused(
    problems: Callable[[str], list[str]], text: str, said: str
) -> None:
    (line,) = problems(text)
    assert line.startswith(said)


LONG = "{schema}" * 14


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"archive: {{file_name: '{LONG}{{time}}'}}", "archive.file_name: makes names of up to "),
        (f"export: {{file_name: '{LONG}{{time}}'}}", "export.file_name: makes names of up to "),
        (f"archive: {{folder: 'a/{LONG}{LONG}'}}", "archive.folder: has a folder of 616 "),
    ],
)
def test_names_longer_than_a_file_system_takes_are_refused(
    load_databases: Load, text: str, said: str
) -> None:
    found = load_databases(f"erp: {{{text}, schemas: {{HR: , A_LONG_NAME_OF_ITS_OWN: }}}}")

    assert [one.schema_name for one in found.schemas] == ["HR"]
    assert found.problems[0].startswith(f"databases.erp.schemas.A_LONG_NAME_OF_ITS_OWN.{said}")


def entries(common: str, *, erp: str, crm: str = "") -> str:
    """Write two databases with some options in common, and their schemas."""
    return "\n".join(
        f"{name}: {{{common}, schemas: {{{schemas}}}}}"
        for name, schemas in (("erp", erp), ("crm", crm))
        if schemas
    )


@pytest.mark.parametrize(
    "text",
    [
        entries(FLAT % "{time}", erp="HR: , SALES: "),
        entries(FLAT % "{schema}-{time}", erp="HR: ", crm="HR: "),
        # A generation of the one is a run of the other.
        entries(
            "retries: 1",
            erp='HR: {archive: {folder: ""}}',
            crm='HR: {archive: {folder: "", file_name: "{schema}-{time}-g2"}}',
        ),
        # The same folder, written in two ways, and in another case.
        entries(
            "export: {tool: expdp}",
            erp='HR: {store: {path: /backups/erp}, archive: {folder: ""}}',
            crm="HR: {store: {path: /Backups}, archive: {folder: ERP}}",
        ),
        # One of several stores is enough.
        entries(
            'archive: {folder: ""}',
            erp="HR: ",
            crm="HR: {stores: [{conn_id: two, path: /x}, {conn_id: store, path: /backups}]}",
        ),
    ],
)
def test_schemas_whose_archives_could_share_a_name_are_refused(
    load_databases: Load, text: str
) -> None:
    found = load_databases(text)

    assert [one.database for one in found.schemas] == ["erp"], "the first goes on"
    (broken,) = found.broken
    (line,) = broken.problems
    assert f"archive.file_name: {SHARED}databases.erp.schemas.HR's in the same folder; put" in line


@pytest.mark.parametrize(
    "text",
    [
        # Of one database, expdp writes into one folder.
        entries('export: {file_name: "{time}"}', erp="HR: , SALES: "),
        # exp writes where it is told, whatever the database.
        entries(EXP % "", erp="HR: ", crm="HR: "),
        # The second file of the one is the first of the other.
        entries(
            "retries: 1",
            erp='HR: {export: {file_name: "x{time}"}}, SALES: {export: {file_name: "x{time}_01"}}',
        ),
    ],
)
def test_schemas_whose_dumps_could_share_a_name_are_refused(
    load_databases: Load, text: str
) -> None:
    found = load_databases(text)

    assert len(found.schemas) == 1
    assert f"export.file_name: {SHARED}databases.erp.schemas.HR's" in found.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        # Of two databases nobody knows that their folders are one.
        entries("retries: 1", erp="HR: ", crm="HR: "),
        entries(FLAT % "{schema}-{time}", erp="HR: , HR2: , '\"HR-1\"': , SALES: "),
        entries(FLAT % "{schema}{local_time}", erp="HR: , HR2: , SALES: "),
        entries(FLAT % "{database}-{schema}-{time}", erp="HR: ", crm="HR: "),
        entries("retries: 1", erp=f"HR: {{{EXP % '/a'}}}", crm=f"HR: {{{EXP % '/b'}}}"),
        entries(EXP % "", erp="HR: {host_conn_id: one}", crm="HR: {host_conn_id: two}"),
    ],
)
def test_schemas_that_are_told_apart_may_share_a_folder(load_databases: Load, text: str) -> None:
    assert load_databases(text).problems == ()


def test_many_schemas_may_share_a_folder(load_databases: Load) -> None:
    schemas = ", ".join(f"APP{number}: " for number in range(100))

    assert len(load_databases(entries(FLAT % "{time}-{schema}", erp=schemas)).schemas) == 100
