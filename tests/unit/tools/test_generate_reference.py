"""The pages of the reference that are made from the code."""

from __future__ import annotations

import argparse
import importlib.util
import json
from pathlib import Path

import jsonschema
import pytest

from oracle_backup import errors
from oracle_backup.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location(
        "generate_reference", ROOT / "tools" / "generate_reference.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_fresh(tool, capsys):
    assert tool.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_names_stale_pages_and_writes_nothing(tool, tmp_path, capsys):
    assert tool.main(["--check"], root=tmp_path) == 1
    assert capsys.readouterr().err.count("is stale") == len(tool.PAGES)
    assert list(tmp_path.iterdir()) == []


def test_stale_page_is_written_anew(tool, tmp_path, capsys):
    assert tool.main([], root=tmp_path) == 0
    page = tmp_path / "docs" / "reference" / "command-line.md"
    text = page.read_text(encoding="utf-8")
    page.write_text("old")

    assert tool.main(["--check"], root=tmp_path) == 1
    assert tool.main([], root=tmp_path) == 0
    assert page.read_text(encoding="utf-8") == text


def test_each_command_and_option_has_its_row(tool):
    page = tool.render_commands()
    (commands,) = (
        one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction)
    )
    for name, parser in commands.choices.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for action in parser._actions:
            if action.dest != "help":
                assert f"| `{tool._invocation(action)}` | " in section
                assert action.help, f"{name} {action.dest} has no help"


def test_page_of_errors_has_no_error_of_the_command_line_alone(tool):
    page = tool.render_errors()

    assert "NoAnswerError" not in page
    assert (
        page.count("\n| ") - 2
        == sum(
            issubclass(one, errors.BackupError)
            for one in vars(errors).values()
            if isinstance(one, type)
        )
        - 1
    )


def test_page_does_not_depend_on_the_terminal(tool, monkeypatch):
    wide = tool.render_commands()
    monkeypatch.setenv("COLUMNS", "40")

    assert tool.render_commands() == wide


def test_schema_file_accepts_the_example_of_its_page_and_no_broken_one():
    reference = ROOT / "docs" / "reference"
    schema = json.loads((reference / "manifest.schema.json").read_text(encoding="utf-8"))
    page = (reference / "manifest.md").read_text(encoding="utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    checker = jsonschema.Draft202012Validator(schema)

    assert list(checker.iter_errors(shown)) == []
    assert list(checker.iter_errors({**shown, "colour": "of a later release"})) == []
    assert list(checker.iter_errors({**shown, "verdict": "good"})) != []
    del shown["snapshot_time"]
    assert list(checker.iter_errors(shown)) != []


def test_each_field_of_a_manifest_has_its_row_with_a_meaning():
    reference = ROOT / "docs" / "reference"
    schema = json.loads((reference / "manifest.schema.json").read_text(encoding="utf-8"))
    page = (reference / "manifest.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]

    assert all(len(row) == 3 and len(row[2]) > 5 for row in rows)
    named = [row[0].strip("| `") for row in rows]
    records = [schema, *schema["$defs"].values()]
    assert sorted(named) == sorted(name for one in records for name in one["properties"])
