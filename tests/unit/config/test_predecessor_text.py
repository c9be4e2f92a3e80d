from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.predecessor.json_text import Members, decode, parse_json
from oracle_backup.errors import ConfigError


def plain(value: object) -> object:
    if isinstance(value, Members):
        return {key: plain(one) for key, one in value}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def parsed(text: str) -> object:
    return plain(parse_json(text.encode(), name="config.json"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_file_is_read_in_whatever_encoding_it_was_saved(encoding: str) -> None:
    content = '{"Password": "Contraseña€"}'.encode(encoding)

    assert plain(parse_json(content, name="config.json")) == {"Password": "Contraseña€"}


def test_byte_without_meaning_in_cp1252_is_read_as_latin_1() -> None:
    assert decode(b"\xf1\x81") == "ñ\x81"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2, ], }', {"a": [1, 2]}),
        ('{"a": ",]", "b": ",}"}', {"a": ",]", "b": ",}"}),
        (r'{"a": "config\credenciales.json"}', {"a": r"config\credenciales.json"}),
        (r'{"a": "config\\credenciales.json"}', {"a": r"config\credenciales.json"}),
        (r'{"a": "%%FECHA%%\\\"x\""}', {"a": '%%FECHA%%\\"x"'}),
        (r'{"a": "\u00f1 \uZZZZ"}', {"a": r"ñ \uZZZZ"}),
        ('{"a": "two\nlines\there"}', {"a": "two\nlines\there"}),
    ],
)
def test_what_people_write_by_hand_is_read(text: str, value: object) -> None:
    assert parsed(text) == value


def test_members_that_stand_twice_are_all_kept() -> None:
    assert parse_json(b'{"a": 1, "a": 2}', name="x") == Members((("a", 1), ("a", 2)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"Password": "s3cret"\n"b": 1}', "line 3, column 1: expecting ',' delimiter"),
        ("", "line 1, column 1: expecting value"),
        ("[" * 100_000, "nested too deeply"),
        (r'{"a": "s3cret\ud800"}', "stands for no letter"),
        ('{"a": NaN}', "a number that is none"),
        ('{"a": ' + "9" * 5000 + "}", "a number that is none"),
    ],
)
def test_what_is_no_json_is_refused_without_a_word_of_it(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)

    assert said in str(caught.value)
    assert str(caught.value).startswith("config.json cannot be read as JSON")
    assert "s3cret" not in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(value=values, ascii_only=st.booleans())
def test_json_that_is_right_is_read_as_json_reads_it(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert parsed(text) == json.loads(text)


@given(content=st.binary() | st.text(alphabet='{}[]",:\\ab1\n ').map(str.encode))
def test_anything_is_read_or_refused(content: bytes) -> None:
    try:
        parse_json(content, name="config.json")
    except ConfigError as error:
        assert error.hint  # noqa: PT017 - some of it is JSON
