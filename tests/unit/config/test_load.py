from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oracle_backup.config import load
from oracle_backup.config.load import Config, load_config
from oracle_backup.errors import ConfigError

DATA = Path(__file__).parents[2] / "data" / "config"
ROOT = Path(__file__).parents[3]

Load = Callable[[str], Config]


def test_file_beside_the_plugins_folder_is_read_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ORACLE_BACKUP_CONFIG", raising=False)
    assert load_config().path == ROOT / "include" / "config" / "backups.yaml"
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", "")
    assert load_config().path == ROOT / "include" / "config" / "backups.yaml"


def test_file_that_is_shipped_has_no_schemas() -> None:
    config = load_config(ROOT / "include" / "config" / "backups.yaml")
    assert (config.schemas, config.broken) == ((), ())


def test_file_named_in_the_environment_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("databases: {}")
    monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
    assert load_config() == Config(path, (), ())


def test_missing_file_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "backups.yaml")
    assert caught.value.message == f"There is no config file {tmp_path / 'backups.yaml'}."
    assert f"Copy {load.EXAMPLE}" in caught.value.hint
    assert "ORACLE_BACKUP_CONFIG" in caught.value.hint
    assert load.EXAMPLE.is_file()


def test_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Cannot read config file .*: Is a directory"):
        load_config(tmp_path)


def test_file_in_another_encoding_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "backups.yaml"
    path.write_bytes(b"databases: {}\n# contrase\xf1a\n")
    with pytest.raises(ConfigError, match="line 2 is not UTF-8"):
        load_config(path)


def test_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "backups.yaml"
    path.write_bytes(b"\xef\xbb\xbfdefaults:\r\n  retries: 1\r\ndatabases: {}\r\n")
    assert load_config(path).schemas == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["databases: is required; write databases: {} while there are none"]),
        ("- a", ["databases: is required; write databases: {} while there are none"]),
        ("databases:", ["databases: must be a group of databases, is empty; write databases: {}"]),
        ("databases: [erp]", ["databases: must be a group of databases, is a list"]),
        (
            "database: {}",
            [
                'database: unknown section; did you mean "databases"?',
                "databases: is required",
            ],
        ),
        (
            "databases: {erp: {schemas: {HR: }}}\ndatabases: {}",
            ["databases: stands twice, on line 1 and on line 2"],
        ),
        ("databases: {}\ndatabases: {}", ["databases: stands twice, on line 1 and on line 2"]),
        (
            "databases: {}\nzzz: 1\ndefaults: 5",
            [
                "zzz: unknown section; known: defaults, databases",
                "defaults: must be a group of options, is a number",
            ],
        ),
        ("databases: {}\ndefaults: {a: 1, a: 1}", ["defaults.a: stands twice"]),
    ],
)
def test_file_with_nothing_to_take_schemas_from_is_an_error_with_all_problems(
    load_text: Load, text: str, said: list[str]
) -> None:
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        load_text(text)
    assert len(caught.value.problems) == len(said)
    for line, beginning in zip(caught.value.problems, said, strict=True):
        assert line.startswith(beginning)


@pytest.mark.parametrize("defaults", ["", "defaults:\n", "defaults: {}\n"])
def test_no_databases_are_no_schemas(load_text: Load, defaults: str) -> None:
    config = load_text(f"{defaults}databases: {{}}")
    assert (config.schemas, config.broken, config.problems) == ((), (), ())


def test_file_full_of_mistakes_reports_each_of_them(pytestconfig: pytest.Config) -> None:
    config = load_config(DATA / "broken.yaml")
    found = "\n".join(
        f"{entry.key}\n" + "".join(f"  {line}\n" for line in entry.problems)
        for entry in config.broken
    )
    golden = DATA / "broken.problems.txt"
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    assert [schema.key for schema in config.schemas] == ["crm__SALES"]
