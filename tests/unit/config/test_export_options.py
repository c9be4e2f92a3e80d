"""The options of `export`: which go together, and what the export is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from oracle_backup.config.export_settings import ExportSettings
from oracle_backup.domain import parameter_values
from support.builders import make_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

    Load = Callable[[str], SchemaSettings]
    Problems = Callable[[str], list[str]]

ENCRYPTED = "encryption: all, encryption_password_conn_id: dump"
EVERYTHING = f"""\
export:
  content: metadata_only
  exclude_tables: [staging, '"Session Log"']
  cluster: true
  compression: data_only
  compression_algorithm: high
  {ENCRYPTED.replace(", ", chr(10) + "  ")}
  encryption_mode: dual
  encryption_algorithm: aes256
  checksum: true
  checksum_algorithm: sha512
  version: "12.2"
  access_method: direct_path
"""


def test_options_at_their_defaults_are_not_told(settings: Load) -> None:
    assert settings("").export_options() == {}
    assert settings("export: {parallel: 4, file_size: 1G, exclude: [INDEX]}").export_options() == {}


def test_options_are_told_as_the_parameter_file_wants_them(settings: Load) -> None:
    options = settings(EVERYTHING).export_options()

    assert options == {
        "content": "metadata_only",
        "exclude_tables": ("STAGING", "Session Log"),
        "cluster": True,
        "compression": "data_only",
        "compression_algorithm": "high",
        "encryption": "all",
        "encryption_password_conn_id": "dump",
        "encryption_mode": "dual",
        "encryption_algorithm": "aes256",
        "checksum": True,
        "checksum_algorithm": "sha512",
        "version": "12.2",
        "access_method": "direct_path",
    }
    assert options.pop("encryption_password_conn_id")
    make_parameters(**options)  # each is one of its arguments


@pytest.mark.parametrize(
    ("written", "size"), [("1K", 1024), ("512k", 512 * 1024), ("10M", 10 * 1024**2)]
)
def test_options_of_exp_are_told(settings: Load, written: str, size: int) -> None:
    found = settings(f"export: {{tool: exp, path: /dump, buffer: {written}}}")
    assert found.export_options() == {"buffer_bytes": size}
    found = settings("export: {tool: exp, path: /dump, direct: true}")
    assert found.export_options() == {"direct": True}


@pytest.mark.parametrize(
    ("option", "known"),
    [
        ("content", parameter_values.CONTENTS),
        ("compression", parameter_values.COMPRESSIONS),
        ("compression_algorithm", parameter_values.COMPRESSION_ALGORITHMS),
        ("encryption", parameter_values.ENCRYPTIONS),
        ("encryption_mode", parameter_values.ENCRYPTION_MODES),
        ("encryption_algorithm", parameter_values.ENCRYPTION_ALGORITHMS),
        ("checksum_algorithm", parameter_values.CHECKSUM_ALGORITHMS),
        ("access_method", parameter_values.ACCESS_METHODS),
    ],
)
def test_config_and_parameter_file_know_the_same_words(option: str, known: tuple[str]) -> None:
    annotation = ExportSettings.model_fields[option].annotation
    words = [word for kind in (annotation, *get_args(annotation)) for word in get_args(kind)]
    assert {word for word in words if isinstance(word, str)} == set(known)


@pytest.mark.parametrize(
    "option",
    [
        "content: data_only",
        "exclude_tables: [A]",
        "cluster: true",
        "compression: none",
        "compression_algorithm: low",
        "encryption: all",
        "encryption_password_conn_id: dump",
        "encryption_mode: dual",
        "encryption_algorithm: aes128",
        "checksum: true",
        "checksum_algorithm: crc32",
        "version: '11.2'",
        "access_method: external_table",
    ],
)
def test_option_of_data_pump_is_refused_with_exp(problems: Problems, option: str) -> None:
    (line,) = problems(f"export: {{tool: exp, path: /dump, {option}}}")
    name = option.partition(":")[0]
    assert line == (
        f"export.{name}: does not go with export.tool exp, which has nothing like it; remove it"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("direct: true", "export.direct: is for export.tool exp; remove it"),
        ("buffer: 1M", "export.buffer: is for export.tool exp; remove it"),
        (
            "tool: exp, path: /dump, direct: true, buffer: 1M",
            "export.buffer: does nothing with export.direct; remove one",
        ),
        (
            "compression_algorithm: low",
            "export.compression_algorithm: needs export.compression all or data_only; set that ",
        ),
        ("compression: none, compression_algorithm: low", "export.compression_algorithm: needs "),
        (
            "checksum_algorithm: crc32",
            "export.checksum_algorithm: needs export.checksum: true; set that or remove this",
        ),
        (
            "encryption: all",
            "export.encryption_password_conn_id: is required with export.encryption, but for "
            "export.encryption_mode transparent",
        ),
        ("encryption: all, encryption_mode: dual", "export.encryption_password_conn_id: is requ"),
        (
            f"{ENCRYPTED}, encryption_mode: transparent",
            "export.encryption_password_conn_id: does not go with export.encryption_mode ",
        ),
        (
            "encryption_password_conn_id: dump",
            "export.encryption_password_conn_id: does nothing without export.encryption; set ",
        ),
        ("encryption_mode: dual", "export.encryption_mode: does nothing without export.encrypt"),
        ("encryption_algorithm: aes256", "export.encryption_algorithm: does nothing without "),
        (
            "encryption: encrypted_columns_only, encryption_password_conn_id: dump, "
            "encryption_algorithm: aes256",
            "export.encryption_algorithm: does not go with export.encryption encrypted_columns",
        ),
        (
            "encryption: all, encryption_password_conn_id: database",
            "export.encryption_password_conn_id: must be a connection of its own, is that of "
            "database_conn_id: backups must stay readable",
        ),
        (
            "exclude_tables: [A, B, a]",
            "export.exclude_tables[2]: is the same table as export.exclude_tables[0]; remove one",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    problems: Problems, text: str, said: str
) -> None:
    (line,) = problems(f"export: {{{text}}}")
    assert line.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "compression: all, compression_algorithm: low",
        "checksum: true",
        "encryption: all, encryption_mode: transparent, encryption_algorithm: aes192",
        "encryption: encrypted_columns_only, encryption_password_conn_id: dump",
        f"{ENCRYPTED}, encryption_mode: password",
        "exclude_tables: [A, '\"a\"']",
        "version: '19'",
        "cluster: true",
    ],
)
def test_options_that_go_together_are_kept(settings: Load, text: str) -> None:
    settings(f"export: {{{text}}}")


@pytest.mark.parametrize(
    "text",
    [
        "export: {encryption: wrong, encryption_mode: dual}",
        "export: {checksum: maybe, checksum_algorithm: crc32}",
        "export: {exclude_tables: [A, A, 'B,C']}",
        "{archive: {encoder: gzip, compress_on: host}}",
    ],
)
def test_what_follows_from_another_mistake_is_not_reported(problems: Problems, text: str) -> None:
    assert len(problems(text)) == 1


def test_host_compresses_with_7zz_only(problems: Problems) -> None:
    (line,) = problems("archive: {compress_on: host, encoder: lzma}")
    assert line == (
        "archive.compress_on: does not go with archive.encoder lzma: on the host only 7zz "
        "compresses"
    )


def test_archive_and_licences_are_read(settings: Load) -> None:
    found = settings(
        "{licensed: [enterprise_edition], retry_delay: 10m, "
        "archive: {encoder: 7zz, compress_on: host}}"
    )
    assert found.licensed == ("enterprise_edition",)
    assert (found.archive.encoder, found.archive.compress_on) == ("7zz", "host")
    assert found.retry_delay.total_seconds() == 600


def test_unknown_licence_is_refused(problems: Problems) -> None:
    (line,) = problems("licensed: [enterprise_edition, partitioning]")
    assert line.startswith("licensed[1]: must be enterprise_edition, advanced_compression or ")


@pytest.mark.parametrize(
    "name",
    [
        "A,B",
        "A B",
        "A\nEXCLUDE=USER",
        "A'",
        "A%",
        "DIR:A",
        "HR.A",
        "",
        '"',
        '"A',
        '"A"B"',
        '"A\'B"',
        '"A\nB"',
        '"A%"',
        '"A:B"',
        '"A,B"',
        '"A\\B"',
        '" A"',
        "A\0",
        '"\U0001f5c4"',
        '"' + "a" * 129 + '"',
    ],
)
def test_table_name_that_could_be_read_as_more_is_refused_with_its_path(
    problems: Problems, name: str
) -> None:
    import json

    (line,) = problems(f"export: {{exclude_tables: [GOOD, {json.dumps(name)}]}}")
    assert line.startswith("export.exclude_tables[1]: must be a table's name")


@pytest.mark.parametrize(
    ("written", "name"),
    [("staging", "STAGING"), ("A#1$", "A#1$"), ('"Web Shop"', "Web Shop"), ('"Año"', "Año")],
)
def test_table_name_becomes_that_of_the_dictionary(settings: Load, written: str, name: str) -> None:
    found = settings(f"export: {{exclude_tables: ['{written}']}}")
    assert found.export.exclude_tables == (name,)


def test_more_tables_than_data_pump_takes_are_refused(problems: Problems, settings: Load) -> None:
    names = [f"TABLE_WITH_A_LONG_NAME_{number:04}" for number in range(200)]
    (line,) = problems(f"export: {{exclude_tables: [{', '.join(names)}]}}")
    assert line == (
        "export.exclude_tables: makes a filter of 6012 bytes, more than the 4000 that Data Pump "
        "takes; name fewer"
    )
    settings(f"export: {{exclude_tables: [{', '.join(names[:130])}]}}")


def test_problem_of_a_table_stands_where_the_list_was_written(
    load_databases: Callable[[str], Config],
) -> None:
    config = load_databases(
        """\
        erp:
          export: {exclude_tables: [A, A]}
          schemas: {HR: , SALES: {export: {exclude_tables: [B]}}}
        """
    )
    assert config.problems == (
        "databases.erp.export.exclude_tables[1]: is the same table as export.exclude_tables[0]; "
        "remove one",
    )
    assert [found.schema_name for found in config.schemas] == ["SALES"]
