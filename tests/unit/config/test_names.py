from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.names import (
    SCHEMA_NAME,
    check_database_name,
    key,
    key_of_anything,
    parse_schema_name,
)
from oracle_backup.domain.names import dag_id
from oracle_backup.domain.parameter_values import quote_name

DAG_ID = re.compile(r"[A-Za-z0-9_.-]{1,250}")
"""What Airflow accepts."""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("HR", "HR"),
        ("hr", "HR"),
        ("OPS$Scott", "OPS$SCOTT"),
        ("A#1_b", "A#1_B"),
        ('"hr"', "hr"),
        ('"Mixed Case"', "Mixed Case"),
        ('"España"', "España"),
        ('"HR"', "HR"),
        ("A" * 128, "A" * 128),
        ('"_x"', "_x"),
    ],
)
def test_schema_name_becomes_that_of_the_dictionary(written: str, name: str) -> None:
    assert parse_schema_name(written) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1HR",
        "_HR",
        "H R",
        "H-R",
        "HR\n",
        "HR\nDIRECTORY=X",
        "HR,SYSTEM",
        "HR SYSTEM",
        "HR'",
        'H"R',
        "HR%U",
        "DIR:HR",
        "../HR",
        "HR\\",
        "España",
        "A" * 129,
        '"',
        '""',
        '"HR',
        '"H"R"',
        '" HR"',
        '"HR "',
        '"H\nR"',
        '"H,R"',
        '"H\'R"',
        '"H%UR"',
        '"H:R"',
        '"H/R"',
        '"H\\R"',
        '"-rf"',
        '"H\tR"',
        '"' + "ñ" * 65 + '"',
        '"' + "a" * 129 + '"',
    ],
)
def test_schema_name_that_could_carry_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="schema name is"):
        parse_schema_name(text)


def test_schema_name_too_long_for_a_dag_id_is_refused() -> None:
    with pytest.raises(ValueError, match="takes more than 180"):
        parse_schema_name("A" + "$" * 50)


@pytest.mark.parametrize("text", ["SYS", "sys", '"SYS"', "MDSYS", "ORDSYS"])
def test_schema_of_oracle_itself_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="belongs to Oracle"):
        parse_schema_name(text)


@pytest.mark.parametrize("name", ["e", "erp", "erp_2", "a" * 40])
def test_database_name_is_kept(name: str) -> None:
    assert check_database_name(name) == name


@pytest.mark.parametrize("name", ["", "ERP", "2erp", "_erp", "a" * 41, "e-r", "e/r", "erp\n", "é"])
def test_database_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a database name is"):
        check_database_name(name)


def test_key_is_the_dag_id_without_its_prefix() -> None:
    assert f"oracle_backup__{key('erp', 'A$B')}" == dag_id(database="erp", schema="A$B")


@given(st.text(max_size=140) | st.from_regex(SCHEMA_NAME, fullmatch=True))
def test_any_schema_name_is_refused_or_safe_everywhere(text: str) -> None:
    for written in (text, f'"{text}"'):
        try:
            name = parse_schema_name(written)
        except ValueError:
            continue
        assert name in {text, text.upper(), text[1:-1]}
        assert not set(name) & set("\n\r\0\"'%,:/\\")
        assert DAG_ID.fullmatch(dag_id(database="d" * 40, schema=name))
        quote_name(name)


@given(st.text(), st.text())
def test_key_of_anything_is_fit_for_a_dag_id(database: str, schema: str) -> None:
    name = key_of_anything(database, schema)
    assert DAG_ID.fullmatch(f"oracle_backup__{name}")
    assert name == key_of_anything(database, schema)


@given(st.text(), st.text(), st.text(), st.text())
def test_keys_of_anything_differ(one: str, two: str, three: str, four: str) -> None:
    if (one, two) != (three, four) and "\n" not in one + three:
        assert key_of_anything(one, two) != key_of_anything(three, four)
