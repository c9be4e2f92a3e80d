"""Placeholders, SQLRutaBackup, host keys, and what the machine tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.predecessor.credentials import read_credentials
from oracle_backup.config.predecessor.directory_query import directory_name
from oracle_backup.config.predecessor.json_text import parse_json
from oracle_backup.config.predecessor.placeholders import (
    UnknownPlaceholderError,
    file_stem,
    mail_text,
)
from oracle_backup.config.predecessor.surroundings import Surroundings, home_of
from oracle_backup.config.predecessor.translate import database_name
from oracle_backup.domain import mail_text as templates
from oracle_backup.domain.name_template import check_file_template
from support.predecessor_files import HOST_KEY, credentials

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_backup.config.predecessor.credentials import Credentials
    from oracle_backup.config.problems import Problem

VALUES = {"ESQUEMA": "{schema}", "SERVIDOR": "{host}", "BBDD": "OR CL"}


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("%%ESQUEMA%%-%%FECHA%%.7z", "{schema}-{local_time}"),
        (r"D:\copias\%%ESQUEMA%%_%%FECHA%%.7Z", "{schema}_{local_time}"),
        ("a/b/%%esquema%%-%% fecha %%", "{schema}-{local_time}"),
        ("%%SERVIDOR%%.%%BBDD%%.%%FECHA%%.7z", "{host}.OR_CL.{local_time}"),
        ("copia diaria-%%FECHA%%.7z", "copia_diaria-{local_time}"),
        ("copia-%%FECHA%%_%U.7z", "copia-{local_time}"),
        ("año{x}-%%FECHA%%.7z", "ano_x_-{local_time}"),
        (".-%%FECHA%%...7z", "{local_time}"),
        ("%%ESQUEMA%%.7z", "{schema}-{local_time}"),
        ("", "{schema}-{local_time}"),
    ],
)
def test_name_of_a_file_becomes_a_template(path: str, stem: str) -> None:
    assert file_stem(path, ending=".7z", values=VALUES, blanks=False)[0] == stem


def test_name_that_had_to_be_changed_says_why() -> None:
    _, none = file_stem("%%ESQUEMA%%-%%FECHA%%.dmp", ending=".dmp", values=VALUES, blanks=False)
    _, time = file_stem("%%ESQUEMA%%.dmp", ending=".dmp", values=VALUES, blanks=False)
    _, signs = file_stem("ñ%%FECHA%%.dmp", ending=".dmp", values=VALUES, blanks=False)

    assert none == ()
    assert time == ("the time is added, so that no backup is written over",)
    assert signs == ("signs that are not letters, digits and _ . - are written as these",)


def test_archive_may_have_blanks_in_its_name() -> None:
    stem, changes = file_stem("copia %%FECHA%%.7z", ending=".7z", values=VALUES, blanks=True)

    assert (stem, changes) == ("copia {local_time}", ())


@given(
    name=st.lists(
        st.sampled_from(["%%ESQUEMA%%", "%%FECHA%%", "%%BBDD%%", "{", "}", "%U", " ", ".", "\\"])
        | st.text(max_size=3)
    ).map("".join),
    blanks=st.booleans(),
)
def test_whatever_a_name_is_made_of_its_template_is_one(name: str, blanks: bool) -> None:
    try:
        stem, _ = file_stem(name, ending=".7z", values=VALUES, blanks=blanks)
    except UnknownPlaceholderError:
        return

    assert check_file_template(stem, blanks=blanks) == stem


def test_subject_and_message_keep_their_words_and_braces() -> None:
    text = mail_text("{%%ESQUEMA%%} de %%bbdd%% en %%SERVIDOR%%: 100%", values=VALUES)

    assert text == "{{{schema}}} de OR CL en {host}: 100%"
    filled = templates.fill(text, {"schema": "HR", "host": "db1"})
    assert filled == "{HR} de OR CL en db1: 100%"


def test_unknown_placeholder_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownPlaceholderError, match="%%HORA%%; known: %%ESQUEMA%% %%FECHA%%"):
        mail_text("%%HORA%%", values=VALUES)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT DIRECTORY_PATH FROM dba_directories WHERE DIRECTORY_NAME = 'DP_DIR';", "DP_DIR"),
        ("select directory_path from all_directories where directory_name='dp_dir'", "DP_DIR"),
        (
            "SELECT d.directory_path\nFROM sys.dba_directories d\nWHERE UPPER(d.directory_name) = "
            "UPPER('dp_dir') AND rownum = 1",
            "DP_DIR",
        ),
        ("select directory_path from dba_directories where directory_name in ('A$B')", "A$B"),
        ("select directory_path from dba_directories where directory_name like 'X'", "X"),
        ("select directory_path from dba_directories where directory_name in ('A', 'B')", None),
        ("select '/u01/dumps' from dual", None),
        ("select directory_path from dba_directories", None),
        ("select 1 from dual where directory_name = 'DP'", None),
        (
            "select directory_path from dba_directories where directory_name = 'A' or "
            "directory_name = 'B'",
            None,
        ),
        ("", None),
    ],
)
def test_statement_names_a_directory_object(statement: str, name: str | None) -> None:
    assert directory_name(statement) == name


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("ORCL", "orcl"),
        ("ORCL.WORLD", "orcl_world"),
        ("Año-1", "ano_1"),
        ("1ORCL", "db_1orcl"),
        ("ñ" * 60, "n" * 40),
        ("1" * 60, "db_" + "1" * 37),
        ("??", "db_"),
    ],
)
def test_database_is_named_after_its_sid(service: str, name: str) -> None:
    assert database_name(service) == name


def credentials_of(**items: object) -> tuple[Credentials, list[Problem]]:
    problems: list[Problem] = []
    value = parse_json(json.dumps(credentials(**items)).encode(), name="credenciales.json")
    found = read_credentials(value, place=("credenciales.json",), problems=problems)
    return found, problems


KEY_BLOB = HOST_KEY.split()[1]


@pytest.mark.parametrize(
    "written",
    [
        HOST_KEY,
        KEY_BLOB,
        f"{HOST_KEY} root@sftp",
        f"[sftp.dominio.com]:2222 {HOST_KEY}",
        f"  {HOST_KEY}  ",
    ],
)
def test_host_key_is_read_in_every_form_openssh_writes(written: str) -> None:
    found, problems = credentials_of(SFTP={4: written})

    assert problems == []
    assert found.store.host_key == HOST_KEY


@pytest.mark.parametrize(
    "written",
    [
        "ssh-ed25519",
        "AAAA",
        "AAAA====x",
        f"ssh-rsa {KEY_BLOB}",
        "SHA256:ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og",
        "ssh-dss AAAAB3NzaC1kc3MAAACBAP",
        "C:\\keys\\known_hosts",
    ],
)
def test_host_key_that_is_none_is_refused_and_never_ignored(written: str) -> None:
    found, problems = credentials_of(SFTP={4: written})

    assert [problem.path for problem in problems] == [("credenciales.json", "SFTP", 4)]
    assert "public key in one line" in problems[0].text
    assert found.store.host_key == ""


def tool_in(folder: Path, name: str = "expdp") -> Path:
    folder.mkdir(parents=True)
    tool = folder / name
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    return tool


def test_oracle_home_is_the_variable_else_above_the_tool(tmp_path: Path) -> None:
    tool = tool_in(tmp_path / "home" / "bin")
    linked = tmp_path / "links"
    linked.mkdir()
    (linked / "expdp").symlink_to(tool)
    path = {"PATH": str(linked)}

    assert Surroundings({**path, "ORACLE_HOME": "/u01/db/"}).oracle_home("expdp") == "/u01/db"
    assert Surroundings(path).oracle_home("expdp") == str(tmp_path / "home")
    assert Surroundings({**path, "ORACLE_HOME": "C:\\ora"}).oracle_home("expdp") == str(
        tmp_path / "home"
    )
    assert Surroundings(path).oracle_home("exp") is None
    assert Surroundings({}).oracle_home("expdp") is None


@pytest.mark.parametrize(
    ("tool", "home"),
    [
        ("/u01/db/bin/expdp", "/u01/db"),
        ("/opt/instantclient/expdp", None),
        ("expdp", None),
        ("/a/../b/bin/expdp", None),
        ("/u 01/bin/expdp", None),
    ],
)
def test_home_of_a_tool_is_the_folder_that_bin_is_in(tool: str, home: str | None) -> None:
    assert home_of(tool) == home


def test_tns_admin_is_taken_where_it_is_a_path() -> None:
    assert Surroundings({"TNS_ADMIN": "/u01/admin"}).tns_admin == "/u01/admin"
    assert Surroundings({"TNS_ADMIN": "C:\\admin"}).tns_admin is None
    assert Surroundings({}).tns_admin is None


@pytest.mark.parametrize(
    ("said", "linked", "zone"),
    [
        ("Europe/Madrid", "/usr/share/zoneinfo/Asia/Tokyo", "Europe/Madrid"),
        (":Europe/Madrid", None, "Europe/Madrid"),
        ("", "/usr/share/zoneinfo/Europe/Madrid", "Europe/Madrid"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "../usr/share/zoneinfo/Europe/Madrid", "Europe/Madrid"),
        ("", "/usr/share/zoneinfo/Etc/UTC", "UTC"),
        ("Europe", None, "UTC"),
        ("", "/somewhere/else", "UTC"),
        ("", None, "UTC"),
    ],
)
def test_zone_is_that_of_the_machine(
    tmp_path: Path, said: str, linked: str | None, zone: str
) -> None:
    localtime = tmp_path / "localtime"
    if linked is not None:
        localtime.symlink_to(linked)

    assert Surroundings({"TZ": said}, localtime).timezone == zone
