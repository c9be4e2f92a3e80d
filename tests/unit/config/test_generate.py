from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from oracle_backup.config import generate
from oracle_backup.config.load import Config, load_config
from oracle_backup.config.model import Options
from oracle_backup.config.options import all_options, groups

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "include" / "config" / "backups.example.yaml"
DATA = ROOT / "tests" / "data" / "config"


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = json.loads(generate.render_files()["include/config/backups.schema.json"])
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def test_generated_files_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_names_stale_files_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"], root=tmp_path) == 1
    assert capsys.readouterr().err.count("is stale. Run: make generate") == 3
    assert list(tmp_path.iterdir()) == []


def test_generating_writes_what_is_stale_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([], root=tmp_path) == 0
    assert capsys.readouterr().out.count("written") == 3
    stale = tmp_path / "docs" / "reference" / "configuration.md"
    stale.write_text("old")
    assert generate.main([], root=tmp_path) == 0
    assert capsys.readouterr().out == f"{stale} written.\n"
    assert generate.main(["--check"], root=tmp_path) == 0


def test_module_runs_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["generate", "--check"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(generate.__file__, run_name="__main__")
    assert caught.value.code == 0


def test_example_loads_without_problems() -> None:
    config = load_config(EXAMPLE)
    assert config.problems == ()
    assert [schema.key for schema in config.schemas] == [
        "erp__HR",
        "erp__SALES",
        "erp__Web-20-Shop",
        "legacy__INVOICES",
    ]


def test_example_shows_every_option() -> None:
    defaults = _without_comment_signs()["defaults"]
    shown = {
        (name, inner) if isinstance(value, dict) else (name,)
        for name, value in defaults.items()
        for inner in (value if isinstance(value, dict) else [None])
    }
    assert shown == set(all_options())


def test_options_the_example_shows_are_right_when_their_signs_are_removed() -> None:
    # By themselves: exp's options beside those of expdp make no sense.
    Options.model_validate(_without_comment_signs()["defaults"])


def test_example_is_no_wider_than_a_page() -> None:
    assert max(len(line) for line in EXAMPLE.read_text(encoding="utf-8").splitlines()) <= 100


def _without_comment_signs() -> dict:
    text = re.sub(r"(?m)^( +)#(?! )", r"\1", EXAMPLE.read_text(encoding="utf-8"))
    return yaml.safe_load(text)


@pytest.mark.parametrize("name", ["backups.yaml", "backups.example.yaml"])
def test_yaml_files_begin_with_the_line_for_editors(name: str) -> None:
    text = EXAMPLE.with_name(name).read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=backups.schema.json\n")


def test_json_schema_accepts_what_the_loader_accepts(validator: Draft7Validator) -> None:
    for path in (EXAMPLE, EXAMPLE.with_name("backups.yaml")):
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(value)] == []
    assert list(validator.iter_errors(_without_comment_signs())) == []


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "databases: []",
        "{databases: {}, default: {}}",
        "databases: {ERP: {schemas: {}}}",
        "databases: {erp: {}}",
        "databases: {erp: {schemas: {H R: }}}",
        "databases: {erp: {schemas: {HR: {retentions: }}}}",
        "databases: {erp: {schemas: {HR: {retention: {keep_last: -5}}}}}",
        "databases: {erp: {schemas: {HR: {export: {max_duration: 1x}}}}}",
        "databases: {erp: {schemas: {HR: {mail: {to: dba@example.com}}}}}",
        "databases: {erp: {schemas: {HR: {login: {method: kerberos}}}}}",
        "databases: {erp: {export: x, schemas: {}}}",
        "{databases: {}, defaults: {schemas: {}}}",
        "{databases: {}, defaults: {stores: []}}",
        "{databases: {}, defaults: {stores: [{conn_id: a}]}}",
        "{databases: {}, defaults: {stores: [{conn_id: a, path: /, pth: /}]}}",
        "{databases: {}, defaults: {licensed: [all]}}",
        "{databases: {}, defaults: {export: {compression: everything}}}",
    ],
)
def test_json_schema_refuses_what_is_out_of_shape(validator: Draft7Validator, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text)))


def test_json_schema_knows_the_defaults_as_they_are_written(validator: Draft7Validator) -> None:
    export = validator.schema["definitions"]["export"]["properties"]
    assert export["max_duration"]["default"] == "1d"
    assert export["exclude"]["default"] == []


def test_json_schema_lets_a_level_have_part_of_a_store_and_whole_stores(
    validator: Draft7Validator,
) -> None:
    text = "{databases: {}, defaults: {store: {path: /}, stores: [{conn_id: a, path: /, name: b}]}}"
    assert list(validator.iter_errors(yaml.safe_load(text))) == []


def test_reference_has_a_row_for_every_option() -> None:
    text = generate.render_files()["docs/reference/configuration.md"]
    for path in all_options():
        assert f"| `{path[-1]}` | " in text
    for name in groups():
        assert f"\n### {name}\n" in text


def test_yaml_of_the_reference_loads(tmp_path: Path) -> None:
    text = generate.render_files()["docs/reference/configuration.md"]
    (block,) = re.findall(r"(?s)```yaml\n(.*?)```", text)
    path = tmp_path / "backups.yaml"
    path.write_text(block)
    config: Config = load_config(path)
    assert config.problems == ()
    assert [schema.key for schema in config.schemas] == ["erp__HR", "erp__SALES"]
