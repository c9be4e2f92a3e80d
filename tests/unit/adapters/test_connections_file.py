"""A file of connections, in each form, right and wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.connections_file import is_open_to_others, read_connections
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-71c0"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_each_form_gives_what_a_backend_answers(tmp_path: Path):
    fields = {"conn_type": "ssh", "port": 22, "extra": {"host_key": "k"}}
    uri = "ssh://user:word@host:22"
    files = {
        "a.json": json.dumps({"a": fields, "b": uri}),
        "a.YAML": f"a: {{conn_type: ssh, port: 22, extra: {{host_key: k}}}}\nb: {uri}\n",
    }
    for name, text in files.items():
        found = read_connections(write(tmp_path, name, text))
        assert json.loads(found["a"]) == fields
        assert found["b"] == uri

    text = f"\ufeff# comment\n\n  # another\nb={uri}\nc=ssh://x?a=b\n"
    assert read_connections(write(tmp_path, "a.env", text)) == {"b": uri, "c": "ssh://x?a=b"}


def test_conn_id_and_extra_dejson_are_taken_as_airflow_takes_them(tmp_path: Path):
    path = write(tmp_path, "a.json", json.dumps({"a": {"conn_id": "a", "extra_dejson": {"x": 1}}}))

    assert json.loads(read_connections(path)["a"]) == {"extra": {"x": 1}}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", f'{{"a": "{CANARY}",\n oops {CANARY}', "not JSON in line 2"),
        ("a.json", f'["{CANARY}"]', "no object of connections"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.json", f'{{"a": ["{CANARY}"]}}', "'a' in .* is neither an object nor a URI"),
        ("a.json", '{"a": " "}', "neither an object nor a URI"),
        ("a.json", f'{{"a": {{"pasword": "{CANARY}", "x": 1}}}}', "unknown fields: pasword, x"),
        ("a.json", f'{{"a": {{"port": "{CANARY}"}}}}', "port of connection 'a' in .* is no number"),
        ("a.yaml", f"a: {{x: 1\nb: '{CANARY}", "not YAML in line"),
        ("a.yaml", "a: 2026-99-99\n", "not YAML|neither"),
        ("a.yaml", "", "no object of connections"),
        ("a.env", f"a=ssh://x\n{CANARY}\n", "not id=URI in line 2"),
        ("a.env", f"={CANARY}\n", "not id=URI in line 1"),
        ("a.env", "a=\n", "not id=URI in line 1"),
        ("a.env", f"a=ssh://x\na={CANARY}\n", "has 'a' twice"),
        ("a.txt", CANARY, "ends in none of .json, .yaml, .yml, .env"),
    ],
)
def test_file_that_is_wrong_is_told_without_anything_of_its_values(
    tmp_path: Path, name: str, text: str, says: str
):
    path = write(tmp_path, name, text)

    with pytest.raises(ConfigError, match=says) as caught:
        read_connections(path)

    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_file_that_is_not_there_or_not_text_is_told(tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        read_connections(tmp_path / "a.json")

    (tmp_path / "b.json").write_bytes(b"\xff\xfe" + CANARY.encode())
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        read_connections(tmp_path / "b.json")
    assert caught.value.__cause__ is None


def test_file_that_others_may_read_is_open(tmp_path: Path):
    path = write(tmp_path, "a.json", "{}")
    found = {}
    for mode in (0o600, 0o400, 0o640, 0o604):
        path.chmod(mode)
        found[mode] = is_open_to_others(path)

    assert found == {0o600: False, 0o400: False, 0o640: True, 0o604: True}
