"""The command line as a whole: commands, exit codes, and who is told what."""

import json
from pathlib import Path

import pytest

from oracle_backup.cli.main import main

RIGHT = """
defaults:
  host_conn_id: h
  database_conn_id: d
  environment: {oracle_home: /u01/home, oracle_sid: ORCL}
  store: {conn_id: s, path: /b}
  mail: {to: [dba@example.com]}
databases:
  erp:
    schemas:
      HR:
      SALES: {schedule: null}
      OLD: {enabled: false}
"""


def write(folder: Path, text: str) -> str:
    path = folder / "backups.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_check_lists_what_is_backed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--config", write(tmp_path, RIGHT)]) == 0

    said = capsys.readouterr()
    assert "3 schemas, 0 wrong entries" in said.out
    assert "HR  0 2 * * * UTC" in said.out
    assert "SALES  only by hand" in said.out
    assert "OLD  switched off" in said.out
    assert said.err == ""


def test_check_tells_every_problem_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    text = RIGHT.replace("HR:", "HR: {retension: 1, retries: -1}")

    assert main(["check", "--config", write(tmp_path, text)]) == 2

    problems = capsys.readouterr().err
    assert 'did you mean "retention"' in problems
    assert "databases.erp.schemas.HR.retries" in problems


def test_check_as_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--json", "--config", write(tmp_path, RIGHT)]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [one["schema"] for one in found["schemas"]] == ["HR", "SALES", "OLD"]
    assert found["problems"] == []


def test_unusable_config_ends_with_2_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--config", str(tmp_path / "missing.yaml")]) == 2

    assert "There is no config file" in capsys.readouterr().err


def test_unknown_command_ends_with_2():
    with pytest.raises(SystemExit) as ended:
        main(["dance"])

    assert ended.value.code == 2


def test_inspect_log_is_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.log"
    path.write_text("not a log\n", encoding="utf-8")

    assert main(["inspect-log", str(path)]) == 1

    assert "UNKNOWN" in capsys.readouterr().out
