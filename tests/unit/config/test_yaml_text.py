from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.config.yaml_text import parse_yaml
from oracle_backup.errors import ConfigError


def parsed(text: str) -> object:
    value, problems = parse_yaml(text, name="backups.yaml")
    assert problems == ()
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing", None),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: null", {"a": None}),
        ("a: true", {"a": True}),
        ("a: FALSE", {"a": False}),
        ("a: 7", {"a": 7}),
        ("a: -1", {"a": -1}),
        ("a: 1.5", {"a": 1.5}),
        ("a: {b: [x, 2, '2']}", {"a": {"b": ["x", 2, "2"]}}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
    ],
)
def test_yaml_is_read(text: str, value: object) -> None:
    assert parsed(text) == value


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_line_ends_nobody_sees_are_signs(sign: str) -> None:
    assert parsed(f"a: 'x{sign}y'") == {"a": f"x{sign}y"}
    assert parsed(f'"a{sign}b": x{sign}y') == {f"a{sign}b": f"x{sign}y"}
    assert parsed(f"a: x # {sign}b: y") == {"a": "x"}
    assert parsed('a: "x\\N\\L\\P"') == {"a": "x\x85\u2028\u2029"}


def test_code_point_that_is_no_character_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError, match="line 2 has a control character"):
        parse_yaml("a: x\nb: \ufdd1", name="backups.yaml")


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "007",
        "0o7",
        "0x1F",
        "1:30",
        "1_000",
        "2026-11-23",
        "=",
        "1e3",
        ".5",
        ".inf",
        ".nan",
        "+1",
        "9" * 30,
        "NO",
        "Off",
        "nUll",
        "02",
    ],
)
def test_word_that_yaml_1_1_would_change_stays_text(word: str) -> None:
    assert parsed(f"a: {word}") == {"a": word}


@pytest.mark.parametrize("word", ["NO", "on", "null", "true", "2024", "~", "1.5", "0x1F"])
def test_key_is_text_as_written(word: str) -> None:
    assert parsed(f"{word}: 1") == {word: 1}


def test_empty_key_is_text() -> None:
    assert parsed("? \n: 1") == {"": 1}


def test_key_that_stands_twice_is_a_problem_with_both_lines_and_the_first_one_holds() -> None:
    value, problems = parse_yaml("a:\n  b: 1\n  c: 2\n  b: 3\n", name="backups.yaml")
    assert value == {"a": {"b": 1, "c": 2}}
    assert [str(problem) for problem in problems] == [
        "a.b: stands twice, on line 2 and on line 4; remove one"
    ]


def test_keys_that_stand_twice_are_found_in_lists_and_written_differently() -> None:
    _, problems = parse_yaml("a: [{b: 1, 'b': 2}]\n", name="backups.yaml")
    assert [problem.path for problem in problems] == [("a", 0, "b")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "line 1, column 6"),
        ("a: 1\n  b: 2\n", "line 2, column 4"),
        ("a: 1\nb: *other\n", "line 2, column 4: found an alias. Shared options stand under"),
        ("a: &other 1\n", "line 1, column 4: found an anchor. Shared options stand under"),
        ("a: */5 * * * *\n", "Text that begins with * or & stands in quotes"),
        ("a: &/5\n", "Text that begins with * or & stands in quotes"),
        ("a: @daily\n", "Text that begins with @ stands in quotes"),
        ("a: %x\n", "Text that begins with % stands in quotes"),
        ("a:\n\tb: 1\n", "Indent with blanks, not with tabs"),
        ("b: {a: 1}\n<<: {c: 1}\n", "line 2, column 1: found a merge key. Shared options"),
        ("a: !vault x\n", "line 1, column 4: found a tag. Text that begins with ! stands"),
        ("a: !!python/object:os.system {}\n", "found a tag"),
        ("a: !!binary aGk=\n", "found a tag"),
        ("a: !!set {b}\n", "found a tag"),
        ("a: !!omap [b: 1]\n", "found a tag"),
        ("? [a]\n: 1\n", "line 1, column 3: found a key that is no text"),
        ("a: 1\n---\nb: 2\n", "but found another document"),
        ("a: 1\nb: \x07\n", "line 2 has a control character"),
        ("a: " + "[" * 5000, "nested too deeply"),
    ],
)
def test_text_that_is_not_read_is_an_error_that_says_where(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, name="backups.yaml")
    assert str(caught.value).startswith("backups.yaml cannot be read as YAML:")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "p: *hunter2",
        "p: !hunter2!x y",
        "p: !hunter2 x",
        "p: &hunter2",
        "p: 'hunter2",
        "p: [hunter2",
        "p: @hunter2",
        "p: hunter2\n q: 1",
        "hunter2",
        "p: %hunter2",
        "p: !<hunter2",
        "%hunter2 x\n---\n",
    ],
)
def test_no_error_shows_the_text_of_the_file(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(f"a: 1\n{text}\n", name="backups.yaml")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.text(alphabet=st.sampled_from(list("ab:-?[]{}&*!|>'\"%@`#,\n \t<0.~\x01é")), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parse_yaml(text, name="backups.yaml")
